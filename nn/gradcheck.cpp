#include "tenet/nn/gradcheck.h"

namespace tenet {

GradcheckReport gradcheck_module(const nn::Module& module, const std::vector<Tensor>& inputs,
                                 const GradcheckOptions& options) {
  const std::unique_ptr<nn::Module> net = module.copy();
  nn::detail::separate(*net);
  net->to(float64);
  const std::vector<nn::detail::Slot> slots = nn::detail::slots_of(*net);
  const auto parameters = net->named_parameters();

  GradcheckOptions named = options;
  std::vector<Tensor> all;
  for (const Tensor& x : inputs) {
    all.push_back(is_floating(x.dtype()) ? x.to(float64) : x);
    if (named.names.size() < all.size()) named.names.push_back(cat("input ", all.size() - 1));
  }
  named.names.resize(inputs.size());
  std::vector<std::vector<Tensor*>> places;  // of each parameter: more than one where it is shared
  for (const auto& [name, parameter] : parameters) {
    places.emplace_back();
    for (const auto& slot : slots) {
      if (slot.tensor->impl() == parameter.impl()) places.back().push_back(slot.tensor);
    }
    named.names.push_back(name);
    all.push_back(parameter);
  }
  const auto run = [&](const std::vector<Tensor>& values) {
    for (std::size_t i = 0; i < places.size(); ++i) {
      for (Tensor* place : places[i]) *place = values[inputs.size() + i];
    }
    return net->call(std::span(values).first(inputs.size()));
  };
  return gradcheck(run, all, named);
}

}  // namespace tenet
