#include "tenet/framework/core/shape.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <sstream>

#include "support/expect.h"
#include "tenet/framework/core/checked.h"
#include "tenet/framework/core/error.h"

namespace tenet {
namespace {

using tenet_test::message;

TEST(Dims, HoldUpToEightNumbers) {
  Dims d{1, 2, 3};
  EXPECT_EQ(d.size(), 3);
  EXPECT_EQ(d.back(), 3);
  d.push_back(4);
  d.insert(0, 9);
  EXPECT_EQ(d, (Dims{9, 1, 2, 3, 4}));
  d.insert(5, 7);
  d.erase(0);
  d.erase(4);
  EXPECT_EQ(d, (Dims{1, 2, 3, 4}));
  EXPECT_NE(d, (Dims{1, 2, 3}));
  EXPECT_NE(d, (Dims{1, 2, 3, 5}));
  EXPECT_TRUE(Dims{}.empty());
  EXPECT_EQ(Dims::filled(3, 7), (Dims{7, 7, 7}));
  EXPECT_EQ(Dims(std::vector<std::int64_t>{5, 6}), (Dims{5, 6}));
}

TEST(Dims, RefuseANinth) {
  EXPECT_EQ(message<ShapeError>([] { Dims{1, 2, 3, 4, 5, 6, 7, 8, 9}; }),
            "shape: 9 dimensions given, at most 8 are supported. Reshape to fewer dimensions.");
  Dims full{1, 2, 3, 4, 5, 6, 7, 8};
  EXPECT_EQ(message<ShapeError>([&] { full.push_back(9); }),
            "shape: [1, 2, 3, 4, 5, 6, 7, 8] has 8 dimensions already, the most supported. Reshape to fewer "
            "dimensions "
            "first.");
  EXPECT_EQ(full, (Dims{1, 2, 3, 4, 5, 6, 7, 8}));
}

TEST(Dims, PrintAsLists) {
  std::ostringstream out;
  out << Dims{} << Dims{1} << Dims{2, -1, INT64_MAX};
  EXPECT_EQ(out.str(), "[][1][2, -1, 9223372036854775807]");
}

TEST(Count, IsTheProductChecked) {
  EXPECT_EQ(count({}), 1);
  EXPECT_EQ(count({2, 3, 4}), 24);
  EXPECT_EQ(count({2, 0, 4}), 0);
  EXPECT_EQ(count({INT64_MAX, INT64_MAX, 0}), 0) << "empty, not too large";
  EXPECT_EQ(count({INT64_MAX, 1}), INT64_MAX);
  EXPECT_EQ(message<ShapeError>([] {
              count({INT64_MAX, 2}, "zeros");
            }),
            "zeros: the number of elements of shape [9223372036854775807, 2] does not fit 64 bits. Use "
            "smaller sizes.");
  EXPECT_EQ(message<ShapeError>([] {
              count({0, -2}, "zeros");
            }),
            "zeros: shape [0, -2] has the negative extent -2. Extents must be 0 or more.");
}

TEST(Checked, ArithmeticReportsOverflow) {
  EXPECT_EQ(checked_mul(-3, 7, "op"), -21);
  EXPECT_EQ(checked_add(INT64_MAX, -1, "op"), INT64_MAX - 1);
  EXPECT_EQ(message<ShapeError>([] { checked_mul(INT64_MAX, 2, "op"); }),
            "op: 9223372036854775807 * 2 does not fit 64 bits. Use smaller sizes.");
  EXPECT_EQ(message<ShapeError>([] { checked_add(INT64_MAX, 1, "op"); }),
            "op: 9223372036854775807 + 1 does not fit 64 bits. Use smaller sizes.");
  EXPECT_THROW(checked_mul(INT64_MIN, -1, "op"), ShapeError);
}

TEST(Checked, DivisionRoundsDownAndUp) {
  for (std::int64_t a = -9; a <= 9; ++a) {
    for (std::int64_t b = 1; b <= 4; ++b) {
      EXPECT_LE(floor_div(a, b) * b, a);
      EXPECT_GT((floor_div(a, b) + 1) * b, a);
      EXPECT_GE(ceil_div(a, b) * b, a);
      EXPECT_LT((ceil_div(a, b) - 1) * b, a);
    }
  }
}

}  // namespace
}  // namespace tenet
