#include "tenet/train/optim/sgd.h"

namespace tenet::optim {

SGD::SGD(std::vector<Tensor> parameters, const SGDOptions& options_)
    : Optimizer("SGD", std::move(parameters)), options(options_) {
  require(options.lr >= 0, "lr", options.lr, "0 or more");
  require(options.momentum >= 0, "momentum", options.momentum, "0 or more");
  require(options.weight_decay >= 0, "weight_decay", options.weight_decay, "0 or more");
  if (!options.nesterov) return;
  require(options.momentum > 0, "momentum", options.momentum, "above 0 with nesterov");
  require(options.dampening == 0, "dampening", options.dampening, "0 with nesterov");
}

std::vector<Optimizer::Setting> SGD::settings() {
  return {{"lr", &options.lr},
          {"momentum", &options.momentum},
          {"dampening", &options.dampening},
          {"weight_decay", &options.weight_decay}};
}

void SGD::update(Tensor& x, const Tensor& dx, std::vector<Tensor>& state) {
  const auto [lr, momentum, dampening, weight_decay, nesterov] = options;
  Tensor g = weight_decay == 0 ? dx : dx + x * weight_decay;
  if (momentum != 0) {
    Tensor& b = state[0];
    if (b.defined()) {
      b.mul_(momentum).add_(g * (1 - dampening));
    } else {
      b = g.clone();
    }
    g = nesterov ? g + b * momentum : b;
  }
  x.sub_(g * lr);
}

}  // namespace tenet::optim
