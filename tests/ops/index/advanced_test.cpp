#include "tenet/ops/index/advanced.h"

#include <gtest/gtest.h>

#include <cmath>

#include "support/expect.h"
#include "tenet/tenet.h"
#include "tenet/testing.h"

namespace {

using tenet::equal;
using tenet::Shape;
using tenet::Tensor;
using tenet_test::message;
using Tensors = std::vector<Tensor>;

constexpr tenet::RandomOptions kF64{.dtype = tenet::float64};
constexpr tenet::TensorOptions kInt32{.dtype = tenet::int32};
const Tensor kAll;  // undefined: the whole dimension

Tensor counted(const Shape& shape) { return tenet::arange(tenet::count(shape)).reshape(shape); }

TEST(Nonzero, FindsPositionsInRowMajorOrder) {
  const Tensor x = tenet::tensor({{0., -0.5, 0.}, {NAN, -0., 3.}});
  const Tensor expected = tenet::tensor({{0, 1}, {1, 0}, {1, 2}});
  EXPECT_TRUE(equal(tenet::nonzero(x), expected));
  EXPECT_TRUE(equal(tenet::nonzero(x.t().clone().t()), expected));
  EXPECT_TRUE(equal(tenet::nonzero(x.t()), tenet::tensor({{0, 1}, {1, 0}, {2, 1}})));
  EXPECT_TRUE(equal(tenet::nonzero(tenet::tensor({false, true})), tenet::tensor({{1}})));
  EXPECT_FALSE(tenet::nonzero(tenet::ones({2}, {.requires_grad = true})).requires_grad());
}

TEST(Nonzero, HasARowOfNoPositionsForAScalar) {
  EXPECT_EQ(tenet::nonzero(tenet::full({}, 2)).shape(), (Shape{1, 0}));
  EXPECT_EQ(tenet::nonzero(tenet::full({}, 0)).shape(), (Shape{0, 0}));
  EXPECT_EQ(tenet::nonzero(tenet::zeros({3, 0, 2})).shape(), (Shape{0, 3}));
}

TEST(AdvancedIndex, TakesPositionsBroadcastTogether) {
  const Tensor x = counted({3, 4});
  EXPECT_TRUE(equal(tenet::index(x, {tenet::tensor({2, 0})}), tenet::tensor({{8, 9, 10, 11}, {0, 1, 2, 3}})));
  EXPECT_TRUE(
      equal(tenet::index(x, {kAll, tenet::tensor({-1, 1})}), tenet::tensor({{3, 1}, {7, 5}, {11, 9}})));
  EXPECT_TRUE(
      equal(tenet::index(x, {tenet::tensor({2, -3}), tenet::tensor({1, 3}, kInt32)}), tenet::tensor({9, 3})));
  EXPECT_TRUE(equal(tenet::index(x, {tenet::tensor({{0}, {2}}), tenet::tensor({1, 3})}),
                    tenet::tensor({{1, 3}, {9, 11}})));
  EXPECT_TRUE(equal(tenet::index(x, {tenet::full({}, 1)}), tenet::tensor({4, 5, 6, 7})));
  EXPECT_TRUE(equal(tenet::index(x, {tenet::full({}, 1), tenet::full({}, -1)}), tenet::full({}, 7)));
}

TEST(AdvancedIndex, PutsTheirShapeWhereTheFirstStoodOrInFront) {
  const Tensor x = counted({2, 3, 4, 5});
  const Tensor zero = tenet::zeros({7, 6}, {.dtype = tenet::int64});
  EXPECT_EQ(tenet::index(x, {kAll, zero}).shape(), (Shape{2, 7, 6, 4, 5}));
  EXPECT_EQ(tenet::index(x, {kAll, zero, zero}).shape(), (Shape{2, 7, 6, 5}));
  EXPECT_EQ(tenet::index(x, {kAll, kAll, zero, zero}).shape(), (Shape{2, 3, 7, 6}));
  EXPECT_EQ(tenet::index(x, {kAll, zero, kAll, zero}).shape(), (Shape{7, 6, 2, 4}));
  EXPECT_EQ(tenet::index(x, {zero, kAll, zero}).shape(), (Shape{7, 6, 3, 5}));
  EXPECT_TRUE(equal(tenet::index(x, {tenet::tensor({1, 0}), kAll, kAll, tenet::tensor({4, 2})}),
                    tenet::stack({x.select(0, 1).select(2, 4), x.select(0, 0).select(2, 2)})));
}

TEST(AdvancedIndex, TakesAMaskForItsNonzeroPositions) {
  const Tensor x = counted({2, 3});
  EXPECT_TRUE(equal(tenet::index(x, {x > 3}), tenet::tensor({4, 5})));
  EXPECT_TRUE(
      equal(tenet::index(x, {kAll, tenet::tensor({true, false, true})}), tenet::tensor({{0, 2}, {3, 5}})));
  EXPECT_TRUE(
      equal(tenet::index(x, {tenet::tensor({true, true}), tenet::tensor({2, 0})}), tenet::tensor({2, 3})));
  const Tensor deep = counted({2, 2, 3});
  EXPECT_TRUE(equal(tenet::index(deep, {kAll, x > 3}), tenet::tensor({{4, 5}, {10, 11}})));
}

TEST(AdvancedIndex, AddsADimensionForAMaskWithoutOne) {
  const Tensor x = counted({2, 3}), yes = tenet::full({}, true), no = tenet::full({}, false);
  EXPECT_TRUE(equal(tenet::index(x, {yes}), x.unsqueeze(0)));
  EXPECT_TRUE(equal(tenet::index(x, {kAll, yes}), x.unsqueeze(1)));
  EXPECT_EQ(tenet::index(x, {kAll, kAll, no}).shape(), (Shape{2, 3, 0}));
  EXPECT_EQ(tenet::index(x, {yes, tenet::tensor({1, 1})}).shape(), (Shape{2, 3}));
  EXPECT_EQ(tenet::index(x, {yes, kAll, tenet::tensor({1, 1})}).shape(), (Shape{2, 2}));
  EXPECT_TRUE(equal(tenet::index(tenet::full({}, 5), {yes}), tenet::tensor({5})));
}

TEST(AdvancedIndex, CopiesEverythingWhereNothingIsNamed) {
  for (const Shape& shape : {Shape{}, Shape{2, 3}, Shape{0, 2}, Shape{1, 2, 1, 2, 1, 2, 1, 2}}) {
    const Tensor x = counted(shape);
    for (const Tensors& none : {Tensors{}, Tensors(static_cast<std::size_t>(x.dim()))}) {
      const Tensor y = tenet::index(x, none);
      EXPECT_TRUE(equal(y, x));
      EXPECT_TRUE(x.numel() == 0 || y.data<std::int64_t>() != x.data<std::int64_t>());
      Tensor written = tenet::zeros_like(x);
      EXPECT_TRUE(equal(tenet::index_put_(written, none, x), x));
    }
  }
}

TEST(AdvancedIndex, CanBeWrittenOverBeforeBackward) {
  const Tensor x = tenet::ones({3}, {.requires_grad = true});
  Tensor index = tenet::tensor({0, 1, 1});
  const Tensor y = tenet::index(x, {index});
  index.fill_(2);  // the positions were taken when the op ran
  y.sum().backward();
  EXPECT_TRUE(equal(x.grad(), tenet::tensor({1., 2., 0.})));
}

TEST(IndexPut, WritesAndAdds) {
  const Tensor x = tenet::zeros({2, 3}, {.dtype = tenet::int64});
  const Tensors at = {tenet::tensor({1, 0, 1}), tenet::tensor({2, 0, 2})};
  const Tensor v = tenet::tensor({4, 5, 6});
  EXPECT_TRUE(
      equal(tenet::index_put(x, at, v), tenet::tensor({{5, 0, 0}, {0, 0, 6}})));  // the last one stays
  EXPECT_TRUE(equal(tenet::index_put(x, at, v, true), tenet::tensor({{5, 0, 0}, {0, 0, 10}})));
  EXPECT_TRUE(equal(tenet::index_put(x, {kAll, tenet::tensor({1})}, tenet::tensor({{7}, {8}})),
                    tenet::tensor({{0, 7, 0}, {0, 8, 0}})));
  EXPECT_TRUE(
      equal(tenet::index_put(x, {x == 0}, tenet::full({}, 2.9)), tenet::full({2, 3}, 2)));  // converted
  EXPECT_TRUE(equal(x, tenet::zeros({2, 3}, {.dtype = tenet::int64})));
  EXPECT_TRUE(equal(tenet::index_put(tenet::tensor({false, true}), {tenet::tensor({0, 0, 1})},
                                     tenet::tensor({true, true, true}), true),
                    tenet::tensor({true, true})));
}

TEST(IndexPut, ReadsValuesThatShareMemoryAsTheyWere) {
  Tensor x = tenet::tensor({1, 2, 3, 4});
  const std::uint32_t before = x.version();
  Tensor& returned = tenet::index_put_(x, {tenet::tensor({3, 2, 1, 0})}, x);
  EXPECT_EQ(&returned, &x);
  EXPECT_EQ(x.version(), before + 1);
  EXPECT_TRUE(equal(x, tenet::tensor({4, 3, 2, 1})));
  tenet::index_put_(x, {x - 1}, x, true);  // the index is the tensor's own value, too
  EXPECT_TRUE(equal(x, tenet::tensor({5, 5, 5, 5})));
  Tensor own = tenet::tensor({1, 2, 0});
  tenet::index_put_(own, {own}, tenet::tensor({7, 8, 9}));
  EXPECT_TRUE(equal(own, tenet::tensor({9, 7, 8})));
}

TEST(IndexPut, WritesThroughViewsOfViews) {
  Tensor x = tenet::zeros({4, 6}, {.dtype = tenet::int64});
  Tensor view = x[{tenet::Slice{1, {}, 2}, tenet::Slice{{}, {}, 2}}].t();  // [3, 2]
  tenet::index_put_(view, {tenet::tensor({0, 2}), tenet::tensor({1, 0})}, tenet::tensor({5, 6}));
  Tensor expected = tenet::zeros_like(x);
  expected[{3, 0}] = 5;
  expected[{1, 4}] = 6;
  EXPECT_TRUE(equal(x, expected));
}

TEST(IndexPut, IsRecordedInPlace) {
  const Tensor leaf = tenet::randn({2, 3}, kF64), v = tenet::randn({2}, kF64);
  for (bool accumulate : {false, true}) {
    for (bool through_view : {false, true}) {
      EXPECT_GRADIENTS_OF_ORDER(
          2,
          [&](const Tensor& x, const Tensor& s) {
            Tensor y = x * 2;
            Tensor part = through_view ? y.t() : y;
            const Tensor i = tenet::tensor({1, 0}), j = tenet::tensor({2, 1});
            tenet::index_put_(part, through_view ? Tensors{j, i} : Tensors{i, j}, s * s, accumulate);
            return y * y;
          },
          leaf, v);
    }
  }
}

TEST(IndexPut, GivesNoGradientToAValueThatWasWrittenOver) {
  const Tensor x = tenet::zeros({3}, {.requires_grad = true}), v = tenet::ones({3}, {.requires_grad = true});
  const Tensors at = {tenet::tensor({1, 0, 1})};
  (tenet::index_put(x, at, v) * tenet::tensor({1., 2., 4.})).sum().backward();
  EXPECT_TRUE(equal(v.grad(), tenet::tensor({0., 1., 2.})));
  EXPECT_TRUE(equal(x.grad(), tenet::tensor({0., 0., 4.})));
}

TEST(IndexPut, ConvertsValuesAndTheirGradients) {
  const Tensor v = tenet::tensor({1., 2.}, {.dtype = tenet::float64, .requires_grad = true});
  Tensor x = tenet::zeros({2, 2});  // has no history before, and one after
  tenet::index_put_(x, {kAll, tenet::tensor({1})}, v.unsqueeze(1));
  EXPECT_EQ(x.dtype(), tenet::float32);
  EXPECT_EQ(x.grad_fn(), "index_put");
  (x * tenet::tensor({{1., 2.}, {3., 4.}})).sum().backward();
  EXPECT_TRUE(equal(v.grad(), tenet::tensor({2., 4.}, {.dtype = tenet::float64})));
  Tensor whole = tenet::zeros({2}, {.dtype = tenet::int64});
  tenet::index_put_(whole, {tenet::tensor({0, 1})}, v * 1.75);  // an integer has no gradient
  EXPECT_TRUE(equal(whole, tenet::tensor({1, 3})));
  EXPECT_FALSE(whole.requires_grad());
}

TEST(IndexPut, ChangesNothingOnAnError) {
  Tensor x = counted({2, 3});
  const Tensor before = x.clone();
  const std::uint32_t version = x.version();
  EXPECT_THROW(tenet::index_put_(x, {tenet::tensor({0, 2})}, x[0]), tenet::IndexError);
  EXPECT_THROW(tenet::index_put_(x, {tenet::tensor({0, 1})}, tenet::ones({4})), tenet::ShapeError);
  EXPECT_THROW(tenet::index_put_(x, {tenet::ones({2})}, x[0]), tenet::DTypeError);
  EXPECT_THROW(tenet::index_put_(x, {tenet::tensor({0})}, Tensor()), tenet::ValueError);
  EXPECT_TRUE(equal(x, before));
  EXPECT_EQ(x.version(), version);
}

TEST(IndexPut, RefusesALeafAndSharedElements) {
  Tensor leaf = tenet::ones({3}, {.requires_grad = true});
  EXPECT_EQ(message<tenet::GradientError>([&] {
              tenet::index_put_(leaf, {tenet::tensor({0})}, tenet::ones({}));
            }).substr(0, 75),
            "index_put_: cannot write in place into a leaf that requires grad (shape [3]");
  {
    const tenet::NoGradGuard no_grad;
    tenet::index_put_(leaf, {tenet::tensor({0})}, tenet::full({}, 5.));
  }
  EXPECT_TRUE(equal(leaf.detach(), tenet::tensor({5., 1., 1.})));
  Tensor shared = tenet::ones({1}).expand({3});
  EXPECT_THROW(tenet::index_put_(shared, {tenet::tensor({0})}, tenet::ones({})), tenet::ShapeError);
}

TEST(MaskedSelect, Broadcasts) {
  const Tensor x = tenet::tensor({1., 2., 3.}, {.requires_grad = true});
  const Tensor y = tenet::masked_select(x, tenet::tensor({{true}, {false}, {true}}));
  EXPECT_TRUE(equal(y.detach(), tenet::tensor({1., 2., 3., 1., 2., 3.})));
  (y * tenet::tensor({1., 2., 4., 8., 16., 32.})).sum().backward();
  EXPECT_TRUE(equal(x.grad(), tenet::tensor({9., 18., 36.})));
  EXPECT_TRUE(
      equal(tenet::masked_select(counted({2, 2}), tenet::tensor({true, false})), tenet::tensor({0, 2})));
  EXPECT_EQ(tenet::masked_select(tenet::full({}, 1), tenet::full({}, true)).shape(), (Shape{1}));
  EXPECT_EQ(tenet::masked_select(tenet::zeros({0, 3}), tenet::tensor({true, true, true})).shape(),
            (Shape{0}));
}

TEST(AdvancedIndex, IsTheSameForAnyNumberOfThreads) {
  const Tensor x = tenet::randn({500, 300}), rows = tenet::randint(0, 500, {4000}),
               columns = tenet::randint(0, 300, {4000}), v = tenet::randn({4000});
  const Tensor wide = tenet::randn({7, 90000}), at = tenet::randint(0, 7, {50}),
               lines = tenet::randn({50, 90000});  // enough elements beside each other for several threads
  const auto all = [&] {
    return Tensors{tenet::index(x, {rows}),
                   tenet::index(x, {rows, columns}),
                   tenet::index_put(x, {rows, columns}, v),
                   tenet::index_put(x, {rows, columns}, v, true),
                   tenet::index_put(wide, {at}, lines),
                   tenet::index_put(wide, {at}, lines, true)};
  };
  tenet::set_num_threads(1);
  const Tensors one = all();
  tenet::set_num_threads(3);
  const Tensors three = all();
  tenet::set_num_threads(2);
  for (std::size_t i = 0; i < one.size(); ++i) EXPECT_TRUE(equal(one[i], three[i])) << i;
}

TEST(AdvancedIndex, HasGradientsOfEveryOrder) {
  const Tensor x = tenet::randn({3, 2, 4}, kF64), v = tenet::randn({3, 1}, kF64);
  const Tensors apart = {tenet::tensor({2, 0, 2}), kAll, tenet::tensor({1, 3, 1})};
  EXPECT_GRADIENTS_OF_ORDER(
      2, [&](const Tensor& t) { return tenet::index(t, apart).square(); }, x);
  for (bool accumulate : {false, true}) {
    EXPECT_GRADIENTS_OF_ORDER(
        2,
        [&](const Tensor& t, const Tensor& s) { return tenet::index_put(t, apart, s, accumulate).square(); },
        x, v);
  }
}

}  // namespace
