// A state dict that PyTorch wrote, loaded into the same net: the same output (make_golden.py).
#include <gtest/gtest.h>

#include <filesystem>

#include "support/expect.h"
#include "tenet/nn/activation.h"
#include "tenet/nn/conv2d.h"
#include "tenet/nn/linear.h"
#include "tenet/nn/sequential.h"
#include "tenet/ops/elementwise/compare.h"
#include "tenet/ops/pool/pool.h"
#include "tenet/train/io/safetensors.h"

namespace {

using namespace tenet;  // NOLINT

struct LeNet : nn::Module {
  nn::Conv2d conv1{{.in_channels = 1, .out_channels = 4, .kernel_size = 3, .padding = 1}};
  nn::ConvTranspose2d up{{.in_channels = 4, .out_channels = 2, .kernel_size = 2, .stride = 2}};
  std::vector<nn::Linear> blocks{nn::Linear({.in_features = 2 * 8 * 8, .out_features = 6}),
                                 nn::Linear({.in_features = 6, .out_features = 6, .bias = false})};
  nn::Sequential head{nn::ReLU(), nn::Linear({.in_features = 6, .out_features = 3})};
  TENET_MODULE(LeNet, conv1, up, blocks, head)

  Tensor forward(const Tensor& x) {
    Tensor h = up(max_pool2d(conv1(x).relu(), 2)).flatten(1);
    for (const nn::Linear& block : blocks) h = block(h);
    return head(h);
  }
};

TEST(PyTorch, ItsStateDictGivesItsOutput) {
  StateDict state = load(TENET_TESTS_DIR "/nn/lenet_torch.safetensors");
  const Tensor input = state.at("input"), output = state.at("output");
  state.erase("input");
  state.erase("output");
  LeNet net;
  net.load_state_dict(state);
  EXPECT_TRUE(allclose(net(input).detach(), output, 1e-5, 1e-6)) << net(input) << output;

  const std::string path = testing::TempDir() + "lenet_round.safetensors";
  save(net.state_dict(), path);
  LeNet again;
  again.load_state_dict(load(path));
  EXPECT_TRUE(equal(again(input), net(input)));
  std::filesystem::remove(path);
}

TEST(PyTorch, ItsNetPrintsTheSame) {
  EXPECT_EQ(str(LeNet()),
            "LeNet(\n"
            "  (conv1): Conv2d(1, 4, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1))\n"
            "  (up): ConvTranspose2d(4, 2, kernel_size=(2, 2), stride=(2, 2))\n"
            "  (blocks): ModuleList(\n"
            "    (0): Linear(in_features=128, out_features=6, bias=True)\n"
            "    (1): Linear(in_features=6, out_features=6, bias=False)\n"
            "  )\n"
            "  (head): Sequential(\n"
            "    (0): ReLU()\n"
            "    (1): Linear(in_features=6, out_features=3, bias=True)\n"
            "  )\n"
            ")");
}

}  // namespace
