#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tenet/backends/cpu/parallel.h"
#include "tenet/framework/core/error.h"
#include "tenet/framework/core/threads.h"

#if defined(__SANITIZE_THREAD__)
// ThreadSanitizer's own default is to end a forked child that starts a thread, which is tested
// here.
extern "C" const char* __tsan_default_options() { return "die_after_fork=0"; }
#endif

namespace tenet::cpu {
namespace {

using Pieces = std::vector<std::pair<std::int64_t, std::int64_t>>;

class ThreadPool : public testing::Test {
 protected:
  ~ThreadPool() override { set_num_threads(before_); }
  int before_ = num_threads();
};

Pieces pieces_of(std::int64_t n, std::int64_t grain) {
  Pieces pieces;
  std::mutex mutex;
  parallel_for(n, grain, [&](std::int64_t begin, std::int64_t end) {
    std::lock_guard lock(mutex);
    pieces.emplace_back(begin, end);
  });
  std::sort(pieces.begin(), pieces.end());
  return pieces;
}

std::int64_t sum_to(std::int64_t n) {
  std::atomic<std::int64_t> sum{0};
  parallel_for(n, 7, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) sum += i;
  });
  return sum;
}

TEST_F(ThreadPool, PiecesDependOnSizeAndGrainAlone) {
  for (int threads : {1, 2, 3, 4, 1}) {
    set_num_threads(threads);
    EXPECT_EQ(pieces_of(10, 4), (Pieces{{0, 4}, {4, 8}, {8, 10}})) << threads;
    EXPECT_EQ(pieces_of(8, 4), (Pieces{{0, 4}, {4, 8}})) << threads;
    EXPECT_EQ(pieces_of(4, 4), (Pieces{{0, 4}})) << threads;
    EXPECT_EQ(pieces_of(2, 0), (Pieces{{0, 1}, {1, 2}})) << threads;
    EXPECT_EQ(pieces_of(0, 4), Pieces{}) << threads;
  }
}

TEST_F(ThreadPool, PiecesAtTheEndOf64Bits) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  set_num_threads(2);
  EXPECT_EQ(pieces_of(kMost, kMost - 1), (Pieces{{0, kMost - 1}, {kMost - 1, kMost}}));
}

TEST_F(ThreadPool, ManyRegionsWithEveryNumberOfThreads) {
  for (int i = 0; i < 400; ++i) {
    set_num_threads(1 + i % 4);
    ASSERT_EQ(sum_to(1000), 999 * 1000 / 2);
  }
}

TEST_F(ThreadPool, ReallyRunsInSeveralThreads) {
  set_num_threads(3);
  std::atomic<int> here{0};
  // Each piece waits for the two others, so they must be run by three threads.
  parallel_for(3, 1, [&](std::int64_t, std::int64_t) {
    ++here;
    while (here < 3) std::this_thread::yield();
  });
  EXPECT_EQ(here, 3);
}

TEST_F(ThreadPool, ThreadIndexIsBelowTheNumberOfThreadsAndItsOwn) {
  for (int threads : {1, 2, 4}) {
    set_num_threads(threads);
    std::vector<std::int64_t> scratch(static_cast<std::size_t>(threads));  // a shared slot is a race
    parallel_for(2000, 1,
                 [&](std::int64_t, std::int64_t) { ++scratch.at(static_cast<std::size_t>(thread_index())); });
    std::int64_t sum = 0;
    for (std::int64_t count : scratch) sum += count;
    EXPECT_EQ(sum, 2000);
    EXPECT_EQ(thread_index(), 0);
  }
}

TEST_F(ThreadPool, NestedLoopsRunInTheThreadTheyAreIn) {
  set_num_threads(4);
  std::atomic<int> strangers{0}, inner{0};
  parallel_for(8, 1, [&](std::int64_t, std::int64_t) {
    const auto self = std::this_thread::get_id();
    parallel_for(10, 3, [&](std::int64_t begin, std::int64_t end) {
      inner += static_cast<int>(end - begin);
      strangers += std::this_thread::get_id() != self;
    });
  });
  EXPECT_EQ(inner, 80);
  EXPECT_EQ(strangers, 0);
}

