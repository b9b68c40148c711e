// grad(): several outputs and inputs, dys, what is unused, what is recorded.
#include <gtest/gtest.h>

#include "support/expect.h"
#include "tenet/framework/autograd/backward.h"
#include "tenet/tenet.h"

namespace tenet {
namespace {

using tenet_test::message;
using tenet_test::values;
using Numbers = std::vector<double>;

Tensor leaf(const NestedList& list) { return tensor(list, {.requires_grad = true}); }

TEST(Grad, AddsToNoGrad) {
  const Tensor x = leaf({1., 2.}), w = leaf({3., 4.});
  Tensor h = x * w;
  h.retain_grad();
  EXPECT_EQ(values(grad((h * h).sum(), x)), (Numbers{18, 64}));
  EXPECT_FALSE(x.grad().defined());
  EXPECT_FALSE(w.grad().defined());
  EXPECT_FALSE(h.grad().defined());
}

TEST(Grad, OfSeveralOutputsIsTheirWeightedSum) {
  const Tensor x = leaf({1., 2.}), w = leaf({3., 4.});
  const Tensor a = x * w, b = x * x;
  const auto g = grad({a, b}, {x, w}, {tensor({1., 10.}), tensor({100., 1000.})});
  ASSERT_EQ(g.size(), 2u);
  EXPECT_EQ(values(g[0]), (Numbers{3 + 200, 40 + 4000}));
  EXPECT_EQ(values(g[1]), (Numbers{1, 20}));
}

TEST(Grad, AnUndefinedDyStandsForOne) {
  const Tensor x = leaf({1., 2.});
  const Tensor a = x.sum(), b = x * x;
  EXPECT_EQ(values(grad({a, b}, {x}, {Tensor(), tensor({1., 10.})})[0]), (Numbers{3, 41}));
}

TEST(Grad, AnOutputThatDependsOnAnother) {
  const Tensor x = leaf({1., 2.});
  const Tensor a = x * x, b = a.sum();
  EXPECT_EQ(values(grad({b, a}, {x}, {tensor(1.), tensor({1., 0.})})[0]), (Numbers{4, 4}));
}

TEST(Grad, TheSameOutputOrInputTwice) {
  const Tensor x = leaf({1., 2.});
  const Tensor y = (x * x).sum();
  const auto g = grad({y, y}, {x, x});
  EXPECT_EQ(values(g[0]), (Numbers{4, 8}));
  EXPECT_EQ(values(g[1]), (Numbers{4, 8}));
}

TEST(Grad, OfAnOutputByItselfIsDy) {
  const Tensor x = leaf({1., 2.});
  const Tensor y = x * 2;
  EXPECT_EQ(values(grad(y, y, tensor({3., 4.}))), (Numbers{3, 4}));
  EXPECT_EQ(values(grad(x, x, tensor({3., 4.}))), (Numbers{3, 4}));
}

TEST(Grad, ByAComputedTensorAndByWhatItCameFrom) {
  const Tensor x = leaf({1., 2.});
  const Tensor h = x * 3, y = (h * h).sum();
  const auto g = grad(y, {h, x});
  EXPECT_EQ(values(g[0]), (Numbers{6, 12}));
  EXPECT_EQ(values(g[1]), (Numbers{18, 36}));
}

TEST(Grad, WithDyOfATensor) {
  const Tensor x = leaf({1., 2.});
  EXPECT_EQ(values(grad(x * x, x, tensor({1., 10.}))), (Numbers{2, 40}));
}

TEST(Grad, OfNoInputsIsEmpty) {
  const Tensor x = leaf({1., 2.});
  EXPECT_TRUE(grad({x.sum()}, std::vector<Tensor>{}).empty());
}

// --- Errors ---------------------------------------------------------------------------------------------------

TEST(GradErrors, UnusedInputs) {
  const Tensor x = leaf({1., 2.}), other = leaf({{3.}});
  const Tensor y = x.square().sum();
  EXPECT_EQ(
      message<GradientError>([&] {
        grad(y, {x, other}, {.retain_graph = true});
      }),
      "grad: the outputs do not depend on input 1 of shape [1, 1]. Pass {.allow_unused = true} to get an "
      "undefined tensor for it.");
  const auto g = grad(y, {x, other}, {.allow_unused = true});
  EXPECT_EQ(values(g[0]), (Numbers{2, 4}));
  EXPECT_FALSE(g[1].defined());
}

TEST(GradErrors, InputsThatNeedNoGradient) {
  const Tensor x = leaf({1., 2.});
  EXPECT_EQ(
      message<GradientError>([&] {
        grad((x * x).sum(), {x, ones({2, 2})});
      }),
      "grad: input 1 of shape [2, 2] does not require grad. Call requires_grad_() on it before computing.");
  EXPECT_EQ(
      message<GradientError>([&] { grad((x * x).sum(), x.detach()); }),
      "grad: input 0 of shape [2] does not require grad. Call requires_grad_() on it before computing.");
}

TEST(GradErrors, NumberAndShapeOfDys) {
  const Tensor x = leaf({1., 2.});
  EXPECT_EQ(message<GradientError>([&] {
              grad({x * 2, x * 3}, {x}, {ones({2})});
            }),
            "grad: 1 dys were given for 2 outputs. Give one per output, or none.");
  EXPECT_EQ(message<GradientError>([&] { grad(x * 2, x); }),
            "backward: the tensor has shape [2], and only a scalar has a gradient without being told dy. "
            "Pass dy of "
            "shape [2], or reduce with sum() or mean() first.");
}

TEST(GradErrors, ATensorThatNeedsNoGradientAsOutput) {
  const Tensor x = leaf({1., 2.});
  EXPECT_THROW(grad(ones({}), x), GradientError);
}

TEST(GradErrors, UndefinedTensorsAreNamed) {
  const std::string want =
      "tensor: an undefined tensor was used. Make one with tenet::zeros, tenet::randn, ...; grad() is "
      "undefined until "
      "a backward pass arrived.";
  const Tensor x = leaf(1.);
  EXPECT_EQ(message<ValueError>([&] { grad(Tensor(), x); }), want);
  EXPECT_EQ(message<ValueError>([&] { grad(x, Tensor()); }), want);
  EXPECT_EQ(message<ValueError>([] { Tensor().backward(); }), want);
}

TEST(GradErrors, AFailedCallLeavesTheGraphUsable) {
  const Tensor x = leaf({1., 2.}), other = leaf(1.);
  const Tensor h = x * 3, y = (h * h).sum();
  EXPECT_THROW(grad({y, h}, {x}), GradientError);       // h is no scalar, found after y was seeded
  EXPECT_THROW(grad(y, {x, ones({})}), GradientError);  // found before anything ran
  EXPECT_EQ(values(grad(y, x)), (Numbers{18, 36})) << "nothing of the failed passes is left over";
}

// --- What is recorded, what is kept ---------------------------------------------------------------------------

TEST(Grad, IsRecordedOnlyWithCreateGraph) {
  const Tensor x = leaf({1., 2.});
  const Tensor y = (x * x * x).sum();
  EXPECT_FALSE(grad(y, x, {.retain_graph = true}).requires_grad());
  EXPECT_TRUE(grad(y, x, {.create_graph = true}).requires_grad());
}

TEST(Grad, CreateGraphRetainsUnlessTold) {
  const Tensor x = leaf({1., 2.});
  const Tensor y = (x * x * x).sum();
  grad(y, x, {.create_graph = true});
  const Tensor first = grad(y, x, {.retain_graph = false, .create_graph = true});
  EXPECT_THROW(grad(y, x), GradientError);
  EXPECT_EQ(values(first), (Numbers{3, 12}));
}

TEST(Grad, WithoutCreateGraphTheResultHasNoHistoryWhateverDyHas) {
  const Tensor x = leaf({1., 2.}), dy = leaf({3., 4.});
  EXPECT_FALSE(grad(x + 1, x, dy).requires_grad());
  EXPECT_TRUE(grad(x + 1, x, dy, {.create_graph = true}).requires_grad());
}

TEST(Grad, WorksUnderNoGradGuard) {
  const Tensor x = leaf({1., 2.});
  const Tensor y = (x * x * x).sum();
  const NoGradGuard no_grad;
  const Tensor g = grad(y, x, {.create_graph = true});
  EXPECT_TRUE(g.requires_grad());
  EXPECT_EQ(values(grad(g.sum().defined() ? g : y, x, ones({2}))), (Numbers{6, 12}));
  EXPECT_FALSE(grad_enabled()) << "the guard still holds";
}

TEST(Grad, ByDyGivesTheForwardDerivative) {
  // The gradient is linear in dy; its gradient by dy in direction v is J v.
  const Tensor x = leaf({1., 2., 3.}), dy = leaf({0., 0., 0.});
  const Tensor g = grad(x * x * x, x, dy, {.create_graph = true});
  EXPECT_EQ(values(grad(g, dy, tensor({1., 1., 10.}))), (Numbers{3, 12, 270}));
}

TEST(Grad, AGradientPenaltyTrainsTheWeights) {
  // |d(x w x)/dx|^2 = |(w + w^T) x|^2; by w: 4 x (w + w^T) x symmetrised.
  const Tensor x = leaf({{1., 2.}}), w = leaf({{1., 0.}, {3., -1.}});
  const Tensor score = matmul(matmul(x, w), x.t()).sum();
  const Tensor slope = grad(score, x, {.create_graph = true});
  slope.square().sum().backward();
  const double s[] = {2 * 1 + 3 * 2, 3 * 1 - 2 * 2};
  EXPECT_EQ(values(slope), (Numbers{s[0], s[1]}));
  EXPECT_EQ(values(w.grad()), (Numbers{4 * s[0], 2 * (s[0] * 2 + s[1]), 2 * (s[1] + s[0] * 2), 8 * s[1]}));
}

}  // namespace
}  // namespace tenet
