// Gradient checks of modules: inputs and every parameter, by name.
#include "tenet/nn/gradcheck.h"

#include <gtest/gtest.h>

#include "tenet/framework/autograd/function.h"
#include "tenet/nn/conv2d.h"
#include "tenet/nn/linear.h"
#include "tenet/ops/create/create.h"
#include "tenet/ops/elementwise/compare.h"
#include "tenet/ops/random/random.h"
#include "tenet/testing.h"

namespace {

using namespace tenet;  // NOLINT

struct Smooth : nn::Module {
  nn::Conv2d conv{{.in_channels = 2, .out_channels = 3, .kernel_size = 2}};
  nn::Linear fc{{.in_features = 12, .out_features = 2}};
  TENET_MODULE(Smooth, conv, fc)
  Tensor forward(const Tensor& x) { return fc(conv(x).tanh().flatten(1)); }
};

// x w, with half the gradient for w.
struct WrongProduct : Function {
  Tensor forward(Context& context, const Tensor& x, const Tensor& w) {
    context.save(x);
    context.save(w);
    return x * w;
  }
  std::vector<Tensor> backward(const Context& context, const Tensor& dy) {
    return {dy * context.saved(1), dy * context.saved(0) * 0.5};
  }
};

struct Wrong : nn::Module {
  Tensor gain = tensor({1., 2., 3.}, {.requires_grad = true});
  TENET_MODULE(Wrong, gain)
  Tensor forward(const Tensor& x) { return apply<WrongProduct>(x, gain); }
};

struct Tied : nn::Module {
  nn::Linear a{{.in_features = 2, .out_features = 2}}, b{{.in_features = 2, .out_features = 2}};
  TENET_MODULE(Tied, a, b)
  Tied() { b.weight = a.weight; }
  Tensor forward(const Tensor& x, const Tensor& y) { return b(a(x).tanh() * y); }
};

TEST(GradcheckModule, PassesAndNamesWhatItChecked) {
  manual_seed(3);
  const Smooth net;
  const Tensor before = net.conv.weight.detach().clone();
  const GradcheckReport report = gradcheck(net, {randn({2, 2, 3, 3})});
  EXPECT_EQ(report.verdict, Verdict::pass) << report;
  EXPECT_EQ(report.names,
            (std::vector<std::string>{"input 0", "conv.weight", "conv.bias", "fc.weight", "fc.bias"}));
  EXPECT_EQ(net.conv.weight.dtype(), float32);
  EXPECT_TRUE(equal(net.conv.weight.detach(), before));
  EXPECT_FALSE(net.conv.weight.grad().defined());
}

TEST(GradcheckModule, HasTheMacro) {
  manual_seed(4);
  Smooth net;
  EXPECT_MODULE_GRADIENTS(net, randn({1, 2, 3, 3}));
}

TEST(GradcheckModule, FindsAWrongParameterByName) {
  const GradcheckReport report = gradcheck(Wrong(), {tensor({4., 5., 6.})});
  EXPECT_EQ(report.verdict, Verdict::fail);
  ASSERT_FALSE(report.worst.empty());
  EXPECT_EQ(report.names.at(static_cast<std::size_t>(report.worst[0].input)), "gain");
  EXPECT_NE(str(report).find("gain"), std::string::npos) << report;
}

TEST(GradcheckModule, ATiedParameterIsOneInput) {
  manual_seed(5);
  const Tied net;
  const GradcheckReport report = gradcheck(net, {randn({3, 2}), randn({3, 2})});
  EXPECT_EQ(report.verdict, Verdict::pass) << report;
  EXPECT_EQ(report.names, (std::vector<std::string>{"input 0", "input 1", "a.weight", "a.bias", "b.bias"}));
}

TEST(GradcheckModule, TakesOptions) {
  manual_seed(6);
  const GradcheckReport report = gradcheck(Smooth(), {randn({1, 2, 3, 3})}, {.order = 2, .names = {"image"}});
  EXPECT_EQ(report.verdict, Verdict::pass) << report;
  EXPECT_EQ(report.names.at(0), "image");
}

}  // namespace
