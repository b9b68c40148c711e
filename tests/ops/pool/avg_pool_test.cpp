#include <gtest/gtest.h>

#include "ops/pool/reference_pool.h"
#include "support/expect.h"
#include "support/scale.h"
#include "tenet/testing.h"

namespace {

using tenet::Shape;
using tenet::Tensor;
using tenet_test::message;
using tenet_test::PoolCase;

TEST(AvgPool2d, IsTheMeanOfEachWindow) {
  const Tensor x = tenet::arange(16.f).reshape({1, 4, 4});
  EXPECT_TRUE(tenet::equal(tenet::avg_pool2d(x, 2), tenet::tensor({{{2.5, 4.5}, {10.5, 12.5}}})));
  EXPECT_TRUE(tenet::equal(tenet::avg_pool2d(x, {4, 1}, {.stride = {1, 3}}), tenet::tensor({{{6., 9.}}})));
}

TEST(AvgPool2d, CountsThePaddingUnlessToldNotTo) {
  const Tensor x = tenet::ones({1, 2, 2});
  EXPECT_TRUE(tenet::equal(tenet::avg_pool2d(x, 2, {.padding = 1}), tenet::full({1, 2, 2}, 0.25)));
  EXPECT_TRUE(tenet::equal(tenet::avg_pool2d(x, 2, {.padding = 1, .count_include_pad = false}), x));
  // What ceil_mode adds beyond the padding never counts.
  EXPECT_TRUE(tenet::equal(tenet::avg_pool2d(tenet::ones({1, 3, 3}), 2, {.ceil_mode = true}),
                           tenet::ones({1, 2, 2})));
}

TEST(AvgPool2d, AgreesWithTheDefinitionOnRandomWindows) {
  const std::uint64_t seed = 6;
  tenet::Generator generator(seed);
  for (std::int64_t i = 0; i < tenet_test::scaled(300); ++i) {
    const PoolCase c = tenet_test::draw_pool(generator, false);
    const bool padding_counts = i % 2 == 0;
    SCOPED_TRACE(c.repro(i, seed) + (padding_counts ? "" : " padding does not count"));
    const Tensor x =
        tenet::randint(-9, 9, {2, 2, c.in[1], c.in[0]}, {.dtype = tenet::float64, .generator = &generator})
            .transpose(2, 3);
    const Tensor y = tenet::avg_pool2d(x, {c.kernel[0], c.kernel[1]},
                                       {.stride = {c.stride[0], c.stride[1]},
                                        .padding = {c.padding[0], c.padding[1]},
                                        .ceil_mode = c.ceil_mode,
                                        .count_include_pad = padding_counts});
    ASSERT_EQ(y.shape(), (Shape{2, 2, c.out(0), c.out(1)}));
    const Tensor dense = x.contiguous();
    std::int64_t at = 0;
    for (int plane = 0; plane < 4; ++plane) {
      const double* from = dense.data<double>() + plane * c.in[0] * c.in[1];
      for (std::int64_t oh = 0; oh < c.out(0); ++oh) {
        for (std::int64_t ow = 0; ow < c.out(1); ++ow, ++at) {
          double sum = 0, counted = 0;
          c.window(oh, ow, [&](std::int64_t row, std::int64_t column, bool inside) {
            if (inside) sum += from[row * c.in[1] + column];
            counted +=
                inside || (padding_counts && row < c.in[0] + c.padding[0] && column < c.in[1] + c.padding[1]);
          });
          ASSERT_EQ(y.data<double>()[at], sum / counted);
        }
      }
    }
  }
}

TEST(AvgPool2d, AndItsSpreadAreALinearPair) {
  const tenet::AvgPoolOptions options{
      .stride = {1, 2}, .padding = {1, 0}, .ceil_mode = true, .count_include_pad = false};
  const auto pool = [&](const Tensor& t) { return tenet::avg_pool2d(t, {3, 2}, options); };
  const Tensor x = tenet::randn({2, 1, 4, 5}, {.dtype = tenet::float64});
  const auto spread = [&](const Tensor& dy) {
    const tenet::EnableGradGuard recorded;
    const Tensor leaf = tenet::zeros(x.shape(), {.dtype = tenet::float64, .requires_grad = true});
    return tenet::grad(pool(leaf), leaf, dy);
  };
  EXPECT_ADJOINT(pool, spread, x, tenet::randn(pool(x).shape(), {.dtype = tenet::float64}));
  EXPECT_GRADIENTS_OF_ORDER(
      2, [&](const Tensor& t) { return pool(t).square(); }, x);
}

TEST(AvgPool2d, AcceptsEmptyBatches) {
  const Tensor x = tenet::zeros({0, 3, 4, 4}, {.requires_grad = true});
  EXPECT_EQ(tenet::avg_pool2d(x, 2).shape(), (Shape{0, 3, 2, 2}));
  tenet::avg_pool2d(x, 2).sum().backward();
  EXPECT_EQ(x.grad().shape(), x.shape());
}

TEST(AvgPool2d, SaysWhatDoesNotFit) {
  EXPECT_EQ(message<tenet::DTypeError>([] {
              tenet::avg_pool2d(tenet::ones({1, 2, 2}, {.dtype = tenet::int64}), 2);
            }),
            "avg_pool2d: needs a floating-point tensor but got int64. Convert with .to(tenet::float32).");
  EXPECT_EQ(message<tenet::ValueError>([] {
              tenet::avg_pool2d(tenet::ones({1, 2, 2}), 1, {.padding = 1});
            }),
            "avg_pool2d: padding=1 along H must be at most 0, half the span of the kernel (1 * (1 - 1) + 1 = "
            "1). Use less "
            "padding, or pad().");
  EXPECT_EQ(message<tenet::ShapeError>([] {
              tenet::avg_pool2d(tenet::ones({1, 0, 2}), 2, {.stride = 1, .padding = 1});
            }),
            "avg_pool2d: window 0 along H holds padding alone: it reads -1, 0, ... of an input of extent 0. "
            "Use less padding, "
            "a smaller dilation, or a larger input.");
}

}  // namespace
