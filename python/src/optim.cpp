// The steps of the optimisers, as tenet.optim uses them: parameters, gradients, settings and what was gathered come with
// every step, since a program may have changed any of them.
#include "tenet/framework/autograd/grad_mode.h"
#include "tenet/ops/create/create.h"
#include "tenet/ops/update/update.h"
#include "tenet/python/src/bind.h"
#include "tenet/train/optim/adam.h"
#include "tenet/train/optim/sgd.h"

namespace tenet::python {
namespace {

using Tensors = std::vector<Tensor>;
using MaybeTensors = std::vector<std::optional<Tensor>>;

optim::SGDOptions sgd_options(double lr, double momentum, double dampening, double weight_decay,
                              bool nesterov, bool maximize) {
  return {lr, momentum, dampening, weight_decay, nesterov, maximize};
}

optim::AdamOptions adam_options(double lr, std::array<double, 2> betas, double eps, double weight_decay,
                                bool amsgrad, bool maximize, bool decoupled) {
  return {lr, betas, eps, weight_decay, amsgrad, maximize, decoupled};
}

/// The parameters that have a gradient, and their gradients.
py::tuple with_gradients(const py::list& parameters) {
  py::list some, gradients;
  for (const py::handle parameter : parameters) {
    const Tensor gradient = parameter.cast<Tensor>().grad();
    if (!gradient.defined()) continue;
    some.append(parameter);
    gradients.append(wrapped(gradient));
  }
  return py::make_tuple(std::move(some), std::move(gradients));
}

double work_of(const Tensors& parameters) {
  double work = 0;
  for (const Tensor& x : parameters) work += size_of(x);
  return work;
}

using NewBuffers = std::vector<std::pair<std::size_t, Tensor>>;

/// Returns the buffers that were None, with their places. Without momentum there are none.
NewBuffers sgd_step(Tensors x, const Tensors& dx, const MaybeTensors& b, double lr, double momentum,
                    double dampening, double weight_decay, bool nesterov, bool maximize) {
  const NoGradGuard unrecorded;
  Tensors buffers(x.size());
  NewBuffers made;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (momentum != 0) buffers[i] = b.at(i) ? *b[i] : made.emplace_back(i, zeros_like(x[i])).second;
    update::check("SGD", x[i], dx.at(i), {&buffers[i]});
  }
  unlocked(work_of(x), [&] {
    for (std::size_t i = 0; i < x.size(); ++i) {
      const bool first = momentum != 0 && !b[i];
      update::run(update::Sgd{lr, momentum, dampening, weight_decay, nesterov, maximize, first}, x[i], dx[i],
                  buffers[i]);
    }
  });
  return made;
}

void adam_step(Tensors x, const Tensors& dx, const Tensors& m, const Tensors& v, const MaybeTensors& largest,
               const std::vector<double>& t, double lr, std::array<double, 2> betas, double eps,
               double weight_decay, bool amsgrad, bool maximize, bool decoupled) {
  const NoGradGuard unrecorded;
  const auto options = adam_options(lr, betas, eps, weight_decay, amsgrad, maximize, decoupled);
  Tensors tops;
  for (std::size_t i = 0; i < x.size(); ++i) {
    tops.push_back(largest.at(i).value_or(Tensor()));
    update::check("Adam", x[i], dx.at(i), {&m.at(i), &v.at(i), &tops[i]});
  }
  unlocked(work_of(x), [&] {
    for (std::size_t i = 0; i < x.size(); ++i) {
      update::run(optim::Adam::update_at(options, t.at(i)), x[i], dx[i], m[i], v[i], tops[i]);
    }
  });
}

}  // namespace

void add_optimizers(py::module_& module) {
  // Made for the checks of their constructors.
  module.def("check_sgd", [](Tensors x, double lr, double momentum, double dampening, double decay,
                             bool nesterov, bool maximize) {
    const optim::SGD checked(std::move(x), sgd_options(lr, momentum, dampening, decay, nesterov, maximize));
  });
  module.def("check_adam", [](Tensors x, double lr, std::array<double, 2> betas, double eps, double decay,
                              bool amsgrad, bool maximize, bool decoupled) {
    const optim::Adam checked(std::move(x),
                              adam_options(lr, betas, eps, decay, amsgrad, maximize, decoupled));
  });
  module.def("with_gradients", &with_gradients);
  module.def("sgd_step", &sgd_step);
  module.def("adam_step", &adam_step);
}

}  // namespace tenet::python
