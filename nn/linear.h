#pragma once

#include "tenet/nn/module.h"

namespace tenet::nn {

struct LinearOptions {
  std::int64_t in_features;
  std::int64_t out_features;
  bool bias = true;
};

/// y = x weight^T + bias. Shapes: x [..., I]; weight [O, I]; bias [O] -> [..., O].
/// Starts as in PyTorch: uniform on +-1/sqrt(I). Throws ValueError for a negative size; forward as tenet::linear.
struct Linear : Module {
  LinearOptions options;
  Tensor weight;
  Tensor bias;  // undefined without {.bias = true}
  TENET_MODULE(Linear, weight, bias)

  explicit Linear(const LinearOptions& options);
  Tensor forward(const Tensor& x) const;
  std::string extra_repr() const override;
  std::int64_t multiply_adds(const Shape& x, const Shape& y) const override;
};

}  // namespace tenet::nn
