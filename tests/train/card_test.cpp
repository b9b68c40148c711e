// A network trained on a card: its module, its optimiser's state and its files go there and back.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <limits>

#include "support/expect.h"
#include "support/scale.h"
#include "tenet/framework/core/cuda.h"
#include "tenet/framework/core/memory.h"
#include "tenet/nn/conv2d.h"
#include "tenet/nn/linear.h"
#include "tenet/ops/create/create.h"
#include "tenet/ops/elementwise/compare.h"
#include "tenet/ops/elementwise/unary.h"
#include "tenet/ops/loss/loss.h"
#include "tenet/ops/pool/pool.h"
#include "tenet/ops/random/random.h"
#include "tenet/ops/reduce/reduce.h"
#include "tenet/train/io/safetensors.h"
#include "tenet/train/optim/adam.h"
#include "tenet/train/optim/sgd.h"

namespace tenet {
namespace {

constexpr Device kCard{DeviceType::cuda};

struct Net : nn::Module {
  nn::Conv2d conv{{.in_channels = 1, .out_channels = 3, .kernel_size = 3}};
  nn::Linear fc{{.in_features = 12, .out_features = 2}};
  nn::Buffer count = arange(1);
  TENET_MODULE(Net, conv, fc, count)

  Tensor forward(const Tensor& x) { return fc(conv(x).flatten(1)); }
};

// Not inlined: GCC 12 takes the lists in the options of two nets of one function for dangling.
[[gnu::noinline]] Net make_net() { return Net(); }

TEST(Cards, ADeviceThatIsNotThereLeavesAModuleAsItIs) {
  Net net = make_net();
  const StateDict before = net.state_dict();
  EXPECT_THROW(net.to(Device{DeviceType::cuda, 127}), DeviceError);
  for (const auto& [name, tensor] : net.state_dict()) {
    EXPECT_EQ(tensor.impl()->data, before.at(name).impl()->data) << name;
  }
}

class OnACard : public testing::Test {
 protected:
  void SetUp() override {
    if (!cuda::is_available()) GTEST_SKIP() << cuda::reason();
    manual_seed(1);
  }
};

template <class Optimizer> void train(Net& net, Optimizer& optimizer, Device device) {
  for (int step = 0; step < 3; ++step) {
    Tensor x = arange(0., 32., 1., {.dtype = float32}).reshape({2, 1, 4, 4}).to(device);
    optimizer.zero_grad();
    (net(x / 32) + step).square().mean().backward();
    optimizer.step();
  }
}

TEST_F(OnACard, AModuleGoesThereAndBack) {
  Net net = make_net();
  const StateDict before = net.state_dict();
  net.to(kCard);
  for (const auto& [name, tensor] : net.state_dict()) EXPECT_EQ(tensor.device(), kCard) << name;
  EXPECT_EQ(net.count.dtype(), int64);
  EXPECT_TRUE(net.fc.weight.requires_grad());
  net.to(Device{});
  for (const auto& [name, tensor] : net.state_dict()) EXPECT_TRUE(equal(tensor, before.at(name))) << name;
}

TEST_F(OnACard, TrainingIsTheCpus) {
  Net here = make_net(), there = make_net();
  there.load_state_dict(here.state_dict());
  there.to(kCard);
  optim::Adam at_home(here.parameters(), {.lr = 0.1}), away(there.parameters(), {.lr = 0.1});
  train(here, at_home, {});
  train(there, away, kCard);
  for (const auto& [name, tensor] : there.state_dict()) {
    EXPECT_EQ(tensor.device(), kCard) << name;
    EXPECT_TRUE(allclose(tensor.to(Device{}), here.state_dict().at(name), 1e-4, 1e-5)) << name;
  }
}

TEST_F(OnACard, TheStateOfAnOptimiserFollowsItsParameters) {
  Net net = make_net(), other = make_net();
  other.load_state_dict(net.state_dict());
  optim::Adam moves(net.parameters(), {.lr = 0.1}), stays(other.parameters(), {.lr = 0.1});
  train(net, moves, {});
  train(other, stays, {});
  net.to(kCard);
  moves.set_parameters(net.parameters());
  EXPECT_EQ(moves.state_dict().at("0.exp_avg").device(), kCard);
  train(net, moves, kCard);
  train(other, stays, {});
  for (const auto& [name, tensor] : net.state_dict()) {
    EXPECT_TRUE(allclose(tensor.to(Device{}), other.state_dict().at(name), 1e-4, 1e-5)) << name;
  }
}

TEST_F(OnACard, AStateFromTheCpuIsLoadedToWhereTheParametersAre) {
  Net net = make_net();
  optim::SGD here(net.parameters(), {.lr = 0.1, .momentum = 0.9});
  train(net, here, {});
  const StateDict state = here.state_dict();
  net.to(kCard);
  optim::SGD there(net.parameters(), {.lr = 0.1, .momentum = 0.9});
  there.load_state_dict(state);
  EXPECT_EQ(there.state_dict().at("0.momentum_buffer").device(), kCard);
  train(net, there, kCard);
}

struct LeNet : nn::Module {
  nn::Conv2d conv1{{.in_channels = 1, .out_channels = 6, .kernel_size = 5, .padding = 2}};
  nn::Conv2d conv2{{.in_channels = 6, .out_channels = 16, .kernel_size = 5}};
  nn::Linear fc1{{.in_features = 400, .out_features = 120}}, fc2{{.in_features = 120, .out_features = 10}};
  TENET_MODULE(LeNet, conv1, conv2, fc1, fc2)

