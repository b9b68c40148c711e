#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "ops/pool/reference_pool.h"
#include "support/expect.h"
#include "support/scale.h"
#include "tenet/testing.h"

namespace {

using tenet::Shape;
using tenet::Tensor;
using tenet_test::message;
using tenet_test::PoolCase;

TEST(MaxPool2d, TakesTheLargestOfEachWindow) {
  const Tensor x =
      tenet::tensor({{{{1., 5., 2., 0.}, {3., 4., 8., 7.}, {9., 6., 1., 2.}, {0., 2., 3., 4.}}}});
  EXPECT_TRUE(tenet::equal(tenet::max_pool2d(x, 2), tenet::tensor({{{{5., 8.}, {9., 4.}}}})));
  EXPECT_TRUE(tenet::equal(tenet::max_pool2d(x, {1, 3}, {.stride = {2, 1}}),
                           tenet::tensor({{{{5., 5.}, {9., 6.}}}})));
  const tenet::MaxPoolResult result = tenet::max_pool2d_with_indices(x, 2);
  EXPECT_TRUE(tenet::equal(result.indices, tenet::tensor({{{{1, 6}, {8, 15}}}})));
  EXPECT_TRUE(tenet::equal(result.values, tenet::max_pool2d(x, 2)));
  EXPECT_TRUE(tenet::equal(tenet::max_pool2d(x[0], 2),
                           tenet::tensor({{{5., 8.}, {9., 4.}}})));  // one without a batch
}

TEST(MaxPool2d, RoundsUpInCeilMode) {
  const Tensor x = tenet::arange(25.f).reshape({1, 1, 5, 5});
  EXPECT_EQ(tenet::max_pool2d(x, 2).shape(), (Shape{1, 1, 2, 2}));
  EXPECT_TRUE(tenet::equal(tenet::max_pool2d(x, 2, {.ceil_mode = true}),
                           tenet::tensor({{{{6., 8., 9.}, {16., 18., 19.}, {21., 23., 24.}}}})));
  // A window that would begin in the padding behind the input is left out.
  EXPECT_EQ(tenet::max_pool2d(x, 2, {.stride = 3, .padding = 1, .ceil_mode = true}).shape(),
            (Shape{1, 1, 2, 2}));
}

TEST(MaxPool2d, PropagatesNanAndKeepsTheFirstOfEqual) {
  const double nan = std::nan(""), infinity = std::numeric_limits<double>::infinity();
  const tenet::MaxPoolResult r = tenet::max_pool2d_with_indices(
      tenet::tensor({{{1., nan, 7., 7.}, {2., 3., 7., 7.}},
                     {{-infinity, -infinity, 0., -0.}, {-infinity, -infinity, -0., 0.}}}),
      2);
  EXPECT_EQ(tenet::str(r.values), "tensor([[[nan, 7.]],\n\n        [[-inf, 0.]]])");
  EXPECT_TRUE(tenet::equal(r.indices, tenet::tensor({{{1, 2}}, {{0, 2}}})));
}

TEST(MaxPool2d, TakesEveryNumberType) {
  const Tensor x = tenet::randint(0, 200, {2, 3, 6, 5});
  for (tenet::DType dtype : {tenet::float32, tenet::float64, tenet::int32, tenet::uint8}) {
    EXPECT_TRUE(tenet::equal(tenet::max_pool2d(x.to(dtype), 2), tenet::max_pool2d(x, 2).to(dtype)));
  }
  EXPECT_TRUE(
      tenet::equal(tenet::max_pool2d(-x, 3), tenet::max_pool2d((-x).to(tenet::float64), 3).to(tenet::int64)));
}

TEST(MaxPool2d, AgreesWithTheDefinitionOnRandomWindows) {
  const std::uint64_t seed = 5;
  tenet::Generator generator(seed);
  for (std::int64_t i = 0; i < tenet_test::scaled(300); ++i) {
    const PoolCase c = tenet_test::draw_pool(generator, true);
    SCOPED_TRACE(c.repro(i, seed));
    // Few distinct values, so that ties are common; laid out so that rows are columns.
    const Tensor x =
        tenet::randint(-4, 4, {2, 2, c.in[1], c.in[0]}, {.dtype = tenet::float32, .generator = &generator})
            .transpose(2, 3);
    const tenet::MaxPoolOptions options{.stride = {c.stride[0], c.stride[1]},
                                        .padding = {c.padding[0], c.padding[1]},
                                        .dilation = {c.dilation[0], c.dilation[1]},
                                        .ceil_mode = c.ceil_mode};
    tenet::MaxPoolResult r;
    try {
      r = tenet::max_pool2d_with_indices(x, {c.kernel[0], c.kernel[1]}, options);
    } catch (const tenet::ShapeError& error) {  // dilated windows may step over the input
      EXPECT_NE(std::string(error.what()).find("holds padding alone"), std::string::npos) << error.what();
      continue;
    }
    ASSERT_EQ(r.values.shape(), (Shape{2, 2, c.out(0), c.out(1)}));
    EXPECT_TRUE(tenet::equal(tenet::max_pool2d(x, {c.kernel[0], c.kernel[1]}, options), r.values));
    const Tensor dense = x.contiguous().reshape({4, c.in[0] * c.in[1]});
    std::int64_t at = 0;
    for (int plane = 0; plane < 4; ++plane) {
      const float* from = dense.data<float>() + plane * c.in[0] * c.in[1];
      for (std::int64_t oh = 0; oh < c.out(0); ++oh) {
        for (std::int64_t ow = 0; ow < c.out(1); ++ow, ++at) {
          std::int64_t best = -1;
          c.window(oh, ow, [&](std::int64_t row, std::int64_t column, bool inside) {
            const std::int64_t k = row * c.in[1] + column;
            if (inside && (best < 0 || from[k] > from[best])) best = k;
          });
          ASSERT_EQ(r.indices.data<std::int64_t>()[at], best);
          ASSERT_EQ(r.values.data<float>()[at], from[best]);
        }
      }
    }
  }
}

TEST(MaxPool2d, HandsDyToTheElementsTaken) {
  const Tensor x = tenet::tensor({{{1., 5., 2.}, {3., 4., 8.}, {9., 6., 1.}}}, {.requires_grad = true});
  (tenet::max_pool2d(x, 2, {.stride = 1}) * tenet::tensor({{{1., 2.}, {4., 8.}}})).sum().backward();
  EXPECT_TRUE(tenet::equal(x.grad(), tenet::tensor({{{0., 1., 0.}, {0., 0., 10.}, {4., 0., 0.}}})));
  EXPECT_EQ(tenet::max_pool2d(x, 2).grad_fn(), "max_pool2d");
}

TEST(MaxPool2d, HasGradientsOfEveryOrder) {
  // Distinct elements: the derivative is that of the elements taken.
  const Tensor x = tenet::randperm(40, {.dtype = tenet::float64}).reshape({2, 1, 4, 5}) / 8;
  EXPECT_GRADIENTS_OF_ORDER(
      2,
      [](const Tensor& t) {
        return tenet::max_pool2d(t, {3, 2}, {.stride = {1, 2}, .padding = 1}).square();
      },
      x);
}

TEST(MaxPool2d, AcceptsEmptyBatchesAndChannels) {
  const Tensor x = tenet::zeros({0, 3, 4, 4}, {.requires_grad = true});
  EXPECT_EQ(tenet::max_pool2d(x, 2).shape(), (Shape{0, 3, 2, 2}));
  tenet::max_pool2d(x, 2).sum().backward();
  EXPECT_EQ(x.grad().shape(), x.shape());
  EXPECT_EQ(tenet::max_pool2d(tenet::zeros({2, 0, 4, 4}), 2).shape(), (Shape{2, 0, 2, 2}));
}

TEST(MaxPool2d, HasTheSameBitsForAnyNumberOfThreads) {
  const Tensor x = tenet::randn({3, 7, 65, 90}, {.requires_grad = true});
  const auto gradient = [&](int threads) {
    tenet::set_num_threads(threads);
    const Tensor y = tenet::max_pool2d(x, 3, {.stride = 1, .padding = 1});
    const Tensor dx = tenet::grad(y.square().sum(), x);
    tenet::set_num_threads(2);
    return dx;
  };
  EXPECT_TRUE(tenet::equal(gradient(1), gradient(3)));
}

TEST(MaxPool2d, SaysWhatDoesNotFit) {
  const auto pooled = [](const Shape& shape, tenet::PerAxis kernel, tenet::MaxPoolOptions options = {}) {
    return [=] { tenet::max_pool2d(tenet::zeros(shape), kernel, options); };
  };
  EXPECT_EQ(message<tenet::ShapeError>(pooled({4, 4}, 2)),
            "max_pool2d: input must have 4 dimensions (N,C,H,W), or 3 without a batch (C,H,W), but has shape "
            "[4, 4]. Reshape "
            "it, or add dimensions with unsqueeze.");
  EXPECT_EQ(message<tenet::ShapeError>(pooled({1, 1, 3, 5}, {2, 6})),
            "max_pool2d: the kernel does not fit the padded input along W: 5 + 0 + 0 = 5 < 6 = 1 * (6 - 1) + "
            "1 (in + low + "
            "high < dilation * (kernel - 1) + 1). The smallest input that fits has extent 6; or pad more, or "
            "use a smaller "
            "kernel or dilation.");
  EXPECT_EQ(message<tenet::ValueError>(pooled({1, 1, 4, 4}, {2, 0})),
            "max_pool2d: kernel=[2, 0] must be at least 1 along every axis.");
  EXPECT_EQ(message<tenet::ValueError>(pooled({1, 1, 4, 4}, {2, 2, 2})),
            "max_pool2d: kernel has 3 values [2, 2, 2] but there are 2 spatial axes. Give one value, or one "
            "per axis.");
  EXPECT_EQ(message<tenet::ValueError>(pooled({1, 1, 4, 4}, 2, {.stride = 0})),
            "max_pool2d: stride=[0] must be at least 1 along every axis.");
  EXPECT_EQ(message<tenet::ValueError>(pooled({1, 1, 4, 4}, {2, 3}, {.padding = {1, 2}})),
            "max_pool2d: padding=2 along W must be at most 1, half the span of the kernel (1 * (3 - 1) + 1 = "
            "3). Use less "
            "padding, or pad().");
  EXPECT_EQ(
      message<tenet::ShapeError>(pooled({1, 1, 8, 2}, 2, {.stride = 1, .padding = {0, 1}, .dilation = 3})),
      "max_pool2d: window 0 along W holds padding alone: it reads -1, 2, ... of an input of extent 2. Use "
      "less padding, "
      "a smaller dilation, or a larger input.");
  EXPECT_EQ(message<tenet::DTypeError>([] {
              tenet::max_pool2d(tenet::ones({1, 2, 2}, {.dtype = tenet::boolean}), 2);
            }),
            "max_pool2d: is not defined for bool tensors. Convert with .to(tenet::int64).");
  const std::int64_t large = std::int64_t{1} << 62;
  EXPECT_EQ(message<tenet::ShapeError>(pooled({1, 1, 4, 4}, {1, large}, {.dilation = 4})),
            tenet::cat("max_pool2d: 4 * ", large - 1, " does not fit 64 bits. Use smaller sizes."));
}

TEST(MaxUnpool2d, PutsElementsBack) {
  const Tensor x = tenet::randn({2, 3, 5, 4});
  const tenet::MaxPoolResult r = tenet::max_pool2d_with_indices(x, 2);
  const Tensor back = tenet::max_unpool2d(r.values, r.indices, 2, {.output_size = {5, 4}});
  EXPECT_EQ(back.shape(), x.shape());
  EXPECT_TRUE(tenet::equal(back, tenet::where(back != 0, x, 0)));
  EXPECT_EQ((back != 0).sum().item<int>(), 2 * 3 * 2 * 2);
  EXPECT_EQ(tenet::max_unpool2d(r.values, r.indices, 2).shape(), (Shape{2, 3, 4, 4}));
  EXPECT_EQ(tenet::max_unpool2d(r.values[0], r.indices[0], 2).shape(), (Shape{3, 4, 4}));
}

TEST(MaxUnpool2d, AddsWhereAnIndexIsThereTwice) {
  const Tensor y = tenet::tensor({{{1., 2.}}}), indices = tenet::tensor({{{1, 1}}});
  EXPECT_TRUE(tenet::equal(tenet::max_unpool2d(y, indices, {1, 2}), tenet::tensor({{{0., 3., 0., 0.}}})));
}

TEST(MaxUnpool2d, IsTheAdjointOfPickingAndHasGradients) {
  const Tensor x = tenet::randn({1, 2, 6, 6}, {.dtype = tenet::float64});
  const Tensor indices = tenet::max_pool2d_with_indices(x, 3, {.stride = 2}).indices;
  const Tensor y = tenet::randn(indices.shape(), {.dtype = tenet::float64});
  EXPECT_GRADIENTS_OF_ORDER(
      2,
      [&](const Tensor& t) {
        return tenet::max_unpool2d(t, indices, 3, {.stride = 2, .output_size = 6}).square();
      },
      y);
}

TEST(MaxUnpool2d, SaysWhatDoesNotFit) {
  const Tensor x = tenet::ones({1, 2, 2}), indices = tenet::zeros({1, 2, 2}, {.dtype = tenet::int64});
  EXPECT_EQ(message<tenet::IndexError>([&] { tenet::max_unpool2d(x, indices + 16, 2); }),
            "max_unpool2d: index[0, 0, 0] is 16 but the plane of the result [1, 4, 4] has 16 elements. "
            "Indices must lie in "
            "[0, 16).");
  EXPECT_EQ(message<tenet::ShapeError>([&] { tenet::max_unpool2d(x, indices[0], 2); }),
            "max_unpool2d: indices have shape [2, 2] but the input has [1, 2, 2]. Pass the indices that "
            "max_pool2d_with_indices gave for a result of the input's shape.");
  EXPECT_EQ(message<tenet::ShapeError>([&] {
              tenet::max_unpool2d(x, indices, 2, {.output_size = {5, 6}});
            }),
            "max_unpool2d: output_size=[5, 6] does not pool to the input's 2 x 2: the usual size is [4, 4], "
            "and with stride "
            "[2, 2] a size must differ from it by less than that along each axis.");
  EXPECT_EQ(message<tenet::DTypeError>([&] { tenet::max_unpool2d(x, x, 2); }),
            "max_unpool2d: index is float32 but must be int64 or int32. Convert with .to(tenet::int64).");
  EXPECT_EQ(message<tenet::ShapeError>([&] { tenet::max_unpool2d(x[0], indices[0], 2); }),
            "max_unpool2d: input must have 4 dimensions (N,C,H,W), or 3 without a batch (C,H,W), but has "
            "shape [2, 2]. "
            "Reshape it, or add dimensions with unsqueeze.");
}

}  // namespace
