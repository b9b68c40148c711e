#include "tenet/backends/cuda/fast_int.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "support/scale.h"

namespace tenet::cuda {
namespace {

constexpr std::int32_t kLargest = 0x7fffffff;

void expect_divides(std::int32_t n, std::int32_t d) {
  const FastInt fast(d);
  ASSERT_EQ(n / fast, n / d) << n << " / " << d;
  ASSERT_EQ(n % fast, n % d) << n << " % " << d;
}

TEST(FastInt, DividesAtTheEdges) {
  std::vector<std::int32_t> edges = {1, 2, 3, 5, 6, 7, 641, kLargest - 1, kLargest};
  for (int bit = 3; bit < 31; ++bit) {
    for (int beside = -1; beside <= 1; ++beside) edges.push_back((1 << bit) + beside);
  }
  for (std::int32_t d : edges) {
    for (std::int32_t n : edges) expect_divides(n, d);
    const std::int32_t multiple = kLargest / d * d;
    for (std::int32_t n : {0, d - 1, d, multiple - 1, multiple, kLargest}) expect_divides(n, d);
  }
}

TEST(FastInt, DividesWhateverIsDrawn) {
  std::mt19937 random(1);
  for (std::int64_t i = 0; i < tenet_test::scaled(1'000'000); ++i) {
    const auto n = static_cast<std::int32_t>(random() >> 1);
    const auto d = static_cast<std::int32_t>((random() >> 1) >> random() % 31);
    if (d > 0) expect_divides(n, d);
  }
}

TEST(FastInt, IsAnIntegerElse) {
  EXPECT_EQ(FastInt(-3) + 5 * FastInt(2), 7);
  EXPECT_TRUE(FastInt(0) == 0 && FastInt() < FastInt(1));
}

TEST(Split, TakesAFlatIndexApart) {
  const FastInt sizes[] = {4, 1, 7};
  for (std::int32_t i = 0; i < 3 * 4 * 7; ++i) {
    Split<std::int32_t> index{i};
    const auto c = index.next(sizes[2]), b = index.next(sizes[1]), a = index.next(sizes[0]);
    EXPECT_EQ((((index.rest * 4) + a) * 1 + b) * 7 + c, i);
  }
}

TEST(FitFastInts, LeavesRoom) {
  EXPECT_TRUE(fit_fast_ints(0, 1000, -1000));
  EXPECT_FALSE(fit_fast_ints(1, std::int64_t{1} << 29));
  EXPECT_FALSE(fit_fast_ints(-(std::int64_t{1} << 29)));
}

}  // namespace
}  // namespace tenet::cuda
