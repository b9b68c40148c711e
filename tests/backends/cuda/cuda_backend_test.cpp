// A card as a Backend: on a real one where there is one, on the emulated one in its build, else skipped.
#include "tenet/backends/cuda/cuda_backend.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <thread>
#include <vector>

#include "tenet/backends/cuda/runtime.h"
#include "tenet/framework/core/error.h"
#include "tenet/framework/core/memory.h"

namespace tenet::cuda {
namespace {

class CudaBackendTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!is_available()) GTEST_SKIP() << "no card: " << reason();
  }
};

/// Memory of a card for the time of a test, with copies of vectors in it.
template <class T> class OnTheCard {
 public:
  explicit OnTheCard(const std::vector<T>& values, int device = 0)
      : backend_(cuda_backend(device)), size_(values.size()), data_(backend_.allocate(bytes())) {
    backend_.copy(data_, values.data(), bytes());
  }
  ~OnTheCard() { backend_.free(data_, bytes()); }
  OnTheCard(const OnTheCard&) = delete;

  void* data() const { return data_; }
  std::size_t bytes() const { return size_ * sizeof(T); }
  std::vector<T> values() const {
    std::vector<T> out(size_);
    backend_.copy(out.data(), data_, bytes());
    return out;
  }

 private:
  Backend& backend_;
  std::size_t size_;
  void* data_;
};

template <class T> std::vector<T> filled(std::size_t size, int seed = 0) {
  std::vector<T> values(size);
  for (std::size_t i = 0; i < size; ++i) {
    values[i] = static_cast<T>(static_cast<int>((i * 7 + static_cast<std::size_t>(seed) * 5) % 13) - 6);
  }
  return values;
}

TEST_F(CudaBackendTest, CopiesThereAndBack) {
  constexpr std::size_t kMiB = std::size_t{1} << 20;
  for (std::size_t bytes :
       {std::size_t{1}, Staging::kSmall, Staging::kSmall + 1, Staging::kBytes, Staging::kBytes + 1,
        2 * Staging::kBytes, 3 * Staging::kBytes - 5, 17 * kMiB + 3}) {
    std::vector<unsigned char> values(bytes);
    for (std::size_t i = 0; i < bytes; ++i) values[i] = static_cast<unsigned char>(i * 31 + i / 4099);
    const OnTheCard<unsigned char> card(values);
    EXPECT_EQ(card.values(), values) << bytes;
  }
}

TEST_F(CudaBackendTest, WhatWasCopiedFromMayChangeAtOnce) {
  auto values = filled<float>(3 << 20);
  const auto before = values;
  const OnTheCard<float> card(values);
  std::fill(values.begin(), values.end(), 1.f);
  EXPECT_EQ(card.values(), before);
}

TEST_F(CudaBackendTest, CopiesOnTheCardAndFromPinnedMemory) {
  const auto values = filled<float>(100000);
  const OnTheCard<float> from(values), to(std::vector<float>(100000));
  cuda_backend(0).copy(to.data(), from.data(), from.bytes());
  EXPECT_EQ(to.values(), values);
  void* pinned = nullptr;
  ASSERT_EQ(cudaHostAlloc(&pinned, from.bytes(), cudaHostAllocDefault), cudaSuccess);
  cuda_backend(0).copy(pinned, from.data(), from.bytes());
  EXPECT_EQ(std::memcmp(pinned, values.data(), from.bytes()), 0);
  std::memset(pinned, 0, from.bytes());
  cuda_backend(0).copy(to.data(), pinned, from.bytes());
  EXPECT_EQ(to.values(), std::vector<float>(100000));
  cudaFreeHost(pinned);
}

