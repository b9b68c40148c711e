#include "tenet/framework/core/memory.h"

#include <gtest/gtest.h>

#include "tenet/tenet.h"

namespace tenet {
namespace {

TEST(Memory, CountsWhatTensorsHold) {
  const std::int64_t before = memory_stats().in_use;
  {
    const Tensor large = zeros({1 << 18});  // 1 MiB
    const Tensor small = zeros({8});
    const std::int64_t held = memory_stats().in_use - before;
    EXPECT_GE(held, (1 << 20) + 32);
    EXPECT_LT(held, (1 << 20) + (1 << 19));
  }
  EXPECT_EQ(memory_stats().in_use, before);
}

TEST(Memory, PeakRemembersTheMost) {
  reset_peak_memory();
  const std::int64_t before = memory_stats().peak;
  { const Tensor large = zeros({1 << 20}); }
  EXPECT_GE(memory_stats().peak - before, 1 << 22);
  reset_peak_memory();
  EXPECT_LT(memory_stats().peak - before, 1 << 22);
}

TEST(Memory, AMissingDeviceIsAnError) { EXPECT_THROW(memory_stats({DeviceType::cuda, 99}), DeviceError); }

}  // namespace
}  // namespace tenet