TEST_F(ThreadPool, ExceptionReachesTheCallerAndSkipsTheRest) {
  for (int threads : {1, 2, 4}) {
    set_num_threads(threads);
    std::atomic<int> ran{0}, running{0};
    try {
      parallel_for(100000, 1, [&](std::int64_t begin, std::int64_t) {
        ++running;
        if (begin == 3) {
          --running;
          throw std::runtime_error("piece 3");
        }
        ++ran;
        --running;
      });
      FAIL() << "nothing was thrown";
    } catch (const std::runtime_error& error) {
      EXPECT_STREQ(error.what(), "piece 3");
    }
    EXPECT_EQ(running, 0);
    EXPECT_LT(ran, 99999);
    EXPECT_EQ(sum_to(100), 4950);  // and the pool still works
  }
}

TEST_F(ThreadPool, EveryPieceMayThrow) {
  set_num_threads(4);
  for (int i = 0; i < 50; ++i) {
    EXPECT_THROW(parallel_for(64, 1, [](std::int64_t, std::int64_t) { throw 1; }), int);
  }
}

TEST_F(ThreadPool, SeveralCallersAtOnce) {
  set_num_threads(3);
  std::atomic<int> wrong{0};
  std::vector<std::thread> callers;
  for (int i = 0; i < 4; ++i) {
    callers.emplace_back([&] {
      for (int k = 0; k < 200; ++k) wrong += sum_to(500) != 499 * 500 / 2;
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(wrong, 0);
}

TEST_F(ThreadPool, WorksAfterItsThreadsFellAsleep) {
  set_num_threads(4);
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(sum_to(300), 299 * 300 / 2);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

/// Runs `check` in a forked child, where a hang ends in an alarm; true if it returned true.
template <class Check> bool holds_in_child(Check check) {
  const pid_t child = fork();
  if (child == 0) {
    alarm(30);
    _exit(check() ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

TEST_F(ThreadPool, SurvivesFork) {
  set_num_threads(3);
  for (int i = 0; i < 10; ++i) {
    ASSERT_EQ(sum_to(1000), 499500);
    ASSERT_TRUE(holds_in_child([] { return sum_to(1000) == 499500 && sum_to(77) == 2926; }));
  }
}

// In a child, ThreadSanitizer takes a new thread for one of the parent's.
#if !defined(__SANITIZE_THREAD__)
TEST_F(ThreadPool, SurvivesForkWhileAnotherThreadComputes) {
  set_num_threads(3);
  std::atomic<bool> stop{false};
  std::thread other([&] {
    while (!stop) sum_to(1000);
  });
  int failed = 0;
  for (int i = 0; i < 20; ++i) failed += !holds_in_child([] { return sum_to(1000) == 499500; });
  stop = true;
  other.join();
  EXPECT_EQ(failed, 0);
}
#endif

std::string text_of_setting(int n) {
  try {
    set_num_threads(n);
  } catch (const ValueError& error) {
    return error.what();
  }
  return "";
}

TEST_F(ThreadPool, NumThreads) {
  set_num_threads(2);
  EXPECT_EQ(num_threads(), 2);
  EXPECT_EQ(text_of_setting(0),
            "set_num_threads: the number of threads must be from 1 to 1024 but is 0. Pass 1 to compute "
            "in the calling thread alone.");
  EXPECT_EQ(text_of_setting(1025),
            "set_num_threads: the number of threads must be from 1 to 1024 but is 1025. Pass 1 to "
            "compute in the calling thread alone.");
  EXPECT_EQ(num_threads(), 2);
}

/// num_threads() of a new process that starts with this TENET_NUM_THREADS.
int threads_with(const char* text) {
  setenv("TENET_NUM_THREADS", text, 1);
  const std::string self = std::string("TENET_PRINT_THREADS=1 /proc/") + std::to_string(getpid()) +
                           "/exe --gtest_filter=ThreadCount.* >/dev/null";
  const int status = std::system(self.c_str());
  unsetenv("TENET_NUM_THREADS");
  return WEXITSTATUS(status);
}

TEST(ThreadCount, FromTheEnvironment) {
  if (std::getenv("TENET_PRINT_THREADS") != nullptr) _exit(std::min(num_threads(), 255));
  const int usual = threads_with("");
  EXPECT_GE(usual, 1);
  EXPECT_EQ(threads_with("3"), 3);
  for (const char* text : {"0", "-1", "two", "2x", "99999999999"}) EXPECT_EQ(threads_with(text), usual);
}

}  // namespace
}  // namespace tenet::cpu
