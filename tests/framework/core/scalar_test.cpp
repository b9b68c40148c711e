#include "tenet/framework/core/scalar.h"

#include <gtest/gtest.h>

namespace tenet {
namespace {

TEST(Scalar, RemembersItsKind) {
  EXPECT_TRUE(Scalar(2.5).is_floating());
  EXPECT_TRUE(Scalar(2.5f).is_floating());
  EXPECT_FALSE(Scalar(2).is_floating());
  EXPECT_TRUE(Scalar(true).is_bool());
  EXPECT_FALSE(Scalar(1).is_bool());
  EXPECT_EQ(Scalar(2.5).dtype(), float32) << "the default floating type";
  EXPECT_EQ(Scalar(2).dtype(), int64);
  EXPECT_EQ(Scalar('a').dtype(), int64);
  EXPECT_EQ(Scalar(false).dtype(), boolean);
}

TEST(Scalar, KeepsItsValueExactly) {
  EXPECT_EQ(Scalar((std::int64_t{1} << 62) + 1).as<std::int64_t>(), (std::int64_t{1} << 62) + 1);
  EXPECT_EQ(Scalar(0.1).as<double>(), 0.1);
  EXPECT_EQ(Scalar(0.1).as<float>(), 0.1f);
  EXPECT_EQ(Scalar(2.9).as<int>(), 2);
  EXPECT_EQ(Scalar(0.5).as<bool>(), true);
  EXPECT_EQ(Scalar(-3).as<double>(), -3.);
  EXPECT_EQ(Scalar(true).as<int>(), 1);
}

TEST(Scalar, PromotesByKind) {
  const struct {
    Scalar scalar;
    DType tensor, want;
  } cases[] = {
      {2.5, float64, float64},  {2.5, float32, float32}, {2.5, int64, float32},    {2.5, boolean, float32},
      {2, float32, float32},    {2, uint8, uint8},       {2, int32, int32},        {2, boolean, int64},
      {true, boolean, boolean}, {true, uint8, uint8},    {true, float64, float64},
  };
  for (const auto& c : cases) EXPECT_EQ(c.scalar.promote_with(c.tensor), c.want) << name(c.tensor);
}

}  // namespace
}  // namespace tenet
