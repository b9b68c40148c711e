// What the op table does not say of the elementwise functions of two tensors.
#include "tenet/ops/elementwise/binary.h"

#include <gtest/gtest.h>

#include <limits>

#include "support/expect.h"
#include "tenet/framework/autograd/backward.h"
#include "tenet/ops/create/create.h"
#include "tenet/ops/elementwise/compare.h"

namespace tenet {
namespace {

using tenet_test::message;

TEST(Div, AScalarNeedNotFitTheIntegerTypeItDivides) {
  const Tensor bytes = tensor({128, 255}, {.dtype = uint8});
  EXPECT_TRUE(equal(bytes / 256, tensor({0.5, 0.99609375})));
  EXPECT_TRUE(equal(bytes / -1, tensor({-128.0, -255.0})));
  EXPECT_TRUE(equal(1000 / tensor({1, 8}, {.dtype = uint8}), tensor({1000.0, 125.0})));
  EXPECT_TRUE(equal(tensor({1}, {.dtype = int32}) / (std::int64_t{1} << 40),
                    tensor({1.0 / (std::int64_t{1} << 40)})));
}

TEST(BinaryInPlace, AWiderOperandOfTheSameKindIsNarrowedAtTheEnd) {
  Tensor x = ones({2});
  x.add_(tensor({1e-9, 0.5}, {.dtype = float64}));
  EXPECT_TRUE(equal(x, tensor({1.0, 1.5})));
  Tensor bytes = tensor({1, 2}, {.dtype = uint8});
  bytes.add_(tensor({300, 1}));
  EXPECT_TRUE(equal(bytes, tensor({45, 3}, {.dtype = uint8})));
}

TEST(BinaryInPlace, AWiderOperandGetsItsGradient) {
  const auto f = [](const Tensor& x, const Tensor& w) {
    Tensor y = x.to(float32) * 2;
    y.mul_(w);
    return y.to(float64);
  };
  const Tensor x = tensor({0.5, -1.5}, {.dtype = float64}).requires_grad_();
  const Tensor w = tensor({3.0, 0.25}, {.dtype = float64}).requires_grad_();
  const std::vector<Tensor> d = grad({f(x, w).sum()}, {x, w});
  EXPECT_TRUE(equal(d[0], tensor({6.0, 0.5}, {.dtype = float64})));
  EXPECT_TRUE(equal(d[1], tensor({1.0, -3.0}, {.dtype = float64})));
}

TEST(FloorDivide, AtTheEndsOfIntegerTypes) {
  const std::int64_t lowest = std::numeric_limits<std::int64_t>::min();
  const Tensor x = full({1}, lowest, {.dtype = int64});
  EXPECT_EQ(floor_divide(x, -1).item<std::int64_t>(), lowest);  // wraps around, as sums do
  EXPECT_EQ(remainder(x, -1).item<std::int64_t>(), 0);
  EXPECT_EQ(floor_divide(x, 3).item<std::int64_t>(), lowest / 3 - 1);
  EXPECT_EQ(remainder(x, 3).item<std::int64_t>(), lowest % 3 + 3);
  const Tensor bytes = tensor({0, 254, 255}, {.dtype = uint8});
  EXPECT_TRUE(equal(floor_divide(bytes, 255), tensor({0, 0, 1}, {.dtype = uint8})));
  EXPECT_TRUE(equal(remainder(bytes, 255), tensor({0, 254, 0}, {.dtype = uint8})));
}

TEST(FloorDivide, NothingIsWrittenWhereAnIntegerIsDividedByZero) {
  Tensor x = tensor({4, 6});
  EXPECT_EQ(message<ValueError>([&] {
              floor_divide_(x, tensor({2, 0}));
            }),
            "floor_divide: an integer is divided by 0 (the divisor has shape [2]). Convert with "
            ".to(tenet::float32) for inf and NaN there.");
  EXPECT_TRUE(equal(x, tensor({4, 6})));
}

}  // namespace
}  // namespace tenet
