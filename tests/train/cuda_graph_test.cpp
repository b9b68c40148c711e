// A training step recorded as a graph does what the step itself does.
#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <stdexcept>

#include "support/expect.h"
#include "tenet/framework/core/cuda.h"
#include "tenet/framework/core/memory.h"
#include "tenet/nn/conv2d.h"
#include "tenet/nn/linear.h"
#include "tenet/ops/create/create.h"
#include "tenet/ops/loss/loss.h"
#include "tenet/ops/pool/pool.h"
#include "tenet/ops/random/random.h"
#include "tenet/train/optim/adam.h"
#include "tenet/train/optim/sgd.h"

namespace tenet {
namespace {

using tenet_test::message;
using tenet_test::values;

constexpr Device kCard{DeviceType::cuda};

struct Net : nn::Module {
  nn::Conv2d conv{{.in_channels = 1, .out_channels = 8, .kernel_size = 3, .padding = 1}};
  nn::Linear fc{{.in_features = 8 * 4 * 4, .out_features = 10}};
  TENET_MODULE(Net, conv, fc)

  Tensor forward(const Tensor& x) { return fc(max_pool2d(conv(x).tanh(), 2).flatten(1)); }
};

/// A net on the card, its data and its optimiser.
struct Training {
  struct Seed {
    Seed() { manual_seed(4); }
  } before_the_net;
  Net net;
  std::optional<optim::SGD> sgd;
  Tensor x, y, loss;

  Training() {
    net.to(kCard);
    sgd.emplace(net.parameters(), optim::SGDOptions{.lr = 0.1, .momentum = 0.9});
    x = randn({6, 1, 8, 8}).to(kCard);
    y = arange(6).to(kCard);
  }
  void step() {
    sgd->zero_grad();
    loss = cross_entropy(net(x), y);
    loss.backward();
    sgd->step();
  }
};

TEST(CudaGraph, NeedsACard) {
  EXPECT_THROW(cuda::Graph([] {}, Device{DeviceType::cuda, 127}), DeviceError);
  EXPECT_THROW(cuda::Graph([] {}, Device{}), DeviceError);
  EXPECT_FALSE(cuda::is_capturing());
}

class CudaGraphOnACard : public testing::Test {
 protected:
  void SetUp() override {
    if (!cuda::is_available()) GTEST_SKIP() << cuda::reason();
  }
};

TEST_F(CudaGraphOnACard, ReplaysAreTheStepsThemselves) {
  Training plain, recorded;
  cuda::Graph graph([&] { recorded.step(); });
  plain.step();  // the first call of the recorded function
  for (int step = 0; step < 5; ++step) {
    const Tensor batch = full({6, 1, 8, 8}, 0.1 * step).to(kCard);
    Tensor labels = arange(6);
    if (step == 3) labels[0].fill_(-100);  // ignored: the mean is over as many as there are then
    for (Training* training : {&plain, &recorded}) {
      training->x.copy_(batch);
      training->y.copy_(labels.to(kCard));
    }
    plain.step();
    graph.replay();
    EXPECT_EQ(plain.loss.item<float>(), recorded.loss.item<float>()) << step;
  }
  for (std::size_t i = 0; i < plain.net.parameters().size(); ++i) {
    EXPECT_EQ(values(plain.net.parameters()[i].to(Device{})),
              values(recorded.net.parameters()[i].to(Device{})))
        << i;
  }
}

TEST_F(CudaGraphOnACard, ItsMemoryIsKeptApart) {
  Training training;
  cuda::Graph graph([&] { training.step(); });
  cuda::empty_cache();
  std::vector<Tensor> others;
  for (int i = 0; i < 200; ++i)
    others.push_back(full({64 * (i + 1)}, 7, {.dtype = float32, .device = kCard}));
  const std::int64_t before = memory_stats(kCard).in_use;
  for (int step = 0; step < 20; ++step) graph.replay();
  EXPECT_EQ(memory_stats(kCard).in_use, before);
  for (const Tensor& other : others) EXPECT_EQ((other != 7).sum().item<std::int64_t>(), 0);
  EXPECT_LT(training.loss.item<float>(), 2.3F);
}

TEST_F(CudaGraphOnACard, OneAfterTheOther) {
  for (int round = 0; round < 3; ++round) {
    Tensor x = zeros({3}, {.device = kCard});
    cuda::Graph first([&] { x.add_(1); }), second([&] { x.mul_(2); });  // 0 + 1, then times 2
    first.replay();
    second.replay();
    cuda::Graph moved = std::move(first);
    moved.replay();
    EXPECT_EQ(x[0].item<float>(), 7) << "((1 * 2) + 1) * 2 + 1";
    EXPECT_THROW(first.replay(), DeviceError);
  }
}

TEST_F(CudaGraphOnACard, WhatCannotBeRecordedIsRefused) {
  Tensor x = ones({3}, {.device = kCard});
  const auto refused = [](const std::function<void()>& body) {  // what the second call throws
    int calls = 0;
    return message<DeviceError>([&] {
      cuda::Graph([&] {
        if (calls++ == 1) body();
      });
    });
  };
  const auto text = [](const std::string& what) {
    return "cuda:0: a graph is being recorded, and " + what +
           " cannot be part of it. Do that before or after, outside the function that is recorded.";
  };
  EXPECT_EQ(refused([&] { x.sum().item<float>(); }), text("a copy between the card and elsewhere"));
  EXPECT_EQ(refused([&] { ones({3}).to(kCard); }), text("a copy between the card and elsewhere"));
  EXPECT_EQ(refused([&] { rand({3}, {.device = kCard}); }),
            text("random numbers, the same in every replay,"));
  EXPECT_EQ(refused([&] { cuda::synchronize(kCard); }), text("waiting for the card"));
  EXPECT_EQ(refused([&] { cuda::Graph([] {}); }),
            "cuda::Graph: a graph is being recorded already. Record one after the other.");
  Tensor parameter = ones({3}, {.device = kCard});
  parameter.requires_grad_();
  optim::Adam adam({parameter});
  parameter.sum().backward();
  EXPECT_EQ(refused([&] { adam.step(); }),
            "adam: counts its steps on the host, so every replay of a cuda::Graph would be the same step. "
            "Use SGD in "
            "the graph, or step outside of it.");
  EXPECT_EQ(refused([] { throw std::runtime_error("mine"); }), "of another type: mine");
  EXPECT_EQ(x.sum().item<float>(), 3) << "the card is usable after each";
  cuda::Graph graph([&] { x.add_(1); });
  graph.replay();
  EXPECT_EQ(x.sum().item<float>(), 9);
}

}  // namespace
}  // namespace tenet
