// What the op table does not say of the elementwise functions of one tensor.
#include "tenet/ops/elementwise/unary.h"

#include <gtest/gtest.h>

#include <limits>

#include "support/expect.h"
#include "tenet/framework/autograd/backward.h"
#include "tenet/ops/create/create.h"
#include "tenet/ops/elementwise/compare.h"

namespace tenet {
namespace {

using tenet_test::message;
using Int64 = std::numeric_limits<std::int64_t>;

TEST(Clamp, ABoundBeyondAnIntegerTypeIsItsEnd) {
  const Tensor bytes = arange(0, 256, 51, {.dtype = uint8});
  EXPECT_TRUE(equal(bytes.clamp(-1, 100), tensor({0, 51, 100, 100, 100, 100}, {.dtype = uint8})));
  EXPECT_TRUE(equal(bytes.clamp(100, 1000), tensor({100, 100, 102, 153, 204, 255}, {.dtype = uint8})));
  EXPECT_TRUE(
      equal(tensor({-5, 5}, {.dtype = int32}).clamp(Int64::min(), 2), tensor({-5, 2}, {.dtype = int32})));
}

TEST(Clamp, KeepsEveryBitOfLargeIntegers) {
  const std::int64_t large = (std::int64_t{1} << 53) + 1;
  const Tensor x = full({1}, Int64::max(), {.dtype = int64});
  EXPECT_EQ(x.clamp(0, large).item<std::int64_t>(), large);
  EXPECT_EQ(x.clamp(0, Int64::max()).item<std::int64_t>(), Int64::max());
}

TEST(Clamp, BoundsForEachElement) {
  const Tensor x = tensor({1.0, 2.0, 3.0, 4.0}), low = tensor({2.0, 2.0, 0.0, 5.0});
  EXPECT_TRUE(equal(clamp(x, low, Tensor()), tensor({2.0, 2.0, 3.0, 5.0})));
  EXPECT_TRUE(equal(clamp(x, Tensor(), tensor(2.5)), tensor({1.0, 2.0, 2.5, 2.5})));
  EXPECT_TRUE(equal(clamp(x, low, tensor(3.0)), tensor({2.0, 2.0, 3.0, 3.0})));  // crossed: high
  EXPECT_EQ(message<ValueError>([&] { clamp(x, Tensor(), Tensor()); }), "clamp: needs min, max or both.");
  EXPECT_EQ(message<ShapeError>([&] { clamp(x, ones({3}), Tensor()); }),
            "clamp: shapes [4] and [3] do not broadcast: dimension -1 has extents 4 and 3. Extents must be "
            "equal, or one of them 1; reshape or unsqueeze first.");
}

TEST(Clamp, TheGradientGoesToWhatTheResultIs) {
  const Tensor x = tensor({1.0, 2.0, 3.0}).requires_grad_(), low = tensor({2.0, 2.0, 2.0}).requires_grad_();
  const Tensor high = tensor({5.0, 5.0, 2.5}).requires_grad_();
  const std::vector<Tensor> d = grad({clamp(x, low, high).sum()}, {x, low, high});
  EXPECT_TRUE(equal(d[0], tensor({0.0, 1.0, 0.0})));  // a bound that is met takes nothing
  EXPECT_TRUE(equal(d[1], tensor({1.0, 0.0, 0.0})));
  EXPECT_TRUE(equal(d[2], tensor({0.0, 0.0, 1.0})));
}

}  // namespace
}  // namespace tenet
