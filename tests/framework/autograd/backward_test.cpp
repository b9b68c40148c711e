// Tensor::backward and the state it leaves.
#include "tenet/framework/autograd/backward.h"

#include <gtest/gtest.h>

#include "support/expect.h"
#include "tenet/tenet.h"

namespace tenet {
namespace {

using tenet_test::message;
using tenet_test::values;
using Numbers = std::vector<double>;

Tensor leaf(const NestedList& list) { return tensor(list, {.requires_grad = true}); }

TEST(Backward, AddsToTheGradOfEveryLeaf) {
  const Tensor x = leaf({1., 2.}), w = leaf({3., 4.});
  EXPECT_FALSE(x.grad().defined());
  (x * w).sum().backward();
  EXPECT_EQ(values(x.grad()), (Numbers{3, 4}));
  EXPECT_EQ(values(w.grad()), (Numbers{1, 2}));
  (x * x).sum().backward();
  EXPECT_EQ(values(x.grad()), (Numbers{5, 8}));
  EXPECT_EQ(values(w.grad()), (Numbers{1, 2}));
  EXPECT_FALSE(x.grad().requires_grad());
}

TEST(Backward, OfALeafIsOne) {
  const Tensor x = leaf(5.);
  x.backward();
  EXPECT_EQ(x.grad().item<double>(), 1);
}

TEST(Backward, OfWhatIsNoScalarNeedsDy) {
  const Tensor x = leaf({{1., 2.}, {3., 4.}});
  const Tensor y = x * x;
  EXPECT_EQ(message<GradientError>([&] { y.backward(); }),
            "backward: the tensor has shape [2, 2], and only a scalar has a gradient without being told dy. "
            "Pass dy "
            "of shape [2, 2], or reduce with sum() or mean() first.");
  EXPECT_EQ(message<GradientError>([&] { y.backward(ones({2})); }),
            "backward: dy has shape [2] (float32, cpu) but the tensor has shape [2, 2] (float32, cpu). Pass "
            "a dy of "
            "the tensor's shape, type and device.");
  EXPECT_EQ(message<GradientError>([&] {
              y.backward(ones({2, 2}, {.dtype = float64}));
            }),
            "backward: dy has shape [2, 2] (float64, cpu) but the tensor has shape [2, 2] (float32, cpu). "
            "Pass a dy "
            "of the tensor's shape, type and device.");
  EXPECT_FALSE(x.grad().defined());
  y.backward(tensor({{1., 0.}, {0., 10.}}));  // the errors freed nothing
  EXPECT_EQ(values(x.grad()), (Numbers{2, 0, 0, 80}));
}

TEST(Backward, OneElementOfAnyRankCountsAsAScalar) {
  const Tensor x = leaf({{3.}});
  (x * x).backward();
  EXPECT_EQ(values(x.grad()), Numbers{6});
  EXPECT_EQ(x.grad().shape(), (Shape{1, 1}));
}

TEST(Backward, OfWhatNeedsNoGradientIsAnError) {
  const std::string want =
      "backward: this tensor of shape [] does not require grad: it was computed from nothing that does, or "
      "under "
      "NoGradGuard. Call requires_grad_() on what the gradient is wanted for, before computing.";
  EXPECT_EQ(message<GradientError>([] { tensor({1., 2.}).sum().backward(); }), want);
  const Tensor x = leaf({1., 2.});
  EXPECT_EQ(message<GradientError>([&] {
              const NoGradGuard no_grad;
              x.sum().backward();
            }),
            want);
}

TEST(Backward, ASecondTimeIsNamed) {
  const Tensor x = leaf({1., 2.});
  const Tensor y = (x * x).sum();
  y.backward();
  EXPECT_EQ(message<GradientError>([&] { y.backward(); }),
            "mul: backward came here a second time, after the first had freed the values it saved. Pass "
            "{.retain_graph = true} to the first backward.");
  EXPECT_EQ(values(x.grad()), (Numbers{2, 4})) << "the failed pass added nothing";
}

TEST(Backward, RetainGraphAllowsASecondTime) {
  const Tensor x = leaf({1., 2.});
  const Tensor y = (x * x).sum();
  y.backward({.retain_graph = true});
  y.backward();
  EXPECT_EQ(values(x.grad()), (Numbers{4, 8}));
  EXPECT_THROW(y.backward(), GradientError);
}

TEST(Backward, WhatSavesNothingMayRunAgain) {
  const Tensor x = leaf({1., 2.});
  const Tensor y = (x + x).sum();
  y.backward();
  y.backward();
  EXPECT_EQ(values(x.grad()), (Numbers{4, 4}));
}

TEST(Backward, TwoOutputsOfOneGraph) {
  const Tensor x = leaf({1., 2.});
  const Tensor h = x * x;
  const Tensor a = (h * 2).sum(), b = (h * h).sum();
  a.backward({.retain_graph = true});
  b.backward();
  EXPECT_EQ(values(x.grad()), (Numbers{4 + 4, 8 + 32}));
}

TEST(Backward, GradsAreContiguousAndTheirOwn) {
  const Tensor x = leaf({{1., 2., 3.}, {4., 5., 6.}});
  x.t().sum(0).sum().backward();
  EXPECT_TRUE(x.grad().is_contiguous());
  EXPECT_EQ(values(x.grad()), Numbers(6, 1));

  const Tensor a = leaf({1., 2.}), b = leaf({1., 2.});
  const Tensor dy = tensor({5., 7.});
  (a + b).backward(dy);  // the rule of + returns one tensor twice
  a.grad().add_(1);
  EXPECT_EQ(values(b.grad()), (Numbers{5, 7}));
  EXPECT_EQ(values(dy), (Numbers{5, 7}));
}

TEST(Backward, ATensorAddedToItselfGathersTwice) {
  const Tensor x = leaf({1., 2.});
  const Tensor y = x * 1;
  Tensor z = y + y;
  (z + z + y).backward(tensor({1., 10.}));
  EXPECT_EQ(values(x.grad()), (Numbers{5, 50}));
}

TEST(Backward, BroadcastingIsUndone) {
  const Tensor row = leaf({1., 2., 3.}), column = leaf({{10.}, {20.}}), number = leaf(5.);
  (row * column + number).sum().backward();
  EXPECT_EQ(values(row.grad()), Numbers(3, 30));
  EXPECT_EQ(values(column.grad()), Numbers(2, 6));
  EXPECT_EQ(values(number.grad()), Numbers{6});
  EXPECT_EQ(column.grad().shape(), (Shape{2, 1}));
}

TEST(Backward, TypesAreConvertedBack) {
  const Tensor x = leaf({1., 2.});
  const Tensor w = tensor({3., 4.}, {.dtype = float64, .requires_grad = true});
  (x * w).sum().backward();
  EXPECT_EQ(x.grad().dtype(), float32);
  EXPECT_EQ(w.grad().dtype(), float64);
  EXPECT_EQ(values(x.grad()), (Numbers{3, 4}));
}

TEST(Backward, OfNothingIsNothing) {
  const Tensor x = zeros({0, 3}, {.requires_grad = true});
  (x * x).sum().backward();
  EXPECT_EQ(x.grad().shape(), (Shape{0, 3}));
}

TEST(Backward, RetainGradKeepsWhatPassesThrough) {
  const Tensor x = leaf({1., 2.});
  Tensor h = x * 3;
  EXPECT_FALSE(h.grad().defined());
  h.retain_grad();
  (h * h).sum().backward();
  EXPECT_EQ(values(h.grad()), (Numbers{6, 12}));
  EXPECT_EQ(values(x.grad()), (Numbers{18, 36}));
  EXPECT_EQ(message<GradientError>([] { ones({2}).retain_grad(); }),
            "retain_grad: this tensor of shape [2] does not require grad, so no gradient will arrive. Call "
            "requires_grad_() first.");
}

TEST(Backward, RetainGradFollowsATensorThroughInPlaceWrites) {
  const Tensor x = leaf({1., 2.});
  Tensor h = x * 3;
  h.retain_grad();
  h.mul_(2);
  (h * h).sum().backward();
  EXPECT_EQ(values(h.grad()), (Numbers{12, 24})) << "that of the value h has now";
}

// --- Leaves ---------------------------------------------------------------------------------------------------

TEST(Leaf, IsWhatWasComputedFromNothing) {
  Tensor x = tensor({1., 2.});
  EXPECT_TRUE(x.is_leaf());
  EXPECT_FALSE(x.requires_grad());
  x.requires_grad_();
  EXPECT_TRUE(x.is_leaf());
  EXPECT_EQ(x.grad_fn(), "");
  Tensor y = x * 2;
  EXPECT_FALSE(y.is_leaf());
  EXPECT_TRUE(y.requires_grad());
  EXPECT_EQ(y.grad_fn(), "mul");
  y.requires_grad_();  // it does already
  EXPECT_EQ(
      message<GradientError>([&] { y.requires_grad_(false); }),
      "requires_grad_: this tensor was computed (by mul), and only a leaf can stop collecting gradients. Use "
      "detach().");
}

TEST(Leaf, OnlyFloatingTensorsCollectGradients) {
  EXPECT_EQ(message<DTypeError>([] {
              tensor({1, 2}).requires_grad_();
            }),
            "requires_grad_: only floating-point tensors have gradients, this one is int64. Convert with "
            ".to(tenet::float32) first.");
  EXPECT_EQ(message<DTypeError>([] { zeros({2}, {.dtype = int32, .requires_grad = true}); }),
            "requires_grad_: only floating-point tensors have gradients, this one is int32. Convert with "
            ".to(tenet::float32) first.");
  EXPECT_FALSE(tensor({1, 2}).requires_grad_(false).requires_grad());
}

TEST(Leaf, CanBeFrozenAndThawed) {
  Tensor x = leaf({1., 2.});
  const Tensor before = (x * x).sum();
  x.requires_grad_(false);
  EXPECT_FALSE((x * 2).requires_grad());
  x.add_(0);  // a frozen leaf may be written
  EXPECT_THROW(before.backward(), GradientError) << "which its saved value notices";
  x.requires_grad_();
  (x * x).sum().backward();
  EXPECT_EQ(values(x.grad()), (Numbers{2, 4}));
}

TEST(Leaf, FrozenAfterUseCollectsNothing) {
  Tensor x = leaf({1., 2.});
  const Tensor w = leaf({5., 6.});
  const Tensor y = (x * w).sum();
  x.requires_grad_(false);
  y.backward();
  EXPECT_FALSE(x.grad().defined());
  EXPECT_EQ(values(w.grad()), (Numbers{1, 2}));
}

TEST(Leaf, SetGrad) {
  Tensor x = leaf({1., 2.});
  x.set_grad(tensor({10., 20.}));
  (x * 3).sum().backward();
  EXPECT_EQ(values(x.grad()), (Numbers{13, 23}));
  EXPECT_EQ(
      message<GradientError>([&] { x.set_grad(ones({3})); }),
      "set_grad: the gradient has shape [3] (float32) but the tensor has shape [2] (float32). A gradient has "
      "the shape and type of its tensor.");
  EXPECT_EQ(
      message<GradientError>([&] { x.set_grad(ones({2}, {.dtype = float64})); }),
      "set_grad: the gradient has shape [2] (float64) but the tensor has shape [2] (float32). A gradient has "
      "the shape and type of its tensor.");
  EXPECT_EQ(values(x.grad()), (Numbers{13, 23}));
  x.set_grad({});
  EXPECT_FALSE(x.grad().defined());
  Tensor plain = ones({2});
  plain.set_grad({});
  plain.set_grad(ones({2}));
  EXPECT_EQ(values(plain.grad()), (Numbers{1, 1}));
  EXPECT_FALSE(plain.requires_grad());
}

TEST(Leaf, SetGradTakesTheValueWithoutItsHistory) {
  Tensor x = leaf({1., 2.});
  x.set_grad(x * x);
  EXPECT_FALSE(x.grad().requires_grad());
  EXPECT_EQ(values(x.grad()), (Numbers{1, 4}));
}

}  // namespace
}  // namespace tenet
