// What a module gives to a struct whose parts are named once.
#include "tenet/nn/module.h"

#include <gtest/gtest.h>

#include <sstream>

#include "support/expect_error.h"
#include "tenet/nn/activation.h"
#include "tenet/nn/conv2d.h"
#include "tenet/nn/linear.h"
#include "tenet/nn/sequential.h"
#include "tenet/ops/create/create.h"
#include "tenet/ops/elementwise/compare.h"
#include "tenet/ops/random/random.h"

namespace {

using namespace tenet;  // NOLINT

struct Block : nn::Module {
  nn::Linear fc{{.in_features = 3, .out_features = 3}};
  Tensor scale = ones({3}, {.requires_grad = true});
  nn::Buffer count = zeros({}, {.dtype = int64});
  TENET_MODULE(Block, fc, scale, count)

  Tensor forward(const Tensor& x) { return fc(x) * scale; }
};

struct Net : nn::Module {
  Block first;
  std::vector<nn::Linear> more{nn::Linear({.in_features = 3, .out_features = 2}),
                               nn::Linear({.in_features = 2, .out_features = 2, .bias = false})};
  nn::Sequential tail{nn::ReLU(), nn::Linear({.in_features = 2, .out_features = 1})};
  Tensor absent;
  TENET_MODULE(Net, first, more, tail, absent)

