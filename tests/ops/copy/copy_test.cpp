// What the op table does not say of copies: which numbers a type can hold.
#include "tenet/ops/copy/copy.h"

#include <gtest/gtest.h>

#include <limits>

#include "support/expect.h"
#include "tenet/ops/create/create.h"
#include "tenet/ops/elementwise/compare.h"
#include "tenet/ops/index/index.h"
#include "tenet/ops/shape/shape.h"

namespace tenet {
namespace {

using tenet_test::message;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::string does_not_fit(const char* op, const char* number, const char* type) {
  return std::string(op) + ": the number " + number + " does not fit into " + type +
         ". Use a smaller one, or a tensor of a wider type.";
}

TEST(Fits, ANumberBeyondTheEndsOfATypeIsRefused) {
  Tensor bytes = zeros({2}, {.dtype = uint8}), ints = zeros({2}, {.dtype = int64}), floats = zeros({2});
  EXPECT_EQ(message<ValueError>([&] { bytes.fill_(256); }), does_not_fit("fill_", "256", "uint8"));
  EXPECT_EQ(message<ValueError>([&] { bytes.fill_(-256); }), does_not_fit("fill_", "-256", "uint8"));
  EXPECT_EQ(message<ValueError>([&] { ints.fill_(kInfinity); }), does_not_fit("fill_", "inf", "int64"));
  EXPECT_THROW(ints.fill_(0x1p63), ValueError);
  EXPECT_EQ(message<ValueError>([&] { floats.fill_(1e300); }), does_not_fit("fill_", "1e+300", "float32"));
  EXPECT_TRUE(equal(bytes, zeros({2}, {.dtype = uint8})) && equal(ints, zeros({2}, {.dtype = int64})));
  EXPECT_EQ(message<ValueError>([] { full({2}, 300, {.dtype = uint8}); }),
            does_not_fit("full", "300", "uint8"));
  EXPECT_EQ(message<ValueError>([&] { masked_fill(ints, ints == 0, -kInfinity); }),
            does_not_fit("masked_fill", "-inf", "int64"));
  EXPECT_EQ(message<ValueError>([&] { pad(bytes, {1, 1}, 300); }), does_not_fit("pad", "300", "uint8"));
}

TEST(Fits, TheEndsThemselvesDo) {
  const std::int64_t lowest = std::numeric_limits<std::int64_t>::min();
  EXPECT_EQ(full({}, -0x1p63, {.dtype = int64}).item<std::int64_t>(), lowest);
  EXPECT_EQ(full({}, 255, {.dtype = uint8}).item<std::int64_t>(), 255);
  EXPECT_EQ(full({}, -1, {.dtype = uint8}).item<std::int64_t>(), 255);  // wraps around, as sums do
  EXPECT_EQ(full({}, 255.9, {.dtype = uint8}).item<std::int64_t>(), 255);
  EXPECT_EQ(full({}, -kInfinity).item<double>(), -kInfinity);
  EXPECT_NE(full({}, std::numeric_limits<double>::quiet_NaN()).item<double>(), 0);
}

}  // namespace
}  // namespace tenet
