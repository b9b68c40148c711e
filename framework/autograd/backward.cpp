#include "tenet/framework/autograd/backward.h"

#include "tenet/framework/autograd/pass.h"

namespace tenet {

void Tensor::backward(BackwardOptions options) const { backward(Tensor(), options); }

void Tensor::backward(const Tensor& dy, BackwardOptions options) const {
  without_bad_alloc("backward", [&] {
    Pass pass({*this}, {.retain_graph = options.retain_graph});
    pass.seed(*this, dy);
    pass.run_to_leaves();
  });
}

std::vector<Tensor> grad(const std::vector<Tensor>& outputs, const std::vector<Tensor>& inputs,
                         const std::vector<Tensor>& dys, GradOptions options) {
  if (!dys.empty() && dys.size() != outputs.size()) {
    fail<GradientError>("grad: ", dys.size(), " dys were given for ", outputs.size(),
                        " outputs. Give one per output, or none.");
  }
  if (inputs.empty() || outputs.empty()) {
    return without_bad_alloc("grad", [&] { return std::vector<Tensor>(inputs.size()); });
  }
  std::vector<Tensor> gradients = without_bad_alloc("grad", [&] {
    Pass pass(outputs, {.retain_graph = options.retain_graph.value_or(options.create_graph),
                        .create_graph = options.create_graph});
    pass.want(inputs);
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      pass.seed(outputs[i], dys.empty() ? Tensor() : dys[i]);
    }
    return pass.run_to(inputs);
  });
  for (std::size_t i = 0; i < gradients.size() && !options.allow_unused; ++i) {
    if (gradients[i].defined()) continue;
    fail<GradientError>("grad: the outputs do not depend on input ", i, " of shape ", inputs[i].shape(),
                        ". Pass {.allow_unused = true} to get an undefined tensor for it.");
  }
  return gradients;
}

std::vector<Tensor> grad(const std::vector<Tensor>& outputs, const std::vector<Tensor>& inputs,
                         GradOptions options) {
  return grad(outputs, inputs, {}, options);
}

std::vector<Tensor> grad(const Tensor& y, const std::vector<Tensor>& inputs, GradOptions options) {
  return without_bad_alloc("grad", [&] { return grad(std::vector{y}, inputs, {}, options); });
}

Tensor grad(const Tensor& y, const Tensor& x, GradOptions options) {
  return without_bad_alloc("grad", [&] { return grad(std::vector{y}, std::vector{x}, {}, options)[0]; });
}

Tensor grad(const Tensor& y, const Tensor& x, const Tensor& dy, GradOptions options) {
  return without_bad_alloc("grad",
                           [&] { return grad(std::vector{y}, std::vector{x}, std::vector{dy}, options)[0]; });
}

}  // namespace tenet