  Tensor forward(const Tensor& x) {
    const Tensor h = max_pool2d(relu(conv2(max_pool2d(relu(conv1(x)), 2))), 2);
    return fc2(relu(fc1(h.flatten(1))));
  }
};

TEST_F(OnACard, AThousandStepsOfLeNetKeepTheirMemory) {
  LeNet net;
  net.to(kCard);
  optim::Adam adam(net.parameters(), {.lr = 1e-3});
  const Tensor images = randn({8, 1, 28, 28}).to(kCard), labels = arange(8).to(kCard);
  MemoryStats before;
  float first = 0, last = 0;
  const std::int64_t n = tenet_test::scaled(1000) + 3;
  for (std::int64_t step = 0; step < n; ++step) {
    adam.zero_grad();
    const Tensor loss = cross_entropy(net(images), labels);
    loss.backward();
    adam.step();
    (step == 0 ? first : last) = loss.item<float>();
    const MemoryStats now = memory_stats(kCard);
    if (step == 2) before = now;
    if (step > 2) {
      ASSERT_EQ(now.in_use, before.in_use) << "step " << step;
      ASSERT_EQ(now.cached, before.cached) << "step " << step;
    }
  }
  EXPECT_LT(last, first);
}

/// The largest distance of two tensors' elements, in units in the last place of the first one's.
template <class T> double ulps(const Tensor& a, const Tensor& b) {
  double largest = 0;
  for (std::int64_t i = 0; i < a.numel(); ++i) {
    const T x = a.data<T>()[i], y = b.data<T>()[i], size = std::abs(x);
    const T unit = std::nextafter(size, std::numeric_limits<T>::infinity()) - size;
    largest = std::max(largest,
                       std::abs(static_cast<double>(x) - static_cast<double>(y)) / static_cast<double>(unit));
  }
  return largest;
}

TEST_F(OnACard, NormalsDifferInTheLastBitsAtMost) {
  for (DType dtype : {float32, float64}) {
    Generator here(7), there(7);
    const Tensor a = randn({100'000}, {.dtype = dtype, .generator = &here});
    const Tensor b = randn({100'000}, {.dtype = dtype, .device = kCard, .generator = &there}).to(Device{});
    EXPECT_LE(dtype == float32 ? ulps<float>(a, b) : ulps<double>(a, b), 4) << dtype;
  }
}

TEST_F(OnACard, AFileIsReadStraightToIt) {
  const std::string path =
      (std::filesystem::temp_directory_path() / ("tenet_card_" + std::to_string(getpid()))).string();
  const StateDict state{{"a", randn({3, 4})}, {"b", arange(5).to(kCard)}};
  save(state, path);
  const StateDict read = load(path, {.device = kCard});
  std::filesystem::remove(path);
  for (const auto& [name, tensor] : state) {
    EXPECT_EQ(read.at(name).device(), kCard) << name;
    EXPECT_TRUE(equal(read.at(name).to(Device{}), tensor.to(Device{}))) << name;
  }
}

TEST_F(OnACard, OneGeneratorGivesTheSameNumbersEverywhere) {
  Generator here(7), there(7);
  EXPECT_TRUE(equal(rand({1000}, {.generator = &here}),
                    rand({1000}, {.device = kCard, .generator = &there}).to(Device{})));
  EXPECT_TRUE(equal(randint(0, 1000, {1000}, {.generator = &here}),
                    randint(0, 1000, {1000}, {.device = kCard, .generator = &there}).to(Device{})));
}

}  // namespace
}  // namespace tenet
