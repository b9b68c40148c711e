// An allocation that fails on purpose. Linked into a test program, it replaces operator new and aligned_alloc for
// the whole of it, library included; until it is armed it changes nothing.
#pragma once

#include <cstdint>

namespace tenet_test {

/// While it lives the n-th allocation of the process, from 1, fails; those after it do not.
class FailNth {
 public:
  explicit FailNth(std::int64_t n);
  ~FailNth();
  FailNth(const FailNth&) = delete;

  /// Whether there have been n.
  bool failed() const;
};

}  // namespace tenet_test
