// The emulated card itself, and what of the backend only it can show: failures on demand.
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <numeric>
#include <vector>

#include "tenet/backends/cuda/cuda_backend.h"
#include "tenet/backends/cuda/launch.h"
#include "tenet/backends/cuda/runtime.h"
#include "tenet/framework/core/error.h"

namespace tenet::cuda {
namespace {

constexpr Device kCard{DeviceType::cuda, 0};

struct Memory {
  std::size_t bytes;
  void* data;
  explicit Memory(std::size_t n, int device = 0) : bytes(n), data(backend(on(device)).allocate(n)) {}
  ~Memory() { backend(kCard).free(data, bytes); }
  Memory(const Memory&) = delete;
  static Device on(int device) { return {DeviceType::cuda, static_cast<std::int8_t>(device)}; }
};

struct Count {
  int* seen;
  TENET_HD void operator()(std::int64_t i) const { ++seen[i]; }
};

struct Order {
  std::int64_t* turns;  // the first counts
  TENET_HD void operator()(std::int64_t i) const { turns[i + 1] = turns[0]++; }
};

TEST(EmulatedCard, AKernelReachesEveryIndexOnce) {
  for (std::int64_t n : {0, 1, 2, 255, 256, 257, 511, 513, 3000, 100000}) {
    std::vector<int> seen(static_cast<std::size_t>(n + 1));
    const Memory memory(seen.size() * sizeof(int));
    backend(kCard).copy(memory.data, seen.data(), memory.bytes);
    for_each(kCard, n, Count{static_cast<int*>(memory.data)});
    backend(kCard).copy(seen.data(), memory.data, memory.bytes);
    EXPECT_EQ(std::count(seen.begin(), seen.end() - 1, 1), n);
    EXPECT_EQ(seen.back(), 0);
  }
}

TEST(EmulatedCard, InAnOrderThatIsNone) {
  constexpr std::int64_t n = 10000;
  std::vector<std::int64_t> turns(n + 1);
  const Memory memory(turns.size() * sizeof(std::int64_t));
  backend(kCard).copy(memory.data, turns.data(), memory.bytes);
  for_each(kCard, n, Order{static_cast<std::int64_t*>(memory.data)});
  backend(kCard).copy(turns.data(), memory.data, memory.bytes);
  EXPECT_FALSE(std::is_sorted(turns.begin() + 1, turns.end()));
  EXPECT_FALSE(std::is_sorted(turns.rbegin(), turns.rend() - 1));
}

using EmulatedCardDeathTest = testing::Test;

TEST(EmulatedCardDeathTest, TheHostCannotTouchItsMemory) {
  const Memory memory(100);
  EXPECT_DEATH(static_cast<volatile char*>(memory.data)[0] = 1, "");
  EXPECT_DEATH(static_cast<void>(static_cast<volatile char*>(memory.data)[99]), "");
}

TEST(EmulatedCardDeathTest, AKernelMayNotTouchAnotherCard) {
  void* other = backend(Memory::on(1)).allocate(100);
  EXPECT_DEATH(for_each(kCard, 1, Count{static_cast<int*>(other)}), "");
  backend(Memory::on(1)).free(other, 100);
}

TEST(EmulatedCardDeathTest, AKernelMayNotBeGivenMemoryOfTheHost) {
  alignas(256) int on_the_stack[64] = {};
  EXPECT_DEATH(for_each(kCard, 1, Count{on_the_stack + 16}),
               "word 0 of what a kernel is given is an address of the host");
}

/// As a loop is given: with the place of its operand, and padding behind the rank.
struct Indexed {
  struct Index {
    int rank;
    std::int64_t total;
    const void* data;
    std::int64_t strides[64];  // many, so that it is copied as bytes, padding and all
  } index;
  TENET_HD void operator()(std::int64_t) const {}
};

TEST(EmulatedCardDeathTest, ALoopMayNotBeGivenMemoryOfTheHost) {
  alignas(256) int on_the_stack[64] = {};
  EXPECT_DEATH(for_each(kCard, 1, Indexed{{0, 1, on_the_stack, {}}}),
               "word 2 of what a kernel is given is an address of the host");
}

TEST(EmulatedCard, PaddingMayLookLikeAnAddress) {
  void* const wanted = reinterpret_cast<void*>(std::uintptr_t{0x7e01} << 32);
  void* const page = mmap(wanted, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
  ASSERT_EQ(page, wanted);
  Indexed body{{0, 1, nullptr, {}}};
  const std::uint32_t upper_half = 0x7e01;
  std::memcpy(reinterpret_cast<char*>(&body.index) + sizeof(int), &upper_half, sizeof upper_half);
  for_each(kCard, 1, body);  // goes on
  munmap(page, 4096);
}

template <class F> std::string text_of(F&& f) {
  try {
    f();
    return "";
  } catch (const DeviceError& error) {
    return error.what();
  }
}

TEST(EmulatedCard, AFailureNamesCallDeviceAndReason) {
  const Memory memory(100);
  char byte = 0;
  emulated_card::fail_next(cudaErrorLaunchFailure);
  EXPECT_EQ(text_of([&] { backend(kCard).copy(&byte, memory.data, 1); }),
            "cuda:0: cudaMemcpyAsync failed: unspecified launch failure (cudaErrorLaunchFailure).");
  EXPECT_EQ(text_of([&] { backend(kCard).copy(&byte, memory.data, 1); }), "") << "said once";
  emulated_card::fail_next(cudaErrorLaunchFailure);
  EXPECT_EQ(text_of([] { synchronize(Memory::on(1)); }),
            "cuda:1: cudaDeviceSynchronize failed: unspecified launch failure (cudaErrorLaunchFailure).");
  EXPECT_EQ(cudaGetLastError(), cudaSuccess) << "and not by a later call";
}

TEST(EmulatedCard, AnotherFailureThanTooLittleMemoryIsADeviceError) {
  emulated_card::fail_next(cudaErrorLaunchFailure);
  EXPECT_EQ(text_of([] { backend(kCard).allocate(std::size_t{100} << 20); }),
            "cuda:0: cudaMalloc failed: unspecified launch failure (cudaErrorLaunchFailure).");
}

TEST(EmulatedCard, TheCacheIsGivenBackWhereMemoryIsShort) {
  constexpr std::size_t kMiB = std::size_t{1} << 20;
  cuda::empty_cache();
  std::size_t free = 0, total = 0;
  ASSERT_EQ(cudaMemGetInfo(&free, &total), cudaSuccess);
  emulated_card::limit_memory(0, total - free + 100 * kMiB);
  { const Memory first(60 * kMiB); }
  { const Memory second(90 * kMiB); }  // not beside what the first left
  const Memory third(80 * kMiB);
  EXPECT_THROW(Memory(50 * kMiB), OutOfMemoryError);
  emulated_card::limit_memory(0, 0);
  EXPECT_NO_THROW(Memory(50 * kMiB));
}

// The buffers are had once; where there are none the driver copies.
TEST(EmulatedCard, CopiesWithoutPinnedMemory) {
  Staging staging(0);
  std::vector<char> values(3 * Staging::kBytes + 7), back(values.size());
  std::iota(values.begin(), values.end(), 0);
  const Memory memory(values.size());
  emulated_card::fail_next(cudaErrorMemoryAllocation);
  staging.to_card(memory.data, values.data(), values.size(), current_stream(0));
  staging.to_host(back.data(), memory.data, back.size(), current_stream(0));
  EXPECT_EQ(back, values);
}

}  // namespace
}  // namespace tenet::cuda
