#include "tenet/framework/core/block_pool.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "tenet/framework/core/error.h"

namespace tenet {
namespace {

using Blocks = std::vector<std::pair<void*, std::size_t>>;

Blocks allocate_many(std::size_t n) {
  Blocks blocks;
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t bytes = 1 + i * 61 % 5000;
    blocks.emplace_back(block_allocate(bytes), bytes);
    std::memset(blocks.back().first, static_cast<int>(i % 256), bytes);
  }
  return blocks;
}

/// Whether every block still holds what allocate_many wrote; frees them all.
bool free_many(const Blocks& blocks) {
  bool intact = true;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const auto* bytes = static_cast<const unsigned char*>(blocks[i].first);
    intact = intact && bytes[0] == i % 256 && bytes[blocks[i].second - 1] == i % 256;
    block_free(blocks[i].first, blocks[i].second);
  }
  return intact;
}

TEST(BlockPool, BlocksAreAlignedAndApart) {
  const Blocks blocks = allocate_many(20000);
  for (auto [memory, bytes] : blocks) EXPECT_EQ(reinterpret_cast<std::uintptr_t>(memory) % 64, 0u);
  EXPECT_TRUE(free_many(blocks));
}

TEST(BlockPool, CountsWhatIsInUse) {
  const std::int64_t before = block_stats().in_use;
  void* small = block_allocate(65);
  EXPECT_GE(block_stats().in_use - before, 65);
  EXPECT_LE(block_stats().in_use - before, 128);
  void* large = block_allocate(100000);
  EXPECT_GE(block_stats().in_use - before, 100065);
  block_free(small, 65);
  EXPECT_EQ(block_stats().in_use - before, 100000);
  block_free(large, 100000);
  EXPECT_EQ(block_stats().in_use, before);
}

#if !defined(__SANITIZE_ADDRESS__)  // there every block is the system's, so that misuse is found
TEST(BlockPool, TheBlockFreedLastIsTheNext) {
  for (std::size_t bytes : {1, 64, 65, 512, 513, 1000, 4096}) {
    void* block = block_allocate(bytes);
    block_free(block, bytes);
    EXPECT_EQ(block_allocate(bytes), block);
    block_free(block, bytes);
  }
}

TEST(BlockPool, BlocksOfAnEndedThreadAreUsedAgain) {
  std::set<void*> theirs;
  std::thread([&] {
    Blocks blocks;
    for (int i = 0; i < 1000; ++i) blocks.emplace_back(block_allocate(3000), 3000);
    for (auto [memory, bytes] : blocks) theirs.insert(memory), block_free(memory, bytes);
  }).join();
  std::size_t again = 0;
  std::thread([&] {
    Blocks blocks;
    for (int i = 0; i < 1000; ++i) blocks.emplace_back(block_allocate(3000), 3000);
    for (auto [memory, bytes] : blocks) again += theirs.count(memory), block_free(memory, bytes);
  }).join();
  EXPECT_EQ(again, 1000u);
}
#endif

TEST(BlockPool, ABlockMayBeFreedByAnotherThread) {
  const std::int64_t before = block_stats().in_use;
  for (int round = 0; round < 5; ++round) {
    Blocks blocks;
    std::thread([&] { blocks = allocate_many(3000); }).join();
    EXPECT_TRUE(free_many(blocks));
    blocks = allocate_many(3000);
    bool intact = false;
    std::thread([&] { intact = free_many(blocks); }).join();
    EXPECT_TRUE(intact);
  }
  EXPECT_EQ(block_stats().in_use, before);
}

TEST(BlockPool, ManyThreads) {
  const std::int64_t before = block_stats().in_use;
  std::atomic<int> broken{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int round = 0; round < 20; ++round) broken += !free_many(allocate_many(500));
    });
  }
  for (int i = 0; i < 100; ++i) block_stats();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(broken, 0);
  EXPECT_EQ(block_stats().in_use, before);
}

// Destroyed after the pool's lists of their thread: they are made before the first block.
struct LateUser {
  void* block = nullptr;
  ~LateUser() {
    if (block == nullptr) return;
    block_free(block, 200);
    if (!free_many(allocate_many(300))) _exit(2);
  }
};
thread_local LateUser late_in_thread;
LateUser late_in_process;

TEST(BlockPool, WorksAfterThreadLocalsAreGone) {
  const std::int64_t before = block_stats().in_use;
  std::thread([] {
    late_in_thread.block = nullptr;
    late_in_thread.block = block_allocate(200);
  }).join();
  EXPECT_EQ(block_stats().in_use, before);
}

TEST(BlockPool, WorksInDestructorsOfStaticVariables) {
  EXPECT_EXIT(
      {
        late_in_process.block = block_allocate(200);
        std::exit(0);
      },
      testing::ExitedWithCode(0), "");
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // whose malloc survives neither test
TEST(BlockPool, SurvivesForkWhileAnotherThreadAllocates) {
  std::atomic<bool> stop{false};
  std::thread other([&] {
    while (!stop) free_many(allocate_many(2000));
  });
  int failed = 0;
  for (int i = 0; i < 20; ++i) {
    const pid_t child = fork();
    if (child == 0) {
      alarm(30);
      _exit(free_many(allocate_many(2000)) ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    failed += !WIFEXITED(status) || WEXITSTATUS(status) != 0;
  }
  stop = true;
  other.join();
  EXPECT_EQ(failed, 0);
}

TEST(BlockPool, OutOfMemory) {
  const std::size_t bytes = std::size_t{1} << 60;
  try {
    block_allocate(bytes);
    FAIL() << "nothing was thrown";
  } catch (const OutOfMemoryError& error) {
    EXPECT_STREQ(error.what(),
                 "cpu: out of memory: could not allocate 1152921504606846976 bytes. Use smaller sizes or "
                 "free tensors.");
  }
}
#endif

}  // namespace
}  // namespace tenet
