#pragma once

#include "tenet/nn/module.h"

namespace tenet::nn {

struct FlattenOptions {
  std::int64_t start_dim = 1;
  std::int64_t end_dim = -1;
};

/// Makes one dimension of start_dim to end_dim: [N, C, H, W] -> [N, C H W].
struct Flatten : Module {
  FlattenOptions options;
  TENET_MODULE(Flatten)

  explicit Flatten(const FlattenOptions& options_ = {}) : options(options_) {}
  Tensor forward(const Tensor& x) const { return x.flatten(options.start_dim, options.end_dim); }
  std::string extra_repr() const override {
    return cat("start_dim=", options.start_dim, ", end_dim=", options.end_dim);
  }
};

}  // namespace tenet::nn
