#include "tenet/ops/loss/softmax.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "support/expect.h"
#include "tenet/tenet.h"
#include "tenet/testing.h"

namespace {

using tenet::Shape;
using tenet::Tensor;
using tenet_test::message;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(Softmax, IsTheExponentialsOverTheirSum) {
  const Tensor x = tenet::tensor({0., std::log(2.), std::log(5.)}, {.dtype = tenet::float64});
  EXPECT_TRUE(
      tenet::allclose(tenet::softmax(x, 0), tenet::tensor({0.125, 0.25, 0.625}, {.dtype = tenet::float64})));
  EXPECT_TRUE(tenet::allclose(tenet::log_softmax(x, 0), tenet::softmax(x, 0).log()));
}

TEST(Softmax, NeitherOverflowsNorLosesSmallProbabilities) {
  const Tensor x = tenet::tensor({1000., 999., -1000.});
  EXPECT_TRUE(tenet::allclose(tenet::softmax(x, 0), tenet::tensor({0.7310586, 0.2689414, 0.})));
  EXPECT_TRUE(
      tenet::allclose(tenet::log_softmax(x, 0), tenet::tensor({-0.3132617, -1.3132617, -2000.3132617})));
}

TEST(Softmax, TreatsInfinityAndNanAsPyTorchDoes) {
  const double nan = std::nan("");
  const Tensor x = tenet::tensor({{-kInfinity, -kInfinity}, {kInfinity, 1.}, {-kInfinity, 1.}, {nan, 1.}});
  EXPECT_EQ(tenet::str(tenet::softmax(x, 1)),
            "tensor([[nan, nan],\n        [nan, nan],\n        [0., 1.],\n        [nan, nan]])");
  EXPECT_EQ(tenet::str(tenet::log_softmax(x, 1)),
            "tensor([[nan, nan],\n        [nan, nan],\n        [-inf, 0.],\n        [nan, nan]])");
  const Tensor masked = tenet::tensor({-kInfinity, -kInfinity, 1.}, {.requires_grad = true});
  tenet::softmax(masked, 0).sum().backward();
  EXPECT_TRUE(tenet::equal(masked.grad(), tenet::zeros({3})));
}

TEST(Softmax, RunsAlongAnyDimensionOfAnyLayout) {
  const Tensor x = tenet::randn({3, 130, 5}, {.dtype = tenet::float64});
  for (std::int64_t dim : {0, 1, 2, -1}) {
    const Tensor powers = (x - x.amax(dim, true)).exp();
    EXPECT_TRUE(tenet::allclose(tenet::softmax(x, dim), powers / powers.sum(dim, true), 1e-14)) << dim;
    const Tensor turned = x.permute({2, 0, 1});
    EXPECT_TRUE(tenet::equal(tenet::log_softmax(turned, dim), tenet::log_softmax(turned.clone(), dim)))
        << dim;
  }
  EXPECT_TRUE(tenet::equal(tenet::softmax(tenet::full({}, 3.), 0), tenet::full({}, 1.)));
  EXPECT_EQ(tenet::softmax(tenet::zeros({2, 0}), 1).shape(), (Shape{2, 0}));
  EXPECT_EQ(tenet::softmax(tenet::zeros({0, 2}), 1).shape(), (Shape{0, 2}));
}

TEST(Softmax, TakesTheLargestOfEachSliceOnly) {
  Tensor x = tenet::zeros({2, 200});  // slices that lie side by side are done together
  x[{tenet::Slice(), tenet::Slice(0, 100)}] = 1e4;
  EXPECT_TRUE(tenet::equal(tenet::softmax(x, 0), tenet::full({2, 200}, 0.5)));
}

TEST(Softmax, HasGradientsOfEveryOrder) {
  const Tensor x = tenet::randn({2, 3}, {.dtype = tenet::float64});
  for (std::int64_t dim : {0, 1}) {
    EXPECT_GRADIENTS_OF_ORDER(
        2, [=](const Tensor& t) { return tenet::softmax(t, dim); }, x);
    EXPECT_GRADIENTS_OF_ORDER(
        2, [=](const Tensor& t) { return tenet::log_softmax(t, dim); }, x);
  }
}

TEST(Softmax, SaysWhatDoesNotFit) {
  EXPECT_EQ(message<tenet::DTypeError>([] {
              tenet::softmax(tenet::tensor({1, 2}), 0);
            }),
            "softmax: needs a floating-point tensor but got int64. Convert with .to(tenet::float32).");
  EXPECT_EQ(message<tenet::IndexError>([] {
              tenet::log_softmax(tenet::tensor({1., 2.}), 1);
            }),
            "log_softmax: dim 1 is out of range for a tensor of 1 dimensions. Use a dim in [-1, 0].");
}

}  // namespace
