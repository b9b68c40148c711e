// The optimisers, as tenet.optim uses them: settings and parameters come with every step, as both may have changed.
#include "tenet/python/src/bind.h"
#include "tenet/train/optim/adam.h"
#include "tenet/train/optim/sgd.h"

namespace tenet::python {
namespace {

using Parameters = std::vector<Tensor>;

/// x.data = y makes a parameter another tensor.
void follow(optim::Optimizer& optimizer, Parameters parameters) {
  const Parameters& known = optimizer.parameters();
  const bool same = std::equal(known.begin(), known.end(), parameters.begin(), parameters.end(),
                               [](const Tensor& a, const Tensor& b) { return a.impl() == b.impl(); });
  if (!same) optimizer.set_parameters(std::move(parameters));
}

template <class T> void step(T& optimizer, Parameters parameters, decltype(T::options) options) {
  follow(optimizer, std::move(parameters));
  optimizer.options = options;
  double work = 0;
  for (const Tensor& x : optimizer.parameters()) work += size_of(x);
  unlocked(work, [&] { optimizer.step(); });
}

template <class T> void def_state(py::class_<T>& type) {
  type.def("state_dict", [](const T& optimizer) { return optimizer.state_dict(); });
  type.def("load_state_dict", [](T& optimizer, const StateDict& state) { optimizer.load_state_dict(state); });
}

optim::SGDOptions sgd(double lr, double momentum, double dampening, double weight_decay, bool nesterov) {
  return {lr, momentum, dampening, weight_decay, nesterov};
}

optim::AdamOptions adam(double lr, std::array<double, 2> betas, double eps, double weight_decay,
                        bool amsgrad) {
  return {lr, betas, eps, weight_decay, amsgrad};
}

}  // namespace

void add_optimizers(py::module_& module) {
  py::class_<optim::SGD> sgd_type(module, "SGD");
  sgd_type.def(
      py::init([](Parameters x, double lr, double momentum, double dampening, double decay, bool nesterov) {
        return std::make_unique<optim::SGD>(std::move(x), sgd(lr, momentum, dampening, decay, nesterov));
      }));
  sgd_type.def(
      "step", [](optim::SGD& self, Parameters x, double lr, double momentum, double dampening, double decay,
                 bool nesterov) { step(self, std::move(x), sgd(lr, momentum, dampening, decay, nesterov)); });
  def_state(sgd_type);

  py::class_<optim::Adam> adam_type(module, "Adam");
  adam_type.def(py::init(
      [](Parameters x, double lr, std::array<double, 2> betas, double eps, double decay, bool amsgrad) {
        return std::make_unique<optim::Adam>(std::move(x), adam(lr, betas, eps, decay, amsgrad));
      }));
  adam_type.def("step", [](optim::Adam& self, Parameters x, double lr, std::array<double, 2> betas,
                           double eps, double decay,
                           bool amsgrad) { step(self, std::move(x), adam(lr, betas, eps, decay, amsgrad)); });
  def_state(adam_type);
}

}  // namespace tenet::python
