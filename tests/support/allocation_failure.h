// Every allocation an operation makes fails once: the first, the second, ... Each time the operation ends in an
// OutOfMemoryError, everything is as it was, and done again it gives the bits it gives otherwise. An allocation whose
// failure the library makes good (the cache is given back and asked again) ends in success.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "support/failing_allocator.h"
#include "tenet/backends/cpu/allocator.h"
#include "tenet/framework/autograd/tape.h"
#include "tenet/framework/core/block_pool.h"
#include "tenet/framework/tensor/tensor.h"

namespace tenet_test {

inline int live_records() {
  int count = 0;
  for (const tenet::Record* r = tenet::Tape::current().newest(); r != nullptr; r = tenet::Tape::older(r))
    ++count;
  return count;
}

/// What lives: bytes of tensors and records, plain operator news, records on the tape.
struct Census {
  int records = live_records();  // first, for it makes the tape
  std::int64_t bytes = tenet::block_stats().in_use + tenet::cpu::allocator().stats().in_use;
  std::int64_t news = live_news();
  bool operator==(const Census&) const = default;
};
inline std::ostream& operator<<(std::ostream& out, const Census& c) {
  return out << c.bytes << " bytes, " << c.news << " news, " << c.records << " records";
}

/// Holds the small blocks that are free, so that the next ones have to be allocated.
class Hoard {
 public:
  Hoard() = default;
  ~Hoard() {
    for (const auto& [block, bytes] : blocks_) tenet::block_free(block, bytes);
  }
  Hoard(const Hoard&) = delete;

  void gather() {
    for (std::size_t bytes = 64; bytes <= 4096; bytes += 64) {
      while (take(bytes)) {
      }
    }
  }

 private:
  bool take(std::size_t bytes) {
    void* block = nullptr;
    try {
      const FailNth failing(1);
      block = tenet::block_allocate(bytes);
    } catch (const tenet::OutOfMemoryError&) {  // the list is empty
      return false;
    }
    blocks_.emplace_back(block, bytes);
    return true;
  }

  std::vector<std::pair<void*, std::size_t>> blocks_;
};

/// One run of what is tried, over tensors of its own.
struct Trial {
  std::function<void()> operation;
  std::function<std::string()> state;  // what a failure must not change, and a success must make right
  /// Whether the operation is the library's code alone, so that every failure is an OutOfMemoryError. Where the test
  /// itself allocates it may be a std::bad_alloc too.
  bool of_library = true;
};

enum class Ending { not_reached, made_good, refused };

/// Runs the operation with a failing allocation.
inline Ending run_failing(const Trial& trial, std::int64_t n, Then then) {
  std::string problem;
  bool reached = false;
  const auto attempt = [&] {
    const FailNth failing(n, then);
    try {
      trial.operation();
      reached = failing.failed();
    } catch (...) {
      reached = true;
      throw;
    }
  };
  try {
    attempt();
    return reached ? Ending::made_good : Ending::not_reached;
  } catch (const tenet::OutOfMemoryError& error) {
    problem = error.what();
    EXPECT_NE(problem.find("out of memory"), std::string::npos) << problem;
  } catch (const std::bad_alloc& error) {
    EXPECT_FALSE(trial.of_library) << "a bare " << error.what();
  } catch (const std::exception& error) {
    ADD_FAILURE() << "not an OutOfMemoryError: " << error.what();
  }
  return Ending::refused;
}

/// Lets the n-th allocation fail; whether there was one.
inline bool survives(const Trial& trial, std::int64_t n, Then then, const std::string& right, Hoard& hoard) {
  SCOPED_TRACE("allocation " + std::to_string(n) + (then == Then::recovers ? "" : ", memory stays full"));
  const std::string before = trial.state();
  hoard.gather();
  tenet::cpu::allocator().empty_cache();
  const Census census;
  const Ending ending = run_failing(trial, n, then);
  if (ending == Ending::refused) {
    EXPECT_EQ(Census(), census);
    EXPECT_TRUE(trial.state() == before) << "the state has changed";
    trial.operation();
  }
  EXPECT_TRUE(trial.state() == right) << "not the bits it gives otherwise";
  return ending != Ending::not_reached;
}

/// How many allocations the operation makes, each of which has failed: alone, and with those after it.
inline std::int64_t failures_survived(const std::function<Trial()>& fresh) {
  const Trial sound = fresh();
  sound.operation();
  const std::string right = sound.state();
  Hoard hoard;
  std::int64_t n = 0;
  for (const Then then : {Then::recovers, Then::stays_full}) {
    n = 0;
    while (!testing::Test::HasFailure() && survives(fresh(), n + 1, then, right, hoard)) ++n;
  }
  return n;
}

/// Type, shape, elements and version of what a tensor holds, and what computed it.
inline std::string bits(const tenet::Tensor& t) {
  if (!t.defined()) return "-";
  const tenet::Tensor flat = t.detach().contiguous();
  return tenet::cat(t.dtype(), t.shape(), "v", t.version(), t.grad_fn(), t.requires_grad(), ":") +
         std::string(reinterpret_cast<const char*>(flat.impl()->data), flat.impl()->bytes());
}

inline std::string bits(const std::vector<tenet::Tensor>& tensors) {
  std::string all;
  for (const tenet::Tensor& t : tensors) all += bits(t) + "|";
  return all;
}

}  // namespace tenet_test
