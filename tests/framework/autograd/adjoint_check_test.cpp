#include "tenet/framework/autograd/adjoint_check.h"

#include <gtest/gtest.h>

#include <sstream>

#include "support/expect_error.h"
#include "tenet/tenet.h"
#include "tenet/testing.h"

namespace tenet {
namespace {

const Tensor A = tensor({{1., 2.}, {3., 4.}, {5., 6.}});
Tensor times_a(const Tensor& x) { return matmul(A, x); }
Tensor times_at(const Tensor& y) { return matmul(A.t(), y); }
Tensor wrong_sign(const Tensor& y) { return -matmul(A.t(), y); }

TEST(AdjointCheck, IsExactOnIntegers) {
  const AdjointReport report = adjoint_check(times_a, times_at, tensor({1., -2.}), tensor({3., 0., 1.}));
  EXPECT_TRUE(report);
  EXPECT_TRUE(report.exact);
  EXPECT_EQ(report.forward, -16);
  EXPECT_EQ(str(report),
            "adjoint_check: pass: <A x, y> = -16, <x, A^T y> = -16 (integers: equality is exact)");
}

TEST(AdjointCheck, AllowsWhatRoundingExplainsAndNoMore) {
  const Tensor x = randn({2}), y = randn({3});
  const AdjointReport report = adjoint_check(times_a, times_at, x, y);
  EXPECT_TRUE(report) << report;
  EXPECT_FALSE(report.exact);
  EXPECT_GT(report.allowed, 0);
  EXPECT_LT(report.allowed, 1e-3);
  const auto off = [](const Tensor& dy) { return times_at(dy) * 1.001; };
  EXPECT_FALSE(adjoint_check(times_a, off, tensor({0.5, 0.25}), tensor({1., 2., 3.})));
}

TEST(AdjointCheck, SaysBothSidesWhenTheyDiffer) {
  std::ostringstream out;
  out << adjoint_check(times_a, wrong_sign, tensor({1., -2.}), tensor({3., 0., 1.}));
  EXPECT_EQ(out.str(), "adjoint_check: fail: <A x, y> = -16, <x, A^T y> = 16 (integers: equality is exact)");
  EXPECT_FALSE(testing::is_adjoint("f and g", times_a, wrong_sign, ones({2}), ones({3})));
}

TEST(AdjointCheck, WantsShapesThatFit) {
  EXPECT_ERROR(
      adjoint_check(times_a, times_at, ones({2}), ones({2})), ShapeError,
      "adjoint_check: forward(x) has shape [3] but must have [2]. x and backward(y) share a shape, y and "
      "forward(x) another.");
}

}  // namespace
}  // namespace tenet
