// What the tape keeps, and what it does with it: derivatives of any order, only the work that is wanted.
#include "tenet/framework/autograd/tape.h"

#include <gtest/gtest.h>

#include <cmath>

#include "support/expect.h"
#include "tenet/framework/core/block_pool.h"
#include "tenet/tenet.h"

namespace tenet {
namespace {

using tenet_test::values;

Tensor doubles(const NestedList& list) { return tensor(list, {.dtype = float64, .requires_grad = true}); }

/// The order-th derivative of f at x, element by element.
template <class F> Tensor derivative(F f, const Tensor& x, int order) {
  Tensor y = f(x);
  for (int i = 0; i < order; ++i) y = grad(y.sum(), x, {.create_graph = i + 1 < order});
  return y;
}

TEST(Tape, PolynomialsHaveDerivativesToOrderSeven) {
  const Tensor x = doubles({-2., -1., 0.5, 3.});
  const auto f = [](const Tensor& t) { return t * t * t * t * t * t * t - 2 * t * t * t * t + t; };
  for (int order = 1; order <= 7; ++order) {
    std::vector<double> want;
    for (double v : values(x)) {
      double seventh = 1, fourth = -2;
      for (int k = 0; k < order; ++k) seventh *= 7 - k, fourth *= 4 - k;
      want.push_back(seventh * std::pow(v, 7 - order) + (order <= 4 ? fourth * std::pow(v, 4 - order) : 0) +
                     (order == 1 ? 1 : 0));
    }
    EXPECT_EQ(values(derivative(f, x, order)), want) << "order " << order;  // all exact in binary
  }
}

TEST(Tape, ProductsOfSeveralInputsHaveMixedDerivatives) {
  const Tensor x = doubles(2.), y = doubles(3.);
  const Tensor f = x * x * x * y * y;  // x^3 y^2
  const Tensor dx = grad(f, x, {.create_graph = true});
  const Tensor dxy = grad(dx, y, {.create_graph = true});
  const Tensor dxyy = grad(dxy, y, {.create_graph = true});
  EXPECT_EQ(dx.item<double>(), 3 * 4 * 9);
  EXPECT_EQ(dxy.item<double>(), 3 * 4 * 6);
  EXPECT_EQ(dxyy.item<double>(), 3 * 4 * 2);
  EXPECT_EQ(grad(dxyy, x).item<double>(), 6 * 2 * 2);
}

TEST(Tape, SmoothFunctionsHaveTheirSeventhDerivative) {
  const Tensor x = doubles({0.3, -1.1});
  const auto want = values(x);
  const auto sine = values(derivative([](const Tensor& t) { return t.sin(); }, x, 7));
  const auto exponential = values(derivative([](const Tensor& t) { return (2 * t).exp(); }, x, 7));
  for (std::size_t i = 0; i < want.size(); ++i) {
    EXPECT_NEAR(sine[i], -std::cos(want[i]), 1e-15);
    EXPECT_NEAR(exponential[i], 128 * std::exp(2 * want[i]), 1e-11);
  }
}

TEST(Tape, AnInputUsedManyTimesGathersAllItsGradients) {
  const Tensor x = doubles({1., 2.});
  Tensor y = x;
  for (int i = 0; i < 5; ++i) y = y + x * y;  // x (1 + x)^5
  y.sum().backward();
  EXPECT_EQ(values(x.grad()), (std::vector<double>{32 + 5 * 16, 243 + 2 * 5 * 81}));
}

TEST(Tape, RecordsStandInCreationOrderAndLeaveAtOnce) {
  const Tensor x = doubles(1.);
  const Record* before = Tape::current().newest();
  Tensor y = x * 2;
  const Record* first = Tape::current().newest();
  Tensor z = y * 3;
  EXPECT_EQ(Tape::older(Tape::current().newest()), first);
  y = Tensor();
  EXPECT_EQ(Tape::older(Tape::current().newest()), first) << "z still needs it";
  z = Tensor();
  EXPECT_EQ(Tape::current().newest(), before);
}

TEST(Tape, NothingIsRecordedWithoutNeed) {
  const Record* before = Tape::current().newest();
  const Tensor x = doubles(1.), plain = tensor(2.);
  const Tensor a = plain * 3;
  Tensor b, c;
  {
    const NoGradGuard no_grad;
    b = x * 2;
    {
      const EnableGradGuard enable;
      c = x * 2;
      {
        const NoGradGuard again;
        EXPECT_FALSE((x * 2).requires_grad());
      }
      EXPECT_TRUE((x * 2).requires_grad()) << "the inner guard restored what was before it";
    }
    EXPECT_FALSE((x * 2).requires_grad());
  }
  EXPECT_FALSE(a.requires_grad());
  EXPECT_FALSE(b.requires_grad());
  EXPECT_TRUE(c.requires_grad());
  EXPECT_TRUE((x * 2).requires_grad());
  EXPECT_FALSE((x > 0).requires_grad()) << "comparisons have no gradient";
  EXPECT_FALSE(x.to(int64).requires_grad());
  c = Tensor();
  EXPECT_EQ(Tape::current().newest(), before);
}

TEST(Tape, AGuardIsUndoneByAnException) {
  try {
    const NoGradGuard no_grad;
    throw 1;
  } catch (int) {
  }
  EXPECT_TRUE(grad_enabled());
}

TEST(Tape, DetachSharesTheElementsAndCutsTheHistory) {
  const Tensor x = doubles({1., 2.});
  const Tensor y = x * 3;
  Tensor cut = y.detach();
  EXPECT_FALSE(cut.requires_grad());
  EXPECT_TRUE(cut.is_leaf());
  EXPECT_EQ(cut.data<double>(), y.data<double>());
  (cut * x).sum().backward();
  EXPECT_EQ(values(x.grad()), values(cut)) << "cut counts as a constant";
  cut.add_(1);
  EXPECT_EQ(y.version(), 1u) << "they share the memory, and the count of its writes";
}

// --- Only what is wanted is computed --------------------------------------------------------------------------

int asked_a = 0, asked_b = 0;

struct Product : Function {
  Tensor forward(Context& context, const Tensor& a, const Tensor& b) {
    context.save(a);
    context.save(b);
    return a * b;
  }
  std::vector<Tensor> backward(const Context& context, const Tensor& dy) {
    asked_a += context.needs(0);
    asked_b += context.needs(1);
    return {context.needs(0) ? dy * context.saved(1) : Tensor(),
            context.needs(1) ? dy * context.saved(0) : Tensor()};
  }
};

struct MustNotRun : Function {
  Tensor forward(Context&, const Tensor& x) { return x * 2; }
  std::vector<Tensor> backward(const Context&, const Tensor&) {
    throw std::runtime_error("asked without need");
  }
};

TEST(Pruning, TheSideNobodyAskedForIsNotComputed) {
  const Tensor a = doubles({1., 2.}), b = doubles({3., 4.});
  asked_a = asked_b = 0;
  const Tensor y = apply<Product>(a, b).sum();
  EXPECT_EQ(values(grad(y, a)), values(b));
  EXPECT_EQ(asked_a, 1);
  EXPECT_EQ(asked_b, 0);
}

TEST(Pruning, ASideThatNeedsNoGradientIsNotComputed) {
  const Tensor a = doubles({1., 2.}), b = tensor({3., 4.}, {.dtype = float64});
  asked_a = asked_b = 0;
  apply<Product>(a, b).sum().backward();
  EXPECT_EQ(asked_a, 1);
  EXPECT_EQ(asked_b, 0);
}

TEST(Pruning, BranchesThatDoNotLeadToAnInputDoNotRun) {
  const Tensor x = doubles({1., 2.}), w = doubles({3., 4.});
  const Tensor y = (x * apply<MustNotRun>(w)).sum();
  EXPECT_EQ(values(grad(y, x)), (std::vector<double>{6, 8}));
  const Tensor again = (x * apply<MustNotRun>(w)).sum();
  EXPECT_THROW(grad(again, w), std::runtime_error);
}

TEST(Pruning, WhatLiesBeyondAnInputDoesNotRun) {
  const Tensor x = doubles({1., 2.});
  const Tensor middle = apply<MustNotRun>(x);
  EXPECT_EQ(values(grad((middle * middle).sum(), middle)), (std::vector<double>{4, 8}));
}

TEST(Pruning, AProductOfMatricesComputesOneSideOnly) {
  // The weight's gradient would come from a matrix as large as the weight: its memory is not even touched.
  const Tensor x = ones({1, 512}, {.requires_grad = true}), w = ones({512, 512}, {.requires_grad = true});
  const Tensor y = matmul(x, w).sum();
  const std::int64_t records = block_stats().in_use;
  EXPECT_EQ(values(grad(y, x)), std::vector<double>(512, 512.));
  EXPECT_LE(block_stats().in_use, records);
  EXPECT_FALSE(w.grad().defined());
}

}  // namespace
}  // namespace tenet
