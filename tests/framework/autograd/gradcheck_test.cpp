#include "tenet/framework/autograd/gradcheck.h"

#include <gtest/gtest.h>

#include "tenet/tenet.h"
#include "tenet/testing.h"

namespace tenet {
namespace {

const TensorOptions kDouble{.dtype = float64};

Tensor sample(const Shape& shape, DType dtype = float64, double scale = 0.7) {
  // Irregular, away from 0 and from kinks, the same in every run.
  Tensor x = Tensor::make(shape, float64);
  for (std::int64_t i = 0; i < x.numel(); ++i) {
    const double v = std::sin(1.3 * static_cast<double>(i) + 0.4);
    x.data<double>()[i] = scale * (v + (v < 0 ? -0.3 : 0.3));
  }
  return x.to(dtype);
}

// --- Right gradients ------------------------------------------------------------------------------------

TEST(Gradcheck, PassesWhatIsRight) {
  const auto f = [](const Tensor& x) { return (x.square() + 1).sqrt() - 1; };
  const GradcheckReport report = gradcheck(f, {sample({3, 4})});
  EXPECT_EQ(report.verdict, Verdict::pass) << report;
  EXPECT_EQ(report.compared, 144);
  EXPECT_EQ(report.exact_steps, 0);
}

TEST(Gradcheck, TakesStepOneWhereRecordsAndValuesAreLinear) {
  const GradcheckReport report = gradcheck([](const Tensor& a, const Tensor& b) { return matmul(a, b); },
                                           {sample({3, 4}, float32), sample({4, 2}, float32)});
  EXPECT_EQ(report.verdict, Verdict::pass) << report;
  EXPECT_EQ(report.exact_steps, report.compared);
}

TEST(Gradcheck, ASquareIsNotLinearInItsInput) {
  const GradcheckReport report = gradcheck([](const Tensor& a) { return matmul(a, a); }, {sample({3, 3})});
  EXPECT_EQ(report.verdict, Verdict::pass) << report;
  EXPECT_EQ(report.exact_steps, 0);
}

TEST(Gradcheck, HigherOrders) {
  const auto f = [](const Tensor& x) { return (x * x * x).sin(); };
  EXPECT_EQ(gradcheck(f, {sample({3})}, {.order = 3}).verdict, Verdict::pass)
      << gradcheck(f, {sample({3})}, {.order = 3});
  EXPECT_EQ(gradcheck([](const Tensor& a, const Tensor& b) { return matmul(a, b).tanh(); },
                      {sample({2, 3}), sample({3, 2})}, {.order = 2})
                .verdict,
            Verdict::pass);
}

TEST(Gradcheck, LargeInputsAreCheckedByElementAndThenAlongDirections) {
  const auto f = [](const Tensor& x) { return x.exp() * x; };
  EXPECT_EQ(gradcheck(f, {sample({30, 20})}).verdict, Verdict::pass);
  const GradcheckReport report = gradcheck(f, {sample({100, 60})});
  EXPECT_EQ(report.verdict, Verdict::pass) << report;
  EXPECT_EQ(report.compared, 16);
}

TEST(Gradcheck, ManyOpsInFloat32) {
  const Tensor x = sample({3, 4}, float32), y = sample({3, 4}, float32, 0.9);
  const std::pair<const char*, std::function<Tensor(const Tensor&, const Tensor&)>> cases[] = {
      {"mul", [](auto& a, auto& b) { return a * b; }},
      {"div", [](auto& a, auto& b) { return a / (b.square() + 1); }},
      {"exp", [](auto& a, auto& b) { return a.exp() + b; }},
      {"log", [](auto& a, auto& b) { return (a.square() + 0.5).log() * b; }},
      {"tanh", [](auto& a, auto& b) { return (a + b).tanh(); }},
      {"sigmoid", [](auto& a, auto& b) { return (a - b).sigmoid(); }},
      {"sqrt", [](auto& a, auto& b) { return (a.square() + 1).sqrt() - b; }},
      {"mean", [](auto& a, auto& b) { return (a * b).mean(1); }},
      {"matmul", [](auto& a, auto& b) { return matmul(a, b.t()); }},
      {"var", [](auto& a, auto& b) { return (a + b).var({1}); }},
  };
  for (const auto& [text, f] : cases) {
    const GradcheckReport report = gradcheck(f, {x, y});
    EXPECT_EQ(report.verdict, Verdict::pass) << text << '\n' << report;
  }
}

TEST(Gradcheck, IntegerInputsArePassedThrough) {
  const auto f = [](const Tensor& x, const Tensor& k) { return x * k; };
  EXPECT_EQ(gradcheck(f, {sample({3}), tensor({1, 2, 3})}).verdict, Verdict::pass);
}

TEST(Gradcheck, TheFunctionMayItselfCallGrad) {
  const auto f = [](const Tensor& x) { return grad((x * x * x).sum(), x, {.create_graph = true}); };
  EXPECT_EQ(gradcheck(f, {sample({4})}).verdict, Verdict::pass);
}

TEST(Gradcheck, LeavesTheInputsAsTheyWere) {
  Tensor x = sample({3}).requires_grad_();
  const Tensor before = x.detach().clone();
  gradcheck([](const Tensor& t) { return t.exp(); }, {x});
  EXPECT_TRUE(equal(x.detach(), before));
  EXPECT_FALSE(x.grad().defined());
  EXPECT_EQ(x.version(), 0u);
}

// --- Kinks, noise, and functions that cannot be checked ----------------------------------------------------

TEST(Gradcheck, AKinkIsNamedAsOne) {
  const GradcheckReport report =
      gradcheck([](const Tensor& x) { return relu(x); }, {tensor({-1., 0., 2.}, kDouble)});
  EXPECT_EQ(report.verdict, Verdict::kink) << report;
  ASSERT_EQ(report.worst.size(), 1u);
  EXPECT_EQ(report.worst[0].index, 1);
  EXPECT_EQ(gradcheck([](const Tensor& x) { return abs(x); }, {tensor({0.}, kDouble)}).verdict,
            Verdict::kink);
}

TEST(Gradcheck, AFailureBesideAKinkIsAFailure) {
  const auto f = [](const Tensor& x) { return relu(x) + x.detach(); };
  EXPECT_EQ(gradcheck(f, {tensor({-1., 0., 2.}, kDouble)}).verdict, Verdict::fail);
}

TEST(Gradcheck, ARandomFunctionIsInconclusive) {
  int calls = 0;
  const auto f = [&](const Tensor& x) { return x * static_cast<double>(++calls); };
  const GradcheckReport report = gradcheck(f, {sample({2})});
  EXPECT_EQ(report.verdict, Verdict::inconclusive);
  EXPECT_NE(report.note.find("two calls of the function"), std::string::npos);
}

TEST(Gradcheck, OutsideTheDomainIsInconclusive) {
  const GradcheckReport report =
      gradcheck([](const Tensor& x) { return x.log(); }, {tensor({-1., 2.}, kDouble)});
  EXPECT_EQ(report.verdict, Verdict::inconclusive);
  EXPECT_NE(report.note.find("NaN or infinity"), std::string::npos);
}

TEST(Gradcheck, NearTheBorderOfTheDomainStepsShrink) {
  EXPECT_EQ(gradcheck([](const Tensor& x) { return x.log(); }, {tensor({0.001, 2.}, kDouble)}).verdict,
            Verdict::pass);
}

TEST(Gradcheck, WrongNumberOfInputs) {
  try {
    gradcheck([](const Tensor& a, const Tensor& b) { return a * b; }, {sample({2})});
    FAIL();
  } catch (const ValueError& error) {
    EXPECT_STREQ(error.what(),
                 "gradcheck: the function cannot be called with 1 tensors. Give as many inputs as it has "
                 "parameters, at most 8.");
  }
}

// --- The report ------------------------------------------------------------------------------------------

TEST(GradcheckReport, NamesTheWorstEntryWithBothValues) {
  const auto wrong_cube = [](const Tensor& x) {
    const Tensor square = x.detach().square();
    return square * x * 2 - x.detach() * square;
  };
  const GradcheckReport report =
      gradcheck(wrong_cube, {tensor({1., 2., 3.}, kDouble)}, {.names = {"weight"}});
  EXPECT_EQ(report.verdict, Verdict::fail);
  EXPECT_EQ(report.worst.at(0).input, 0);
  EXPECT_NEAR(report.worst.at(0).analytic, 18, 1e-6);
  EXPECT_NEAR(report.worst.at(0).numeric, 27, 1e-6);
  const std::string text = str(report);
  EXPECT_NE(text.find("fail  weight [2]  output 2  analytic 18  numeric 27"), std::string::npos) << text;
  EXPECT_NE(text.find("Every analytic value is 0.666667 times the numeric one: a constant factor."),
            std::string::npos)
      << text;
}

// --- Planted faults: each must get the verdict fail ---------------------------------------------------------

/// y = value(x), with a backward that need not fit.
struct Planted : Function {
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

struct Fault {
  const char* name;
  std::function<Tensor(const Tensor&)> value;
  std::function<Tensor(const Tensor&, const Tensor&)> rule;
  Shape shape = {3, 4};
  int order = 1;
};

/// dy with a term added at one element.
Tensor off_at(const Tensor& dx, std::int64_t index, double by) {
  Tensor wrong = dx.detach().clone().reshape({dx.numel()});
  wrong[index] += by;
  return wrong.reshape(dx.shape());
}

const std::vector<Fault>& faults() {
  static const std::vector<Fault> all = {
      {"a wrong sign", [](auto& x) { return x.sin(); }, [](auto& dy, auto& x) { return -dy * x.cos(); }},
      {"a missing factor 2", [](auto& x) { return x.square(); }, [](auto& dy, auto& x) { return dy * x; }},
      {"a factor too many", [](auto& x) { return x * 3; }, [](auto& dy, auto&) { return dy * 9; }},
      {"a small factor", [](auto& x) { return x * 3; }, [](auto& dy, auto&) { return dy * 3.001; }},
      {"no gradient at all", [](auto& x) { return x.exp(); }, [](auto&, auto&) { return Tensor(); }},
      {"zeros", [](auto& x) { return x.exp(); }, [](auto& dy, auto&) { return dy * 0; }},
      {"dy passed through", [](auto& x) { return x.exp(); }, [](auto& dy, auto&) { return dy; }},
      {"the value for the derivative", [](auto& x) { return x.sin(); },
       [](auto& dy, auto& x) { return dy * x.sin(); }},
      {"a missing chain", [](auto& x) { return (x * 2).tanh(); },
       [](auto& dy, auto& x) { return dy * (1 - (x * 2).tanh().square()); }},
      {"a forgotten accumulation", [](auto& x) { return x * x.sum(); },
       [](auto& dy, auto& x) { return dy * x.sum(); }},
      {"only the other term", [](auto& x) { return x * x.sum(); },
       [](auto& dy, auto& x) { return (dy * x).sum().expand(x.shape()); }},
      {"a dropped mean", [](auto& x) { return x.mean(); },
       [](auto& dy, auto& x) { return dy.expand(x.shape()); }},
      {"mean over the wrong count", [](auto& x) { return x.mean(1); },
       [](auto& dy, auto& x) { return dy.unsqueeze(1).expand(x.shape()) / 3.; }},
      {"a transposed matrix",
       [](auto& x) {
         return matmul(x, sample({3, 3}));
       },
       [](auto& dy, auto&) {
         return matmul(dy, sample({3, 3}));
       },
       {3, 3}},
      {"rows for columns", [](auto& x) { return x.t(); }, [](auto& dy, auto&) { return dy; }, {3, 3}},
      {"shifted by one",
       [](auto& x) {
         return x * tensor({1., 2., 3.}, kDouble);
       },
       [](auto& dy, auto&) {
         return dy * tensor({2., 3., 1.}, kDouble);
       },
       {3}},
      {"wrong at one element", [](auto& x) { return x.exp(); },
       [](auto& dy, auto& x) { return off_at(dy * x.exp(), 5, 0.5); }},
      {"wrong at one element in a thousand",
       [](auto& x) { return x.exp(); },
       [](auto& dy, auto& x) { return off_at(dy * x.exp(), 777, 0.5); },
       {1000}},
      {"wrong at one in six thousand",
       [](auto& x) { return x.exp(); },
       [](auto& dy, auto& x) { return off_at(dy * x.exp(), 777, 0.5); },
       {6000}},
      {"NaN", [](auto& x) { return x.abs(); }, [](auto& dy, auto& x) { return dy * (x - x) / (x - x); }},
      {"infinite", [](auto& x) { return x * 1; }, [](auto& dy, auto& x) { return dy / (x - x).abs(); }},
      {"relu's slope on the wrong side", [](auto& x) { return x.relu(); },
       [](auto& dy, auto& x) { return dy * (x < 0).to(float64); }},
      {"a leak in relu", [](auto& x) { return x.relu(); },
       [](auto& dy, auto& x) { return dy * ((x > 0).to(float64) + 0.01); }},
      {"reciprocal", [](auto& x) { return 1 / x; }, [](auto& dy, auto& x) { return dy / x.square(); }},
      {"square root without its half", [](auto& x) { return (x.square() + 1).sqrt(); },
       [](auto& dy, auto& x) { return dy * 2 * x / (x.square() + 1).sqrt(); }},
      {"an offset", [](auto& x) { return x.sin(); }, [](auto& dy, auto& x) { return dy * (x.cos() + 0.01); }},
      {"dy not used", [](auto& x) { return x.sin(); }, [](auto&, auto& x) { return x.cos(); }},
      {"dy squared", [](auto& x) { return x.sin() * 2; },
       [](auto& dy, auto& x) { return dy * dy * 2 * x.cos() * 2; }},
      {"broadcast over rows not summed",
       [](auto& x) {
         return x.expand({4, 3});
       },
       [](auto& dy, auto&) { return dy[0]; },
       {3}},
      {"broadcast averaged",
       [](auto& x) {
         return x.expand({4, 3});
       },
       [](auto& dy, auto&) { return dy.mean(0); },
       {3}},
      {"maximum to all", [](auto& x) { return x.amax({1}); },
       [](auto& dy, auto& x) { return dy.unsqueeze(1).expand(x.shape()); }},
      {"softmax without its sum", [](auto& x) { return x.exp() / x.exp().sum(1, true); },
       [](auto& dy, auto& x) {
         const Tensor y = x.exp() / x.exp().sum(1, true);
         return dy * y;
       }},
      {"variance's correction", [](auto& x) { return x.var({1}); },
       [](auto& dy, auto& x) { return dy.unsqueeze(1) * (x - x.mean(1, true)) * 2 / 4.; }},
      {"slice written at the wrong place", [](auto& x) { return x[{Slice(1, 3)}] * 1; },
       [](auto& dy, auto& x) {
         Tensor dx = zeros_like(x);
         dx[{Slice(0, 2)}] = dy;
         return dx;
       }},
      {"stride forgotten",
       [](auto& x) { return x[{Slice(0, 6, 2)}] * 1; },
       [](auto& dy, auto& x) {
         Tensor dx = zeros_like(x);
         dx[{Slice(0, 3)}] = dy;
         return dx;
       },
       {6}},
      {"detached factor, second order only",
       [](auto& x) { return x * x * x; },
       [](auto& dy, auto& x) { return 3 * dy * x.detach() * x; },
       {3},
       2},
      {"detached dy, second order only",
       [](auto& x) { return x.sin(); },
       [](auto& dy, auto& x) { return dy.detach() * x.cos(); },
       {3},
       2},
      {"all detached, second order only",
       [](auto& x) { return x.exp(); },
       [](auto& dy, auto& x) { return dy * x.detach().exp(); },
       {3},
       2},
      {"order three only",
       [](auto& x) { return x.square().square(); },
       [](auto& dy, auto& x) { return 4 * dy * (x * x * x.detach() * 3 - 2 * x.detach().square() * x); },
       {2},
       3},
      {"sign of one row", [](auto& x) { return x * 2; },
       [](auto& dy, auto&) {
         Tensor dx = dy.detach() * 2;
         dx[0] = dx[0] * -1;
         return dx;
       }},
  };
  return all;
}

TEST(Gradcheck, FindsEveryPlantedFault) {
  EXPECT_EQ(faults().size(), 40u);
  for (const Fault& fault : faults()) {
    Planted::value = fault.value;
    Planted::rule = fault.rule;
    const GradcheckReport report = gradcheck([](const Tensor& x) { return apply<Planted>(x); },
                                             {sample(fault.shape)}, {.order = fault.order});
    EXPECT_EQ(report.verdict, Verdict::fail) << fault.name << '\n' << report;
  }
}

TEST(Gradcheck, ADependenceBehindADetachIsFound) {
  const GradcheckReport report = gradcheck([](const Tensor& x) { return x * x.detach(); }, {sample({3})});
  EXPECT_EQ(report.verdict, Verdict::fail);
  EXPECT_NE(report.note.find("behind a detach (a mask, an index, a factor), or a declaration is wrong"),
            std::string::npos)
      << report;
}

TEST(Gradcheck, AMaskOrAnIndexMadeOfTheInputIsNotedAndNoFault) {
  const auto leaky = [](const Tensor& x) { return where(x > 0, x, 0.1 * x); };
  const auto largest = [](const Tensor& x) { return gather(x, 0, argmax(x, 0, true)); };
  for (DType dtype : {float32, float64}) {
    const Tensor x = tensor({-0.5, 0.25, 0.75}, {.dtype = dtype});
    for (const GradcheckReport& report : {gradcheck(leaky, {x}), gradcheck(largest, {x})}) {
      EXPECT_EQ(report.verdict, Verdict::pass) << report;
      EXPECT_NE(report.note.find("behind a detach"), std::string::npos) << report;
    }
  }
}

// --- The macros --------------------------------------------------------------------------------------------

TEST(TestingMacros, PassOnPassAlone) {
  const auto right = [](const Tensor& x) { return x.tanh(); };
  EXPECT_GRADIENTS(right, sample({3}));
  EXPECT_GRADIENTS_OF_ORDER(2, right, sample({3}));
  const auto kinked = testing::gradients_agree(
      1, "f", [](const Tensor& x) { return x.relu(); }, tensor({0.}, kDouble));
  EXPECT_FALSE(kinked);
  EXPECT_NE(std::string(kinked.message()).find("move the input off the kink"), std::string::npos);
  const auto vague = testing::gradients_agree(
      1, "f", [](const Tensor& x) { return x.log(); }, tensor({-1.}, kDouble));
  EXPECT_FALSE(vague);
  EXPECT_NE(std::string(vague.message()).find("use float64 inputs"), std::string::npos);
}

}  // namespace
}  // namespace tenet
