#include "tenet/ops/index/index.h"

#include <gtest/gtest.h>

#include "support/expect.h"
#include "support/scale.h"
#include "tenet/tenet.h"
#include "tenet/testing.h"

namespace {

using tenet::Shape;
using tenet::Tensor;
using tenet_test::message;

constexpr tenet::RandomOptions kF64{.dtype = tenet::float64};

TEST(IndexSelect, TakesPositionsInTheirOrder) {
  const Tensor x = tenet::tensor({{1, 2, 3}, {4, 5, 6}});
  EXPECT_TRUE(tenet::equal(tenet::index_select(x, 0, tenet::tensor({1, 1, 0})),
                           tenet::tensor({{4, 5, 6}, {4, 5, 6}, {1, 2, 3}})));
  EXPECT_TRUE(tenet::equal(tenet::index_select(x, -1, tenet::tensor({2, 0}, {.dtype = tenet::int32})),
                           tenet::tensor({{3, 1}, {6, 4}})));
  EXPECT_EQ(tenet::index_select(x, 1, tenet::zeros({0}, {.dtype = tenet::int64})).shape(), (Shape{2, 0}));
  EXPECT_TRUE(
      tenet::equal(tenet::index_select(tenet::full({}, 5.), 0, tenet::tensor({0})), tenet::full({}, 5.)));
  EXPECT_TRUE(
      tenet::equal(tenet::index_select(tenet::tensor({5, 6}), 0, tenet::full({}, 1)), tenet::tensor({6})));
}

TEST(IndexSelect, AddsUpWhereAPositionIsTakenTwice) {
  const Tensor x = tenet::zeros({3, 2}, {.requires_grad = true});
  (tenet::index_select(x, 0, tenet::tensor({2, 0, 2})) * tenet::tensor({{1.}, {2.}, {4.}})).sum().backward();
  EXPECT_TRUE(tenet::equal(x.grad(), tenet::tensor({{2., 2.}, {0., 0.}, {5., 5.}})));
}

TEST(Gather, TakesOneElementEach) {
  const Tensor x = tenet::tensor({{1, 2, 3}, {4, 5, 6}});
  EXPECT_TRUE(tenet::equal(tenet::gather(x, 1, tenet::tensor({{2, 0, 0, 1}, {1, 1, 2, 0}})),
                           tenet::tensor({{3, 1, 1, 2}, {5, 5, 6, 4}})));
  EXPECT_TRUE(
      tenet::equal(tenet::gather(x, 0, tenet::tensor({{1, 0}})), tenet::tensor({{4, 2}})));  // smaller than x
  EXPECT_TRUE(tenet::equal(tenet::gather(x.t(), 0, tenet::tensor({{2, 1}})), tenet::tensor({{3, 5}})));
  EXPECT_TRUE(tenet::equal(tenet::gather(tenet::full({}, 5), 0, tenet::full({}, 0)), tenet::full({}, 5)));
  EXPECT_EQ(tenet::gather(x, 0, tenet::zeros({0, 3}, {.dtype = tenet::int64})).shape(), (Shape{0, 3}));
}

TEST(ScatterAdd, AddsToWhatIsThere) {
  const Tensor x = tenet::ones({2, 3}), src = tenet::tensor({{1., 2., 4.}, {8., 16., 32.}});
  const Tensor index = tenet::tensor({{0, 0, 2}});
  EXPECT_TRUE(
      tenet::equal(tenet::scatter_add(x, 1, index, src), tenet::tensor({{4., 1., 5.}, {1., 1., 1.}})));
  EXPECT_TRUE(tenet::equal(tenet::scatter_add(x, 0, tenet::tensor({{1, 0}}), src),
                           tenet::tensor({{1., 3., 1.}, {2., 1., 1.}})));
  EXPECT_TRUE(tenet::equal(x, tenet::ones({2, 3})));
  EXPECT_TRUE(
      tenet::equal(tenet::scatter_add(tenet::full({}, 5.), 0, tenet::tensor({0, 0}), tenet::tensor({1., 2.})),
                   tenet::full({}, 8.)));
}

TEST(ScatterAdd, WritesInPlaceThroughAView) {
  Tensor x = tenet::zeros({3, 2});
  Tensor row = x.t();
  const auto before = x.version();
  tenet::scatter_add_(row, 1, tenet::tensor({{0, 2, 2}, {1, 1, 0}}),
                      tenet::tensor({{1., 2., 3.}, {4., 5., 6.}}));
  EXPECT_TRUE(tenet::equal(x, tenet::tensor({{1., 6.}, {0., 9.}, {5., 0.}})));
  EXPECT_EQ(x.version(), before + 1);
  Tensor self = tenet::tensor({1., 2., 3.});
  tenet::scatter_add_(self, 0, tenet::tensor({2, 1, 0}), self);  // src is read as it was
  EXPECT_TRUE(tenet::equal(self, tenet::tensor({4., 4., 4.})));
}

TEST(ScatterAdd, IsRecordedInPlace) {
  const Tensor leaf = tenet::randn({2, 3}, kF64), src = tenet::randn({2, 3}, kF64);
  const Tensor index = tenet::tensor({{0, 2, 2}, {1, 1, 0}});
  EXPECT_GRADIENTS_OF_ORDER(
      2,
      [&](const Tensor& x, const Tensor& s) {
        Tensor y = x * 2;
        tenet::scatter_add_(y, 1, index, s * s);
        return y * y;
      },
      leaf, src);
}

TEST(Indexing, AgreesWithOneElementAtATime) {
  tenet::Generator generator(3);
  for (std::int64_t i = 0; i < tenet_test::scaled(200); ++i) {
    const auto below = [&](std::int64_t n) {
      return tenet::randint(0, n, {}, {.generator = &generator}).item<std::int64_t>();
    };
    const std::int64_t rank = 1 + below(4), dim = below(rank);
    Shape shape, part;
    for (std::int64_t d = 0; d < rank; ++d) {
      shape.push_back(1 + below(5));
      part.push_back(d == dim ? below(7) : below(shape[d] + 1));
    }
    SCOPED_TRACE(tenet::cat("i=", i, " shape ", shape, " index ", part, " dim ", dim));
    Tensor x = tenet::randint(-9, 10, shape, {.dtype = tenet::float32, .generator = &generator});
    Tensor src = tenet::randint(-9, 10, part, {.dtype = tenet::float32, .generator = &generator});
    Tensor index = tenet::randint(0, shape[dim], part, {.generator = &generator});
    const Tensor gathered = tenet::gather(x, dim, index), scattered = tenet::scatter_add(x, dim, index, src);
    Tensor sums = x.clone();
    std::int64_t flat = 0;
    const Tensor g = gathered.reshape({-1}), s = src.reshape({-1}), k = index.reshape({-1});
    const tenet::Strides strides = sums.strides();
    for (flat = 0; flat < k.numel(); ++flat) {
      std::int64_t rest = flat, at = 0;
      for (std::int64_t d = rank - 1; d >= 0; --d) {
        const std::int64_t position = rest % part[d];
        rest /= part[d];
        at += (d == dim ? k[flat].item<std::int64_t>() : position) * strides[d];
      }
      EXPECT_EQ(g[flat].item<float>(), x.data<float>()[at]);
      sums.data<float>()[at] += s[flat].item<float>();
    }
    EXPECT_TRUE(tenet::equal(scattered, sums));
    if (rank < 2) continue;  // and in another layout
    const auto turned = [&](const Tensor& t) {
      return t.transpose(0, rank - 1).clone().transpose(0, rank - 1);
    };
    EXPECT_TRUE(tenet::equal(tenet::gather(turned(x), dim, turned(index)), gathered));
    EXPECT_TRUE(tenet::equal(tenet::scatter_add(turned(x), dim, turned(index), turned(src)), scattered));
  }
}

TEST(Indexing, AreLinearPairs) {
  const tenet::RandomOptions integers{.dtype = tenet::float32};
  const Tensor x = tenet::randint(-9, 10, {4, 3, 2}, integers);
  const Tensor rows = tenet::randint(0, 3, {5}), one_each = tenet::randint(0, 3, {3, 6, 2});
  const auto back = [&](auto forward) {
    return [forward, &x](const Tensor& dy) {
      const tenet::EnableGradGuard recorded;
      const Tensor leaf = tenet::zeros(x.shape(), {.requires_grad = true});
      return tenet::grad(forward(leaf), leaf, dy);
    };
  };
  const auto select = [&](const Tensor& t) { return tenet::index_select(t, 1, rows); };
  const auto gather = [&](const Tensor& t) { return tenet::gather(t, 1, one_each); };
  EXPECT_ADJOINT(select, back(select), x, tenet::randint(-9, 10, {4, 5, 2}, integers));
  EXPECT_ADJOINT(gather, back(gather), x, tenet::randint(-9, 10, {3, 6, 2}, integers));
}

TEST(Indexing, HasGradientsOfEveryOrder) {
  const Tensor x = tenet::randn({3, 4}, kF64), src = tenet::randn({4, 4}, kF64);
  const Tensor rows = tenet::tensor({2, 0, 2}),
               one_each = tenet::tensor({{1, 0, 2}, {1, 1, 0}, {2, 2, 2}, {0, 1, 2}});
  EXPECT_GRADIENTS_OF_ORDER(
      2, [&](const Tensor& t) { return tenet::index_select(t, 0, rows).square(); }, x);
  EXPECT_GRADIENTS_OF_ORDER(
      2, [&](const Tensor& t) { return tenet::gather(t, 0, one_each).square(); }, x);
  EXPECT_GRADIENTS_OF_ORDER(
      2, [&](const Tensor& t, const Tensor& s) { return tenet::scatter_add(t, 0, one_each, s).square(); }, x,
      src);
}

TEST(Indexing, FindsAnIndexWrittenOverBeforeBackward) {
  const Tensor x = tenet::ones({3}, {.requires_grad = true});
  Tensor index = tenet::tensor({0, 1});
  const Tensor y = tenet::index_select(x, 0, index);
  index.fill_(2);
  EXPECT_NE(message<tenet::GradientError>([&] { y.sum().backward(); }).find("index_select"),
            std::string::npos);
}

TEST(Indexing, SumsInTheSameOrderForAnyNumberOfThreads) {
  const Tensor x = tenet::zeros({7, 90000}), src = tenet::randn({50, 90000}),
               index = tenet::randint(0, 7, {50});
  const Tensor each = index.unsqueeze(1).expand({50, 90000});
  tenet::set_num_threads(1);
  const Tensor one = tenet::scatter_add(x, 0, each, src);
  tenet::set_num_threads(3);
  const Tensor three = tenet::scatter_add(x, 0, each, src);
  tenet::set_num_threads(2);
  EXPECT_TRUE(tenet::equal(one, three));
}

TEST(Indexing, NamesTheIndexThatIsOutOfRange) {
  const Tensor x = tenet::ones({2, 3});
  EXPECT_EQ(message<tenet::IndexError>([&] {
              tenet::index_select(x, 1, tenet::tensor({0, 3}));
            }),
            "index_select: index[1] is 3 but dimension 1 of shape [2, 3] has extent 3. Indices must lie in "
            "[0, 3).");
  EXPECT_EQ(
      message<tenet::IndexError>([&] {
        tenet::gather(x, 0, tenet::tensor({{0, 1, 1}, {0, -1, 0}}));
      }),
      "gather: index[1, 1] is -1 but dimension 0 of shape [2, 3] has extent 2. Indices must lie in [0, 2).");
  Tensor y = x.clone();
  const auto before = y.version();
  EXPECT_EQ(message<tenet::IndexError>([&] {
              tenet::scatter_add_(y, 1, tenet::tensor({{0, 7}}), x);
            }),
            "scatter_add: index[0, 1] is 7 but dimension 1 of shape [2, 3] has extent 3. Indices must lie in "
            "[0, 3).");
  EXPECT_TRUE(tenet::equal(y, x));
  EXPECT_EQ(y.version(), before);
}

TEST(Indexing, SaysWhatDoesNotFit) {
  const Tensor x = tenet::ones({2, 3}), index = tenet::zeros({2, 4}, {.dtype = tenet::int64});
  EXPECT_EQ(message<tenet::ShapeError>([&] { tenet::gather(x, 0, index); }),
            "gather: index of shape [2, 4] does not fit a tensor of shape [2, 3]: it needs as many "
            "dimensions and, but "
            "along dim 0, no larger extents. Reshape or narrow it.");
  EXPECT_EQ(message<tenet::ShapeError>([&] { tenet::index_select(x, 0, index); }),
            "index_select: index has shape [2, 4] but must have one dimension. Flatten it, or use gather.");
  EXPECT_EQ(message<tenet::ShapeError>([&] { tenet::scatter_add(x, 1, index, x); }),
            "scatter_add: index of shape [2, 4] does not fit src of shape [2, 3]: it needs as many "
            "dimensions and no "
            "larger extents. Reshape or narrow it.");
  EXPECT_EQ(message<tenet::DTypeError>([&] { tenet::gather(x, 0, x); }),
            "gather: index is float32 but must be int64 or int32. Convert with .to(tenet::int64).");
  EXPECT_EQ(message<tenet::DTypeError>([&] { tenet::scatter_add(x, 1, index, index); }),
            "scatter_add: src is int64 but the tensor it is added to is float32. Convert one of them with "
            ".to(dtype).");
  EXPECT_EQ(message<tenet::IndexError>([&] { tenet::gather(x, 2, index); }),
            "gather: dim 2 is out of range for a tensor of 2 dimensions. Use a dim in [-2, 1].");
}

TEST(MaskedFill, WritesTheValueWhereTheMaskIs) {
  const Tensor x = tenet::tensor({{1., 2.}, {3., 4.}}, {.requires_grad = true});
  const Tensor y = x.masked_fill(tenet::tensor({true, false}), -1.5);
  EXPECT_TRUE(tenet::equal(y.detach(), tenet::tensor({{-1.5, 2.}, {-1.5, 4.}})));
  y.sum().backward();
  EXPECT_TRUE(tenet::equal(x.grad(), tenet::tensor({{0., 1.}, {0., 1.}})));
}

TEST(MaskedFill, KeepsTheType) {
  const Tensor mask = tenet::tensor({true, false});
  EXPECT_TRUE(tenet::equal(tenet::masked_fill(tenet::tensor({1, 2}), mask, 7.9), tenet::tensor({7, 2})));
  EXPECT_TRUE(
      tenet::equal(tenet::masked_fill(tenet::tensor({false, false}), mask, 3), tenet::tensor({true, false})));
  EXPECT_EQ(message<tenet::DTypeError>([] {
              tenet::masked_fill(tenet::ones({2}), tenet::tensor({1, 0}), 3);
            }),
            "masked_fill: the mask is int64 but must be bool. Compare first, as in mask != 0.");
}

}  // namespace
