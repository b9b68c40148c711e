// In which type operands meet, as in PyTorch.
#include <gtest/gtest.h>

#include <algorithm>

#include "support/expect.h"
#include "tenet/tenet.h"

namespace tenet {
namespace {

using tenet_test::values;
using Numbers = std::vector<double>;

constexpr DType kRising[] = {boolean, uint8, int32, int64, float32, float64};

TEST(Promotion, OfTwoTensorsIsTheHigherType) {
  for (int i = 0; i < 6; ++i) {
    for (int j = 0; j < 6; ++j) {
      const Tensor a = ones({2}, {.dtype = kRising[i]}), b = ones({2}, {.dtype = kRising[j]});
      EXPECT_EQ((a + b).dtype(), kRising[std::max(i, j)]) << kRising[i] << " + " << kRising[j];
      EXPECT_EQ((a * b).dtype(), kRising[std::max(i, j)]);
    }
  }
}

TEST(Promotion, ANumberCountsByItsKindAlone) {
  EXPECT_EQ((ones({2}) * 2).dtype(), float32);
  EXPECT_EQ((ones({2}) * 2.5).dtype(), float32);
  EXPECT_EQ((ones({2}, {.dtype = float64}) * 2.5f).dtype(), float64);
  EXPECT_EQ((ones({2}, {.dtype = uint8}) + 2).dtype(), uint8);
  EXPECT_EQ((ones({2}, {.dtype = int32}) + 2.5).dtype(), float32);
  EXPECT_EQ((ones({2}, {.dtype = boolean}) + 2).dtype(), int64);
  EXPECT_EQ((ones({2}, {.dtype = boolean}) + true).dtype(), boolean);
  EXPECT_EQ((2 - ones({2}, {.dtype = int32})).dtype(), int32);
}

TEST(Promotion, ScalarTensorsCountByTheirKindBesideTensorsWithDimensions) {
  EXPECT_EQ((ones({2}) * tensor(2., {.dtype = float64})).dtype(), float32);
  EXPECT_EQ((ones({2}, {.dtype = int32}) * tensor(2)).dtype(), int32);
  EXPECT_EQ((ones({2}, {.dtype = int64}) * tensor(2., {.dtype = float64})).dtype(), float64);
  EXPECT_EQ((tensor(1.) * tensor(2., {.dtype = float64})).dtype(), float64)
      << "two scalars meet as tensors do";
}

TEST(Promotion, OfListsIsAsInPython) {
  EXPECT_EQ(tensor({1., 2.}).dtype(), float32);
  EXPECT_EQ(tensor({1, 2}).dtype(), int64);
  EXPECT_EQ(tensor({true, false}).dtype(), boolean);
  EXPECT_EQ(tensor({{1, 2}, {3, 4.5}}).dtype(), float32);
  EXPECT_EQ(tensor({1, 2}, {.dtype = float64}).dtype(), float64);
  EXPECT_EQ(tensor(NestedList{}).dtype(), float32);
}

TEST(Promotion, DivisionMeanAndFunctionsOfIntegersAreFloating) {
  const Tensor n = tensor({1, 2, 4});
  EXPECT_EQ((n / 2).dtype(), float32);
  EXPECT_EQ(values(n / 2), (Numbers{0.5, 1, 2}));
  EXPECT_EQ(n.exp().dtype(), float32);
  EXPECT_EQ(n.sum().dtype(), int64);
  EXPECT_EQ((n == 2).dtype(), boolean);
  EXPECT_EQ(tensor({true, true}).sum().item<int>(), 2);
}

TEST(Promotion, ConversionsTruncateWrapAndTest) {
  EXPECT_EQ(values(tensor({1.9, -1.9}).to(int64)), (Numbers{1, -1}));
  EXPECT_EQ(values(tensor({0.5, 0., -3.}).to(boolean)), (Numbers{1, 0, 1}));
  EXPECT_EQ(values(tensor({true, false}).to(float64)), (Numbers{1, 0}));
  EXPECT_EQ(values(tensor({1, 300}).to(uint8)), (Numbers{1, 44}));
  const Tensor x = ones({2});
  EXPECT_EQ(x.to(float32).data<float>(), x.data<float>()) << "nothing to do";
}

}  // namespace
}  // namespace tenet
