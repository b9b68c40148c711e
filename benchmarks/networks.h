// The networks whose training steps are measured.
#pragma once

#include "tenet/nn/conv2d.h"
#include "tenet/nn/linear.h"
#include "tenet/ops/elementwise/unary.h"
#include "tenet/ops/pool/pool.h"

namespace tenet_benchmark {

/// Y. LeCun et al., 1998, with relu and max pooling: images [N, 1, 28, 28].
struct LeNet : tenet::nn::Module {
  tenet::nn::Conv2d conv1{{.in_channels = 1, .out_channels = 6, .kernel_size = 5, .padding = 2}};
  tenet::nn::Conv2d conv2{{.in_channels = 6, .out_channels = 16, .kernel_size = 5}};
  tenet::nn::Linear fc1{{.in_features = 400, .out_features = 120}};
  tenet::nn::Linear fc2{{.in_features = 120, .out_features = 84}};
  tenet::nn::Linear fc3{{.in_features = 84, .out_features = 10}};
  TENET_MODULE(LeNet, conv1, conv2, fc1, fc2, fc3)

  tenet::Tensor forward(const tenet::Tensor& x) {
    tenet::Tensor h = tenet::max_pool2d(tenet::relu(conv1(x)), 2);
    h = tenet::max_pool2d(tenet::relu(conv2(h)), 2).flatten(1);
    return fc3(tenet::relu(fc2(tenet::relu(fc1(h)))));
  }
};

/// 784-128-10: images [N, 784].
struct Mlp : tenet::nn::Module {
  tenet::nn::Linear fc1{{.in_features = 784, .out_features = 128}};
  tenet::nn::Linear fc2{{.in_features = 128, .out_features = 10}};
  TENET_MODULE(Mlp, fc1, fc2)

  tenet::Tensor forward(const tenet::Tensor& x) { return fc2(tenet::relu(fc1(x))); }
};

}  // namespace tenet_benchmark
