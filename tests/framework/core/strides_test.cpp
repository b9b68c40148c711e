// The mathematics of strides, each rule against all elements of small cases.
#include "tenet/framework/core/strides.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <set>

#include "support/expect.h"
#include "support/scale.h"
#include "tenet/framework/core/error.h"

namespace tenet {
namespace {

using tenet_test::message;
using tenet_test::scaled;

/// Where each element lies, in row-major order.
std::vector<std::int64_t> places(const Shape& shape, const Strides& strides) {
  std::vector<std::int64_t> at{0};
  for (int d = 0; d < shape.size(); ++d) {
    std::vector<std::int64_t> longer;
    for (std::int64_t base : at) {
      for (std::int64_t i = 0; i < shape[d]; ++i) longer.push_back(base + i * strides[d]);
    }
    at = longer;
  }
  return at;
}

struct Random {
  std::mt19937_64 engine;
  explicit Random(std::int64_t seed) : engine(static_cast<std::uint64_t>(seed)) {}
  std::int64_t below(std::int64_t n) {
    return static_cast<std::int64_t>(engine() % static_cast<std::uint64_t>(n));
  }
};

/// The layout of a view made by slicing, permuting and, where asked, expanding a row-major tensor.
std::pair<Shape, Strides> random_layout(Random& random, bool expand) {
  Shape shape;
  for (std::int64_t d = random.below(5); d > 0; --d)
    shape.push_back(random.below(8) == 0 ? 0 : 1 + random.below(4));
  Strides strides = contiguous_strides(shape);
  for (int d = 0; d < shape.size(); ++d) {
    const std::int64_t step = 1 + random.below(3);
    if (random.below(3) == 0) strides[d] *= step, shape[d] = (shape[d] + step - 1) / step;
    if (expand && shape[d] == 1 && random.below(2) == 0) strides[d] = 0, shape[d] = 1 + random.below(3);
    const std::int64_t other = random.below(d + 1);
    if (random.below(3) == 0) std::swap(shape[d], shape[other]), std::swap(strides[d], strides[other]);
  }
  return {shape, strides};
}

TEST(Strides, RowMajor) {
  EXPECT_EQ(contiguous_strides({2, 3, 4}), (Strides{12, 4, 1}));
  EXPECT_EQ(contiguous_strides({}), Strides{});
  EXPECT_EQ(contiguous_strides({2, 0, 4}), (Strides{4, 4, 1}));
}

TEST(Strides, ContiguousOverlappingAndExtentMatchTheElements) {
  for (std::int64_t seed = 1; seed <= scaled(5000); ++seed) {
    Random random(seed);
    const auto [shape, strides] = random_layout(random, true);
    const auto at = places(shape, strides);
    bool in_order = true;
    for (std::size_t i = 0; i < at.size(); ++i) in_order &= at[i] == static_cast<std::int64_t>(i);
    const std::set<std::int64_t> distinct(at.begin(), at.end());
    ASSERT_EQ(is_contiguous(shape, strides), in_order) << "seed " << seed << ' ' << shape << strides;
    ASSERT_EQ(may_overlap(shape, strides), distinct.size() != at.size())
        << "seed " << seed << ' ' << shape << strides;
    ASSERT_EQ(extent(shape, strides), at.empty() ? 0 : *distinct.rbegin() + 1) << "seed " << seed;
  }
}

TEST(Strides, OverlapIsNeverMissed) {
  for (std::int64_t seed = 1; seed <= scaled(5000); ++seed) {
    Random random(seed);
    Shape shape, strides;
    for (std::int64_t d = 1 + random.below(3); d > 0; --d)
      shape.push_back(1 + random.below(4)), strides.push_back(random.below(7));
    const auto at = places(shape, strides);
    if (std::set<std::int64_t>(at.begin(), at.end()).size() != at.size()) {
      ASSERT_TRUE(may_overlap(shape, strides)) << "seed " << seed << ' ' << shape << strides;
    }
  }
}

/// All shapes with this many elements and at most `rank` dimensions.
std::vector<Shape> factorings(std::int64_t n, int rank) {
  if (rank == 0) return n == 1 ? std::vector<Shape>{{}} : std::vector<Shape>{};
  std::vector<Shape> all = factorings(n, rank - 1);
  if (rank < 4) all = {};
  for (std::int64_t first = 1; first <= n; ++first) {
    if (n % first != 0) continue;
    for (Shape rest : factorings(n / first, rank - 1)) {
      rest.insert(0, first);
      all.push_back(rest);
    }
  }
  return all;
}

TEST(Strides, AViewIsFoundIfAndOnlyIfThereIsOne) {
  for (std::int64_t seed = 1; seed <= scaled(1000); ++seed) {
    Random random(seed);
    const auto [shape, strides] = random_layout(random, true);
    const auto at = places(shape, strides);
    if (at.empty()) continue;
    for (int rank = 1; rank <= 3; ++rank) {
      for (const Shape& target : factorings(count(shape), rank)) {
        // The elements themselves say what the strides would have to be.
        Strides needed = Dims::filled(target.size(), 0);
        std::int64_t inner = 1;
        for (int d = target.size() - 1; d >= 0; inner *= target[d--]) {
          if (target[d] > 1) needed[d] = at[static_cast<std::size_t>(inner)];
        }
        const bool possible = places(target, needed) == at;
        const auto found = view_strides(shape, strides, target);
        ASSERT_EQ(found.has_value(), possible)
            << "seed " << seed << ' ' << shape << strides << " as " << target;
        if (found) {
          ASSERT_EQ(places(target, *found), at) << "seed " << seed << ' ' << shape << strides << target;
        }
      }
    }
  }
}

TEST(Strides, ExtentIsChecked) {
  EXPECT_EQ(extent({}, {}), 1);
  EXPECT_EQ(extent({3, 0}, {1, 1}), 0);
  EXPECT_EQ(message<ShapeError>([] { extent({2}, {INT64_MAX}, "as_strided"); }),
            "as_strided: 9223372036854775807 + 1 does not fit 64 bits. Use smaller sizes.");
  EXPECT_THROW(extent({3}, {INT64_MAX}), ShapeError);
}

TEST(Dimensions, CountFromTheEnd) {
  EXPECT_EQ(normalize_dim(-1, 3, "op"), 2);
  EXPECT_EQ(normalize_dim(0, 0, "op"), 0);
  EXPECT_EQ(normalize_dim(-1, 0, "op"), 0);
  EXPECT_EQ(message<IndexError>([] { normalize_dim(3, 3, "sum"); }),
            "sum: dim 3 is out of range for a tensor of 3 dimensions. Use a dim in [-3, 2].");
  EXPECT_THROW(normalize_dim(INT64_MIN, 3, "op"), IndexError);
}

TEST(Dimensions, AsAMask) {
  EXPECT_EQ(dims_mask({}, 3, "op"), 7u);
  EXPECT_EQ(dims_mask({0, -1}, 3, "op"), 5u);
  EXPECT_EQ(dims_mask({}, 0, "op"), 0u);
  EXPECT_EQ(message<ValueError>([] {
              dims_mask({1, -2}, 3, "sum");
            }),
            "sum: dim -2 appears more than once in [1, -2]. Name each dimension once.");
}

TEST(Broadcasting, OfShapes) {
  EXPECT_EQ(broadcast_shapes({2, 1, 4}, {3, 1}, "op"), (Shape{2, 3, 4}));
  EXPECT_EQ(broadcast_shapes({}, {3}, "op"), Shape{3});
  EXPECT_EQ(broadcast_shapes({1}, {0}, "op"), Shape{0});
  EXPECT_EQ(
      message<ShapeError>([] {
        broadcast_shapes({5, 3}, {2, 3, 3}, "add");
      }),
      "add: shapes [5, 3] and [2, 3, 3] do not broadcast: dimension -2 has extents 5 and 3. Extents must be "
      "equal, or one of them 1; reshape or unsqueeze first.");
  EXPECT_THROW(broadcast_shapes({2}, {0}, "op"), ShapeError);
}

TEST(Broadcasting, ReadsTheSameElementAgain) {
  EXPECT_EQ(broadcast_strides({3, 1}, {1, 1}, {2, 3, 4}), (Strides{0, 1, 0}));
  EXPECT_EQ(broadcast_strides({}, {}, {2}), Strides{0});
}

TEST(Reshaping, InfersOneExtent) {
  EXPECT_EQ(infer_reshape({-1, 2}, {3, 4}, "op"), (Shape{6, 2}));
  EXPECT_EQ(infer_reshape({-1}, {}, "op"), Shape{1});
  EXPECT_EQ(infer_reshape({-1, 3}, {0, 3}, "op"), (Shape{0, 3}));
  EXPECT_EQ(message<ShapeError>([] {
              infer_reshape({-1, -1}, {4}, "reshape");
            }),
            "reshape: cannot use shape [-1, -1]. Extents must be 0 or more, and one of them may be -1.");
  EXPECT_EQ(message<ShapeError>([] { infer_reshape({-2}, {4}, "reshape"); }),
            "reshape: cannot use shape [-2]. Extents must be 0 or more, and one of them may be -1.");
  EXPECT_EQ(message<ShapeError>([] {
              infer_reshape({INT64_MAX, 2}, {4}, "reshape");
            }),
            "reshape: the number of elements of shape [9223372036854775807, 2] does not fit 64 bits.");
  EXPECT_THROW(infer_reshape({-1, 0}, {0}, "op"), ShapeError) << "any extent would do: ambiguous";
}

}  // namespace
}  // namespace tenet
