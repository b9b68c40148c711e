#include "tenet/train/optim/sgd.h"

#include "tenet/ops/create/create.h"
#include "tenet/ops/update/update.h"

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

void SGD::prepare(const Tensor& x, std::vector<Tensor>& state) {
  if (options.momentum != 0 && !state[0].defined()) state[0] = zeros_like(x);
}

void SGD::update(Tensor& x, const Tensor& dx, std::vector<Tensor>& state, bool first) {
  const auto [lr, momentum, dampening, weight_decay, nesterov, maximize] = options;
  update::run(update::Sgd{lr, momentum, dampening, weight_decay, nesterov, maximize, first}, x, dx,
              momentum != 0 ? state[0] : Tensor());
}

}  // namespace tenet::optim
