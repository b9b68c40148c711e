// Views and in-place writes: a write through a view gives its base a new history, and views made earlier see it.
#include <gtest/gtest.h>

#include "support/expect.h"
#include "tenet/framework/autograd/in_place.h"
#include "tenet/tenet.h"

namespace tenet {
namespace {

using tenet_test::values;
using Numbers = std::vector<double>;

Tensor leaf(const NestedList& list) { return tensor(list, {.requires_grad = true}); }
Tensor matrix() { return leaf({{1., 2., 3.}, {4., 5., 6.}}); }

TEST(ViewWrites, TheBaseIsTheOldOutsideAndTheWrittenInside) {
  const Tensor x = matrix(), w = leaf({10., 20.});
  Tensor h = x * 2;
  h[{Slice(), 1}] = w;
  EXPECT_EQ(values(h), (Numbers{2, 10, 6, 8, 20, 12}));
  EXPECT_EQ(h.grad_fn(), "copy_slices");
  (h * tensor({{1., 2., 3.}, {4., 5., 6.}})).sum().backward();
  EXPECT_EQ(values(x.grad()), (Numbers{2, 0, 6, 8, 0, 12}));
  EXPECT_EQ(values(w.grad()), (Numbers{2, 5}));
}

TEST(ViewWrites, AlsoIntoATensorThatHadNoHistory) {
  const Tensor w = leaf({10., 20.});
  Tensor h = zeros({2, 3});
  h[{Slice(), 0}] += w;
  h[{0, Slice(0, 2)}] *= w;
  EXPECT_EQ(values(h), (Numbers{100, 0, 0, 20, 0, 0}));
  h.sum().backward();
  EXPECT_EQ(values(w.grad()), (Numbers{20, 1}));
}

TEST(ViewWrites, ThroughAViewOfAViewOfAView) {
  const Tensor x = leaf({1., 2., 3., 4., 5., 6., 7., 8.});
  Tensor h = x * 1;
  Tensor deep = h.view({2, 4}).t()[Slice(1, 3)].flatten();  // flatten copies: no view of h
  EXPECT_NE(deep.data<float>(), h.data<float>() + 1);
  Tensor view = h.view({2, 4}).t()[Slice(1, 3)];  // [[2, 6], [3, 7]]
  view.mul_(10);
  EXPECT_EQ(values(h), (Numbers{1, 20, 30, 4, 5, 60, 70, 8}));
  h.sum().backward();
  EXPECT_EQ(values(x.grad()), (Numbers{1, 10, 10, 1, 1, 10, 10, 1}));
}

TEST(ViewWrites, ViewsMadeEarlierSeeTheNewHistory) {
  const Tensor x = matrix();
  Tensor h = x * 1;
  const Tensor row = h[0], column = h[{Slice(), 0}], all = h.t();
  h[{0, Slice(0, 2)}].mul_(5);
  EXPECT_EQ(values(row), (Numbers{5, 10, 3}));
  EXPECT_EQ(values(grad(row.sum(), x, {.retain_graph = true})), (Numbers{5, 5, 1, 0, 0, 0}));
  EXPECT_EQ(values(grad(column.sum(), x, {.retain_graph = true})), (Numbers{5, 0, 0, 1, 0, 0}));
  EXPECT_EQ(values(grad(all.sum(), x, {.retain_graph = true})), (Numbers{5, 5, 1, 1, 1, 1}));
}

TEST(ViewWrites, ViewsSeeWritesToTheBaseItself) {
  const Tensor x = matrix();
  Tensor h = x * 1;
  const Tensor row = h[1];
  h.mul_(3);
  h.add_(x);
  EXPECT_EQ(values(row), (Numbers{16, 20, 24}));
  EXPECT_EQ(values(grad(row.sum(), x)), (Numbers{0, 0, 0, 4, 4, 4}));
}

TEST(ViewWrites, AViewWithoutHistoryGetsOne) {
  Tensor h = zeros({3});
  const Tensor v = h[Slice(1, 3)];
  EXPECT_FALSE(v.requires_grad());
  const Tensor w = leaf({1., 2., 3.});
  h += w;
  EXPECT_TRUE(v.requires_grad());
  EXPECT_EQ(v.grad_fn(), "as_strided");
  EXPECT_EQ(values(grad(v.sum(), w)), (Numbers{0, 1, 1}));
}

TEST(ViewWrites, AViewLosesItsHistoryWithItsBase) {
  const Tensor x = matrix();
  Tensor h = x * 1;
  const Tensor v = h[0];
  h.zero_();
  EXPECT_FALSE(h.requires_grad());
  EXPECT_FALSE(v.requires_grad());
}

TEST(ViewWrites, TheWrittenViewHasTheWrittenHistory) {
  const Tensor x = matrix(), w = leaf({7., 8., 9.});
  Tensor h = x * 1;
  Tensor row = h[0];
  row.copy_(w * 2);
  EXPECT_EQ(values(grad(row.sum(), w, {.retain_graph = true})), (Numbers{2, 2, 2}));
  row.add_(1);
  h.mul_(10);
  EXPECT_EQ(values(grad(row.sum(), w)), (Numbers{20, 20, 20}));
}

TEST(ViewWrites, UsesBeforeTheWriteKeepTheirGradient) {
  const Tensor x = matrix();
  Tensor h = x * 1;
  const Tensor before = (h[0] + h[1]).sum();
  h[0].zero_();
  before.backward({.retain_graph = true});
  EXPECT_EQ(values(x.grad()), Numbers(6, 1));
  h.sum().backward();
  EXPECT_EQ(values(x.grad()), (Numbers{1, 1, 1, 2, 2, 2}));
}

TEST(ViewWrites, AStaleViewCanBeWrittenThrough) {
  const Tensor x = leaf({1., 2., 3., 4.});
  Tensor h = x * 1;
  Tensor a = h[Slice(0, 3)], b = h[Slice(1, 4)];
  a.mul_(2);  // h = 2 4 6 4
  b.mul_(3);  // h = 2 12 18 12: b's own history is stale
  a.mul_(5);  // h = 10 60 90 12
  EXPECT_EQ(values(h), (Numbers{10, 60, 90, 12}));
  EXPECT_EQ(values(grad(h.sum(), x, {.retain_graph = true})), (Numbers{10, 30, 30, 3}));
  EXPECT_EQ(values(grad(a.sum(), x, {.retain_graph = true})), (Numbers{10, 30, 30, 0}));
  EXPECT_EQ(values(grad(b.sum(), x)), (Numbers{0, 30, 30, 3}));
}

TEST(ViewWrites, AViewOfAStaleViewIsUpToDate) {
  const Tensor x = leaf({1., 2., 3., 4.});
  Tensor h = x * 1;
  const Tensor v = h[Slice(0, 3)];
  h.mul_(2);
  const Tensor w = v[Slice(1, 3)];
  EXPECT_EQ(values(grad(w.sum(), x, {.retain_graph = true})), (Numbers{0, 2, 2, 0}));
  Tensor unrecorded;
  h.mul_(2);
  {
    const NoGradGuard no_grad;
    unrecorded = v[Slice(0, 1)];
  }
  EXPECT_FALSE(unrecorded.requires_grad());
}

TEST(ViewWrites, TheGradientsCanBeDifferentiatedAgain) {
  const Tensor x = leaf({1., 2., 3.}), w = leaf({4., 5.});
  Tensor h = x * x;
  h[Slice(1, 3)] *= w;             // x1^2, x2^2 w1, x3^2 w2
  const Tensor y = (h * h).sum();  // x1^4 + x2^4 w1^2 + x3^4 w2^2
  const auto first = grad(y, {x, w}, {.create_graph = true});
  EXPECT_EQ(values(first[0]), (Numbers{4, 4 * 8 * 16, 4 * 27 * 25}));
  EXPECT_EQ(values(first[1]), (Numbers{2 * 16 * 4, 2 * 81 * 5}));
  EXPECT_EQ(values(grad(first[0].sum(), x, {.create_graph = true})), (Numbers{12, 12 * 4 * 16, 12 * 9 * 25}));
  EXPECT_EQ(values(grad(first[0].sum(), w, {.create_graph = true})),
            (Numbers{4 * 8 * 2 * 4, 4 * 27 * 2 * 5}));
  EXPECT_EQ(values(grad(first[1].sum(), w)), (Numbers{2 * 16, 2 * 81}));
}

TEST(ViewWrites, ZeroSizedRegions) {
  const Tensor x = leaf({1., 2., 3.});
  Tensor h = x * 1;
  Tensor nothing = h[Slice(1, 1)];
  nothing.mul_(5);
  nothing.copy_(ones({0}));
  h.sum().backward();
  EXPECT_EQ(values(x.grad()), (Numbers{1, 1, 1}));
}

TEST(ViewWrites, ABaseThatIsNoRowMajorTensor) {
  const Tensor x = matrix();
  // detach makes the transposed geometry a base of its own.
  Tensor h = x.detach().t().detach();
  const Tensor w = leaf({10., 20.});
  h[1] = w;
  h[{Slice(), 0}] *= 2;
  EXPECT_EQ(values(h), (Numbers{2, 4, 20, 20, 6, 6}));
  (h * tensor({{1., 2.}, {3., 4.}, {5., 6.}})).sum().backward();
  EXPECT_EQ(values(w.grad()), (Numbers{6, 4}));
}

// --- The seeds' function: a sum of shifted kernels, written line for line ------------------------------------

Tensor trans_conv(const Tensor& X, const Tensor& K) {
  const auto h = K.size(0), w = K.size(1);
  Tensor Y = zeros({X.size(0) + h - 1, X.size(1) + w - 1});
  for (int i = 0; i < X.size(0); ++i) {
    for (int j = 0; j < X.size(1); ++j) {
      Y[{Slice(i, i + h), Slice(j, j + w)}] += X[{i, j}] * K;
    }
  }
  return Y;
}

TEST(ViewWrites, TransConvOfTheSeedsHasItsGradients) {
  const Tensor X = leaf({{27., 37.}, {57., 67.}}), K = leaf({{1., 2.}, {3., 4.}});
  const Tensor Y = trans_conv(X, K);
  EXPECT_EQ(values(Y), (Numbers{27, 91, 74, 138, 400, 282, 171, 429, 268}));
  const Tensor dy = arange(9.f).reshape({3, 3});
  const auto g = grad({Y}, {X, K}, {dy}, {.create_graph = true});
  EXPECT_EQ(values(g[0]), (Numbers{27, 37, 57, 67}));
  EXPECT_EQ(values(g[1]), (Numbers{476, 664, 1040, 1228}));
  // Y is bilinear: the gradient of <dX, X'> by K is that of <dy, trans_conv(X', K)>.
  EXPECT_EQ(values(grad(g[0], K, tensor({{1., 0.}, {0., 0.}}))), (Numbers{0, 1, 3, 4}));
}

TEST(ViewWrites, Corr2dOfTheSeedsHasItsGradients) {
  const Tensor X = arange(9.f).reshape({3, 3}).requires_grad_(), K = leaf({{1., 2.}, {3., 4.}});
  Tensor Y = zeros({2, 2});
  for (int i = 0; i < 2; ++i) {
    for (int j = 0; j < 2; ++j) Y[{i, j}] = (X[{Slice(i, i + 2), Slice(j, j + 2)}] * K).sum();
  }
  EXPECT_EQ(values(Y), (Numbers{27, 37, 57, 67}));
  Y.backward(tensor({{1., 2.}, {3., 4.}}));
  EXPECT_EQ(values(X.grad()), (Numbers{1, 4, 4, 6, 20, 16, 9, 24, 16}));
  EXPECT_EQ(values(K.grad()), (Numbers{27, 37, 57, 67}));
}

// --- as_strided: the view from which the others are derived --------------------------------------------------

TEST(AsStrided, HasTheGradientOfWhatItReads) {
  const Tensor x = leaf({1., 2., 3., 4., 5.});
  const Tensor windows = x.as_strided({3, 3}, {1, 1});
  EXPECT_EQ(values(windows), (Numbers{1, 2, 3, 2, 3, 4, 3, 4, 5}));
  windows.sum().backward();
  EXPECT_EQ(values(x.grad()), (Numbers{1, 2, 3, 2, 1}));
}

TEST(AsStrided, DoesNotReachBeyondWhatHasItsGradient) {
  const Tensor x = leaf({1., 2., 3., 4., 5., 6.});
  const Tensor h = x * 1;
  const Tensor part = h[Slice(1, 3)];
  EXPECT_EQ(tenet_test::message<GradientError>([&] { part.as_strided({4}, {1}); }),
            "as_strided: shape [4], strides [1] and offset 0 reach outside the tensor of shape [2] into "
            "memory whose "
            "gradient it does not have. Call as_strided on the tensor it looks into.");
  EXPECT_THROW(part.as_strided({1}, {1}, -1), GradientError);
  EXPECT_EQ(values(part.detach().as_strided({4}, {1}, -1)), (Numbers{1, 2, 3, 4}))
      << "fine without gradients";
  h.as_strided({4}, {1}, 1).sum().backward();
  EXPECT_EQ(values(x.grad()), (Numbers{0, 1, 1, 1, 1, 0}));
}

TEST(AsStrided, StaysInItsMemory) {
  const Tensor x = arange(6.f);
  const std::string tail = " reach outside the 6 elements of the memory. Strides must not be negative.";
  EXPECT_EQ(tenet_test::message<ShapeError>([&] { x.as_strided({4}, {2}); }),
            "as_strided: shape [4], strides [2] and offset 0" + tail);
  EXPECT_EQ(tenet_test::message<ShapeError>([&] { x.as_strided({2}, {-1}, 3); }),
            "as_strided: shape [2], strides [-1] and offset 3" + tail);
  EXPECT_EQ(tenet_test::message<ShapeError>([&] { x.as_strided({1}, {1}, -1); }),
            "as_strided: shape [1], strides [1] and offset -1" + tail);
  EXPECT_EQ(tenet_test::message<ShapeError>([&] { x.as_strided({2}, {INT64_MAX}); }),
            "as_strided: 9223372036854775807 + 1 does not fit 64 bits. Use smaller sizes.");
  EXPECT_THROW(x.as_strided({3}, {INT64_MAX / 2 + 1}), ShapeError);
  EXPECT_THROW(x.as_strided({1}, {1}, INT64_MAX), ShapeError);
  EXPECT_THROW(x[Slice(1, 3)].as_strided({1}, {1}, INT64_MAX), ShapeError);
  EXPECT_THROW(x.as_strided({2}, {1, 1}), ShapeError);
  EXPECT_EQ(x.as_strided({0, 5}, {7, INT64_MAX}, 100).numel(), 0);
}

}  // namespace
}  // namespace tenet
