#include "tenet/ops/loss/loss.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "support/expect.h"
#include "tenet/tenet.h"
#include "tenet/testing.h"

namespace {

using tenet::Reduction;
using tenet::Shape;
using tenet::Tensor;
using tenet_test::message;

constexpr tenet::RandomOptions kF64{.dtype = tenet::float64};

TEST(NllLoss, PicksTheLabels) {
  const Tensor scores = tenet::tensor({{-1., -2., -4.}, {-8., -16., -32.}});
  const Tensor labels = tenet::tensor({2, 0});
  EXPECT_EQ(tenet::nll_loss(scores, labels).item<float>(), 6);
  EXPECT_EQ(tenet::nll_loss(scores, labels, {.reduction = Reduction::sum}).item<float>(), 12);
  EXPECT_TRUE(
      tenet::equal(tenet::nll_loss(scores, labels, {.reduction = Reduction::none}), tenet::tensor({4., 8.})));
  EXPECT_EQ(tenet::nll_loss(scores[0], tenet::full({}, 1)).item<float>(), 2);  // one without a batch
  EXPECT_EQ(tenet::nll_loss(scores, labels.to(tenet::int32)).item<float>(), 6);
}

TEST(NllLoss, TakesLabelsForEveryPixel) {
  const Tensor scores = tenet::arange(12.f).reshape({1, 3, 2, 2});
  EXPECT_TRUE(
      tenet::equal(tenet::nll_loss(scores, tenet::tensor({{{0, 1}, {2, 0}}}), {.reduction = Reduction::none}),
                   tenet::tensor({{{-0., -5.}, {-10., -3.}}})));
}

TEST(NllLoss, LeavesOutIgnoredLabels) {
  const double infinity = std::numeric_limits<double>::infinity();
  const Tensor scores = tenet::tensor({{-1., -2.}, {-infinity, -4.}, {-8., -16.}}, {.requires_grad = true});
  const Tensor loss = tenet::nll_loss(scores, tenet::tensor({0, -100, 1}));
  EXPECT_EQ(loss.item<float>(), 8.5f);
  loss.backward();
  EXPECT_TRUE(tenet::equal(scores.grad(), tenet::tensor({{-0.5, 0.}, {0., 0.}, {0., -0.5}})));
  EXPECT_EQ(
      tenet::nll_loss(scores, tenet::tensor({0, 7, 1}), {.reduction = Reduction::sum, .ignore_index = 7})
          .item<float>(),
      17);
}

TEST(CrossEntropy, IsNllLossOfLogSoftmax) {
  const Tensor logits = tenet::randn({4, 3}, kF64), labels = tenet::tensor({0, 2, 1, 1});
  EXPECT_TRUE(tenet::allclose(tenet::cross_entropy(logits, labels),
                              tenet::nll_loss(tenet::log_softmax(logits, 1), labels), 1e-14));
  const Tensor even = tenet::cross_entropy(tenet::zeros({2, 5}), tenet::tensor({1, 4}));
  EXPECT_NEAR(even.item<double>(), std::log(5), 1e-6);
}

TEST(CrossEntropy, HasSoftmaxMinusOneHotAsGradient) {
  const Tensor logits = tenet::randn({2, 3}, {.dtype = tenet::float64, .requires_grad = true});
  tenet::cross_entropy(logits, tenet::tensor({2, 0}), {.reduction = Reduction::sum}).backward();
  const Tensor one_hot = tenet::tensor({{0., 0., 1.}, {1., 0., 0.}}, {.dtype = tenet::float64});
  EXPECT_TRUE(tenet::allclose(logits.grad(), (tenet::softmax(logits, 1) - one_hot).detach(), 1e-14, 1e-14));
}

TEST(CrossEntropy, SmoothsLabels) {
  const Tensor logits = tenet::randn({3, 4}, kF64), labels = tenet::tensor({3, -100, 0});
  const Tensor log_probs = tenet::log_softmax(logits, 1);
  // 0.9 of the label's probability and 0.1 / 4 of every class's, for the two labels that count.
  const Tensor target =
      tenet::tensor({{0.025, 0.025, 0.025, 0.925}, {0., 0., 0., 0.}, {0.925, 0.025, 0.025, 0.025}},
                    {.dtype = tenet::float64});
  EXPECT_TRUE(tenet::allclose(tenet::cross_entropy(logits, labels, {.label_smoothing = 0.1}),
                              -(log_probs * target).sum() / 2, 1e-13));
}

TEST(Losses, HaveGradientsOfEveryOrder) {
  const Tensor logits = tenet::randn({2, 3, 2}, kF64), labels = tenet::tensor({{2, 0}, {-100, 1}});
  for (Reduction reduction : {Reduction::mean, Reduction::sum, Reduction::none}) {
    EXPECT_GRADIENTS_OF_ORDER(
        2,
        [&](const Tensor& x) {
          return tenet::cross_entropy(x, labels, {.reduction = reduction, .label_smoothing = 0.2});
        },
        logits);
    EXPECT_GRADIENTS_OF_ORDER(
        2, [&](const Tensor& x) { return tenet::nll_loss(x.square(), labels, {.reduction = reduction}); },
        logits);
    EXPECT_GRADIENTS_OF_ORDER(
        2, [&](const Tensor& a, const Tensor& b) { return tenet::mse_loss(a, b, {.reduction = reduction}); },
        logits, tenet::randn({2, 3, 2}, kF64));
  }
}

TEST(MseLoss, IsTheMeanSquare) {
  const Tensor a = tenet::tensor({1., 2., 3.}), b = tenet::tensor({1., 4., 0.}, {.dtype = tenet::float64});
  EXPECT_NEAR(tenet::mse_loss(a, b).item<double>(), 13. / 3, 1e-12);
  EXPECT_EQ(tenet::mse_loss(a, b).dtype(), tenet::float64);
  EXPECT_EQ(tenet::mse_loss(a, b, {.reduction = Reduction::sum}).item<double>(), 13);
  EXPECT_EQ(tenet::mse_loss(a, b, {.reduction = Reduction::none}).shape(), (Shape{3}));
}

TEST(Losses, ThrowForTheMeanOfNothingAndSumItToZero) {
  const Tensor none = tenet::zeros({0, 3}), no_labels = tenet::zeros({0}, {.dtype = tenet::int64});
  EXPECT_EQ(message<tenet::ShapeError>([&] { tenet::cross_entropy(none, no_labels); }),
            "cross_entropy: there is no mean of no labels (shape [0]). Skip the empty batch, or use "
            "Reduction::sum.");
  EXPECT_EQ(
      message<tenet::ShapeError>([] {
        tenet::nll_loss(tenet::zeros({2, 3}), tenet::tensor({-100, -100}));
      }),
      "nll_loss: there is no mean of no labels (shape [2]). Skip the empty batch, or use Reduction::sum.");
  EXPECT_EQ(message<tenet::ShapeError>([&] { tenet::mse_loss(none, none); }),
            "mse_loss: there is no mean of no elements (shape [0, 3]). Skip the empty batch, or use "
            "Reduction::sum.");
  EXPECT_EQ(tenet::cross_entropy(none, no_labels, {.reduction = Reduction::sum}).item<float>(), 0);
  EXPECT_EQ(tenet::mse_loss(none, none, {.reduction = Reduction::none}).shape(), (Shape{0, 3}));
}

TEST(Losses, NameALabelThatIsOutOfRange) {
  EXPECT_EQ(message<tenet::IndexError>([] {
              tenet::cross_entropy(tenet::zeros({2, 3, 2}), tenet::tensor({{0, 1}, {3, 1}}));
            }),
            "cross_entropy: label 3 at element 2 of the target (shape [2, 2]) is out of range: there are 3 "
            "classes (scores "
            "[2, 3, 2]). Labels must lie in [0, 3), or be ignore_index=-100.");
  EXPECT_EQ(message<tenet::IndexError>([] {
              tenet::nll_loss(tenet::zeros({1, 3}), tenet::tensor({-1}));
            }),
            "nll_loss: label -1 at element 0 of the target (shape [1]) is out of range: there are 3 classes "
            "(scores [1, 3]). "
            "Labels must lie in [0, 3), or be ignore_index=-100.");
}

TEST(Losses, SayWhatDoesNotFit) {
  const Tensor logits = tenet::zeros({2, 3}), labels = tenet::tensor({0, 1});
  EXPECT_EQ(message<tenet::ShapeError>([&] {
              tenet::cross_entropy(logits, tenet::tensor({0, 1, 2}));
            }),
            "cross_entropy: target has shape [3] but scores of shape [2, 3] (N,C) need [2]: one label for "
            "each. Reshape "
            "target, or move the classes of the scores to dimension 1.");
  EXPECT_EQ(message<tenet::ShapeError>([&] { tenet::nll_loss(tenet::full({}, 1.), labels); }),
            "nll_loss: scores have shape [] but need a dimension of classes: [C], [N, C] or [N, C, ...].");
  EXPECT_EQ(
      message<tenet::DTypeError>([&] { tenet::cross_entropy(logits, labels.to(tenet::float32)); }),
      "cross_entropy: target is float32 but labels are int64 (or int32). Convert with .to(tenet::int64).");
  EXPECT_EQ(message<tenet::DTypeError>([&] { tenet::cross_entropy(logits.to(tenet::int64), labels); }),
            "cross_entropy: needs a floating-point tensor but got int64. Convert with .to(tenet::float32).");
  EXPECT_EQ(
      message<tenet::ValueError>([&] { tenet::cross_entropy(logits, labels, {.label_smoothing = 1.5}); }),
      "cross_entropy: label_smoothing is 1.5 but must lie in [0, 1].");
  EXPECT_EQ(message<tenet::ShapeError>([&] { tenet::mse_loss(logits, tenet::zeros({3})); }),
            "mse_loss: the shapes [2, 3] and [3] differ, and nothing broadcasts here. Reshape or expand one "
            "of them.");
  EXPECT_EQ(message<tenet::DTypeError>([&] { tenet::mse_loss(labels, labels); }),
            "mse_loss: needs a floating-point tensor but got int64. Convert with .to(tenet::float32).");
}

}  // namespace
