// What the op table does not say of the elementwise functions of one tensor.
#include "tenet/ops/elementwise/unary.h"

#include <gtest/gtest.h>

#include <limits>

#include "support/expect.h"
#include "tenet/ops/create/create.h"
#include "tenet/ops/elementwise/compare.h"

namespace tenet {
namespace {

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

}  // namespace
}  // namespace tenet
