#include "tenet/ops/pool/unfold.h"

#include <gtest/gtest.h>

#include "support/expect.h"
#include "support/scale.h"
#include "tenet/tenet.h"
#include "tenet/testing.h"

namespace {

using tenet::Shape;
using tenet::Tensor;
using tenet_test::message;

TEST(Unfold, PutsEachWindowIntoAColumn) {
  const Tensor x = tenet::arange(9.f).reshape({1, 3, 3});
  EXPECT_TRUE(
      tenet::equal(tenet::unfold(x, 2),
                   tenet::tensor({{0., 1., 3., 4.}, {1., 2., 4., 5.}, {3., 4., 6., 7.}, {4., 5., 7., 8.}})));
  EXPECT_TRUE(tenet::equal(tenet::unfold(x, {1, 2}, {.stride = 2, .padding = {0, 1}}),
                           tenet::tensor({{0., 1., 0., 7.}, {0., 2., 6., 8.}})));
  EXPECT_EQ(tenet::unfold(tenet::ones({2, 3, 5, 6}), {2, 3}).shape(), (Shape{2, 18, 16}));
}

TEST(Unfold, TurnsAConvolutionIntoAProduct) {
  const tenet::RandomOptions integers{.dtype = tenet::float32};
  const Tensor x = tenet::randint(-4, 5, {2, 3, 7, 6}, integers),
               w = tenet::randint(-4, 5, {4, 3, 3, 2}, integers);
  const Tensor columns = tenet::unfold(x, {3, 2}, {.stride = {2, 1}, .padding = {1, 2}, .dilation = {1, 2}});
  const Tensor y = tenet::conv2d(x, w, {}, {.stride = {2, 1}, .padding = {1, 2}, .dilation = {1, 2}});
  EXPECT_TRUE(tenet::equal(tenet::matmul(w.reshape({4, 18}), columns).reshape(y.shape()), y));
}

TEST(Fold, AddsColumnsUp) {
  const Tensor ones = tenet::ones({4, 4});
  EXPECT_TRUE(
      tenet::equal(tenet::fold(ones, 3, 2), tenet::tensor({{{1., 2., 1.}, {2., 4., 2.}, {1., 2., 1.}}})));
}

TEST(Unfold, AndFoldAreALinearPair) {
  tenet::Generator generator(8);
  for (std::int64_t i = 0; i < tenet_test::scaled(60); ++i) {
    const auto between = [&](std::int64_t a, std::int64_t b) {
      return tenet::randint(a, b + 1, {}, {.generator = &generator}).item<std::int64_t>();
    };
    const tenet::Dims kernel{between(1, 3), between(1, 3)}, dilation{between(1, 2), between(1, 2)};
    const tenet::UnfoldOptions options{
        .stride = {between(1, 3), between(1, 3)},
        .padding = {{between(0, 2), between(0, 2)}, {between(0, 2), between(0, 2)}},
        .dilation = dilation};
    const tenet::Dims size{between(5, 8), between(5, 8)};
    SCOPED_TRACE(tenet::cat("case ", i, " kernel ", kernel, " dilation ", dilation, " size ", size));
    const tenet::RandomOptions integers{.dtype = tenet::float32, .generator = &generator};
    const Tensor x = tenet::randint(-9, 10, {2, 3, size[0], size[1]}, integers);
    const Tensor y = tenet::randint(-9, 10, tenet::unfold(x, kernel, options).shape(), integers);
    const auto unfold = [&](const Tensor& t) { return tenet::unfold(t, kernel, options); };
    const auto fold = [&](const Tensor& t) { return tenet::fold(t, size, kernel, options); };
    EXPECT_ADJOINT(unfold, fold, x, y);
    EXPECT_TRUE(tenet::equal(unfold(x.transpose(2, 3).clone().transpose(2, 3)), unfold(x)));
    EXPECT_TRUE(tenet::equal(fold(y.transpose(1, 2).clone().transpose(1, 2)), fold(y)));
    EXPECT_TRUE(tenet::equal(unfold(x[0]), unfold(x)[0]));
    EXPECT_TRUE(tenet::equal(fold(y[0]), fold(y)[0]));
  }
}

TEST(Unfold, HasGradientsOfEveryOrder) {
  const Tensor x = tenet::randn({1, 2, 4, 3}, {.dtype = tenet::float64});
  EXPECT_GRADIENTS_OF_ORDER(
      2, [](const Tensor& t) { return tenet::unfold(t, 2, {.padding = 1}).square(); }, x);
  EXPECT_GRADIENTS_OF_ORDER(
      2,
      [](const Tensor& t) {
        return tenet::fold(tenet::unfold(t, 2), {4, 3}, 2).square();
      },
      x);
}

TEST(Unfold, AcceptsEmptyBatches) {
  const Tensor y = tenet::unfold(tenet::zeros({0, 3, 4, 4}), 2);
  EXPECT_EQ(y.shape(), (Shape{0, 12, 9}));
  EXPECT_EQ(tenet::fold(y, 4, 2).shape(), (Shape{0, 3, 4, 4}));
  EXPECT_EQ(tenet::unfold(tenet::zeros({2, 0, 4, 4}), 2).shape(), (Shape{2, 0, 9}));
}

TEST(Unfold, SaysWhatDoesNotFit) {
  EXPECT_EQ(message<tenet::ShapeError>([] {
              tenet::unfold(tenet::ones({1, 2, 2}), 3);
            }),
            "unfold: the kernel does not fit the padded input along H: 2 + 0 + 0 = 2 < 3 = 1 * (3 - 1) + 1 "
            "(in + low + high < "
            "dilation * (kernel - 1) + 1). The smallest input that fits has extent 3; or pad more, or use a "
            "smaller kernel or "
            "dilation.");
  EXPECT_EQ(message<tenet::ShapeError>([] {
              tenet::unfold(tenet::ones({2, 2}), 2);
            }),
            "unfold: input must have 4 dimensions (N,C,H,W), or 3 without a batch (C,H,W), but has shape [2, "
            "2]. Reshape it, or "
            "add dimensions with unsqueeze.");
  EXPECT_EQ(message<tenet::DTypeError>([] {
              tenet::unfold(tenet::ones({1, 2, 2}, {.dtype = tenet::int64}), 2);
            }),
            "unfold: needs a floating-point tensor but got int64. Convert with .to(tenet::float32).");
  EXPECT_EQ(message<tenet::ShapeError>([] {
              tenet::fold(tenet::ones({1, 9, 4}), 3, 2);
            }),
            "fold: input must have shape [N, C * 4, L] or [C * 4, L] for kernel [2, 2] but has [1, 9, 4]. "
            "Reshape it, or pass "
            "the kernel it was unfolded with.");
  EXPECT_EQ(message<tenet::ShapeError>([] {
              tenet::fold(tenet::ones({1, 8, 5}), 3, 2);
            }),
            "fold: input [1, 8, 5] has 5 columns but output_size [3, 3] has 2 * 2 = 4 windows. Pass the size "
            "and options it "
            "was unfolded with.");
}

}  // namespace
