#include "tenet/backends/cuda/launch_shape.h"

#include <gtest/gtest.h>

#include <vector>

namespace tenet::cuda {
namespace {

TEST(LaunchShape, EnoughBlocksForFewIndices) {
  for (int block : {32, 256, 1024}) {
    for (std::int64_t n : {1, block - 1, block, block + 1, 2 * block, 2 * block + 1}) {
      const LaunchShape shape = launch_shape(n, block, 1000);
      EXPECT_EQ(shape.block, static_cast<unsigned>(block));
      EXPECT_EQ(shape.blocks, static_cast<unsigned>((n + block - 1) / block)) << n;
    }
  }
}

TEST(LaunchShape, NoMoreBlocksThanAFewWaves) {
  EXPECT_EQ(launch_shape(1 << 20, 256, 8).blocks, 32u);
  EXPECT_EQ(launch_shape(32 * 256, 256, 8).blocks, 32u);
  EXPECT_EQ(launch_shape(31 * 256, 256, 8).blocks, 31u);
}

TEST(LaunchShape, SizesAboveThirtyTwoBits) {
  for (std::int64_t n : {std::int64_t{1} << 31, (std::int64_t{1} << 31) + 1, std::int64_t{1} << 40,
                         std::int64_t{0x7fffffffffffffff}}) {
    const LaunchShape shape = launch_shape(n, 256, 1056);
    EXPECT_EQ(shape.blocks, 4224u) << n;
  }
  // A grid has at most 2^31 - 1 blocks, whatever is asked for.
  EXPECT_EQ(launch_shape(std::int64_t{1} << 40, 1, 1 << 30).blocks, 0x7fffffffu);
}

// The loop of a kernel, thread by thread: every index once, none beyond.
TEST(LaunchShape, TheThreadsOfAGridReachEveryIndexOnce) {
  for (std::int64_t n : {1, 5, 31, 32, 33, 127, 128, 129, 1000, 4097}) {
    const LaunchShape shape = launch_shape(n, 32, 1);
    const std::int64_t threads = std::int64_t{shape.blocks} * shape.block;
    std::vector<int> seen(static_cast<std::size_t>(n));
    for (std::int64_t thread = 0; thread < threads; ++thread) {
      for (std::int64_t i = thread; i < n; i += threads) ++seen[static_cast<std::size_t>(i)];
    }
    EXPECT_EQ(seen, std::vector<int>(static_cast<std::size_t>(n), 1)) << n;
  }
}

}  // namespace
}  // namespace tenet::cuda
