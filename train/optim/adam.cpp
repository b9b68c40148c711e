#include "tenet/train/optim/adam.h"

#include <cmath>

#include "tenet/framework/core/cuda.h"

#include "tenet/ops/create/create.h"
#include "tenet/ops/update/update.h"

namespace tenet::optim {

Adam::Adam(std::vector<Tensor> parameters, const AdamOptions& options_)
    : Adam("Adam", std::move(parameters), options_) {}

Adam::Adam(const char* name, std::vector<Tensor> parameters, const AdamOptions& options_)
    : Optimizer(name, std::move(parameters)), options(options_) {
  require(options.lr >= 0, "lr", options.lr, "0 or more");
  require(options.eps >= 0, "eps", options.eps, "0 or more");
  require(options.weight_decay >= 0, "weight_decay", options.weight_decay, "0 or more");
  require(options.betas[0] >= 0 && options.betas[0] < 1, "betas[0]", options.betas[0], "in [0, 1)");
  require(options.betas[1] >= 0 && options.betas[1] < 1, "betas[1]", options.betas[1], "in [0, 1)");
}

AdamW::AdamW(std::vector<Tensor> parameters, const AdamWOptions& options_)
    : Adam("AdamW", std::move(parameters),
           {.lr = options_.lr,
            .betas = options_.betas,
            .eps = options_.eps,
            .weight_decay = options_.weight_decay,
            .amsgrad = options_.amsgrad,
            .maximize = options_.maximize,
            .decoupled_weight_decay = true}) {}

update::Adam Adam::update_at(const AdamOptions& options, double t) {
  const auto [beta1, beta2] = options.betas;
  const bool decoupled = options.decoupled_weight_decay;
  return {options.lr / (1 - std::pow(beta1, t)),
          beta1,
          beta2,
          options.eps,
          decoupled ? 0 : options.weight_decay,
          std::sqrt(1 - std::pow(beta2, t)),
          decoupled ? 1 - options.lr * options.weight_decay : 1,
          options.maximize};
}

std::vector<Optimizer::Setting> Adam::settings() {
  return {{"lr", &options.lr},
          {"betas.0", &options.betas[0]},
          {"betas.1", &options.betas[1]},
          {"eps", &options.eps},
          {"weight_decay", &options.weight_decay}};
}

void Adam::prepare(const Tensor& x, std::vector<Tensor>& state) {
  Tensor &step = state[0], &m = state[1], &v = state[2], &largest = state[3];
  if (!step.defined()) {
    step = zeros({}, {.dtype = int64});
    m = zeros_like(x);
    v = zeros_like(x);
  }
  if (options.amsgrad && !largest.defined()) largest = zeros_like(x);
}

void Adam::update(Tensor& x, const Tensor& dx, std::vector<Tensor>& state, bool) {
  if (cuda::is_capturing()) {
    fail<DeviceError>(
        "adam: counts its steps on the host, so every replay of a cuda::Graph would be the same step. "
        "Use SGD in the graph, or step outside of it.");
  }
  const auto t = static_cast<double>(++*state[0].data<std::int64_t>());
  update::run(update_at(options, t), x, dx, state[1], state[2], options.amsgrad ? state[3] : Tensor());
}

}  // namespace tenet::optim
