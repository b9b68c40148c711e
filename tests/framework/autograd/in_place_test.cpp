// Writing into tensors that have a history: what the tape makes of it, and what it refuses.
#include "tenet/framework/autograd/in_place.h"

#include <gtest/gtest.h>

#include "support/expect.h"
#include "tenet/tenet.h"

namespace tenet {
namespace {

using tenet_test::message;
using tenet_test::values;
using Numbers = std::vector<double>;

Tensor leaf(const NestedList& list) { return tensor(list, {.requires_grad = true}); }

TEST(InPlace, IsRecordedLikeTheOpOutOfPlace) {
  const Tensor x = leaf({1., 2., 3.}), w = leaf({4., 5., 6.});
  Tensor h = x * 1;
  h += w;      // x + w
  h *= w;      // (x + w) w
  h -= 2 * x;  // (x + w) w - 2x
  h /= w;      // x + w - 2x / w
  EXPECT_EQ(h.grad_fn(), "div");
  h.backward(ones({3}));
  const auto dx = values(x.grad()), dw = values(w.grad());
  for (std::size_t i = 0; i < 3; ++i) {
    const double a = static_cast<double>(i) + 1, b = static_cast<double>(i) + 4;
    EXPECT_NEAR(dx[i], 1 - 2 / b, 1e-6);
    EXPECT_NEAR(dw[i], 1 + 2 * a / (b * b), 1e-6);
  }
}

TEST(InPlace, EveryOpThatReadsItsOperandReadsTheOldOne) {
  const auto check = [](auto in_place, auto out_of_place, const char* what) {
    const Tensor a = leaf({0.5, 2., 3.}), b = leaf({0.5, 2., 3.});
    Tensor h = a * 1;
    in_place(h);
    h.sum().backward();
    out_of_place(b * 1).sum().backward();
    EXPECT_EQ(values(a.grad()), values(b.grad())) << what;
  };
  const Tensor two = tensor({2., 2., 2.});
  check([](Tensor& h) { square_(h); }, [](const Tensor& h) { return h.square(); }, "square");
  check([](Tensor& h) { log_(h); }, [](const Tensor& h) { return h.log(); }, "log");
  check([](Tensor& h) { sin_(h); }, [](const Tensor& h) { return h.sin(); }, "sin");
  check([](Tensor& h) { exp_(h); }, [](const Tensor& h) { return h.exp(); }, "exp");
  check([](Tensor& h) { abs_(h); }, [](const Tensor& h) { return h.abs(); }, "abs");
  check([](Tensor& h) { clamp_(h, 1, 2); }, [](const Tensor& h) { return h.clamp(1, 2); }, "clamp");
  check([](Tensor& h) { h.pow_(3); }, [](const Tensor& h) { return h.pow(3); }, "pow");
  check([&](Tensor& h) { maximum_(h, two); }, [&](const Tensor& h) { return maximum(h, two); }, "maximum");
  check([](Tensor& h) { h.mul_(h); }, [](const Tensor& h) { return h * h; }, "mul by itself");
  check([](Tensor& h) { h.div_(h[0]); }, [](const Tensor& h) { return h / h[0]; }, "div by a part");
  check([](Tensor& h) { h.pow_(h); }, [](const Tensor& h) { return h.pow(h); }, "pow of itself");
}

TEST(InPlace, OperandsThatOverlapAreReadAsTheyWere) {
  Tensor x = arange(1.f, 7.f);
  x[Slice(1, 6)] = x[Slice(0, 5)];
  EXPECT_EQ(values(x), (Numbers{1, 1, 2, 3, 4, 5}));
  x[Slice(0, 5)] += x[Slice(1, 6)];
  EXPECT_EQ(values(x), (Numbers{2, 3, 5, 7, 9, 5}));
  Tensor m = arange(1.f, 10.f).reshape({3, 3});
  m.copy_(m.t());
  EXPECT_EQ(values(m), (Numbers{1, 4, 7, 2, 5, 8, 3, 6, 9}));
  for (Tensor y : {arange(2.f, 40.f), arange(2.f, 78.f)[Slice({}, {}, 2)],
                   arange(2.f, 78.f).reshape({38, 2})[Slice()]}) {
    const Numbers before = values(y);
    Tensor first = y;
    while (first.dim() > 0) first = first[0];
    y.mul_(first);  // one element of y, by which all are multiplied
    const Numbers after = values(y);
    for (std::size_t i = 0; i < after.size(); ++i) ASSERT_EQ(after[i], 2 * before[i]) << i;
  }
  Tensor rows = arange(2.f, 14.f).reshape({2, 6})[{Slice(), Slice({}, {}, 2)}];
  rows.mul_(rows[{0, 0}]);
  EXPECT_EQ(values(rows), (Numbers{4, 8, 12, 16, 20, 24}));
}

TEST(InPlace, OverlappingCopiesHaveTheGradientOfWhatWasRead) {
  const Tensor x = leaf({1., 2., 3.});
  Tensor h = x * 1;
  Tensor front = h[Slice(0, 2)];
  front.copy_(h[Slice(1, 3)]);
  (front * tensor({1., 10.})).sum().backward({.retain_graph = true});
  EXPECT_EQ(values(x.grad()), (Numbers{0, 1, 10}));
  Tensor(x).set_grad({});
  (h * tensor({1., 10., 100.})).sum().backward();
  EXPECT_EQ(values(x.grad()), (Numbers{0, 1, 110}));
}

TEST(InPlace, ACopyDoesNotShareItsSourcesHistory) {
  const Tensor w = leaf({1., 2.});
  Tensor x = zeros({2});
  x.copy_(w);
  EXPECT_FALSE(x.is_leaf());
  EXPECT_EQ(x.grad_fn(), "copy_");
  x.retain_grad();
  x.register_hook([](const Tensor& g) { return g * 2; });
  (x * 3 + w * 5).sum().backward();
  EXPECT_EQ(values(x.grad()), (Numbers{6, 6}));
  EXPECT_EQ(values(w.grad()), (Numbers{11, 11}));
  x.add_(1);  // x is no leaf
}

TEST(InPlace, ACopyBroadcastsConvertsAndCutsWhatWasThere) {
  const Tensor w = tensor({1., 2.}, {.dtype = float64, .requires_grad = true});
  const Tensor old = leaf({{1., 1.}, {1., 1.}, {1., 1.}});
  Tensor x = old * 2;
  x.copy_(w);
  EXPECT_EQ(values(x), (Numbers{1, 2, 1, 2, 1, 2}));
  EXPECT_EQ(x.dtype(), float32);
  EXPECT_EQ(values(grad(x.sum(), w, {.retain_graph = true})), (Numbers{3, 3}));
  EXPECT_THROW(grad(x.sum(), old), GradientError);
  x.fill_(7);
  EXPECT_FALSE(x.requires_grad()) << "a number has no history";
}

TEST(InPlace, IntegersTakeTheNumbersWithoutTheHistory) {
  Tensor x = zeros({2}, {.dtype = int64});
  x.copy_(leaf({1.5, 2.5}));
  EXPECT_EQ(values(x), (Numbers{1, 2}));
  EXPECT_FALSE(x.requires_grad());
}

TEST(InPlace, UnderNoGradGuardWritesWithoutHistory) {
  Tensor x = leaf({1., 2.});
  const Tensor h = x * x;
  {
    const NoGradGuard no_grad;
    x.sub_(0.5);
    x[0] = 9.;
  }
  EXPECT_EQ(values(x), (Numbers{9, 1.5}));
  EXPECT_TRUE(x.is_leaf());
  EXPECT_EQ(
      message<GradientError>([&] { h.sum().backward(); }),
      "mul: its backward needs the tensor saved at position 1 (shape [2], float32), but that was written in "
      "place since: version 0 was saved, version 2 was found. Write into a clone(), or move the write behind "
      "backward.");
}

// --- What is refused ------------------------------------------------------------------------------------------

TEST(InPlaceErrors, ALeafThatRequiresGrad) {
  Tensor x = leaf({1., 2.});
  const std::string rest =
      "a leaf that requires grad (shape [2]): its gradient would be that of the overwritten value. Compute a "
      "new "
      "tensor, or write under a NoGradGuard.";
  EXPECT_EQ(message<GradientError>([&] { x.add_(1); }), "add: cannot write in place into " + rest);
  EXPECT_EQ(message<GradientError>([&] { x.copy_(ones({2})); }), "copy_: cannot write in place into " + rest);
  EXPECT_EQ(message<GradientError>([&] { x.zero_(); }), "zero_: cannot write in place into " + rest);
  EXPECT_EQ(message<GradientError>([&] { exp_(x); }), "exp: cannot write in place into " + rest);
  EXPECT_EQ(message<GradientError>([&] { x[0] = 5.; }),
            "fill_: cannot write in place into a view of a leaf that requires grad (shape []): its gradient "
            "would be "
            "that of the overwritten value. Compute a new tensor, or write under a NoGradGuard.");
  EXPECT_EQ(message<GradientError>([&] { x[Slice(0, 1)] += 1; }),
            "add: cannot write in place into a view of a leaf that requires grad (shape [1]): its gradient "
            "would be "
            "that of the overwritten value. Compute a new tensor, or write under a NoGradGuard.");
  EXPECT_EQ(values(x), (Numbers{1, 2}));
  EXPECT_EQ(x.version(), 0u);
}

TEST(InPlaceErrors, AViewThatWasMadeALeaf) {
  Tensor x = zeros({3});
  Tensor v = x[Slice(0, 2)];
  v.requires_grad_();
  EXPECT_EQ(message<GradientError>([&] { v.add_(1); }),
            "add: cannot write in place into a leaf that requires grad (shape [2]): its gradient would be "
            "that of the "
            "overwritten value. Compute a new tensor, or write under a NoGradGuard.");
  x.copy_(leaf({1., 2., 3.}));
  EXPECT_EQ(message<GradientError>([&] { v * 2; }),
            "view: the tensor this one (shape [2]) looks into was written in place after requires_grad_() "
            "had made it "
            "a leaf: its gradient would be that of the overwritten value. Use a clone() as the leaf.");
}

TEST(InPlaceErrors, ElementsReachedByTwoIndices) {
  Tensor x = zeros({1, 2});
  Tensor wide = x.expand({3, 2});
  EXPECT_EQ(
      message<ShapeError>([&] { wide.add_(1); }),
      "add: cannot write into a tensor of shape [3, 2] and strides [0, 1] in which several indices share one "
      "element. Write into a clone().");
  Tensor windows = arange(4.f).as_strided({3, 2}, {1, 1});
  EXPECT_THROW(windows.zero_(), ShapeError);
  Tensor apart = wide.detach();
  EXPECT_EQ(message<ShapeError>([&] { apart[0] = 1.; }),
            "fill_: cannot write into a view of a tensor of shape [3, 2] and strides [0, 1] in which several "
            "indices "
            "share one element. Write into a clone().");
  EXPECT_EQ(values(x), (Numbers{0, 0}));
}

TEST(InPlaceErrors, ResultsThatDoNotFit) {
  Tensor x = ones({2}), n = ones({2}, {.dtype = int64});
  EXPECT_EQ(
      message<ShapeError>([&] {
        x.add_(ones({3, 2}));
      }),
      "add_: the result has shape [3, 2] and cannot be written into a tensor of shape [2]. Only the other "
      "operand broadcasts in place.");
  EXPECT_EQ(
      message<DTypeError>([&] { n.add_(0.5); }),
      "add_: the result is float32 and cannot be written into a int64 tensor. Use add(a, b), or convert a "
      "first.");
  EXPECT_EQ(
      message<ShapeError>([&] {
        x.copy_(ones({3, 2}));
      }),
      "copy_: a tensor of shape [3, 2] does not broadcast to shape [2]. Reshape it, or write into a larger "
      "slice.");
  EXPECT_EQ(values(x), values(n));
  EXPECT_EQ(x.version(), ones({2}).version());
}

TEST(InPlaceErrors, AFailedWriteChangesNothing) {
  const Tensor w = leaf({1., 2.});
  Tensor h = w * 1;
  const std::string name = h.grad_fn();
  const std::uint32_t version = h.version();
  EXPECT_THROW(h.add_(ones({3})), ShapeError);
  EXPECT_THROW(h[0] = ones({2}), ShapeError);
  EXPECT_THROW(h.add_(Tensor()), ValueError);
  EXPECT_EQ(h.grad_fn(), name);
  EXPECT_EQ(h.version(), version);
  h.sum().backward();
  EXPECT_EQ(values(w.grad()), (Numbers{1, 1}));
}

// --- Saved tensors that were written over ---------------------------------------------------------------------

TEST(Versions, AStaleSavedTensorIsFoundAndNamed) {
  const Tensor x = leaf({1., 1.});
  Tensor y = x.exp();
  const Tensor z = y * y;
  y.mul_(2);
  EXPECT_EQ(
      message<GradientError>([&] { z.sum().backward(); }),
      "mul: its backward needs the tensor saved at position 1 (shape [2], float32), but that was written in "
      "place since: version 0 was saved, version 1 was found. Write into a clone(), or move the write behind "
      "backward.");
  EXPECT_FALSE(x.grad().defined());
}

TEST(Versions, AStaleOutputIsNamedAsOutput) {
  const Tensor x = leaf({1., 1.});
  Tensor y = x.exp();  // its rule reads the output
  {
    const NoGradGuard no_grad;
    y.add_(1);
  }
  EXPECT_EQ(
      message<GradientError>([&] { y.sum().backward(); }),
      "exp: its backward needs the tensor saved at position 0 (shape [2], float32, its output), but that was "
      "written in place since: version 0 was saved, version 1 was found. Write into a clone(), or move the "
      "write behind backward.");
}

TEST(Versions, AWriteThroughAnyViewCounts) {
  const Tensor x = leaf({{1., 2.}, {3., 4.}});
  Tensor h = x * 1;
  const Tensor saved_view = h.t() * x;  // saves a view of h
  h[{1, 1}] = 0.;
  EXPECT_EQ(h.version(), 1u);
  EXPECT_EQ(h.t().version(), 1u);
  EXPECT_THROW(saved_view.sum().backward(), GradientError);
}

TEST(Versions, WritesBesideWhatWasSavedAreHarmless) {
  const Tensor x = leaf({1., 2.});
  Tensor h = x + 1;  // saves nothing
  h.mul_(3);
  h.sum().backward();
  EXPECT_EQ(values(x.grad()), (Numbers{3, 3}));
  Tensor other = h.clone();
  const Tensor y = x * x;
  other.zero_();
  y.sum().backward();
  EXPECT_EQ(values(x.grad()), (Numbers{5, 7}));
}

TEST(Versions, WhatIsNotReadIsNotChecked) {
  // The gradient by x of x w reads w alone.
  const Tensor w = tensor({3., 4.});
  const Tensor x = leaf({1., 2.});
  Tensor h = x * 1;
  const Tensor y = h * w;
  h.add_(100);
  EXPECT_EQ(values(grad(y.sum(), x)), (Numbers{3, 4}));
}

TEST(Versions, AConditionIsSavedToo) {
  const Tensor x = leaf({1., 2.});
  Tensor positive = x > 1.5;
  const Tensor y = where(positive, x, 0);
  positive.fill_(true);
  EXPECT_THROW(y.sum().backward(), GradientError);
}

}  // namespace
}  // namespace tenet
