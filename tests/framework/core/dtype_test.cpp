#include "tenet/framework/core/dtype.h"

#include <gtest/gtest.h>

#include <sstream>

#include "support/expect.h"
#include "tenet/framework/core/dispatch.h"

namespace tenet {
namespace {

constexpr DType kAll[] = {boolean, uint8, int32, int64, float32, float64};  // from low to high

TEST(DType, HasNamesAndSizes) {
  std::ostringstream out;
  for (DType dtype : kAll) out << dtype << ' ' << item_size(dtype) << ' ';
  EXPECT_EQ(out.str(), "bool 1 uint8 1 int32 4 int64 8 float32 4 float64 8 ");
}

TEST(DType, OfACppType) {
  EXPECT_EQ(dtype_of<float>, float32);
  EXPECT_EQ(dtype_of<double>, float64);
  EXPECT_EQ(dtype_of<std::int64_t>, int64);
  EXPECT_EQ(dtype_of<long long>, int64);
  EXPECT_EQ(dtype_of<std::int32_t>, int32);
  EXPECT_EQ(dtype_of<std::uint8_t>, uint8);
  EXPECT_EQ(dtype_of<bool>, boolean);
}

TEST(DType, PromotesToTheHigher) {
  for (int i = 0; i < 6; ++i) {
    for (int j = 0; j < 6; ++j) EXPECT_EQ(promote(kAll[i], kAll[j]), kAll[i > j ? i : j]);
  }
}

TEST(DType, Kinds) {
  for (DType dtype : kAll) {
    EXPECT_EQ(is_floating(dtype), dtype == float32 || dtype == float64);
    EXPECT_EQ(is_integral(dtype), dtype == uint8 || dtype == int32 || dtype == int64);
    EXPECT_EQ(to_floating(dtype), dtype == float64 ? float64 : float32);
  }
}

TEST(Dispatch, CallsWithTheType) {
  const auto own_type = [](DType dtype) {
    return dispatch_all(dtype, [](auto tag) { return dtype_of<typename decltype(tag)::type>; });
  };
  for (DType dtype : kAll) EXPECT_EQ(own_type(dtype), dtype);
}

TEST(Dispatch, NamesTheOpThatCannot) {
  const auto size = [](auto tag) { return sizeof(typename decltype(tag)::type); };
  EXPECT_EQ(dispatch_float(float64, "conv2d", size), 8u);
  EXPECT_EQ(dispatch_number(uint8, "sub", size), 1u);
  EXPECT_EQ(tenet_test::message<DTypeError>([&] { dispatch_float(int64, "conv2d", size); }),
            "conv2d: needs a floating-point tensor but got int64. Convert with .to(tenet::float32).");
  EXPECT_EQ(tenet_test::message<DTypeError>([&] { dispatch_number(boolean, "sub", size); }),
            "sub: is not defined for bool tensors. Convert with .to(tenet::int64).");
}

}  // namespace
}  // namespace tenet
