// The numbers are PyTorch's: torch.linalg.svdvals of the matrix made by conv2d of unit images, in float64.
#include "tenet/ops/conv_matrix/spectrum.h"

#include <gtest/gtest.h>

#include <cmath>

#include "support/expect.h"
#include "tenet/tenet.h"
#include "tenet/testing.h"

namespace tenet {
namespace {

using tenet_test::message;
using tenet_test::values;

const TensorOptions kDouble{.dtype = float64};

/// (0, 1, 2, ...) % modulus - shift
Tensor pattern(const Shape& shape, double modulus, double shift) {
  Tensor t = arange(static_cast<double>(count(shape, "test")), kDouble);
  for (std::int64_t i = 0; i < t.numel(); ++i) t[i] = std::fmod(t[i].item<double>(), modulus) - shift;
  return t.reshape(shape);
}

const Tensor kKernel = pattern({2, 3, 3, 2}, 7, 3);
const ConvOptions kOptions{.stride = {2, 1}, .padding = 1};

void expect_near(const Tensor& found, const std::vector<double>& wanted) {
  const std::vector<double> numbers = values(found);
  ASSERT_EQ(numbers.size(), wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) EXPECT_NEAR(numbers[i], wanted[i], 1e-7 * wanted[0]) << i;
}

TEST(SingularValues, AreThoseOfTheMatrix) {
  expect_near(
      singular_values(kKernel, {6, 5}, 5, kOptions),
      {13.483328322323453, 12.832954169838809, 11.89214725128885, 11.321759144829022, 10.772905442849556});
}

TEST(SingularValues, ComeAsOftenAsTheyStandThere) {
  const double a = 4.514338856042785, b = 3.5567729882456165;
  expect_near(singular_values(pattern({4, 1, 2, 2}, 5, 1), {4, 6}, 8, {.stride = 2}),
              {a, a, a, a, a, a, b, b});
}

TEST(SingularValues, AllOfThemHaveTheMatrixsLength) {
  const Tensor kernel = randn({2, 1, 3}, {.dtype = float64});
  const Tensor all = singular_values(kernel, {7}, 7, {.padding = 1});
  const double length = as_matrix(kernel, {7}, {.padding = 1}).square().sum().item<double>();
  EXPECT_NEAR(all.square().sum().item<double>(), length, 1e-9 * length);
}

TEST(SingularValues, OfNothing) {
  expect_near(singular_values(zeros({1, 1, 2, 2}), {3, 3}, 2), {0, 0});
  EXPECT_EQ(message<ValueError>([] {
              singular_values(ones({1, 1, 2, 2}), {3, 3}, 5);
            }),
            "singular_values: n is 5 but the matrix [4, 9] has 4. Ask for 1 to 4 of them.");
  EXPECT_EQ(
      message<ValueError>([] {
        singular_values(kKernel, {6, 5}, 1, kOptions, {.steps = 1});
      }),
      "singular_values: the values have not settled to 1e-08 after 1 steps. Allow more steps, or a larger "
      "tolerance.");
}

TEST(OperatorNorm, IsTheLargestSingularValueWithItsGradient) {
  const Tensor kernel = kKernel.clone().requires_grad_();
  const Tensor norm = operator_norm(kernel, {6, 5}, kOptions);
  EXPECT_NEAR(norm.item<double>(), 13.483328322323453, 1e-7);
  norm.backward();
  const std::vector<double> wanted = {-0.39530418498056524, -0.4255253912718801, -0.06374595129174714,
                                      -0.02822674259410076, 0.398485061903702,   0.39181157796003435};
  const std::vector<double> found = values(kernel.grad());
  for (std::size_t i = 0; i < wanted.size(); ++i) EXPECT_NEAR(found[i], wanted[i], 1e-5) << i;
  EXPECT_GRADIENTS(([](const Tensor& k) {
                     return operator_norm(k, {6, 5}, kOptions, {.tolerance = 1e-12});
                   }),
                   kKernel);
}

TEST(OperatorNorm, BoundsEveryOutput) {
  nn::Conv2d conv({.in_channels = 3, .out_channels = 8, .kernel_size = 3, .padding = 1, .bias = false});
  const double norm = nn::operator_norm(conv, {16, 16}).item<float>();
  EXPECT_NEAR(norm, nn::singular_values(conv, {16, 16}, 3)[0].item<double>(), 1e-5 * norm);
  for (int i = 0; i < 5; ++i) {
    const Tensor x = randn({1, 3, 16, 16});
    EXPECT_LE(conv(x).square().sum().item<float>(), norm * norm * x.square().sum().item<float>());
  }
}

}  // namespace
}  // namespace tenet
