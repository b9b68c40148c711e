#include <gtest/gtest.h>

#include "support/expect.h"
#include "tenet/tenet.h"
#include "tenet/testing.h"

namespace {

using tenet::Dims;
using tenet::Shape;
using tenet::Tensor;
using tenet_test::message;

TEST(Pad, SurroundsTheLastDimensionFirst) {
  const Tensor x = tenet::tensor({{1, 2}, {3, 4}});
  EXPECT_TRUE(tenet::equal(tenet::pad(x, {1, 0}), tenet::tensor({{0, 1, 2}, {0, 3, 4}})));
  EXPECT_TRUE(tenet::equal(tenet::pad(x, {0, 1, 1, 0}, 9), tenet::tensor({{9, 9, 9}, {1, 2, 9}, {3, 4, 9}})));
  EXPECT_TRUE(tenet::equal(tenet::pad(x, {}), x));
}

TEST(Pad, CropsWhereAWidthIsNegative) {
  const Tensor x = tenet::arange(12).reshape({3, 4});
  EXPECT_TRUE(tenet::equal(tenet::pad(x, {-1, -1}), x[{tenet::ellipsis, tenet::Slice(1, 3)}]));
  EXPECT_TRUE(tenet::equal(tenet::pad(x, {-1, 1, 0, -2}, 5), tenet::tensor({{1, 2, 3, 5}})));
  EXPECT_EQ(tenet::pad(x, {-4, 0}).shape(), (Shape{3, 0}));
  // All of x is cropped before the right side is padded.
  EXPECT_TRUE(tenet::equal(tenet::pad(tenet::ones({3}), {-5, 4}, 7), tenet::full({2}, 7.)));
}

TEST(Pad, TakesEveryTypeAndLayout) {
  EXPECT_TRUE(tenet::equal(tenet::pad(tenet::tensor({true}), {1, 1}), tenet::tensor({false, true, false})));
  EXPECT_TRUE(tenet::equal(tenet::pad(tenet::ones({1}, {.dtype = tenet::uint8}), {1, 0}, 200),
                           tenet::tensor({200, 1}, {.dtype = tenet::uint8})));
  EXPECT_TRUE(tenet::equal(tenet::pad(tenet::arange(6).reshape({2, 3}).t(), {1, 0}),
                           tenet::tensor({{0, 0, 3}, {0, 1, 4}, {0, 2, 5}})));
  EXPECT_TRUE(tenet::equal(tenet::pad(tenet::zeros({2, 0}), {1, 2}, 3), tenet::full({2, 3}, 3.)));
}

TEST(Pad, IsItsOwnAdjointWithTheWidthsNegated) {
  const tenet::RandomOptions f32{.dtype = tenet::float32};
  for (const Dims& widths :
       {Dims{1, 2}, Dims{-1, 0}, Dims{2, -3, -1, 1}, Dims{-4, 3, 0, 1}, Dims{-2, -3}, Dims{-6, 4}}) {
    Dims negated = widths;
    for (std::int64_t& w : negated) w = -w;
    const Tensor x = tenet::randint(-9, 10, {4, 5}, f32);
    const Tensor y = tenet::randint(-9, 10, tenet::pad(x, widths).shape(), f32);
    const auto pad = [&](const Tensor& t) { return tenet::pad(t, widths); };
    const auto crop = [&](const Tensor& t) { return tenet::pad(t, negated); };
    EXPECT_ADJOINT(pad, crop, x, y) << widths;
  }
}

TEST(Pad, HasGradientsOfEveryOrder) {
  const Tensor x = tenet::randn({2, 3}, {.dtype = tenet::float64});
  EXPECT_GRADIENTS_OF_ORDER(
      2,
      [](const Tensor& t) {
        return tenet::pad(t, {1, -1, 0, 2}, 3).square();
      },
      x);
  const Tensor leaf = tenet::ones({3}, {.requires_grad = true});
  EXPECT_EQ(tenet::pad(leaf, {1, 1}).grad_fn(), "pad");
}

TEST(Pad, SaysWhatDoesNotFit) {
  const auto padded = [](const Dims& widths) { return [=] { tenet::pad(tenet::ones({3}), widths); }; };
  EXPECT_EQ(message<tenet::ValueError>(padded({1})),
            "pad: widths [1] has 1 entries. Pass two for each dimension, the last one first: {left, right, "
            "top, bottom, ...}.");
  EXPECT_EQ(
      message<tenet::ShapeError>(padded({1, 1, 1, 1})),
      "pad: widths [1, 1, 1, 1] name 2 dimensions but the tensor has 1 (shape [3]). Pass two widths for each "
      "dimension to pad, the last one first.");
  EXPECT_EQ(message<tenet::ShapeError>(padded({-2, -2})),
            "pad: dimension 0 of shape [3] has extent 3 and would get 3 + -2 + -2 = -1. Crop less.");
  const std::int64_t large = std::int64_t{1} << 62;
  EXPECT_EQ(message<tenet::ShapeError>(padded({large, large})),
            "pad: 4611686018427387907 + 4611686018427387904 does not fit 64 bits. Use smaller sizes.");
}

}  // namespace
