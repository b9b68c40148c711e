#include "tenet/train/optim/adam.h"

#include <cmath>

#include "tenet/ops/create/create.h"
#include "tenet/ops/elementwise/binary.h"

namespace tenet::optim {

Adam::Adam(std::vector<Tensor> parameters, const AdamOptions& options_)
    : Optimizer("Adam", std::move(parameters)), options(options_) {
  require(options.lr >= 0, "lr", options.lr, "0 or more");
  require(options.eps >= 0, "eps", options.eps, "0 or more");
  require(options.weight_decay >= 0, "weight_decay", options.weight_decay, "0 or more");
  require(options.betas[0] >= 0 && options.betas[0] < 1, "betas[0]", options.betas[0], "in [0, 1)");
  require(options.betas[1] >= 0 && options.betas[1] < 1, "betas[1]", options.betas[1], "in [0, 1)");
}

std::vector<Optimizer::Setting> Adam::settings() {
  return {{"lr", &options.lr},
          {"betas.0", &options.betas[0]},
          {"betas.1", &options.betas[1]},
          {"eps", &options.eps},
          {"weight_decay", &options.weight_decay}};
}

void Adam::update(Tensor& x, const Tensor& dx, std::vector<Tensor>& state) {
  const auto [beta1, beta2] = options.betas;
  Tensor &step = state[0], &m = state[1], &v = state[2], &largest = state[3];
  if (!step.defined()) {
    step = zeros({}, {.dtype = int64});
    m = zeros_like(x);
    v = zeros_like(x);
  }
  const Tensor g = options.weight_decay == 0 ? dx : dx + x * options.weight_decay;
  step.add_(1);
  m.add_((g - m) * (1 - beta1));
  v.mul_(beta2).add_(g * g * (1 - beta2));
  if (options.amsgrad) largest = largest.defined() ? maximum(largest, v) : v.clone();

  const double t = step.item<double>();
  const double lr = options.lr / (1 - std::pow(beta1, t));
  Tensor denominator = (options.amsgrad ? largest : v).sqrt();
  denominator.div_(std::sqrt(1 - std::pow(beta2, t))).add_(options.eps);
  x.sub_((m / denominator).mul_(lr));
}

}  // namespace tenet::optim
