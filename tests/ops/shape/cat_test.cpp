#include <gtest/gtest.h>

#include "support/expect.h"
#include "tenet/tenet.h"
#include "tenet/testing.h"

namespace {

using tenet::Shape;
using tenet::Tensor;
using tenet_test::message;

TEST(Cat, JoinsAlongTheDimension) {
  const Tensor a = tenet::tensor({{1, 2}, {3, 4}}), b = tenet::tensor({{5, 6}});
  EXPECT_TRUE(tenet::equal(tenet::cat({a, b}), tenet::tensor({{1, 2}, {3, 4}, {5, 6}})));
  EXPECT_TRUE(tenet::equal(tenet::cat({a, b.t()[{tenet::Slice(), tenet::newaxis}].reshape({2, 1})}, -1),
                           tenet::tensor({{1, 2, 5}, {3, 4, 6}})));
  const std::vector<Tensor> list = {a, a};
  EXPECT_EQ(tenet::cat(list, 1).shape(), (Shape{2, 4}));  // an int as dim is still this cat
}

TEST(Cat, ReadsAnyLayout) {
  const Tensor x = tenet::arange(12).reshape({3, 4});
  const Tensor y = tenet::cat({x.t(), x.t()[{tenet::Slice(), tenet::Slice(0, {}, 2)}]}, 1);
  EXPECT_TRUE(tenet::equal(
      y, tenet::tensor({{0, 4, 8, 0, 8}, {1, 5, 9, 1, 9}, {2, 6, 10, 2, 10}, {3, 7, 11, 3, 11}})));
}

TEST(Cat, MeetsInThePromotedType) {
  const Tensor y = tenet::cat({tenet::tensor({1, 2}), tenet::tensor({true}), tenet::tensor({0.5})});
  EXPECT_EQ(y.dtype(), tenet::float32);
  EXPECT_TRUE(tenet::equal(y, tenet::tensor({1., 2., 1., 0.5})));
}

TEST(Cat, TakesATensorOfShapeZeroForNothing) {
  const Tensor nothing = tenet::zeros({0}, {.requires_grad = true}),
               x = tenet::ones({2, 3}, {.requires_grad = true});
  const Tensor y = tenet::cat({nothing, x, nothing});
  EXPECT_EQ(y.shape(), (Shape{2, 3}));
  y.sum().backward();
  EXPECT_EQ(nothing.grad().shape(), (Shape{0}));
  EXPECT_TRUE(tenet::equal(x.grad(), tenet::ones({2, 3})));
  EXPECT_EQ(tenet::cat({nothing, nothing}).shape(), (Shape{0}));
  EXPECT_EQ(tenet::cat({tenet::zeros({2, 0}), tenet::zeros({2, 3})}, 1).shape(), (Shape{2, 3}));
}

TEST(Cat, HandsBackTheParts) {
  const Tensor a = tenet::randn({2, 3}, {.dtype = tenet::float64}),
               b = tenet::randn({2, 1}, {.dtype = tenet::float64});
  EXPECT_GRADIENTS_OF_ORDER(
      2,
      [](const Tensor& p, const Tensor& q) {
        return tenet::cat({p, q * q, p}, 1).square();
      },
      a, b);
}

TEST(Cat, IsRecordedIfAnyPartNeedsIt) {
  const Tensor x = tenet::ones({2}, {.requires_grad = true}), constant = tenet::ones({2});
  EXPECT_TRUE(tenet::cat({x, constant}).requires_grad());
  EXPECT_TRUE(tenet::cat({constant, x}).requires_grad());
  EXPECT_FALSE(tenet::cat({constant, constant}).requires_grad());
}

TEST(Cat, KeepsItsPartsApartFromMoreThanThirtyTwo) {
  std::vector<Tensor> parts;
  for (int i = 0; i < 40; ++i)
    parts.push_back(tenet::full({1}, static_cast<double>(i), {.requires_grad = true}));
  (tenet::cat(parts) * tenet::arange(40.f)).sum().backward();
  for (int i = 0; i < 40; ++i)
    EXPECT_EQ(parts[static_cast<std::size_t>(i)].grad().item<float>(), static_cast<float>(i));
}

TEST(Cat, SaysWhatDoesNotFit) {
  const auto joined = [](const Shape& a, const Shape& b, std::int64_t dim) {
    return [=] { tenet::cat({tenet::ones(a), tenet::ones(b)}, dim); };
  };
  EXPECT_EQ(message<tenet::ShapeError>(joined({2, 3}, {2, 4}, 0)),
            "cat: tensor 0 has shape [2, 3] but tensor 1 has shape [2, 4]. All must agree in every dimension "
            "but 0, "
            "along which they are joined.");
  EXPECT_EQ(
      message<tenet::ShapeError>(joined({2, 3}, {2}, -1)),
      "cat: tensor 0 has shape [2, 3] but tensor 1 has shape [2]. All must agree in every dimension but 1, "
      "along which they are joined.");
  EXPECT_EQ(
      message<tenet::ShapeError>(joined({2}, {}, 0)),
      "cat: tensor 1 is a scalar, which has no dimension to join along. Use stack, or reshape it to [1].");
  EXPECT_EQ(message<tenet::IndexError>(joined({2}, {2}, 1)),
            "cat: dim 1 is out of range for a tensor of 1 dimensions. Use a dim in [-1, 0].");
  EXPECT_EQ(message<tenet::ValueError>([] { tenet::cat(std::vector<Tensor>()); }),
            "cat: the list of tensors is empty. Pass at least one.");
}

TEST(Stack, JoinsAlongANewDimension) {
  const Tensor a = tenet::tensor({1, 2}), b = tenet::tensor({3, 4});
  EXPECT_TRUE(tenet::equal(tenet::stack({a, b}), tenet::tensor({{1, 2}, {3, 4}})));
  EXPECT_TRUE(tenet::equal(tenet::stack({a, b}, -1), tenet::tensor({{1, 3}, {2, 4}})));
  EXPECT_TRUE(tenet::equal(tenet::stack({tenet::full({}, 1), tenet::full({}, 2)}), tenet::tensor({1, 2})));
  EXPECT_EQ(tenet::stack({tenet::zeros({0}), tenet::zeros({0})}).shape(), (Shape{2, 0}));
}

TEST(Stack, HandsBackTheParts) {
  const Tensor a = tenet::randn({3}, {.dtype = tenet::float64}),
               b = tenet::randn({3}, {.dtype = tenet::float64});
  EXPECT_GRADIENTS_OF_ORDER(
      2,
      [](const Tensor& p, const Tensor& q) {
        return tenet::stack({p * q, q}, 1).square();
      },
      a, b);
}

TEST(Stack, SaysWhatDoesNotFit) {
  EXPECT_EQ(message<tenet::ShapeError>([] {
              tenet::stack({tenet::ones({2}), tenet::ones({3})});
            }),
            "stack: tensor 0 has shape [2] but tensor 1 has shape [3]. All must have one shape.");
  EXPECT_EQ(message<tenet::IndexError>([] { tenet::stack({tenet::ones({2})}, 2); }),
            "stack: dim 2 is out of range for a tensor of 2 dimensions. Use a dim in [-2, 1].");
}

TEST(Cat, RefusesALengthThatOverflows) {
  const Tensor wide = tenet::ones({1}).expand({std::int64_t{1} << 62});
  EXPECT_EQ(message<tenet::ShapeError>([&] {
              tenet::cat({wide, wide});
            }),
            "cat: 4611686018427387904 + 4611686018427387904 does not fit 64 bits. Use smaller sizes.");
}

}  // namespace
