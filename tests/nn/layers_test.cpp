// The layers: what they compute, how they begin, how they print, what they refuse.
#include <gtest/gtest.h>

#include <cmath>

#include "support/expect_error.h"
#include "tenet/nn/activation.h"
#include "tenet/nn/conv2d.h"
#include "tenet/nn/flatten.h"
#include "tenet/nn/init.h"
#include "tenet/nn/linear.h"
#include "tenet/nn/max_pool2d.h"
#include "tenet/ops/conv/conv2d.h"
#include "tenet/ops/conv/conv_transpose2d.h"
#include "tenet/ops/create/create.h"
#include "tenet/ops/elementwise/compare.h"
#include "tenet/ops/matmul/matmul.h"
#include "tenet/ops/random/random.h"

namespace {

using namespace tenet;  // NOLINT

TEST(Linear, ComputesTheOp) {
  const nn::Linear fc({.in_features = 4, .out_features = 3});
  const Tensor x = randn({2, 4});
  EXPECT_EQ(fc.weight.shape(), (Shape{3, 4}));
  EXPECT_TRUE(equal(fc(x), tenet::linear(x, fc.weight, fc.bias)));
  const nn::Linear plain({.in_features = 4, .out_features = 3, .bias = false});
  EXPECT_FALSE(plain.bias.defined());
  EXPECT_EQ(plain.named_parameters().size(), 1u);
  EXPECT_TRUE(equal(plain(x), matmul(x, plain.weight.t())));
}

TEST(Conv2d, ComputesTheOp) {
  const nn::Conv2d conv({.in_channels = 4,
                         .out_channels = 6,
                         .kernel_size = {3, 2},
                         .stride = {2, 1},
                         .padding = {1, 0},
                         .dilation = {1, 2},
                         .groups = 2});
  const Tensor x = randn({2, 4, 7, 8});
  EXPECT_EQ(conv.weight.shape(), (Shape{6, 2, 3, 2}));
  EXPECT_TRUE(equal(conv(x), conv2d(x, conv.weight, conv.bias,
                                    {.stride = {2, 1}, .padding = {1, 0}, .dilation = {1, 2}, .groups = 2})));
}

TEST(ConvTranspose2d, ComputesTheOp) {
  const nn::ConvTranspose2d conv({.in_channels = 4,
                                  .out_channels = 6,
                                  .kernel_size = 3,
                                  .stride = 2,
                                  .padding = 1,
                                  .output_padding = {1, 0},
                                  .groups = 2,
                                  .dilation = 2});
  const Tensor x = randn({2, 4, 5, 6});
  EXPECT_EQ(conv.weight.shape(), (Shape{4, 3, 3, 3}));
  EXPECT_TRUE(equal(
      conv(x),
      conv_transpose2d(x, conv.weight, conv.bias,
                       {.stride = 2, .padding = 1, .output_padding = {1, 0}, .groups = 2, .dilation = 2})));
  EXPECT_EQ(conv(x, Dims{12, 14}).shape(), (Shape{2, 6, 12, 14}));
}

TEST(Conv2d, TransposedClosesTheRoundTrip) {
  for (const std::int64_t height : {9, 10, 11, 12}) {
    for (const std::int64_t stride : {1, 2, 3}) {
      const nn::Conv2d conv({.in_channels = 2,
                             .out_channels = 4,
                             .kernel_size = {3, 2},
                             .stride = stride,
                             .padding = {2, 1},
                             .dilation = {1, 2},
                             .groups = 2,
                             .bias = false});
      nn::ConvTranspose2d back = conv.transposed({height, 8});
      const Tensor x = randn({1, 2, height, 8});
      EXPECT_EQ(back(conv(x)).shape(), x.shape()) << height << " " << stride;
      back.weight = conv.weight;
      EXPECT_TRUE(equal(nn::as_matrix(back, {conv(x).size(2), conv(x).size(3)}),
                        nn::as_matrix(conv, {height, 8}).t()));
    }
  }
  const nn::Conv2d same(
      {.in_channels = 1, .out_channels = 1, .kernel_size = 4, .stride = 2, .padding = "same"});
  const Tensor x = randn({1, 1, 7, 8});
  EXPECT_EQ(same.transposed({7, 8})(same(x)).shape(), x.shape());
  EXPECT_EQ(str(same.transposed({7, 8})),
            "ConvTranspose2d(1, 1, kernel_size=(4, 4), stride=(2, 2), padding=((1, 2), (1, 1)))");
}

TEST(Conv2d, TransposedOfTheFace) {
  const nn::Conv2d odd({.in_channels = 10, .out_channels = 20, .kernel_size = 3, .stride = 3, .padding = 2});
  EXPECT_EQ(
      str(odd.transposed({16, 16})),
      "ConvTranspose2d(20, 10, kernel_size=(3, 3), stride=(3, 3), padding=(2, 2), output_padding=(2, 2))");
}

TEST(Layers, PrintAsInPyTorch) {  // texts from PyTorch 2.13
  EXPECT_EQ(str(nn::Conv2d({.in_channels = 1, .out_channels = 2, .kernel_size = 3})),
            "Conv2d(1, 2, kernel_size=(3, 3), stride=(1, 1))");
  EXPECT_EQ(
      str(nn::Conv2d({.in_channels = 4,
                      .out_channels = 4,
                      .kernel_size = {3, 2},
                      .padding = "same",
                      .dilation = 2,
                      .groups = 2,
                      .bias = false})),
      "Conv2d(4, 4, kernel_size=(3, 2), stride=(1, 1), padding=same, dilation=(2, 2), groups=2, bias=False)");
  EXPECT_EQ(str(nn::Linear({.in_features = 2, .out_features = 3, .bias = false})),
            "Linear(in_features=2, out_features=3, bias=False)");
  EXPECT_EQ(str(nn::Flatten()), "Flatten(start_dim=1, end_dim=-1)");
  EXPECT_EQ(str(nn::ReLU()), "ReLU()");
  EXPECT_EQ(str(nn::MaxPool2d({.kernel_size = 2})),
            "MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)");
  EXPECT_EQ(str(nn::MaxPool2d(
                {.kernel_size = {3, 2}, .stride = 1, .padding = 1, .dilation = 2, .ceil_mode = true})),
            "MaxPool2d(kernel_size=(3, 2), stride=1, padding=1, dilation=2, ceil_mode=True)");
}

TEST(Layers, FlattenAndReLU) {
  const Tensor x = randn({2, 3, 4, 5});
  EXPECT_EQ(nn::Flatten()(x).shape(), (Shape{2, 60}));
  EXPECT_EQ(nn::Flatten({.start_dim = 0, .end_dim = 1})(x).shape(), (Shape{6, 4, 5}));
  EXPECT_TRUE(equal(nn::ReLU()(x), x.relu()));
}

TEST(Layers, RefuseOptionsWithoutMeaning) {
  EXPECT_ERROR(nn::Linear({.in_features = -1, .out_features = 2}), ValueError,
               "Linear: in_features=-1 and out_features=2 must not be negative.");
  EXPECT_ERROR(nn::Conv2d({.in_channels = 3, .out_channels = 4, .kernel_size = 3, .groups = 2}), ValueError,
               "Conv2d: in_channels=3 and out_channels=4 must both be multiples of groups=2.");
  EXPECT_ERROR(
      nn::Conv2d({.in_channels = 3, .out_channels = 4, .kernel_size = 3, .groups = 0}), ValueError,
      "Conv2d: in_channels=3 and out_channels=4 must not be negative, and groups=0 must be at least 1.");
  EXPECT_ERROR(nn::Conv2d({.in_channels = 3, .out_channels = 4}), ValueError,
               "Conv2d: kernel_size has 0 values []. Give one for both axes, or two: {height, width}.");
  EXPECT_ERROR(nn::Conv2d({.in_channels = 3, .out_channels = 4, .kernel_size = 3, .stride = 0}), ValueError,
               "Conv2d: stride=0 must be at least 1.");
  EXPECT_ERROR(nn::Conv2d({.in_channels = 3, .out_channels = 4, .kernel_size = 3, .padding = -1}), ValueError,
               "Conv2d: padding=-1 must be at least 0.");
  EXPECT_ERROR(nn::ConvTranspose2d({.in_channels = 3, .out_channels = 4, .kernel_size = {1, 2, 3}}),
               ValueError,
               "ConvTranspose2d: kernel_size has 3 values [1, 2, 3]. Give one for both axes, or two: "
               "{height, width}.");
}

// The largest and the mean absolute value of n uniform draws on +-bound: bound and bound/2, about.
void expect_uniform(const Tensor& t, double bound) {
  double largest = 0, sum = 0;
  for (const double v : tenet_test::values(t)) {
    largest = std::max(largest, std::abs(v));
    sum += std::abs(v);
  }
  EXPECT_LE(largest, bound * (1 + 1e-6));
  EXPECT_GT(largest, bound * 0.99);
  EXPECT_NEAR(sum / static_cast<double>(t.numel()), bound / 2, bound * 0.02);
}

TEST(Init, AsInPyTorch) {
  manual_seed(1);
  const nn::Linear fc({.in_features = 400, .out_features = 5000});
  expect_uniform(fc.weight, 1. / 20);
  expect_uniform(fc.bias, 1. / 20);
  const nn::Conv2d conv({.in_channels = 32, .out_channels = 500, .kernel_size = {3, 2}, .groups = 2});
  expect_uniform(conv.weight, 1 / std::sqrt(16. * 6));
  const nn::ConvTranspose2d up({.in_channels = 500, .out_channels = 32, .kernel_size = {3, 2}, .groups = 2});
  expect_uniform(up.weight, 1 / std::sqrt(16. * 6));  // PyTorch counts O/G of a transposed weight
  const Tensor w = empty({300, 200});
  nn::init::xavier_uniform_(w, 2);
  expect_uniform(w, 2 * std::sqrt(6. / 500));
  nn::init::kaiming_uniform_(w);
  expect_uniform(w, std::sqrt(6. / 200));
  nn::init::constant_(w, 3);
  EXPECT_TRUE(equal(w, full({300, 200}, 3.f)));
  EXPECT_ERROR(
      nn::init::kaiming_uniform_(empty({3})), ShapeError,
      "init: a weight needs two dimensions or more to have a fan, this one has shape [3]. Use uniform_ or "
      "normal_ for a bias.");
}

TEST(Init, NormalHasItsMoments) {
  manual_seed(2);
  const Tensor t = empty({100, 1000}, {.requires_grad = true});
  nn::init::normal_(t, 3, 2);
  EXPECT_TRUE(t.is_leaf());
  EXPECT_NEAR(t.detach().mean().item<double>(), 3, 0.05);
  EXPECT_NEAR(t.detach().var().item<double>(), 4, 0.1);
}

TEST(Init, SeedsGiveTheSameWeights) {
  manual_seed(5);
  const nn::Conv2d a({.in_channels = 3, .out_channels = 4, .kernel_size = 3});
  manual_seed(5);
  const nn::Conv2d b({.in_channels = 3, .out_channels = 4, .kernel_size = 3});
  EXPECT_TRUE(equal(a.weight, b.weight));
  EXPECT_TRUE(equal(a.bias, b.bias));
}

TEST(Init, EmptyLayersAreFine) {
  const nn::Linear fc({.in_features = 0, .out_features = 3});
  EXPECT_EQ(fc(zeros({2, 0})).shape(), (Shape{2, 3}));
  const nn::Conv2d conv({.in_channels = 3, .out_channels = 0, .kernel_size = 3});
  EXPECT_EQ(conv(zeros({2, 3, 5, 5})).shape(), (Shape{2, 0, 3, 3}));
}

}  // namespace