TEST_F(CudaBackendTest, CopiesBetweenCards) {
  if (device_count() < 2) GTEST_SKIP() << "one card alone";
  const auto values = filled<double>(300000);
  const OnTheCard<double> from(values, 0), to(std::vector<double>(300000), 1),
      back(std::vector<double>(300000), 0);
  cuda_backend(1).copy(to.data(), from.data(), from.bytes());
  EXPECT_EQ(to.values(), values);
  cuda_backend(1).copy(back.data(), to.data(), to.bytes());
  EXPECT_EQ(back.values(), values);
}

TEST_F(CudaBackendTest, CountsItsMemory) {
  const Device device{DeviceType::cuda, 0};
  const MemoryStats before = memory_stats(device);
  {
    const OnTheCard<float> card(std::vector<float>(1000));
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(card.data()) % 512, 0u);
    EXPECT_EQ(memory_stats(device).in_use - before.in_use, 4096);
    EXPECT_EQ(memory_stats(device).allocations - before.allocations, 1);
  }
  EXPECT_EQ(memory_stats(device).in_use, before.in_use);
  EXPECT_GE(memory_stats(device).cached, 4096);
  reset_peak_memory(device);
  EXPECT_EQ(memory_stats(device).peak, before.in_use);
  if (before.in_use == 0) {
    empty_cache();
    EXPECT_EQ(memory_stats(device).cached, 0);
  }
}

TEST_F(CudaBackendTest, MoreThanThereIsIsOutOfMemory) {
  try {
    cuda_backend(0).allocate(std::size_t{1} << 46);
    FAIL() << "nothing was thrown";
  } catch (const OutOfMemoryError& error) {
    const std::string text = error.what();
    EXPECT_EQ(text.find("cuda:0: out of memory: could not allocate 70368744177664 bytes ("), 0u) << text;
    EXPECT_NE(text.find(" free on the card)"), std::string::npos) << text;
  }
}

template <class T> struct Product {
  Gemm call;
  std::vector<T> a, b, c;

  Product(std::int64_t m, std::int64_t n, std::int64_t k, int form, std::int64_t batch)
      : call{.transpose_a = (form & 1) != 0, .transpose_b = (form & 2) != 0, .m = m, .n = n, .k = k} {
    constexpr std::int64_t kGap = 3;
    call.beta = (form & 4) != 0 ? 1 : 0;
    call.lda = (call.transpose_a ? m : k) + kGap;
    call.ldb = (call.transpose_b ? k : n) + kGap;
    call.ldc = n + kGap;
    call.dtype = std::is_same_v<T, float> ? float32 : float64;
    call.batch = batch;
    call.stride_a = (call.transpose_a ? k : m) * call.lda;
    call.stride_b = (call.transpose_b ? n : k) * call.ldb;
    call.stride_c = m * call.ldc;
    a = filled<T>(static_cast<std::size_t>(batch * call.stride_a + 1), 1);
    b = filled<T>(static_cast<std::size_t>(batch * call.stride_b + 1), 2);
    c = filled<T>(static_cast<std::size_t>(batch * call.stride_c + 1), 3);
  }

  std::vector<T> on(Backend& backend, void* at_a, void* at_b, void* at_c) {
    call.a = at_a;
    call.b = at_b;
    call.c = at_c;
    backend.gemm(call);
    return {};
  }

  /// Small integers: every order of summation gives the same value, and the gaps between rows must stay as they were.
  void expect_as_on_the_cpu() {
    const OnTheCard<T> card_a(a), card_b(b), card_c(c);
    on(cuda_backend(0), card_a.data(), card_b.data(), card_c.data());
    on(backend(Device{}), a.data(), b.data(), c.data());
    EXPECT_EQ(card_c.values(), c) << call.m << " " << call.n << " " << call.k << " x " << call.batch;
  }
};

TEST_F(CudaBackendTest, GemmIsTheCpus) {
  for (int form = 0; form < 8; ++form) {
    for (std::int64_t m : {0, 1, 5, 33}) {
      for (std::int64_t n : {0, 1, 4, 40}) {
        for (std::int64_t k : {0, 1, 7, 64}) {
          for (std::int64_t batch : {1, 3}) {
            Product<float>(m, n, k, form, batch).expect_as_on_the_cpu();
            Product<double>(m, n, k, form, batch).expect_as_on_the_cpu();
          }
        }
      }
    }
  }
}

