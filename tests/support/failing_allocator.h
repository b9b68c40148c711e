// An allocation that fails on purpose. Compiled into a test program (cmake/TenetTests.cmake says which), it replaces
// operator new and aligned_alloc for the whole of it, library included; until it is armed it changes nothing.
#pragma once

#include <cstdint>

namespace tenet_test {

/// What comes after the allocation that failed.
enum class Then {
  recovers,    // all others succeed
  stays_full,  // none that is as large succeeds; small ones do, as an error has to be built
};

/// While it lives the n-th allocation of the process, from 1, fails.
class FailNth {
 public:
  explicit FailNth(std::int64_t n, Then then = Then::recovers);
  ~FailNth();
  FailNth(const FailNth&) = delete;

  /// Whether there have been n.
  bool failed() const;
};

/// How many plain operator news have not been deleted. Neither tensors nor records are among them.
std::int64_t live_news();

}  // namespace tenet_test