  Tensor forward(const Tensor& x) { return tail(more[1](more[0](first(x)))); }
};

struct Tied : nn::Module {
  nn::Linear encode{{.in_features = 2, .out_features = 2}};
  nn::Linear decode{{.in_features = 2, .out_features = 2}};
  TENET_MODULE(Tied, encode, decode)
  Tied() { decode.weight = encode.weight; }
  Tensor forward(const Tensor& x) { return decode(encode(x)); }
};

struct Empty : nn::Module {
  TENET_MODULE(Empty)
  Tensor forward(const Tensor& x) { return x; }
};

struct TwentyFour : nn::Module {
  Tensor a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x;
  TENET_MODULE(TwentyFour, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x)
  Tensor forward() { return a; }
};

std::string names(const nn::Module& net) {
  std::string out;
  for (const auto& [name, tensor] : net.named_parameters()) out += name + " ";
  return out;
}

TEST(Module, NamesPartsByTheirMembers) {
  EXPECT_EQ(names(Net()),
            "first.fc.weight first.fc.bias first.scale more.0.weight more.0.bias more.1.weight tail.1.weight "
            "tail.1.bias ");
  EXPECT_EQ(names(Empty()), "");
  std::string keys;
  for (const auto& [name, tensor] : Net().state_dict()) keys += name + " ";
  EXPECT_EQ(keys,
            "first.count first.fc.bias first.fc.weight first.scale more.0.bias more.0.weight more.1.weight "
            "tail.1.bias tail.1.weight ");
}

TEST(Module, HasManyParts) {
  TwentyFour net;
  net.x = ones({1});
  net.a = ones({2});
  EXPECT_EQ(names(net), "a x ");
  EXPECT_EQ(net.parts().size(), 24u);
}

TEST(Module, CallsItsOwnForward) {
  Net net;
  const Tensor x = randn({5, 3});
  EXPECT_EQ(net(x).shape(), (Shape{5, 1}));
  EXPECT_TRUE(equal(net(x), net.forward(x)));
  nn::Module& base = net;
  EXPECT_TRUE(equal(base.call(std::vector<Tensor>{x}), net(x)));
  EXPECT_ERROR(
      base.call(std::vector<Tensor>{x, x}), ValueError,
      "Net: its forward does not take 2 tensors and give one. Call it directly, with its own arguments.");
}

struct Any : nn::Module {
  TENET_MODULE(Any)
  std::pair<Tensor, int> forward(const Tensor& x, int times) const { return {x * times, times}; }
};

TEST(Module, ForwardTakesAndGivesAnything) {
  const Any any;
  auto [y, times] = any(ones({2}), 3);
  EXPECT_EQ(times, 3);
  EXPECT_TRUE(equal(y, full({2}, 3.f)));
}

TEST(Module, CopiesShareParametersAndClonesDoNot) {
  Net net;
  Net copy = net, clone = net.clone();
  EXPECT_EQ(copy.first.fc.weight.impl(), net.first.fc.weight.impl());
  EXPECT_NE(clone.first.fc.weight.impl(), net.first.fc.weight.impl());
  EXPECT_TRUE(clone.first.fc.weight.is_leaf());
  EXPECT_TRUE(clone.first.fc.weight.requires_grad());
  EXPECT_FALSE(clone.first.count.requires_grad());
  const Tensor x = randn({2, 3});
  EXPECT_TRUE(equal(clone(x), net(x)));
  for (const auto& [name, parameter] : net.named_parameters()) parameter.detach().zero_();
  EXPECT_TRUE(equal(copy(x).detach(), zeros({2, 1})));
  EXPECT_FALSE(equal(clone(x).detach(), zeros({2, 1})));
}

TEST(Module, ACopysStructureIsItsOwn) {
  Net net;
  Net copy = net;
  copy.eval();
  EXPECT_TRUE(net.tail[1].is_training());
  copy.tail.push_back(nn::ReLU());
  EXPECT_EQ(net.tail.size(), 2u);
  net = copy;
  EXPECT_EQ(net.tail.size(), 3u);
  EXPECT_FALSE(net.is_training());
}

TEST(Module, TiedParametersStayTied) {
  Tied net;
  EXPECT_EQ(names(net), "encode.weight encode.bias decode.bias ");
  EXPECT_EQ(net.state_dict().size(), 4u);  // both names are saved, as in PyTorch
  Tied clone = net.clone();
  EXPECT_EQ(clone.encode.weight.impl(), clone.decode.weight.impl());
  EXPECT_NE(clone.encode.weight.impl(), net.encode.weight.impl());
  clone.to(float64);
  EXPECT_EQ(clone.encode.weight.impl(), clone.decode.weight.impl());
  clone(randn({1, 2}, {.dtype = float64})).sum().backward();
  EXPECT_TRUE(clone.encode.weight.grad().defined());
}

TEST(Module, ChangesItsType) {
  Net net;
  net.to(float64);
  EXPECT_EQ(net.first.fc.weight.dtype(), float64);
  EXPECT_TRUE(net.first.fc.weight.requires_grad());
  EXPECT_EQ(net.first.count.dtype(), int64);
  const TensorImpl* before = net.first.fc.weight.impl();
  net.to(float64);
  EXPECT_EQ(net.first.fc.weight.impl(), before);  // nothing to do
  EXPECT_ERROR(net.to(int64), DTypeError,
               "to: parameters need a floating-point type, not int64. Use float32 or float64.");
}

TEST(Module, TrainAndEvalReachEveryPart) {
  Net net;
  EXPECT_TRUE(net.is_training());
  net.eval();
  EXPECT_FALSE(net.is_training());
  EXPECT_FALSE(net.first.fc.is_training());
  EXPECT_FALSE(net.more[1].is_training());
  EXPECT_FALSE(net.tail[1].is_training());
  net.train();
  EXPECT_TRUE(net.tail[1].is_training());
}

TEST(Module, ZeroGradForgetsGradients) {
  Net net;
  net(randn({2, 3})).sum().backward();
  EXPECT_TRUE(net.first.scale.grad().defined());
  net.zero_grad();
  for (const Tensor& parameter : net.parameters()) EXPECT_FALSE(parameter.grad().defined());
}

TEST(Module, StateDictGoesRound) {
  Net a, b;
  const Tensor x = randn({2, 3});
  EXPECT_FALSE(equal(a(x), b(x)));
  const TensorImpl* before = b.first.fc.weight.impl();
  const nn::LoadReport report = b.load_state_dict(a.state_dict());
  EXPECT_TRUE(report.missing.empty() && report.unexpected.empty());
  EXPECT_TRUE(equal(a(x), b(x)));
  EXPECT_EQ(b.first.fc.weight.impl(), before);  // written in place: an optimiser still has it
  EXPECT_TRUE(b.first.fc.weight.requires_grad());
  Net wide;
  wide.to(float64);
  b.load_state_dict(wide.state_dict());
  EXPECT_EQ(b.first.fc.weight.dtype(), float32);
}

TEST(Module, AStateThatDoesNotFitChangesNothing) {
  Net net;
  const Tensor before = net.first.fc.weight.detach().clone();
  StateDict state = Net().state_dict();
  state.erase("first.fc.bias");
  state.erase("more.1.weight");
  state["surprise\x1b[31m"] = ones({1});
  state["first.scale"] = ones({4});
  state["first.count"] = ones({});
  EXPECT_ERROR(net.load_state_dict(state), ValueError,
               "load_state_dict: the state does not fit Net; nothing was changed.\n"
               "  Missing: \"first.fc.bias\", \"more.1.weight\".\n"
               "  Unexpected: \"surprise\\x1b[31m\".\n"
               "  Size mismatch for \"first.scale\": [4] in the state, [3] in the module.\n"
               "  Type mismatch for \"first.count\": float32 in the state, int64 in the module.\n"
               "  {.strict = false} accepts missing and unexpected names.");
  EXPECT_TRUE(equal(net.first.fc.weight.detach(), before));
  state.erase("first.scale");
  state.erase("first.count");
  const nn::LoadReport report = net.load_state_dict(state, {.strict = false});
  EXPECT_EQ(report.missing.size(), 4u);
  EXPECT_EQ(report.unexpected.size(), 1u);
  EXPECT_FALSE(equal(net.first.fc.weight.detach(), before));
}

TEST(Module, PrintsAsPyTorchDoes) {
  std::ostringstream out;
  out << Net() << '\n' << Empty() << '\n' << nn::Sequential();
  EXPECT_EQ(out.str(),
            "Net(\n"
            "  (first): Block(\n"
            "    (fc): Linear(in_features=3, out_features=3, bias=True)\n"
            "  )\n"
            "  (more): ModuleList(\n"
            "    (0): Linear(in_features=3, out_features=2, bias=True)\n"
            "    (1): Linear(in_features=2, out_features=2, bias=False)\n"
            "  )\n"
            "  (tail): Sequential(\n"
            "    (0): ReLU()\n"
            "    (1): Linear(in_features=2, out_features=1, bias=True)\n"
            "  )\n"
            ")\n"
            "Empty()\n"
            "Sequential()");
}

TEST(Sequential, RunsAndNamesByPlace) {
  nn::Sequential net(nn::Linear({.in_features = 2, .out_features = 3}), nn::ReLU());
  EXPECT_EQ(names(net), "0.weight 0.bias ");
  const Tensor x = randn({4, 2});
  EXPECT_TRUE(equal(net(x), net[0].call(std::vector<Tensor>{x}).relu()));
  EXPECT_ERROR(net[2], IndexError, "Sequential: there is no module 2 among 2.");
  const nn::Sequential clone = net.clone();
  EXPECT_NE(clone.parameters()[0].impl(), net.parameters()[0].impl());
  nn::Sequential nested(net, nn::Sequential(nn::ReLU()));
  EXPECT_EQ(names(nested), "0.0.weight 0.0.bias ");
}

TEST(Names, AreEscapedInMessages) {
  EXPECT_EQ(in_quotes("a\"b\\c\n\x01\xff"), "\"a\\\"b\\\\c\\x0a\\x01\\xff\"");
  EXPECT_EQ(in_quotes(std::string(300, 'a')), "\"" + std::string(200, 'a') + "...\"");
}

}  // namespace