TEST_F(CudaBackendTest, GemmOfNoTermsScalesEvenNaN) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const OnTheCard<float> c({nan, 2, nan, 3, nan, 4});
  Gemm call{.m = 3, .n = 1, .k = 0, .lda = 1, .ldb = 1, .beta = 0, .c = c.data(), .ldc = 2};
  cuda_backend(0).gemm(call);
  EXPECT_EQ(c.values(), (std::vector<float>{0, 2, 0, 3, 0, 4}));
  call.c = static_cast<float*>(c.data()) + 1;
  call.beta = -0.5;
  cuda_backend(0).gemm(call);
  EXPECT_EQ(c.values(), (std::vector<float>{0, -1, 0, -1.5, 0, -2}));
}

TEST_F(CudaBackendTest, GemmRefusesWhatItCannotDo) {
  EXPECT_THROW(cuda_backend(0).gemm({.m = 1, .n = 1, .k = 1, .dtype = int32}), DTypeError);
  EXPECT_THROW(cuda_backend(0).gemm({.m = std::int64_t{1} << 32, .n = 1, .k = 1}), ValueError);
}

// Each thread has a handle, which the next one takes over; streams have workspaces of their own.
TEST_F(CudaBackendTest, GemmFromThreadsAndStreams) {
  static cudaStream_t streams[4] = {};
  for (cudaStream_t& stream : streams) {
    ASSERT_EQ(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), cudaSuccess);
  }
  for (int turn = 0; turn < 2; ++turn) {
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([i] {
        {
          const StreamGuard guard(0, i % 2 == 0 ? streams[i] : current_stream(0));
          for (int form = 0; form < 4; ++form) Product<float>(20 + i, 30, 40, form, 2).expect_as_on_the_cpu();
        }
        Product<float>(20, 30, 40, 0, 1).expect_as_on_the_cpu();
        synchronize({DeviceType::cuda, 0});
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
}

// With 11 bits of mantissa, 1 + 2^-12 is 1.
TEST_F(CudaBackendTest, FloatsKeepAllTheirBitsUnlessTf32IsAllowed) {
  EXPECT_FALSE(allows_tf32());
  const std::size_t size = 256 * 256;
  const float value = 1 + std::ldexp(1.f, -12);
  const OnTheCard<float> a(std::vector<float>(size, value)), c{std::vector<float>(size)};
  Gemm call{.m = 256,
            .n = 256,
            .k = 256,
            .a = a.data(),
            .lda = 256,
            .b = a.data(),
            .ldb = 256,
            .c = c.data(),
            .ldc = 256};
  cuda_backend(0).gemm(call);
  EXPECT_NEAR(c.values()[0], 256 * value * value, 1e-3);
  allow_tf32(true);
  cuda_backend(0).gemm(call);
  allow_tf32(false);
  EXPECT_NEAR(c.values()[0], 256, 1);
  cuda_backend(0).gemm(call);
  EXPECT_NEAR(c.values()[0], 256 * value * value, 1e-3);
}

TEST_F(CudaBackendTest, TheSameCallGivesTheSameBits) {
  std::vector<float> values(512 * 512);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = std::sin(static_cast<float>(i));
  const OnTheCard<float> a(values), c(values);
  Gemm call{.m = 512,
            .n = 512,
            .k = 512,
            .a = a.data(),
            .lda = 512,
            .b = a.data(),
            .ldb = 512,
            .c = c.data(),
            .ldc = 512};
  cuda_backend(0).gemm(call);
  const auto first = c.values();
  for (int turn = 0; turn < 5; ++turn) {
    cuda_backend(0).gemm(call);
    ASSERT_EQ(c.values(), first);
  }
}

}  // namespace
}  // namespace tenet::cuda
