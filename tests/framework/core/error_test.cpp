#include "tenet/framework/core/error.h"

#include <gtest/gtest.h>

#include "support/expect.h"

namespace tenet {
namespace {

TEST(Error, JoinsItsPartsAsPeopleWriteThem) {
  EXPECT_EQ(cat("conv2d: ", 3, " of ", std::int64_t{-4}, ", ", 2.5, ", ", true, ", ", Shape{1, 2}, ", ",
                float64, ", ", Device{}, ", ", std::string("text"), ", ", std::uint8_t{7}),
            "conv2d: 3 of -4, 2.5, true, [1, 2], float64, cpu, text, 7");
  EXPECT_EQ(cat(1.0 / 3, " ", 1e-9, " ", 1e300, " ", 3.f), "0.333333 1e-09 1e+300 3");
}

TEST(Error, IsOfTheAskedTypeAndAnError) {
  EXPECT_EQ(tenet_test::message<ShapeError>([] { fail<ShapeError>("wrong ", 1); }), "wrong 1");
  EXPECT_EQ(tenet_test::message<Error>([] { fail("wrong"); }), "wrong");
  EXPECT_THROW(fail<DTypeError>("x"), Error);
  EXPECT_THROW(fail<FormatError>("x"), std::runtime_error);
}

template <class... E> int caught_as_error() {
  int count = 0;
  const auto one = [&]<class T>(const T*) {
    try {
      fail<T>("x");
    } catch (const Error&) {
      ++count;
    }
  };
  (one(static_cast<const E*>(nullptr)), ...);
  return count;
}

TEST(Error, EveryTypeCanBeCaughtAtOnce) {
  EXPECT_EQ((caught_as_error<ShapeError, DTypeError, ValueError, IndexError, DeviceError, GradientError,
                             FormatError, OutOfMemoryError>()),
            8);
}

}  // namespace
}  // namespace tenet
