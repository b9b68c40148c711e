#pragma once

#include "tenet/nn/module.h"
#include "tenet/ops/conv/options.h"

namespace tenet::nn {

struct MaxPool2dOptions {
  PerAxis kernel_size = {};
  PerAxis stride = {};  // not given: the kernel
  PerAxis padding = 0;
  PerAxis dilation = 1;
  bool ceil_mode = false;
};

/// tenet::max_pool2d. Throws ValueError if an option has no meaning.
struct MaxPool2d : Module {
  MaxPool2dOptions options;
  TENET_MODULE(MaxPool2d)

  explicit MaxPool2d(const MaxPool2dOptions& options);
  Tensor forward(const Tensor& x) const;
  std::string extra_repr() const override;
};

}  // namespace tenet::nn
