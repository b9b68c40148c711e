// An index space is collapsed without a change of what is visited, or in which order.
#include "tenet/framework/core/loop.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "support/scale.h"
#include "tenet/framework/core/strides.h"

namespace tenet {
namespace {

using tenet_test::scaled;

/// The byte offsets of all operands, step by step.
std::vector<std::vector<std::int64_t>> visits(const Loop& loop) {
  std::vector<std::vector<std::int64_t>> all;
  for (int k = 0; k < loop.operands; ++k) {
    std::vector<std::int64_t> at{0};
    for (int d = 0; d < loop.sizes.size(); ++d) {
      std::vector<std::int64_t> longer;
      for (std::int64_t base : at) {
        for (std::int64_t i = 0; i < loop.sizes[d]; ++i) {
          longer.push_back(base + i * loop.strides[static_cast<std::size_t>(k)][d]);
        }
      }
      at = longer;
    }
    all.push_back(at);
  }
  return all;
}

Loop loop_of(const Shape& sizes, std::initializer_list<Strides> strides) {
  Loop loop;
  loop.sizes = sizes;
  for (const Strides& s : strides) loop.strides[static_cast<std::size_t>(loop.operands++)] = s;
  return loop;
}

TEST(Loop, CollapsesWhatAllOperandsWalkAsOne) {
  Loop dense = loop_of({2, 3, 4}, {{48, 16, 4}, {96, 32, 8}});
  dense.collapse();
  EXPECT_EQ(dense.sizes, Shape{24});
  EXPECT_EQ(dense.strides[0][0], 4);  // strides beyond the sizes mean nothing
  EXPECT_EQ(dense.strides[1][0], 8);

  Loop row = loop_of({2, 3, 4}, {{48, 16, 4}, {0, 16, 4}});  // the second is broadcast
  row.collapse();
  EXPECT_EQ(row.sizes, (Shape{2, 12}));

  Loop ones = loop_of({1, 5, 1}, {{99, 4, 77}});
  ones.collapse();
  EXPECT_EQ(ones.sizes, Shape{5});

  Loop scalar = loop_of({1, 1}, {{4, 4}});
  scalar.collapse();
  EXPECT_EQ(scalar.sizes, Shape{});
}

TEST(Loop, RandomOnesVisitTheSame) {
  for (std::int64_t seed = 1; seed <= scaled(2000); ++seed) {
    std::mt19937_64 random(static_cast<std::uint64_t>(seed));
    const auto below = [&](std::int64_t n) {
      return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(n));
    };
    Loop loop;
    for (std::int64_t d = below(6); d > 0; --d) loop.sizes.push_back(below(4));
    loop.operands = 1 + static_cast<int>(below(Loop::kMaxOperands));
    for (int k = 0; k < loop.operands; ++k) {
      Strides strides = contiguous_strides(loop.sizes);
      for (std::int64_t& s : strides) s = below(3) == 0 ? (below(2) ? 0 : s * 2) : s;
      loop.strides[static_cast<std::size_t>(k)] = strides;
    }
    const auto before = visits(loop);
    loop.collapse();
    ASSERT_EQ(visits(loop), before) << "seed " << seed;
    for (std::int64_t n : loop.sizes) ASSERT_NE(n, 1) << "seed " << seed;
  }
}

}  // namespace
}  // namespace tenet
