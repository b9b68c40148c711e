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

constexpr const char* kMomentum = "momentum_buffer";  // PyTorch's key

/// What one parameter brings to a step of SGD.
struct SgdPart {
  Tensor x, dx, b = {};
  py::object state = {};
  bool first = false;  // b is new
};

/// The part of a parameter that has a gradient; of one that has none dx is undefined.
SgdPart sgd_part(py::handle parameter, const py::object& states, bool with_momentum) {
  Tensor x = parameter.cast<Tensor>();
  SgdPart part{x, x.grad()};
  if (!part.dx.defined()) return part;
  if (with_momentum) {
    part.state = states[parameter];
    if (PyDict_Check(part.state.ptr()) == 0) {
      throw py::type_error(cat("SGD: the state of a parameter is a ", Py_TYPE(part.state.ptr())->tp_name,
                               ". It must be a dict, as load_state_dict() and step() make it."));
    }
    PyObject* const known = PyDict_GetItemString(part.state.ptr(), kMomentum);
    part.first = known == nullptr || known == Py_None;
    part.b = part.first ? zeros_like(x) : py::handle(known).cast<Tensor>();
  }
  update::check("SGD", x, part.dx, {&part.b});
  return part;
}

/// `states` are the optimiser's: a dict for each parameter, where the momentum is kept.
void sgd_step(const py::list& parameters, const py::object& states, double lr, double momentum,
              double dampening, double weight_decay, bool nesterov, bool maximize) {
  const NoGradGuard unrecorded;
  std::vector<SgdPart> parts;
  double work = 0;
  for (const py::handle parameter : parameters) {
    SgdPart part = sgd_part(parameter, states, momentum != 0);
    if (!part.dx.defined()) continue;
    work += size_of(part.x);
    parts.push_back(std::move(part));
  }
  unlocked(work, [&] {
    for (SgdPart& part : parts) {
      update::run(update::Sgd{lr, momentum, dampening, weight_decay, nesterov, maximize, part.first}, part.x,
                  part.dx, part.b);
    }
  });
  for (SgdPart& part : parts) {
    if (part.first) part.state[kMomentum] = wrapped(part.b);
  }
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
