// The sentences of a report: what a person may make of the numbers.
#include <gtest/gtest.h>

#include <functional>

#include "tenet/tenet.h"

namespace tenet {
namespace {

const TensorOptions kDouble{.dtype = float64};

/// value(x), with a backward that need not fit.
struct Faulty : Function {
  static inline std::function<Tensor(const Tensor&)> value;
  static inline std::function<Tensor(const Tensor& dy, const Tensor& x)> rule;
  Tensor forward(Context& context, const Tensor& x) {
    context.save(x);
    return value(x);
  }
  std::vector<Tensor> backward(const Context& context, const Tensor& dy) {
    return {rule(dy, context.saved(0))};
  }
};

std::string report_of(std::function<Tensor(const Tensor&)> value,
                      std::function<Tensor(const Tensor&, const Tensor&)> rule, const Shape& shape) {
  Faulty::value = std::move(value);
  Faulty::rule = std::move(rule);
  const Tensor x = linspace(0.3, 1.7, count(shape, "test"), kDouble).reshape(shape);
  return str(gradcheck([](const Tensor& t) { return apply<Faulty>(t); }, {x}));
}

void expect_sentence(const std::string& report, const std::string& sentence) {
  EXPECT_NE(report.find("\n  " + sentence), std::string::npos) << report;
}

TEST(GradcheckReport, ASign) {
  expect_sentence(
      report_of([](auto& x) { return x.sin(); }, [](auto& dy, auto& x) { return -dy * x.cos(); }, {3}),
      "Every analytic value is the negative of the numeric one: a sign.");
}

TEST(GradcheckReport, AConstantFactor) {
  expect_sentence(
      report_of([](auto& x) { return x.exp(); }, [](auto& dy, auto& x) { return 3 * dy * x.exp(); }, {3}),
      "Every analytic value is 3 times the numeric one: a constant factor.");
}

TEST(GradcheckReport, AMissingBroadcastTerm) {
  expect_sentence(report_of(
                      [](auto& x) {
                        return (x.expand({4, 2}) * 1.).sum();
                      },
                      [](auto& dy, auto& x) { return dy.expand(x.shape()); }, {2}),
                  "Every analytic value is 0.25 times the numeric one: a constant factor. A gradient summed "
                  "over 4 broadcast "
                  "copies would be that much larger.");
}

TEST(GradcheckReport, ATransposedIndex) {
  const Tensor weights = tensor({{1., 2., 3.}, {4., 5., 6.}, {7., 8., 9.}}, kDouble);
  expect_sentence(report_of([&](auto& x) { return (x * weights).sum(); },
                            [&](auto& dy, auto&) { return dy * weights.t(); }, {3, 3}),
                  "Analytic values agree with numeric ones at exchanged indices: a transposed index.");
}

TEST(GradcheckReport, AGradientThatVanishes) {
  expect_sentence(
      report_of([](auto& x) { return x.exp(); }, [](auto& dy, auto&) { return dy * 0; }, {3}),
      "The gradient is zero where the values do change: a detach(), a missing term, or an input backward "
      "does not return.");
}

TEST(GradcheckReport, AGradientThatIsNan) {
  expect_sentence(
      report_of([](auto& x) { return x.exp(); }, [](auto& dy, auto& x) { return dy / (x - x); }, {3}),
      "The gradient is NaN or infinite where the values are not: a division by zero, or 0 * inf, in the "
      "backward rule.");
}

TEST(GradcheckReport, ASpecialCase) {
  const auto rule = [](const Tensor& dy, const Tensor& x) {
    Tensor dx = (dy * x.cos()).detach().clone();
    dx[{0, 0}] = 7.;
    return dx;
  };
  expect_sentence(report_of([](auto& x) { return x.sin(); }, rule, {3, 4}),
                  "12 of 144 numbers are wrong: a border, a tie or a special case.");
}

TEST(GradcheckReport, ShowsTheWorstEightOfMany) {
  const std::string report =
      report_of([](auto& x) { return x.exp(); }, [](auto& dy, auto& x) { return dy * x; }, {12});
  expect_sentence(report, "... and 4 more");
  EXPECT_EQ(report.substr(0, report.find('\n')),
            "gradcheck: fail (144 numbers compared, 0 with exact differences)");
}

}  // namespace
}  // namespace tenet
