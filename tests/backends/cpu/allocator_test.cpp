#include "tenet/backends/cpu/allocator.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "tenet/framework/core/backend.h"
#include "tenet/framework/core/cuda.h"
#include "tenet/framework/core/error.h"

namespace tenet::cpu {
namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20;

TEST(CpuAllocator, SizeClasses) {
  const std::size_t sizes[][2] = {{1, 64},
                                  {64, 64},
                                  {65, 128},
                                  {256, 256},
                                  {257, 320},
                                  {320, 320},
                                  {321, 384},
                                  {512, 512},
                                  {513, 640},
                                  {1000, 1024},
                                  {1025, 1280},
                                  {kMiB, kMiB},
                                  {kMiB + 1, kMiB + kMiB / 4}};
  for (auto [asked, got] : sizes) EXPECT_EQ(CachingAllocator::rounded(asked), got) << asked;
  EXPECT_EQ(CachingAllocator::rounded(CachingAllocator::kLargestKept), CachingAllocator::kLargestKept);
  EXPECT_EQ(CachingAllocator::rounded(CachingAllocator::kLargestKept + 1),
            CachingAllocator::kLargestKept + 4096);
  for (std::size_t bytes = 1; bytes < 20 * kMiB; bytes += bytes / 7 + 1) {
    const std::size_t size = CachingAllocator::rounded(bytes);
    EXPECT_GE(size, bytes);
    EXPECT_EQ(CachingAllocator::rounded(size), size) << "a class is its own class";
    if (bytes >= 256) {
      EXPECT_LE(size, bytes + bytes / 4) << bytes;
    }
  }
}

TEST(CpuAllocator, BlocksAreAlignedApartAndReused) {
  CachingAllocator memory({});
  for (std::size_t bytes : {std::size_t{1}, std::size_t{100}, std::size_t{5000}, 3 * kMiB}) {
    void* a = memory.allocate(bytes);
    void* b = memory.allocate(bytes);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(a) % 64, 0u);
    EXPECT_NE(a, b);
    std::memset(a, 1, bytes);
    std::memset(b, 2, bytes);
    EXPECT_EQ(static_cast<char*>(a)[bytes - 1], 1);
    memory.free(a, bytes);
    EXPECT_EQ(memory.allocate(CachingAllocator::rounded(bytes)), a) << "the same class";
    memory.free(a, bytes);
    memory.free(b, bytes);
  }
}

TEST(CpuAllocator, Stats) {
  CachingAllocator memory({});
  void* a = memory.allocate(100);
  void* b = memory.allocate(1000);
  EXPECT_EQ(memory.stats().in_use, 128 + 1024);
  memory.free(b, 1000);
  EXPECT_EQ(memory.stats().in_use, 128);
  EXPECT_EQ(memory.stats().peak, 128 + 1024);
  EXPECT_EQ(memory.stats().cached, 1024);
  memory.reset_peak();
  EXPECT_EQ(memory.stats().peak, 128);
  b = memory.allocate(900);
  EXPECT_EQ(memory.stats().cached, 0);
  EXPECT_EQ(memory.stats().allocations, 3);
  memory.free(a, 100);
  memory.free(b, 900);
  EXPECT_EQ(memory.stats().cached, 128 + 1024);
  memory.empty_cache();
  EXPECT_EQ(memory.stats().cached, 0);
  EXPECT_EQ(memory.stats().in_use, 0);
}

// A system with a fixed number of bytes; what it still has is counted in `left`.
std::size_t left = 0;
void* scarce_allocate(std::size_t bytes) {
  const std::size_t total = (bytes + 127) / 64 * 64;
  if (total > left) return nullptr;
  left -= total;
  auto* block = static_cast<std::size_t*>(std::aligned_alloc(64, total));
  *block = total;
  return reinterpret_cast<char*>(block) + 64;
}
void scarce_free(void* memory) {
  auto* block = reinterpret_cast<std::size_t*>(static_cast<char*>(memory) - 64);
  left += *block;
  std::free(block);
}

std::string text_of(CachingAllocator& memory, std::size_t bytes) {
  try {
    memory.free(memory.allocate(bytes), bytes);
  } catch (const OutOfMemoryError& error) {
    return error.what();
  }
  return "";
}

TEST(CpuAllocator, GivesItsCacheBackBeforeItFails) {
  left = 5 * kMiB;
  {
    CachingAllocator memory({.allocate = scarce_allocate, .free = scarce_free});
    void* a = memory.allocate(kMiB);
    memory.free(memory.allocate(2 * kMiB), 2 * kMiB);
    EXPECT_EQ(memory.stats().cached, 2097152);
    void* b = memory.allocate(3 * kMiB);  // fits only without the cache
    EXPECT_EQ(memory.stats().cached, 0);
    EXPECT_EQ(text_of(memory, kMiB),
              "cpu: out of memory: could not allocate 1048576 bytes (4194304 in use). Use smaller "
              "sizes or "
              "free tensors.");
    EXPECT_EQ(memory.stats().in_use, 4194304) << "a failure changes nothing";
    memory.free(a, kMiB);
    memory.free(b, 3 * kMiB);
  }
  EXPECT_EQ(left, 5 * kMiB) << "all returned";
}

TEST(CpuAllocator, HugeSizesFailAtOnce) {
  left = kMiB;
  CachingAllocator memory({.allocate = scarce_allocate, .free = scarce_free});
  void* kept = memory.allocate(1000);
  memory.free(kept, 1000);
  EXPECT_EQ(text_of(memory, (std::size_t{1} << 47) + 1),
            "cpu: out of memory: could not allocate 140737488355329 bytes (0 in use). Use smaller "
            "sizes or "
            "free tensors.");
  EXPECT_NE(text_of(memory, ~std::size_t{0}), "");
  EXPECT_EQ(memory.stats().cached, 1024) << "the cache is not given up for what cannot succeed";
}

