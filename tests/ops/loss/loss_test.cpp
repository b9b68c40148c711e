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
  EXPECT_EQ(tenet::nll_loss(scores, labels.to(tenet::uint8)).item<float>(), 6);
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

TEST(NllLoss, WeighsClasses) {
  const Tensor scores = tenet::tensor({{-1., -2., -4.}, {-8., -16., -32.}}, {.requires_grad = true});
  const Tensor labels = tenet::tensor({2, 0}), weight = tenet::tensor({0.5, 7., 1.5});
  EXPECT_TRUE(
      tenet::equal(tenet::nll_loss(scores, labels, {.reduction = Reduction::none, .weight = weight}).detach(),
                   tenet::tensor({6., 4.})));
  EXPECT_EQ(tenet::nll_loss(scores, labels, {.reduction = Reduction::sum, .weight = weight}).item<float>(),
            10);
  const Tensor mean = tenet::nll_loss(scores, labels, {.weight = weight});
  EXPECT_EQ(mean.item<float>(), 5);  // 10 / (1.5 + 0.5)
  mean.backward();
  EXPECT_TRUE(tenet::equal(scores.grad(), tenet::tensor({{0., 0., -0.75}, {-0.25, 0., 0.}})));
}

TEST(NllLoss, LeavesIgnoredLabelsOutOfTheWeights) {
  const double infinity = std::numeric_limits<double>::infinity();
  const Tensor scores = tenet::tensor({{-1., -2.}, {-infinity, -4.}, {-8., -16.}}, {.requires_grad = true});
  const Tensor weight = tenet::tensor({1., 3.}, {.requires_grad = true});
  const Tensor loss = tenet::nll_loss(scores, tenet::tensor({0, -100, 1}), {.weight = weight});
  EXPECT_EQ(loss.item<float>(), 12.25f);  // (1 + 3 16) / (1 + 3)
  loss.backward();
  EXPECT_TRUE(tenet::equal(scores.grad(), tenet::tensor({{-0.25, 0.}, {0., 0.}, {0., -0.75}})));
  EXPECT_TRUE(tenet::equal(weight.grad(), tenet::tensor({-2.8125, 0.9375})));  // (score - loss) / 4
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

TEST(CrossEntropy, WeighsSmoothedLabels) {
  const Tensor logits = tenet::randn({3, 4}, kF64), labels = tenet::tensor({3, -100, 0});
  const Tensor weight = tenet::tensor({2., 0.5, 1., 3.}, {.dtype = tenet::float64});
  const Tensor target =
      tenet::tensor({{0.025, 0.025, 0.025, 0.925}, {0., 0., 0., 0.}, {0.925, 0.025, 0.025, 0.025}},
                    {.dtype = tenet::float64});
  EXPECT_TRUE(
      tenet::allclose(tenet::cross_entropy(logits, labels, {.label_smoothing = 0.1, .weight = weight}),
                      -(tenet::log_softmax(logits, 1) * target * weight).sum() / 5, 1e-13));
}

TEST(CrossEntropy, TakesProbabilities) {
  const Tensor logits = tenet::randn({3, 4}, kF64), labels = tenet::tensor({3, 1, 0});
  const Tensor one_hot = tenet::tensor({{0., 0., 0., 1.}, {0., 1., 0., 0.}, {1., 0., 0., 0.}});
  for (Reduction reduction : {Reduction::mean, Reduction::sum, Reduction::none}) {
    for (double e : {0., 0.3}) {
      EXPECT_TRUE(tenet::allclose(
          tenet::cross_entropy(logits, one_hot, {.reduction = reduction, .label_smoothing = e}),
          tenet::cross_entropy(logits, labels, {.reduction = reduction, .label_smoothing = e}), 1e-6));
    }
  }
  // The mean counts the sums and not their weights: 2 log 4 for each of the two here.
  const Tensor even =
      tenet::cross_entropy(tenet::zeros({2, 4}), tenet::full({2, 4}, 0.25), {.weight = tenet::full({4}, 2.)});
  EXPECT_NEAR(even.item<double>(), 2 * std::log(4), 1e-6);
  EXPECT_EQ(tenet::cross_entropy(tenet::zeros({4}), one_hot[0], {.reduction = Reduction::none}).shape(),
            Shape{});
  EXPECT_EQ(tenet::cross_entropy(logits.to(tenet::float32), one_hot.to(tenet::float64)).dtype(),
            tenet::float64);
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

TEST(Losses, HaveGradientsOfWeightsAndProbabilities) {
  const Tensor logits = tenet::randn({2, 3, 2}, kF64), labels = tenet::tensor({{2, 0}, {-100, 1}});
  const Tensor weight = tenet::rand({3}, kF64) + 0.5;
  for (Reduction reduction : {Reduction::mean, Reduction::sum, Reduction::none}) {
    EXPECT_GRADIENTS_OF_ORDER(
        2,
        [&](const Tensor& x, const Tensor& w) {
          return tenet::cross_entropy(x, labels,
                                      {.reduction = reduction, .label_smoothing = 0.2, .weight = w});
        },
        logits, weight);
    EXPECT_GRADIENTS_OF_ORDER(
        2,
        [&](const Tensor& x, const Tensor& w) {
          return tenet::nll_loss(x.square(), labels, {.reduction = reduction, .weight = w});
        },
        logits, weight);
    EXPECT_GRADIENTS_OF_ORDER(
        2,
        [&](const Tensor& x, const Tensor& p, const Tensor& w) {
          return tenet::cross_entropy(x, p, {.reduction = reduction, .label_smoothing = 0.2, .weight = w});
        },
        logits, tenet::rand({2, 3, 2}, kF64), weight);
    EXPECT_GRADIENTS_OF_ORDER(
        2,
        [&](const Tensor& a, const Tensor& b, const Tensor& w) {
          return tenet::mse_loss(a, b, {.reduction = reduction, .weight = w});
        },
        logits, tenet::randn({3, 1}, kF64), tenet::rand({2, 3, 2}, kF64) + 0.5);
  }
}

TEST(MseLoss, IsTheMeanSquare) {
  const Tensor a = tenet::tensor({1., 2., 3.}), b = tenet::tensor({1., 4., 0.}, {.dtype = tenet::float64});
  EXPECT_NEAR(tenet::mse_loss(a, b).item<double>(), 13. / 3, 1e-12);
  EXPECT_EQ(tenet::mse_loss(a, b).dtype(), tenet::float64);
  EXPECT_EQ(tenet::mse_loss(a, b, {.reduction = Reduction::sum}).item<double>(), 13);
  EXPECT_EQ(tenet::mse_loss(a, b, {.reduction = Reduction::none}).shape(), (Shape{3}));
}

TEST(MseLoss, BroadcastsAndWeighs) {
  const Tensor a = tenet::tensor({{1.}, {2.}}), b = tenet::tensor({1., 4., 0.});
  EXPECT_TRUE(tenet::equal(tenet::mse_loss(a, b, {.reduction = Reduction::none}),
                           tenet::tensor({{0., 9., 1.}, {1., 4., 4.}})));
  EXPECT_NEAR(tenet::mse_loss(a, b).item<double>(), 19. / 6, 1e-6);
  const Tensor weight = tenet::tensor({{3.}, {1.}});
  EXPECT_EQ(tenet::mse_loss(a, b, {.reduction = Reduction::sum, .weight = weight}).item<float>(), 39);
  // By the weight's sum, though each of its numbers weighs three values, as in PyTorch.
  EXPECT_EQ(tenet::mse_loss(a, b, {.weight = weight}).item<float>(), 9.75f);
}

TEST(Losses, OfNothingAreNaNInTheMeanAndZeroInTheSum) {
  const Tensor none = tenet::zeros({0, 3}), no_labels = tenet::zeros({0}, {.dtype = tenet::int64});
  const Tensor scores = tenet::zeros({2, 3}, {.requires_grad = true});
  const Tensor ignored = tenet::tensor({-100, -100}), weight = tenet::ones({3});
  for (const Tensor& loss :
       {tenet::cross_entropy(none, no_labels), tenet::cross_entropy(none, none), tenet::mse_loss(none, none),
        tenet::nll_loss(scores, ignored), tenet::cross_entropy(scores, ignored, {.weight = weight}),
        tenet::cross_entropy(scores, ignored, {.label_smoothing = 0.1, .weight = weight}),
        tenet::cross_entropy(scores, tenet::tensor({0, 1}), {.weight = tenet::zeros({3})})}) {
    EXPECT_EQ(loss.shape(), Shape{});
    EXPECT_TRUE(std::isnan(loss.item<float>()));
  }
  tenet::cross_entropy(scores, ignored, {.label_smoothing = 0.1}).backward();
  EXPECT_TRUE(tenet::equal(scores.grad(), tenet::zeros({2, 3})));
  EXPECT_EQ(tenet::cross_entropy(none, no_labels, {.reduction = Reduction::sum}).item<float>(), 0);
  EXPECT_EQ(tenet::cross_entropy(none, none, {.reduction = Reduction::sum}).item<float>(), 0);
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
            "target, or move the classes of the scores to dimension 1. A target of probabilities is floating "
            "and has "
            "the shape of the scores.");
  EXPECT_EQ(message<tenet::ShapeError>([&] { tenet::nll_loss(tenet::full({}, 1.), labels); }),
            "nll_loss: scores have shape [] but need a dimension of classes: [C], [N, C] or [N, C, ...].");
  EXPECT_EQ(message<tenet::DTypeError>([&] { tenet::cross_entropy(logits, labels.to(tenet::float32)); }),
            "cross_entropy: target is float32 but labels are int64 (or int32, uint8). Convert with "
            ".to(tenet::int64). A target "
            "of probabilities is floating and has the shape of the scores.");
  EXPECT_EQ(message<tenet::DTypeError>([&] { tenet::cross_entropy(logits.to(tenet::int64), labels); }),
            "cross_entropy: needs a floating-point tensor but got int64. Convert with .to(tenet::float32).");
  EXPECT_EQ(
      message<tenet::ValueError>([&] { tenet::cross_entropy(logits, labels, {.label_smoothing = 1.5}); }),
      "cross_entropy: label_smoothing is 1.5 but must lie in [0, 1].");
  EXPECT_EQ(
      message<tenet::ShapeError>([&] { tenet::mse_loss(logits, tenet::zeros({2})); }),
      "mse_loss: shapes [2, 3] and [2] do not broadcast: dimension -1 has extents 3 and 2. Extents must "
      "be equal, "
      "or one of them 1; reshape or unsqueeze first.");
  EXPECT_EQ(
      message<tenet::ShapeError>([&] { tenet::mse_loss(logits, logits, {.weight = tenet::ones({3})}); }),
      "mse_loss: weight has shape [3] but an input of shape [2, 3] needs one number for each element. Expand "
      "or "
      "reshape the weight to [2, 3].");
  EXPECT_EQ(
      message<tenet::ShapeError>([&] { tenet::nll_loss(logits, labels, {.weight = tenet::ones({2})}); }),
      "nll_loss: weight has shape [2] but scores of shape [2, 3] (N,C) have 3 classes. Pass a weight of "
      "shape "
      "[3], one number for each class.");
  EXPECT_EQ(
      message<tenet::DTypeError>([&] {
        tenet::cross_entropy(logits, labels, {.weight = tenet::ones({3}, {.dtype = tenet::int64})});
      }),
      "cross_entropy: weight is int64 but the scores are float32. Convert with weight.to(tenet::float32).");
  EXPECT_EQ(message<tenet::ValueError>([&] { tenet::cross_entropy(logits, logits, {.ignore_index = 0}); }),
            "cross_entropy: ignore_index=0 but the target (float32[2, 3]) has probabilities and no labels to "
            "ignore. "
            "Leave ignore_index out.");
  EXPECT_EQ(message<tenet::DTypeError>([&] { tenet::mse_loss(labels, labels); }),
            "mse_loss: needs a floating-point tensor but got int64. Convert with .to(tenet::float32).");
}

}  // namespace
