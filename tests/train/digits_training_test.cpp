// The whole of training: the accuracy five seeds reach, the same bits for any number of threads and after a resume.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <iostream>

#include "support/expect.h"
#include "support/scale.h"
#include "tenet/framework/core/random.h"
#include "tenet/framework/core/threads.h"
#include "tenet/nn/conv2d.h"
#include "tenet/nn/linear.h"
#include "tenet/ops/elementwise/compare.h"
#include "tenet/ops/loss/loss.h"
#include "tenet/ops/pool/pool.h"
#include "tenet/ops/shape/shape.h"
#include "tenet/train/data/digits.h"
#include "tenet/train/data/loader.h"
#include "tenet/train/io/safetensors.h"
#include "tenet/train/optim/adam.h"

namespace {

using namespace tenet;  // NOLINT

struct LeNet : nn::Module {
  nn::Conv2d conv1{{.in_channels = 1, .out_channels = 16, .kernel_size = 3, .padding = 1}};
  nn::Conv2d conv2{{.in_channels = 16, .out_channels = 32, .kernel_size = 3}};
  nn::Linear fc1{{.in_features = 32 * 3 * 3, .out_features = 64}};
  nn::Linear fc2{{.in_features = 64, .out_features = 10}};
  TENET_MODULE(LeNet, conv1, conv2, fc1, fc2)

  Tensor forward(const Tensor& x) {
    Tensor h = max_pool2d(conv1(x).relu(), 2);
    h = conv2(pad(h, {1, 0, 1, 0})).relu();
    return fc2(fc1(h.flatten(1)).relu());
  }
};

struct Training {
  LeNet net;
  optim::Adam adam{net.parameters(), {.lr = 3e-3}};
  data::DataLoader loader{data::digits(), {.batch_size = 32, .shuffle = true}};

  void epochs(int n, std::int64_t most_batches = 1000) {
    for (int epoch = 0; epoch < n; ++epoch) {
      std::int64_t left = most_batches;
      for (const auto& [images, labels] : loader) {
        if (left-- == 0) break;
        Tensor loss = cross_entropy(net(images), labels);
        adam.zero_grad();
        loss.backward();
        adam.step();
      }
    }
  }
  double accuracy() {
    const NoGradGuard no_grad;
    const auto [images, labels] = data::digits({.split = data::Split::test}).all();
    return (net(images).argmax(1) == labels).to(float64).mean().item<double>();
  }
};

void expect_same_bits(const LeNet& a, const LeNet& b) {
  const StateDict other = b.state_dict();
  for (const auto& [name, tensor] : a.state_dict()) EXPECT_TRUE(equal(tensor, other.at(name))) << name;
}

TEST(Digits, EverySeedPasses95Percent) {
  double sum = 0;
  const std::int64_t seeds = std::min<std::int64_t>(tenet_test::scaled(5), 100);
  for (std::int64_t seed = 0; seed < seeds; ++seed) {
    manual_seed(static_cast<std::uint64_t>(seed));
    Training run;
    run.epochs(15);
    const double accuracy = run.accuracy();
    std::cout << "seed " << seed << ": test accuracy " << accuracy << std::endl;
    EXPECT_GT(accuracy, 0.95) << "seed " << seed;
    sum += accuracy;
  }
  std::cout << "mean of " << seeds << " seeds: " << sum / static_cast<double>(seeds) << std::endl;
}

TEST(Digits, TrainingHasTheSameBitsForAnyNumberOfThreads) {
  const int before = num_threads();
  std::vector<LeNet> nets;
  for (const int threads : {1, 2, 5}) {
    set_num_threads(threads);
    manual_seed(3);
    Training run;
    run.epochs(1, 12);
    nets.push_back(run.net);
  }
  set_num_threads(before);
  expect_same_bits(nets[0], nets[1]);
  expect_same_bits(nets[0], nets[2]);
}

TEST(Digits, ResumedTrainingHasTheSameBits) {
  const std::string path = testing::TempDir() + "tenet_resume_" + std::to_string(::getpid());
  manual_seed(4);
  Training whole;
  whole.epochs(1, 12);
  save(whole.net.state_dict(), path + ".net");
  save(whole.adam.state_dict(), path + ".adam");
  const std::uint64_t order = whole.loader.seed();
  whole.epochs(1, 12);

  manual_seed(99);
  Training resumed;
  resumed.net.load_state_dict(load(path + ".net"));
  resumed.adam.load_state_dict(load(path + ".adam"));
  resumed.loader = data::DataLoader(data::digits(), {.batch_size = 32, .shuffle = true, .seed = order});
  resumed.loader.set_epoch(1);
  resumed.epochs(1, 12);
  expect_same_bits(whole.net, resumed.net);
  std::filesystem::remove(path + ".net");
  std::filesystem::remove(path + ".adam");
}

}  // namespace
