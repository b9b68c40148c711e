// Training when memory runs out: convolutions, optimiser steps, files. What is tried and how: allocation_failure.h.
#include "support/allocation_failure.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tenet/tenet.h"

namespace tenet {
namespace {

using tenet_test::bits;
using tenet_test::failures_survived;
using tenet_test::Trial;

Tensor numbers(const Shape& shape, bool requires_grad = false) {
  Generator generator(7);
  return randn(shape, {.requires_grad = requires_grad, .generator = &generator});
}

std::string all_bits(const StateDict& state) {
  std::string all;
  for (const auto& [name, tensor] : state) all += name + bits(tensor);
  return all;
}

std::string content(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

/// A convolution to try: which way, over what.
struct Problem {
  bool transposed;
  Shape x, w;
  bool across = false;  // x lies with its rows and columns exchanged

  Tensor input() const {
    const Tensor drawn = numbers(x);
    Tensor laid_out = across ? drawn.transpose(-1, -2).contiguous().transpose(-1, -2) : drawn;
    return laid_out.requires_grad_();
  }
  Tensor weight() const { return numbers(w, true); }
  Tensor operator()(const Tensor& input, const Tensor& weight, const Tensor& bias = {}) const {
    const int stride = across ? 2 : 1;
    return transposed ? conv_transpose2d(input, weight, bias, {.stride = stride})
                      : conv2d(input, weight, bias, {.stride = stride, .padding = 1});
  }
};

// Few channels and many, which take different paths; the last on several threads, with scratch memory for each.
const Problem kProblems[] = {{false, {2, 4, 16, 16}, {4, 4, 3, 3}},
                             {true, {2, 4, 16, 16}, {4, 4, 3, 3}},
                             {false, {2, 32, 9, 10}, {32, 32, 3, 3}, true},
                             {true, {2, 32, 9, 10}, {32, 32, 3, 3}, true},
                             {false, {4, 32, 24, 24}, {32, 32, 3, 3}}};

Trial forward_of(const Problem& conv) {
  const auto x = std::make_shared<Tensor>(conv.input().detach());
  const auto w = std::make_shared<Tensor>(conv.weight().detach());
  const auto y = std::make_shared<Tensor>();
  return {[=] { *y = conv(*x, *w); }, [=] { return bits({*x, *w, *y}); }};
}

Trial backward_of(const Problem& conv, bool again) {
  const auto x = std::make_shared<Tensor>(conv.input());
  const auto w = std::make_shared<Tensor>(conv.weight());
  const auto b = std::make_shared<Tensor>(numbers({conv.w[0]}, true));
  const auto pass = [=] { (conv(*x, *w, *b) * conv(*x, *w, *b)).sum().backward(); };
  if (again) pass();
  return {pass, [=] { return bits({*x, *w, *b, x->grad(), w->grad(), b->grad()}); }};
}

TEST(AllocationFailure, InConv) {
  for (const Problem& conv : kProblems) {
    EXPECT_GE(failures_survived([&] { return forward_of(conv); }), 3);
  }
}

TEST(AllocationFailure, InTheBackwardOfConv) {
  for (const Problem& conv : kProblems) {
    for (const bool again : {false, true}) {
      EXPECT_GE(failures_survived([&] { return backward_of(conv, again); }), 20);
    }
  }
}

TEST(AllocationFailure, InABackwardThatKeepsItsGraph) {
  EXPECT_GE(failures_survived([] {
              const auto x = std::make_shared<Tensor>(kProblems[0].input());
              const auto w = std::make_shared<Tensor>(kProblems[0].weight());
              const auto loss = std::make_shared<Tensor>(kProblems[0](*x, *w).tanh().square().sum());
              return Trial{[=] { loss->backward({.retain_graph = true}); },
                           [=] {
                             return bits({*loss, x->grad(), w->grad()});
                           }};
            }),
            8);
}

// Each operand of a sum gets dy itself, of which all leaves but one need a copy: no leaf has a gradient before all have.
TEST(AllocationFailure, WhereLeavesShareAGradient) {
  EXPECT_GE(failures_survived([] {
              const auto x = std::make_shared<std::vector<Tensor>>();
              for (int i = 0; i < 3; ++i) x->push_back(numbers({100, 100}, true));
              const auto pass = [=] { ((*x)[0] + (*x)[1] + (*x)[2]).square().sum().backward(); };
              return Trial{pass, [=] { return bits({(*x)[0].grad(), (*x)[1].grad(), (*x)[2].grad()}); }};
            }),
            6);
}

TEST(AllocationFailure, InGradientsOfGradients) {
  EXPECT_GE(failures_survived([] {
              const auto x = std::make_shared<Tensor>(kProblems[0].input());
              const auto w = std::make_shared<Tensor>(kProblems[0].weight());
              const auto penalty = [=] {
                const Tensor loss = kProblems[0](*x, *w).tanh().square().sum();
                const Tensor dx = grad(loss, *x, {.create_graph = true});
                dx.square().sum().backward();
              };
              return Trial{penalty, [=] { return bits({*x, *w, x->grad(), w->grad()}); }};
            }),
            40);
}

// What a user may ask of a tensor, each time of a fresh one.
TEST(AllocationFailure, InAskingForGradients) {
  const Tensor plain = numbers({3}), leaf = numbers({3}, true), dx = ones({3});
  const auto asked = [](const std::function<void(Tensor&)>& ask, const std::function<Tensor()>& of) {
    return failures_survived([&] {
      const auto x = std::make_shared<Tensor>(of());
      return Trial{[=] { ask(*x); }, [=] { return bits({*x, x->grad()}); }};
    });
  };
  const auto copied = [&] { return plain.clone(); };
  const auto computed = [&] { return leaf * 2; };
  const auto made_leaf = [&] { return plain.clone().requires_grad_(); };
  EXPECT_GE(asked([](Tensor& x) { x.requires_grad_(); }, copied), 2);
  EXPECT_GE(asked([=](Tensor& x) { x.set_grad(dx); }, copied), 2);
  EXPECT_GE(asked([](Tensor& x) { x.retain_grad(); }, computed), 1);
  EXPECT_GE(asked([](Tensor& x) { x.register_hook([](const Tensor& dy) { return dy * 2; }); }, made_leaf), 1);
}

/// The step after `before` others, over parameters of different sizes.
template <class Optimizer> struct Setup {
  std::vector<Tensor> net;
  std::shared_ptr<Optimizer> optimizer;

  template <class Options> Setup(const Options& options, int before) {
    for (const std::int64_t n : {5, 3000, 70}) net.push_back(numbers({n, 2}, true));
    for (Tensor& x : net) x.set_grad(numbers(x.shape()));
    net[1].set_grad(numbers({2, 3000}).t());
    optimizer = std::make_shared<Optimizer>(net, options);
    for (int i = 0; i < before; ++i) optimizer->step();
  }
  std::string state() const {
    std::string all = bits(net);
    for (const Tensor& x : net) all += bits(x.grad());
    return all + all_bits(optimizer->state_dict());
  }
};

template <class Optimizer, class Options> Trial step_of(const Options& options, int before) {
  const Setup<Optimizer> setup(options, before);
  return {[=] { setup.optimizer->step(); }, [=] { return setup.state(); }};
}

/// Loads the state of an optimiser that has gone further.
template <class Optimizer, class Options> Trial load_of(const Options& options) {
  const Setup<Optimizer> setup(options, 1);
  const auto state = std::make_shared<StateDict>(Setup<Optimizer>(options, 3).optimizer->state_dict());
  state->at("lr").fill_(.7);
  return {[=] { setup.optimizer->load_state_dict(*state); }, [=] { return setup.state(); }};
}

template <class Optimizer, class Options> Trial state_of(const Options& options) {
  const Setup<Optimizer> setup(options, 1);
  const auto state = std::make_shared<StateDict>();
  return {[=] { *state = setup.optimizer->state_dict(); }, [=] { return setup.state() + all_bits(*state); }};
}

TEST(AllocationFailure, InAnOptimiserStep) {
  using optim::Adam;
  using optim::SGD;
  for (const int before : {0, 1}) {
    const std::int64_t least = before == 0 ? 4 : 1;
    EXPECT_GE(failures_survived([&] {
                return step_of<SGD>(optim::SGDOptions{.lr = .1, .momentum = .9, .weight_decay = .1}, before);
              }),
              least);
    EXPECT_GE(failures_survived(
                  [&] { return step_of<Adam>(optim::AdamOptions{.lr = .1, .amsgrad = true}, before); }),
              least);
  }
}

TEST(AllocationFailure, InTheStateOfAnOptimiser) {
  const optim::SGDOptions sgd{.lr = .1, .momentum = .9};
  const optim::AdamOptions adam{.lr = .1, .amsgrad = true};
  EXPECT_GE(failures_survived([&] { return state_of<optim::SGD>(sgd); }), 10);
  EXPECT_GE(failures_survived([&] { return state_of<optim::Adam>(adam); }), 10);
  EXPECT_GE(failures_survived([&] { return load_of<optim::SGD>(sgd); }), 10);
  EXPECT_GE(failures_survived([&] { return load_of<optim::Adam>(adam); }), 10);
}

struct Net : nn::Module {
  nn::Conv2d conv{{.in_channels = 1, .out_channels = 8, .kernel_size = 5}};
  nn::Linear fc{{.in_features = 10, .out_features = 20}};
  TENET_MODULE(Net, conv, fc)
};

class InFiles : public ::testing::Test {
 protected:
  const std::string path = ::testing::TempDir() + "allocation_failure.safetensors";
  void TearDown() override { std::filesystem::remove(path); }
};

TEST_F(InFiles, Save) {
  EXPECT_GE(failures_survived([this] {
              const auto net = std::make_shared<Net>();
              manual_seed(3);
              for (Tensor& x : net->parameters()) nn::init::normal_(x);
              std::ofstream(path) << "what was there";
              return Trial{
                  [=, this] { save(net->state_dict(), path); },
                  [this] { return content(path) + (std::filesystem::exists(path + ".tmp") ? "!" : ""); }};
            }),
            20);
}

TEST_F(InFiles, Load) {
  save(Net().state_dict(), path);
  EXPECT_GE(failures_survived([this] {
              const auto net = std::make_shared<Net>();
              for (Tensor& x : net->parameters()) x.detach().fill_(1);
              return Trial{[=, this] { net->load_state_dict(load(path)); },
                           [=] { return all_bits(net->state_dict()); }};
            }),
            20);
}

}  // namespace
}  // namespace tenet
