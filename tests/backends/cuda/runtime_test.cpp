#include "tenet/backends/cuda/runtime.h"

#include <gtest/gtest.h>

#include <thread>

#include "tenet/framework/core/backend.h"
#include "tenet/framework/core/error.h"

namespace tenet::cuda {
namespace {

#define TENET_NEEDS_CARD() \
  if (card_count() == 0) GTEST_SKIP() << "no card: " << why_none()

TEST(CudaRuntime, WhyThereIsNoCard) {
  EXPECT_EQ(reason_for(cudaSuccess, 1, 13000, 13000), "");
  EXPECT_EQ(reason_for(cudaErrorInsufficientDriver, 0, 0, 13000), "no CUDA driver is installed.");
  EXPECT_EQ(
      reason_for(cudaErrorInsufficientDriver, 0, 12040, 13000),
      "the CUDA driver is too old: it is for CUDA 12.4 and this build of Tenet for 13.0. Update the driver.");
  EXPECT_EQ(reason_for(cudaErrorNoDevice, 0, 13000, 13000),
            "there is a CUDA driver but no card (or CUDA_VISIBLE_DEVICES hides it).");
  EXPECT_EQ(reason_for(cudaSuccess, 0, 13000, 13000), reason_for(cudaErrorNoDevice, 0, 13000, 13000));
  const std::string other = reason_for(cudaErrorLaunchFailure, 0, 13000, 13000);
  EXPECT_EQ(other.find("the CUDA driver says: "), 0u) << other;
  EXPECT_NE(other.find("(cudaErrorLaunchFailure)"), std::string::npos) << other;
}

TEST(CudaRuntime, AvailableOrWithAReason) {
  EXPECT_EQ(is_available(), device_count() > 0);
  EXPECT_EQ(is_available(), reason().empty());
  EXPECT_NO_THROW(empty_cache());
  EXPECT_NO_THROW(synchronize(Device{}));
}

TEST(CudaRuntime, ACardThatIsNotThereIsADeviceError) {
  for (int device : {-1, 99}) {
    EXPECT_THROW(properties(device), DeviceError);
    EXPECT_THROW(backend({DeviceType::cuda, static_cast<std::int8_t>(device)}), DeviceError);
    EXPECT_THROW(synchronize({DeviceType::cuda, static_cast<std::int8_t>(device)}), DeviceError);
    EXPECT_THROW(current_stream(device), DeviceError);
  }
  try {
    backend({DeviceType::cuda, 99});
    FAIL() << "nothing was thrown";
  } catch (const DeviceError& error) {
    const std::string wanted = is_available()
                                   ? "The last one is cuda:" + std::to_string(card_count() - 1) + "."
                                   : why_none() + " Use the CPU.";
    EXPECT_NE(std::string(error.what()).find(wanted), std::string::npos) << error.what();
  }
}

TEST(CudaRuntime, AStatusBecomesADeviceError) {
  EXPECT_NO_THROW(check(cudaSuccess, "cudaMalloc", 0));
  try {
    check(cudaErrorLaunchFailure, "kernel launch", 1);
    FAIL() << "nothing was thrown";
  } catch (const DeviceError& error) {
    EXPECT_STREQ(error.what(),
                 "cuda:1: kernel launch failed: unspecified launch failure (cudaErrorLaunchFailure).");
  }
}

TEST(CudaRuntime, Properties) {
  TENET_NEEDS_CARD();
  const DeviceProperties found = properties(0);
  EXPECT_FALSE(found.name.empty());
  EXPECT_GE(found.major, 7);
  EXPECT_GT(found.multiprocessors, 0);
  EXPECT_GT(found.free_memory, 0);
  EXPECT_LE(found.free_memory, found.total_memory);
}

TEST(CudaRuntime, AGuardPutsTheDeviceBack) {
  TENET_NEEDS_CARD();
  const int other = card_count() - 1;
  int now = -1;
  {
    const DeviceGuard guard(other);
    ASSERT_EQ(cudaGetDevice(&now), cudaSuccess);
    EXPECT_EQ(now, other);
  }
  ASSERT_EQ(cudaGetDevice(&now), cudaSuccess);
  EXPECT_EQ(now, 0);
  EXPECT_THROW(DeviceGuard(99), DeviceError);
}

TEST(CudaRuntime, TheCurrentStreamIsTheThreadsOwn) {
  TENET_NEEDS_CARD();
  cudaStream_t usual = current_stream(0);
  EXPECT_NE(usual, nullptr) << "not the legacy stream, which waits for everything";
  cudaStream_t one = nullptr, two = nullptr;
  ASSERT_EQ(cudaStreamCreateWithFlags(&one, cudaStreamNonBlocking), cudaSuccess);
  ASSERT_EQ(cudaStreamCreateWithFlags(&two, cudaStreamNonBlocking), cudaSuccess);
  {
    const StreamGuard outer(0, one);
    EXPECT_EQ(current_stream(0), one);
    {
      const StreamGuard inner(0, two);
      EXPECT_EQ(current_stream(0), two);
    }
    EXPECT_EQ(current_stream(0), one);
    std::thread([&] { EXPECT_EQ(current_stream(0), usual); }).join();
    if (card_count() > 1) {
      EXPECT_NE(current_stream(1), one) << "the guard is for card 0";
    }
  }
  EXPECT_EQ(current_stream(0), usual);
  order_streams(0, one, two);
  EXPECT_NO_THROW(synchronize({DeviceType::cuda, 0}));
  cudaStreamDestroy(one);
  cudaStreamDestroy(two);
}

TEST(CudaRuntime, OccupancyIsFoundOnceForEachCard) {
  TENET_NEEDS_CARD();
  int found = 0;
  const Occupancies all([&](int device) {
    ++found;
    return Occupancy{.block = 64, .blocks = device + 1};
  });
  for (int turn = 0; turn < 2; ++turn) {
    for (int device = 0; device < card_count(); ++device) EXPECT_EQ(all.of(device).blocks, device + 1);
  }
  EXPECT_EQ(found, card_count());
}

}  // namespace
}  // namespace tenet::cuda