// A system that hands out addresses without memory, for sizes no test should touch.
std::int64_t handed_out = 0;
void* imaginary_allocate(std::size_t bytes) {
  handed_out += static_cast<std::int64_t>(bytes);
  return std::aligned_alloc(64, 64);
}
void imaginary_free(void* memory) { std::free(memory); }

TEST(CpuAllocator, BlocksAbove1GiBAreNotKept) {
  CachingAllocator memory({.allocate = imaginary_allocate, .free = imaginary_free});
  const std::size_t large = CachingAllocator::kLargestKept + 1;
  memory.free(memory.allocate(large), large);
  EXPECT_EQ(memory.stats().cached, 0);
  EXPECT_EQ(memory.stats().peak, static_cast<std::int64_t>(CachingAllocator::rounded(large)));
}

TEST(CpuAllocator, TheCacheIsBoundedByThePeak) {
  CachingAllocator memory({.allocate = imaginary_allocate, .free = imaginary_free});
  // One block at a time, each of another class: without a limit all of them would be kept.
  for (std::size_t bytes = 64 * kMiB; bytes <= 1024 * kMiB; bytes *= 2) {
    memory.free(memory.allocate(bytes), bytes);
    memory.free(memory.allocate(bytes / 4 * 5), bytes / 4 * 5);
    const MemoryStats stats = memory.stats();
    EXPECT_LE(stats.cached, std::max(stats.peak, CachingAllocator::kKeepAtLeast));
  }
}

TEST(CpuAllocator, ASteadyLoopNeverAsksTheSystemAgain) {
  CachingAllocator memory({.allocate = imaginary_allocate, .free = imaginary_free});
  const auto step = [&] {
    std::vector<void*> blocks;
    for (std::size_t i = 1; i <= 20; ++i) blocks.push_back(memory.allocate(i * 30 * kMiB));
    for (std::size_t i = 1; i <= 20; ++i) memory.free(blocks[i - 1], i * 30 * kMiB);
  };
  step();
  const std::int64_t after_one = handed_out;
  for (int i = 0; i < 5; ++i) step();
  EXPECT_EQ(handed_out, after_one);
}

TEST(CpuAllocator, PoisonIsNaNEvenInReusedMemory) {
  CachingAllocator memory({.poison = true});
  for (int i = 0; i < 2; ++i) {
    auto* values = static_cast<float*>(memory.allocate(400));
    for (int k = 0; k < 100; ++k) EXPECT_TRUE(std::isnan(values[k]));
    std::fill(values, values + 100, 1.0f);
    memory.free(values, 400);
  }
}

TEST(CpuAllocator, ManyThreads) {
  CachingAllocator memory({});
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < 4; ++t) {
    threads.emplace_back([&memory, t] {
      for (unsigned i = 0; i < 2000; ++i) {
        const std::size_t bytes = 64 + (i * 37 + t * 101) % 5000;
        void* block = memory.allocate(bytes);
        std::memset(block, static_cast<int>(t), bytes);
        memory.free(block, bytes);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(memory.stats().in_use, 0);
  EXPECT_EQ(memory.stats().allocations, 8000);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // their malloc does not survive it
TEST(CpuAllocator, SurvivesForkWhileAnotherThreadAllocates) {
  std::atomic<bool> stop{false};
  std::thread other([&] {
    while (!stop) allocator().free(allocator().allocate(1000), 1000);
  });
  int failed = 0;
  for (int i = 0; i < 20; ++i) {
    const pid_t child = fork();
    if (child == 0) {
      alarm(30);
      allocator().free(allocator().allocate(1000), 1000);
      _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    failed += !WIFEXITED(status) || WEXITSTATUS(status) != 0;
  }
  stop = true;
  other.join();
  EXPECT_EQ(failed, 0);
}
#endif

TEST(Registry, TheCpuBackend) {
  Backend& cpu = backend(Device{});
  EXPECT_STREQ(cpu.name(), "cpu");
  EXPECT_EQ(&cpu, &backend(Device{}));
  const std::int64_t before = cpu.memory_stats().in_use;
  std::vector<char> from(3 * kMiB + 5);
  for (std::size_t i = 0; i < from.size(); ++i) from[i] = static_cast<char>(i % 251);
  auto* to = static_cast<char*>(cpu.allocate(from.size()));
  EXPECT_EQ(cpu.memory_stats().in_use - before,
            static_cast<std::int64_t>(CachingAllocator::rounded(from.size())));
  cpu.copy(to, from.data(), from.size());
  EXPECT_EQ(std::memcmp(to, from.data(), from.size()), 0);
  cpu.copy(to, from.data(), 0);
  cpu.free(to, from.size());
  EXPECT_EQ(cpu.memory_stats().in_use, before);
}

TEST(Registry, ABuildWithoutCudaSaysSo) {
  if (cuda::reason().find("no CUDA backend") == std::string::npos) GTEST_SKIP() << "a build with CUDA";
  try {
    backend(Device{DeviceType::cuda, 0});
    FAIL() << "nothing was thrown";
  } catch (const DeviceError& error) {
    EXPECT_STREQ(error.what(),
                 "device: this build of Tenet has no CUDA backend. Configure with -DTENET_CUDA=ON, "
                 "or use the "
                 "CPU.");
  }
}

}  // namespace
}  // namespace tenet::cpu
