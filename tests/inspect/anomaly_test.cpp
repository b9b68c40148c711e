#include "tenet/inspect/anomaly.h"

#include <gtest/gtest.h>

#include <cmath>

#include "support/expect.h"
#include "tenet/framework/autograd/function.h"
#include "tenet/framework/autograd/grad_mode.h"
#include "tenet/ops/create/create.h"
#include "tenet/ops/elementwise/unary.h"
#include "tenet/tenet.h"

namespace tenet {
namespace {

Tensor leaf(const NestedList& values) { return tensor(values, {.requires_grad = true}); }

/// What the call throws up to its stack, which no test can know.
template <class Call> std::string anomaly(Call call) {
  try {
    call();
  } catch (const AnomalyError& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("alled from:\n  "), std::string::npos) << text;
    return text.substr(0, text.find(" Called from:"));
  }
  return "";
}

TEST(Anomaly, NamesTheOpWhoseValueIsTheFirst) {
  const Tensor x = leaf({{1., 2.}, {3., -1.}});
  const AnomalyGuard guard;
  EXPECT_EQ(anomaly([&] { x.log().sum().backward(); }),
            "log: its value (shape [2, 2], float32) has nan at [1, 1]; what it read was finite.");
  EXPECT_EQ(anomaly([&] { 1 / (x + 1); }),
            "div: its value (shape [2, 2], float32) has inf at [1, 1]; what it read was finite.");
}

TEST(Anomaly, SaysIfItWasReadAndNotMade) {
  const Tensor data = tensor({1., NAN, 2.}), w = leaf({1., 1., 1.});
  const AnomalyGuard guard;
  EXPECT_EQ(anomaly([&] { w* data; }),
            "mul: its value (shape [3], float32) has nan at [1]; input 1 has nan at [1].");
}

TEST(Anomaly, NamesTheOpWhoseGradientIsTheFirst) {
  const Tensor x = leaf({0., 4.});
  const AnomalyGuard guard;
  const Tensor y = x.sqrt().sum();
  try {
    y.backward();
    ADD_FAILURE() << "passed";
  } catch (const AnomalyError& error) {
    const std::string text = error.what();
    EXPECT_EQ(text.substr(0, text.find("\n")),
              "sqrt: its backward made a gradient of input 0 (shape [2], float32) that has inf at [0]; the "
              "gradient that arrived was finite. The op was called from:");
    EXPECT_NE(text.find("tenet_inspect_test"), std::string::npos) << "the stack names the program: " << text;
  }
  EXPECT_FALSE(x.grad().defined()) << "no gradient becomes visible";
}

TEST(Anomaly, AnOpFromBeforeTheGuardHasNoStack) {
  const Tensor y = leaf({0.}).sqrt().sum();
  const AnomalyGuard guard;
  const std::string text = tenet_test::message<AnomalyError>([&] { y.backward(); });
  EXPECT_NE(text.find("called from:\n  (before the guard was there)"), std::string::npos) << text;
}

TEST(Anomaly, InfinitiesMayBeMeant) {
  const Tensor x = leaf({1., 2.});
  const AnomalyGuard guard({.infinities = false});
  EXPECT_EQ(anomaly([&] { softmax(masked_fill(x, x > 1, -INFINITY), 0).sum().backward(); }), "");
  EXPECT_NE(anomaly([&] { (x * INFINITY - INFINITY).sum(); }), "");
}

TEST(Anomaly, IsSilentWithoutAFault) {
  nn::Linear fc({.in_features = 3, .out_features = 2});
  const AnomalyGuard guard;
  EXPECT_EQ(anomaly([&] { fc(randn({4, 3})).tanh().square().mean().backward(); }), "");
}

TEST(Anomaly, EndsWithItsGuard) {
  const Tensor x = leaf({-1.});
  {
    const AnomalyGuard outer;
    { const AnomalyGuard inner; }
    EXPECT_NE(anomaly([&] { x.log(); }), "");
  }
  EXPECT_EQ(anomaly([&] { x.log(); }), "");
}

}  // namespace
}  // namespace tenet
