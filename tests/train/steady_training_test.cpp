// A long training keeps the memory of its first steps: with gradients of gradients, and with steps that fail half way.
#include <gtest/gtest.h>

#include <stdexcept>

#include "support/scale.h"
#include "tenet/framework/autograd/tape.h"
#include "tenet/tenet.h"

namespace tenet {
namespace {

using tenet_test::scaled;

struct Net : nn::Module {
  nn::Conv2d conv{{.in_channels = 1, .out_channels = 4, .kernel_size = 3, .padding = 1}};
  nn::Linear fc{{.in_features = 4 * 4 * 4, .out_features = 10}};
  TENET_MODULE(Net, conv, fc)

  Tensor forward(const Tensor& x) { return fc(max_pool2d(conv(x).tanh(), 2).flatten(1)); }
};

int live_records() {
  int count = 0;
  for (const Record* r = Tape::current().newest(); r != nullptr; r = Tape::older(r)) ++count;
  return count;
}

/// A loss with a penalty on the gradient to the images.
Tensor penalised_loss(Net& net, const Tensor& images, const Tensor& labels) {
  const Tensor x = images.detach().requires_grad_();
  const Tensor loss = cross_entropy(net(x), labels);
  return loss + grad(loss, x, {.create_graph = true}).square().sum();
}

/// The three places where a step may end early: in forward, in a hook, in a second pass over the same records.
void fail_half_way(Net& net, const Tensor& images, const Tensor& labels, std::int64_t step) {
  const Tensor loss = penalised_loss(net, images, labels);
  if (step % 3 == 0) {
    EXPECT_THROW(net(images.flatten(1)), ShapeError);
  }
  if (step % 3 == 1) {
    Tensor scaled_loss = loss * 2;
    scaled_loss.register_hook([](const Tensor&) -> Tensor { throw std::runtime_error("from a hook"); });
    EXPECT_THROW(scaled_loss.backward(), std::runtime_error);
  }
  if (step % 3 == 2) {
    loss.backward();
    EXPECT_THROW(loss.backward(), GradientError);
  }
}

TEST(SteadyTraining, AThousandStepsLeaveMemoryAndTapeAsTheyWere) {
  manual_seed(0);
  Net net;
  optim::Adam adam(net.parameters(), {.lr = 1e-3});
  const Tensor images = randn({8, 1, 8, 8});
  const Tensor labels = arange(8);
  std::int64_t bytes = 0;
  float first = 0, last = 0;
  const std::int64_t n = scaled(1000) + 3;
  for (std::int64_t step = 0; step < n; ++step) {
    adam.zero_grad();
    fail_half_way(net, images, labels, step);
    adam.zero_grad();
    {
      const Tensor loss = penalised_loss(net, images, labels);
      loss.backward();
      adam.step();
      (step == 0 ? first : last) = loss.item<float>();
    }
    const std::int64_t in_use = memory_stats().in_use;
    if (step == 2) bytes = in_use;
    if (step > 2) {
      ASSERT_EQ(in_use, bytes) << "step " << step;
    }
    ASSERT_EQ(live_records(), 0) << "step " << step;
  }
  EXPECT_LT(last, first);
}

}  // namespace
}  // namespace tenet
