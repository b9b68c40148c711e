#pragma once

#include "tenet/nn/module.h"

namespace tenet::nn {

/// max(x, 0), elementwise.
struct ReLU : Module {
  TENET_MODULE(ReLU)
  Tensor forward(const Tensor& x) const { return x.relu(); }
};

}  // namespace tenet::nn
