#include "tenet/nn/summary.h"

#include <gtest/gtest.h>

#include "support/expect_error.h"
#include "tenet/framework/core/random.h"
#include "tenet/nn/activation.h"
#include "tenet/nn/conv2d.h"
#include "tenet/nn/flatten.h"
#include "tenet/nn/linear.h"
#include "tenet/nn/sequential.h"
#include "tenet/ops/create/create.h"

namespace {

using namespace tenet;  // NOLINT

struct Autoencoder : nn::Module {
  nn::Conv2d down{{.in_channels = 1, .out_channels = 4, .kernel_size = 3, .stride = 2, .padding = 1}};
  nn::ConvTranspose2d up{{.in_channels = 4, .out_channels = 1, .kernel_size = 2, .stride = 2}};
  nn::Sequential head{nn::ReLU(), nn::Flatten(), nn::Linear({.in_features = 64, .out_features = 10})};
  Tensor scale = ones({3}, {.requires_grad = true});
  TENET_MODULE(Autoencoder, down, up, head, scale)

  Tensor forward(const Tensor& x) { return head(up(down(x))); }
};

TEST(Summary, IsATable) {
  manual_seed(0);
  EXPECT_EQ(summary(Autoencoder(), {2, 1, 8, 8}),
            "layer                   output shape  parameters  multiply-adds\n"
            "---------------------------------------------------------------\n"
            "(Autoencoder)           [2, 10]                3\n"
            "  down (Conv2d)         [2, 4, 4, 4]          40          1,152\n"
            "  up (ConvTranspose2d)  [2, 1, 8, 8]          17            512\n"
            "  head (Sequential)     [2, 10]\n"
            "    head.0 (ReLU)       [2, 1, 8, 8]\n"
            "    head.1 (Flatten)    [2, 64]\n"
            "    head.2 (Linear)     [2, 10]              650          1,280\n"
            "---------------------------------------------------------------\n"
            "total                                        710          2,944");
}

TEST(Summary, LeavesTheNetAsItIs) {
  manual_seed(0);
  Autoencoder net;
  net(zeros({1, 1, 8, 8})).sum().backward();
  const Tensor grad = net.down.weight.grad();
  const std::uint64_t drawn = default_generator().offset();
  summary(net, {1, 1, 8, 8});
  EXPECT_EQ(net.down.weight.grad().impl(), grad.impl());
  EXPECT_TRUE(net.is_training());
  EXPECT_EQ(default_generator().offset(), drawn);
}

TEST(Summary, AnErrorInsideLeavesNothingBehind) {
  const Autoencoder net;
  EXPECT_THROW(summary(net, {1, 2, 8, 8}), ShapeError);
  EXPECT_EQ(nn::detail::observer, nullptr);
  EXPECT_NO_THROW(summary(net, {1, 1, 8, 8}));
}

}  // namespace
