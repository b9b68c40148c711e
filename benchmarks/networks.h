// The networks whose training steps are measured.
#pragma once

#include "tenet/nn/conv2d.h"
#include "tenet/nn/conv_transpose2d.h"
#include "tenet/nn/linear.h"
#include "tenet/ops/elementwise/unary.h"
#include "tenet/ops/pool/pool.h"
#include "tenet/ops/reduce/reduce.h"
#include "tenet/ops/shape/shape.h"

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

/// Two levels of O. Ronneberger et al., 2015: images [N, 1, 64, 64]; the mean over the pixels of 10 classes.
struct UNet : tenet::nn::Module {
  tenet::nn::Conv2d down1{{.in_channels = 1, .out_channels = 16, .kernel_size = 3, .padding = 1}};
  tenet::nn::Conv2d down2{{.in_channels = 16, .out_channels = 32, .kernel_size = 3, .padding = 1}};
  tenet::nn::Conv2d bottom{{.in_channels = 32, .out_channels = 64, .kernel_size = 3, .padding = 1}};
  tenet::nn::ConvTranspose2d up2{{.in_channels = 64, .out_channels = 32, .kernel_size = 2, .stride = 2}};
  tenet::nn::Conv2d merge2{{.in_channels = 64, .out_channels = 32, .kernel_size = 3, .padding = 1}};
  tenet::nn::ConvTranspose2d up1{{.in_channels = 32, .out_channels = 16, .kernel_size = 2, .stride = 2}};
  tenet::nn::Conv2d merge1{{.in_channels = 32, .out_channels = 16, .kernel_size = 3, .padding = 1}};
  tenet::nn::Conv2d head{{.in_channels = 16, .out_channels = 10, .kernel_size = 1}};
  TENET_MODULE(UNet, down1, down2, bottom, up2, merge2, up1, merge1, head)

  tenet::Tensor forward(const tenet::Tensor& x) {
    const tenet::Tensor a = tenet::relu(down1(x));
    const tenet::Tensor b = tenet::relu(down2(tenet::max_pool2d(a, 2)));
    tenet::Tensor h = up2(tenet::relu(bottom(tenet::max_pool2d(b, 2))));
    h = up1(tenet::relu(merge2(tenet::cat({b, h}, 1))));
    return head(tenet::relu(merge1(tenet::cat({a, h}, 1)))).mean({2, 3});
  }
};

/// Generator and discriminator of A. Radford et al., 2016, for 32 x 32 pixels and without normalisation, one behind the
/// other: noise [N, 64, 1, 1], 10 scores.
struct Dcgan : tenet::nn::Module {
  tenet::nn::ConvTranspose2d g1{{.in_channels = 64, .out_channels = 128, .kernel_size = 4}};
  tenet::nn::ConvTranspose2d g2{
      {.in_channels = 128, .out_channels = 64, .kernel_size = 4, .stride = 2, .padding = 1}};
  tenet::nn::ConvTranspose2d g3{
      {.in_channels = 64, .out_channels = 32, .kernel_size = 4, .stride = 2, .padding = 1}};
  tenet::nn::ConvTranspose2d g4{
      {.in_channels = 32, .out_channels = 3, .kernel_size = 4, .stride = 2, .padding = 1}};
  tenet::nn::Conv2d d1{{.in_channels = 3, .out_channels = 32, .kernel_size = 4, .stride = 2, .padding = 1}};
  tenet::nn::Conv2d d2{{.in_channels = 32, .out_channels = 64, .kernel_size = 4, .stride = 2, .padding = 1}};
  tenet::nn::Conv2d d3{{.in_channels = 64, .out_channels = 128, .kernel_size = 4, .stride = 2, .padding = 1}};
  tenet::nn::Conv2d d4{{.in_channels = 128, .out_channels = 10, .kernel_size = 4}};
  TENET_MODULE(Dcgan, g1, g2, g3, g4, d1, d2, d3, d4)

  tenet::Tensor forward(const tenet::Tensor& z) {
    const tenet::Tensor image = tenet::tanh(g4(tenet::relu(g3(tenet::relu(g2(tenet::relu(g1(z))))))));
    return d4(tenet::relu(d3(tenet::relu(d2(tenet::relu(d1(image))))))).flatten(1);
  }
};

}  // namespace tenet_benchmark
