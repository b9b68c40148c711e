// Ops defined outside the library.
#include "tenet/framework/autograd/function.h"

#include <gtest/gtest.h>

#include "support/expect.h"
#include "tenet/tenet.h"

namespace tenet {
namespace {

using tenet_test::message;
using tenet_test::values;
using Numbers = std::vector<double>;

Tensor leaf(const NestedList& list) { return tensor(list, {.requires_grad = true}); }

struct Cube : Function {
  Tensor forward(Context& context, const Tensor& x) {
    context.save(x);
    return x * x * x;
  }
  std::vector<Tensor> backward(const Context& context, const Tensor& dy) {
    const Tensor& x = context.saved(0);
    return {3 * dy * x * x};
  }
};

TEST(Function, HasGradientsOfEveryOrder) {
  const Tensor x = leaf({1., 2.});
  const Tensor y = apply<Cube>(x);
  EXPECT_EQ(values(y), (Numbers{1, 8}));
  EXPECT_EQ(y.grad_fn(), "Cube");
  const Tensor first = grad(y.sum(), x, {.create_graph = true});
  const Tensor second = grad(first.sum(), x, {.create_graph = true});
  EXPECT_EQ(values(first), (Numbers{3, 12}));
  EXPECT_EQ(values(second), (Numbers{6, 12}));
  EXPECT_EQ(values(grad(second.sum(), x)), (Numbers{6, 6}));
}

TEST(Function, IsNotRecordedWithoutNeed) {
  EXPECT_FALSE(apply<Cube>(tensor({1., 2.})).requires_grad());
  const NoGradGuard no_grad;
  EXPECT_FALSE(apply<Cube>(leaf({1., 2.})).requires_grad());
}

struct ScaledSum : Function {  // (a + b) factor, with a bias that may be left out
  double factor = 0;
  Tensor forward(Context&, const Tensor& a, const Tensor& b, double scale, const Tensor& bias) {
    factor = scale;
    const Tensor sum = (a + b) * scale;
    return bias.defined() ? sum + bias : sum;
  }
  std::vector<Tensor> backward(const Context& context, const Tensor& dy) {
    return {dy * factor, dy * factor, context.needs(2) ? dy : Tensor()};
  }
};

TEST(Function, TakesNumbersAndUndefinedTensorsToo) {
  const Tensor a = leaf({1., 2.}), b = tensor({3., 4.}), bias = leaf({1., 1.});
  apply<ScaledSum>(a, b, 10., Tensor()).sum().backward();
  EXPECT_EQ(values(a.grad()), (Numbers{10, 10}));
  EXPECT_FALSE(b.grad().defined());
  const Tensor y = apply<ScaledSum>(a, b, 2., bias);
  EXPECT_EQ(values(y), (Numbers{9, 13}));
  y.sum().backward();
  EXPECT_EQ(values(a.grad()), (Numbers{12, 12}));
  EXPECT_EQ(values(bias.grad()), (Numbers{1, 1}));
}

struct Sigmoid2 : Function {  // saves its output
  Tensor forward(Context& context, const Tensor& x) {
    const Tensor y = 1 / (1 + (-x).exp());
    context.save(y);
    return y;
  }
  std::vector<Tensor> backward(const Context& context, const Tensor& dy) {
    const Tensor y = context.saved(0);
    return {dy * y * (1 - y)};
  }
};

TEST(Function, MaySaveItsOutput) {
  const Tensor x = tensor({0.3, -2.}, {.dtype = float64, .requires_grad = true});
  const auto both = [&](const Tensor& y) {
    const Tensor first = grad(y.sum(), x, {.create_graph = true});
    return std::pair(values(first), values(grad(first.sum(), x)));
  };
  const auto [first, second] = both(apply<Sigmoid2>(x));
  const auto [first_want, second_want] = both(x.sigmoid());
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_NEAR(first[i], first_want[i], 1e-15);
    EXPECT_NEAR(second[i], second_want[i], 1e-15);
  }
}

struct Reverse : Function {  // hands its input back; the gradient changes sign
  Tensor forward(Context&, const Tensor& x) { return x; }
  std::vector<Tensor> backward(const Context&, const Tensor& dy) { return {-dy}; }
};
struct FirstRow : Function {  // hands a view of its input back
  Tensor forward(Context&, const Tensor& x) { return x[0]; }
  std::vector<Tensor> backward(const Context& context, const Tensor& dy) {
    Tensor dx = zeros(context.input_shape(0));
    dx[0] = dy * 100;
    return {dx};
  }
};

TEST(Function, OutputsAreTensorsOfTheirOwn) {
  const Tensor x = leaf({{1., 2.}, {3., 4.}});
  Tensor h = x * 1;
  const Tensor y = apply<Reverse>(h), row = apply<FirstRow>(h);
  h.mul_(5);  // neither the values nor the history of what was made of h
  EXPECT_EQ(values(y), (Numbers{1, 2, 3, 4}));
  EXPECT_EQ(values(row), (Numbers{1, 2}));
  EXPECT_EQ(values(grad(y.sum(), x, {.retain_graph = true})), Numbers(4, -1));
  EXPECT_EQ(values(grad(row.sum(), x)), (Numbers{100, 100, 0, 0}));
  EXPECT_TRUE(x.is_leaf());
}

Tensor shared_constant = tensor({5., 6.});
struct Constant : Function {
  Tensor forward(Context&, const Tensor&) { return shared_constant; }
  std::vector<Tensor> backward(const Context&, const Tensor& dy) { return {dy * 0}; }
};

TEST(Function, ATensorThatHadAHistoryKeepsIt) {
  shared_constant = leaf({5., 6.});
  const Tensor y = apply<Constant>(leaf({1., 2.}));
  EXPECT_EQ(y.grad_fn(), "Constant");
  EXPECT_TRUE(shared_constant.is_leaf());
  EXPECT_TRUE(shared_constant.requires_grad());
}

// --- What the tape checks of every rule -----------------------------------------------------------------------

struct TooFew : Function {
  Tensor forward(Context&, const Tensor& a, const Tensor& b) { return a + b; }
  std::vector<Tensor> backward(const Context&, const Tensor& dy) { return {dy}; }
};
struct WrongShape : Function {
  Tensor forward(Context&, const Tensor& a) { return a.sum(); }
  std::vector<Tensor> backward(const Context&, const Tensor& dy) { return {dy}; }
};
struct WrongType : Function {
  Tensor forward(Context&, const Tensor& a) { return a * 1; }
  std::vector<Tensor> backward(const Context&, const Tensor& dy) { return {dy.to(float64)}; }
};
struct AsksTooMuch : Function {
  Tensor forward(Context& context, const Tensor& a, const Tensor&) {
    context.save(a);
    return a * 1;
  }
  std::vector<Tensor> backward(const Context& context, const Tensor& dy) {
    EXPECT_FALSE(context.needs(1));
    EXPECT_FALSE(context.needs(2));
    EXPECT_FALSE(context.needs(100));
    EXPECT_EQ(message<GradientError>([&] { context.input_shape(1); }),
              "AsksTooMuch: backward asked for the shape of input 1, which needs no gradient. Ask only where "
              "context.needs(i).");
    EXPECT_THROW(context.input_shape(2), GradientError);
    EXPECT_EQ(message<IndexError>([&] { context.saved(1); }),
              "AsksTooMuch: backward asked for saved tensor 1 but forward saved 1. Save it in forward with "
              "context.save(x).");
    EXPECT_THROW(context.saved(-1), IndexError);
    return {dy, Tensor()};
  }
};
template <class T> struct Templated : Function {
  Tensor forward(Context&, const Tensor& a) { return a * 1; }
  std::vector<Tensor> backward(const Context&, const Tensor&) { return {}; }
};

TEST(FunctionErrors, NumberOfGradients) {
  const Tensor a = leaf({1., 2.});
  EXPECT_EQ(message<GradientError>([&] { apply<TooFew>(a, a).sum().backward(); }),
            "TooFew: backward returned 1 gradients for 2 inputs. Return one per input, Tensor() where none "
            "is needed.");
}

TEST(FunctionErrors, ShapeAndTypeOfGradients) {
  const Tensor a = leaf({1., 2.});
  EXPECT_EQ(message<GradientError>([&] { apply<WrongShape>(a).backward(); }),
            "WrongShape: backward returned a gradient of shape [] (float32, cpu) for input 0 of shape [2] "
            "(float32, "
            "cpu). A gradient has the shape, type and device of its input.");
  EXPECT_EQ(message<GradientError>([&] { apply<WrongType>(a).sum().backward(); }),
            "WrongType: backward returned a gradient of shape [2] (float64, cpu) for input 0 of shape [2] "
            "(float32, "
            "cpu). A gradient has the shape, type and device of its input.");
  EXPECT_FALSE(a.grad().defined());
}

TEST(FunctionErrors, RulesThatAskForWhatIsNotThere) {
  const Tensor a = leaf({1., 2.});
  apply<AsksTooMuch>(a, ones({2})).sum().backward();
  EXPECT_EQ(values(a.grad()), (Numbers{1, 1}));
}

TEST(FunctionErrors, NamesAreReadable) {
  const Tensor a = leaf({1., 2.});
  EXPECT_EQ(apply<Templated<Cube>>(a).grad_fn().rfind("Templated<", 0), 0u)
      << apply<Templated<Cube>>(a).grad_fn();
  struct Local : Cube {};
  EXPECT_EQ(apply<Local>(a).grad_fn(), "Local");
}

struct ManySaved : Function {
  Tensor forward(Context& context, const Tensor& a) {
    for (int i = 0; i < 300; ++i) context.save(a * i);
    return a * 1;
  }
  std::vector<Tensor> backward(const Context& context, const Tensor& dy) { return {dy * context.saved(299)}; }
};

TEST(Function, MaySaveHundreds) {
  const Tensor a = leaf({1., 2.});
  apply<ManySaved>(a).sum().backward();
  EXPECT_EQ(values(a.grad()), (Numbers{299, 598}));
}

struct ByGrad : Function {  // a rule that itself calls grad
  Tensor forward(Context& context, const Tensor& x) {
    context.save(x);
    return x.square().sum();
  }
  std::vector<Tensor> backward(const Context& context, const Tensor& dy) {
    const EnableGradGuard enable;
    Tensor x = context.saved(0).detach();
    x.requires_grad_();
    return {grad(x.square().sum(), x) * dy};
  }
};

TEST(Function, RulesMayRunPassesOfTheirOwn) {
  const Tensor x = leaf({1., 2.}), w = leaf({3., 3.});
  const Tensor y = apply<ByGrad>(x * w) + (x * w).sum();
  EXPECT_EQ(values(grad(y, x, {.retain_graph = true})), (Numbers{3 * (6 + 1), 3 * (12 + 1)}));
  y.backward();
  EXPECT_EQ(values(w.grad()), (Numbers{1 * 7, 2 * 13}));
}

}  // namespace
}  // namespace tenet
