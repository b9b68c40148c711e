// Gradient checks as GoogleTest expectations. They pass on the verdict `pass` alone; fail, inconclusive and
// kink each end the expectation with the report, which says what to do.
#pragma once

#include <gtest/gtest.h>

#include "tenet/framework/autograd/adjoint_check.h"
#include "tenet/framework/autograd/gradcheck.h"
#include "tenet/nn/gradcheck.h"

namespace tenet::testing {

template <class F, class... Inputs>
::testing::AssertionResult gradients_agree(int order, const char* text, F&& f, const Inputs&... inputs) {
  const GradcheckReport report = gradcheck(std::forward<F>(f), {inputs...}, {.order = order});
  if (report) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << text << '\n' << str(report);
}

template <class Net, class... Inputs>
::testing::AssertionResult module_gradients_agree(const char* text, Net& net, const Inputs&... inputs) {
  const GradcheckReport report = gradcheck(net, {inputs...});
  if (report) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << text << '\n' << str(report);
}

template <class A, class B>
::testing::AssertionResult is_adjoint(const char* text, A&& forward, B&& backward, const Tensor& x,
                                      const Tensor& y) {
  const AdjointReport report = adjoint_check(std::forward<A>(forward), std::forward<B>(backward), x, y);
  if (report) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << text << '\n' << str(report);
}

}  // namespace tenet::testing

/// The gradients of f at the inputs agree with differences of its values: EXPECT_GRADIENTS(f, x, w).
#define EXPECT_GRADIENTS(...) \
  EXPECT_TRUE(::tenet::testing::gradients_agree(1, "gradients of " #__VA_ARGS__, __VA_ARGS__))
#define ASSERT_GRADIENTS(...) \
  ASSERT_TRUE(::tenet::testing::gradients_agree(1, "gradients of " #__VA_ARGS__, __VA_ARGS__))
/// The same up to the gradient of the gradient ... `order` times.
#define EXPECT_GRADIENTS_OF_ORDER(order, ...)                                                               \
  EXPECT_TRUE(::tenet::testing::gradients_agree(order, "gradients up to order " #order " of " #__VA_ARGS__, \
                                                __VA_ARGS__))
#define ASSERT_GRADIENTS_OF_ORDER(order, ...)                                                               \
  ASSERT_TRUE(::tenet::testing::gradients_agree(order, "gradients up to order " #order " of " #__VA_ARGS__, \
                                                __VA_ARGS__))
/// The gradients of a module with respect to its inputs and every parameter, on a float64 copy.
#define EXPECT_MODULE_GRADIENTS(net, ...) \
  EXPECT_TRUE(::tenet::testing::module_gradients_agree("gradients of module " #net, net, __VA_ARGS__))
/// <forward(x), y> == <x, backward(y)>.
#define EXPECT_ADJOINT(forward, backward, x, y) \
  EXPECT_TRUE(                                  \
      ::tenet::testing::is_adjoint(#forward " and " #backward " as adjoints", forward, backward, x, y))
