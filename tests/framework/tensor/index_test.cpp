// x[...]: positions, slices, steps, ellipsis, new axes; reading and writing.
#include "tenet/framework/tensor/index.h"

#include <gtest/gtest.h>

#include <random>

#include "support/expect_error.h"
#include "support/scale.h"
#include "tenet/tenet.h"

namespace tenet {
namespace {

using tenet_test::message;
using tenet_test::scaled;
using tenet_test::values;
using Numbers = std::vector<double>;

Tensor cube() { return arange(24.f).reshape({2, 3, 4}); }

TEST(Index, PositionsTakeDimensionsAway) {
  const Tensor x = cube();
  EXPECT_EQ(x[1].shape(), (Shape{3, 4}));
  EXPECT_EQ(values(x[{1, 2}]), (Numbers{20, 21, 22, 23}));
  EXPECT_EQ((x[{1, 2, 3}].item<float>()), 23);
  EXPECT_EQ((x[{-1, -3, -4}].item<float>()), 12);
  EXPECT_EQ(x[1].data<float>(), x.data<float>() + 12);
}

TEST(Index, SlicesKeepThem) {
  const Tensor x = cube();
  EXPECT_EQ(values((x[{0, Slice(1, 3), Slice(0, 2)}])), (Numbers{4, 5, 8, 9}));
  EXPECT_EQ((x[{Slice(), Slice(1, 2)}].shape()), (Shape{2, 1, 4}));
  EXPECT_EQ(values((x[{1, 1, Slice(-3, -1)}])), (Numbers{17, 18}));
  EXPECT_EQ(values((x[{1, 1, Slice(-2)}])), (Numbers{18, 19})) << "an empty stop is the end";
  EXPECT_EQ(values((x[{1, 1, Slice({}, -2)}])), (Numbers{16, 17}));
}

TEST(Index, SlicesStepAndClampAsInPython) {
  const Tensor x = arange(10.f);
  EXPECT_EQ(values(x[Slice(1, 8, 3)]), (Numbers{1, 4, 7}));
  EXPECT_EQ(values(x[Slice({}, {}, 4)]), (Numbers{0, 4, 8}));
  EXPECT_EQ(values(x[Slice(7, 100)]), (Numbers{7, 8, 9}));
  EXPECT_EQ(values(x[Slice(-100, 2)]), (Numbers{0, 1}));
  EXPECT_EQ(values(x[Slice(5, 2)]), Numbers{});
  EXPECT_EQ(values(x[Slice(100, 200)]), Numbers{});
  EXPECT_EQ(values(x[Slice(3, {}, INT64_MAX)]), Numbers{3});
  EXPECT_EQ(values(x[Slice(INT64_MIN, INT64_MAX, 9)]), (Numbers{0, 9}));
}

TEST(Index, EllipsisAndNewAxes) {
  const Tensor x = cube();
  EXPECT_EQ((x[{ellipsis, 0}].shape()), (Shape{2, 3}));
  EXPECT_EQ(values((x[{1, ellipsis, 3}])), (Numbers{15, 19, 23}));
  EXPECT_EQ((x[{0, ellipsis, 1, 2}].item<float>()), 6) << "an ellipsis of nothing";
  EXPECT_EQ(x[newaxis].shape(), (Shape{1, 2, 3, 4}));
  EXPECT_EQ((x[{Slice(), newaxis, 0, ellipsis, newaxis}].shape()), (Shape{2, 1, 4, 1}));
  EXPECT_EQ(x[ellipsis].shape(), x.shape());
  EXPECT_EQ((tensor(5.)[{newaxis, newaxis}].shape()), (Shape{1, 1}));
}

TEST(Index, Errors) {
  const Tensor x = cube();
  EXPECT_EQ(
      message<IndexError>([&] { x[2]; }),
      "index: position 2 is out of range for dimension 0 of extent 2 (shape [2, 3, 4]). Use a position in "
      "[-2, 1].");
  EXPECT_EQ(
      message<IndexError>([&] {
        x[{0, -4}];
      }),
      "index: position -4 is out of range for dimension 1 of extent 3 (shape [2, 3, 4]). Use a position in "
      "[-3, 2].");
  EXPECT_EQ(message<IndexError>([&] {
              x[{0, 0, 0, 0}];
            }),
            "index: 4 dimensions and 0 ellipses were named for a tensor of 3 dimensions (shape [2, 3, 4]). "
            "Name each "
            "dimension at most once, and one ellipsis.");
  EXPECT_THROW((x[{ellipsis, 0, ellipsis}]), IndexError);
  EXPECT_THROW(tensor(1.)[0], IndexError);
  EXPECT_EQ(
      message<ValueError>([&] { x[Slice({}, {}, 0)]; }),
      "index: the step of a slice is 0 but must be 1 or more. Reverse with index_select, or flip the loop.");
  EXPECT_THROW(x[Slice({}, {}, -1)], ValueError);
  EXPECT_THROW(zeros({0})[0], IndexError);
  EXPECT_THROW((zeros({1, 1, 1, 1, 1, 1, 1, 1})[newaxis]), ShapeError) << "a ninth dimension";
}

TEST(Index, AssignmentWritesTheElements) {
  Tensor x = zeros({3, 4});
  x[0] = tensor({1., 2., 3., 4.});
  x[{Slice(1, 3), Slice(0, 2)}] = 7.;
  x[{2, 3}] = 9;
  x[{Slice(), 2}] += 100;
  EXPECT_EQ(values(x), (Numbers{1, 2, 103, 4, 7, 7, 100, 0, 7, 7, 100, 9}));
  x[1] = x[0];  // a row into a row, as Python does
  EXPECT_EQ(values(x[1]), (Numbers{1, 2, 103, 4}));
  x[{Slice({}, {}, 2), 0}] = tensor({{5.}})[0];  // broadcasts
  EXPECT_EQ(values((x[{Slice(), 0}])), (Numbers{5, 1, 5}));
  x[{ellipsis, 3}] = tensor({1, 2, 3});  // converts
  EXPECT_EQ(values((x[{Slice(), 3}])), (Numbers{1, 2, 3}));
  x[Slice(1, 1)] = 1000.;
  EXPECT_EQ(values(x).size(), 12u);
}

TEST(Index, ANamedPartIsRebound) {
  Tensor x = zeros({2, 2});
  Tensor row = x[0];
  row = ones({2});
  EXPECT_EQ(values(x), Numbers(4, 0));
  row = x[0];
  row += 1;
  EXPECT_EQ(values(x), (Numbers{1, 1, 0, 0}));
}

TEST(Index, ARefusedAssignmentWritesNothing) {
  Tensor x = zeros({2, 2});
  EXPECT_EQ(message<ShapeError>([&] { x[0] = ones({3}); }),
            "copy_: shapes [2] and [3] do not broadcast: dimension -1 has extents 2 and 3. Extents must be "
            "equal, or "
            "one of them 1; reshape or unsqueeze first.");
  EXPECT_THROW(x[5] = 1., IndexError);
  EXPECT_EQ(values(x), Numbers(4, 0));
}

TEST(Index, SelectAndNarrow) {
  const Tensor x = cube();
  EXPECT_EQ(values(x.select(1, -1)), values((x[{Slice(), 2}])));
  EXPECT_EQ(values(x.narrow(2, 1, 2)), values((x[{ellipsis, Slice(1, 3)}])));
  EXPECT_EQ(values(x.narrow(2, -2, 2)), values((x[{ellipsis, Slice(2, 4)}])));
  EXPECT_EQ(x.narrow(0, 2, 0).shape(), (Shape{0, 3, 4}));
  EXPECT_EQ(message<IndexError>([&] { x.narrow(2, 3, 2); }),
            "narrow: start 3 and length 2 leave dimension 2 of extent 4 (shape [2, 3, 4]). start + length "
            "may be at "
            "most 4.");
  EXPECT_THROW(x.narrow(0, 0, INT64_MAX), IndexError);
  EXPECT_THROW(x.narrow(0, 0, -1), IndexError);
  EXPECT_THROW(x.select(3, 0), IndexError);
  EXPECT_THROW(tensor(1.).select(0, 0), IndexError);
}

/// Every index against Python's rules, spelled out element by element.
TEST(Index, RandomIndicesReadWhatPythonWould) {
  for (std::int64_t seed = 1; seed <= scaled(2000); ++seed) {
    std::mt19937_64 random(static_cast<std::uint64_t>(seed));
    const auto below = [&](std::int64_t n) {
      return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(n));
    };
    Shape shape;
    for (std::int64_t d = below(4); d >= 0; --d) shape.push_back(below(5));
    const Tensor x = arange(count(shape)).reshape(shape);
    std::vector<Index> index;
    std::vector<std::vector<std::int64_t>> positions;  // along each dimension, in order
    Shape want;
    for (std::int64_t n : shape) {
      if (below(5) == 0) {
        index.push_back(newaxis);
        want.push_back(1);
      }
      positions.emplace_back();
      if (n > 0 && below(2) == 0) {
        const std::int64_t at = below(2 * n) - n;
        index.push_back(at);
        positions.back() = {(at + n) % n};
        continue;
      }
      const std::int64_t start = below(13) - 6, stop = below(13) - 6, step = 1 + below(3);
      index.push_back(Slice(start, stop, step));
      const auto clip = [n](std::int64_t p) { return p < -n ? 0 : p < 0 ? p + n : p > n ? n : p; };
      for (std::int64_t p = clip(start); p < clip(stop); p += step) positions.back().push_back(p);
      want.push_back(static_cast<std::int64_t>(positions.back().size()));
    }
    Numbers elements{0};
    for (std::size_t d = 0; d < positions.size(); ++d) {
      Numbers longer;
      for (double e : elements) {
        for (std::int64_t p : positions[d])
          longer.push_back(e * static_cast<double>(shape[static_cast<std::int64_t>(d)]) +
                           static_cast<double>(p));
      }
      elements = longer;
    }
    if (want.size() > Dims::kMaxRank) continue;
    const Tensor y = x.index(index);
    ASSERT_EQ(y.shape(), want) << "seed " << seed << " shape " << shape;
    ASSERT_EQ(values(y), elements) << "seed " << seed << " shape " << shape;
  }
}

TEST(Index, APlaceInNothingIsRefused) {
  EXPECT_ERROR(zeros({2, 0}).select(1, 0), IndexError,
               "index: position 0 is out of range for dimension 1 of extent 0 (shape [2, 0]). It is empty.");
}

}  // namespace
}  // namespace tenet
