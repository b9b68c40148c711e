#include "tenet/nn/linear.h"

#include "tenet/nn/init.h"
#include "tenet/ops/create/create.h"
#include "tenet/ops/matmul/matmul.h"

namespace tenet::nn {

Linear::Linear(const LinearOptions& options_) : options(options_) {
  const auto [inputs, outputs, has_bias] = options;
  if (inputs < 0 || outputs < 0) {
    fail<ValueError>("Linear: in_features=", inputs, " and out_features=", outputs, " must not be negative.");
  }
  weight = empty({outputs, inputs}, {.requires_grad = true});
  if (has_bias) bias = empty({outputs}, {.requires_grad = true});
  init::default_(weight, bias);
}

Tensor Linear::forward(const Tensor& x) const { return tenet::linear(x, weight, bias); }

std::string Linear::extra_repr() const {
  return cat("in_features=", options.in_features, ", out_features=", options.out_features,
             ", bias=", options.bias ? "True" : "False");
}

std::int64_t Linear::multiply_adds(const Shape&, const Shape& y) const {
  return count(y) * options.in_features;
}

}  // namespace tenet::nn
