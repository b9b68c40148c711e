// gradcheck and adjoint_check of Python functions.
#include "tenet/python/src/check.h"
#include "tenet/framework/autograd/adjoint_check.h"
#include "tenet/framework/autograd/gradcheck.h"
#include "tenet/python/src/bind.h"

namespace tenet::python {
namespace {

std::vector<Tensor> as_tensors(const py::object& returned) {
  if (is_tensor(returned.ptr())) return {unwrap(returned)};
  if (!py::isinstance<py::tuple>(returned) && !py::isinstance<py::list>(returned)) {
    throw py::type_error(cat("gradcheck: the function returned a ", Py_TYPE(returned.ptr())->tp_name,
                             ". It must return a Tensor, or a tuple of them."));
  }
  return returned.cast<std::vector<Tensor>>();
}

GradcheckReport check(const py::function& f, const std::vector<Tensor>& inputs, int order,
                      std::optional<double> rtol, std::optional<double> atol, std::optional<double> step,
                      std::optional<bool> full, int directions, std::uint64_t seed,
                      const std::vector<std::string>& names) {
  const GradcheckOptions options{.order = order,
                                 .rtol = rtol,
                                 .atol = atol,
                                 .step = step,
                                 .full = full,
                                 .directions = directions,
                                 .seed = seed,
                                 .names = names};
  const auto call = [&f](const std::vector<Tensor>& x) {
    const py::gil_scoped_acquire gil;
    if (PyErr_CheckSignals() != 0) throw py::error_already_set();
    py::tuple args(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) args[i] = wrapped(x[i]);
    return as_tensors(f(*args));
  };
  const WithoutGil released;
  return detail::gradcheck(call, inputs, options);
}

std::function<Tensor(const Tensor&)> map_of(const py::function& f) {
  return [&f](const Tensor& x) {
    const py::object y = f(wrapped(x));
    if (!is_tensor(y.ptr())) throw py::type_error("adjoint_check: the function must return a Tensor.");
    return unwrap(y);
  };
}

}  // namespace

void add_checks(py::module_& module) {
  py::class_<GradcheckEntry>(module, "GradcheckEntry", "One compared number.")
      .def_readonly("order", &GradcheckEntry::order)
      .def_readonly("input", &GradcheckEntry::input)
      .def_readonly("index", &GradcheckEntry::index)
      .def_readonly("output", &GradcheckEntry::output)
      .def_readonly("analytic", &GradcheckEntry::analytic)
      .def_readonly("numeric", &GradcheckEntry::numeric)
      .def_readonly("error", &GradcheckEntry::error)
      .def_property_readonly("verdict", [](const GradcheckEntry& e) { return name(e.verdict); });
  py::class_<GradcheckReport>(
      module, "GradcheckReport",
      "What a gradient check found: true if every gradient agrees, and a text that says why not.")
      .def_property_readonly(
          "verdict", [](const GradcheckReport& r) { return name(r.verdict); },
          "pass, fail, inconclusive or kink.")
      .def_readonly("worst", &GradcheckReport::worst, "What did not pass, failures first.")
      .def_readonly("compared", &GradcheckReport::compared, "How many numbers were compared.")
      .def_readonly("exact_steps", &GradcheckReport::exact_steps)
      .def_readonly("note", &GradcheckReport::note)
      .def("__bool__", [](const GradcheckReport& r) { return static_cast<bool>(r); })
      .def("__repr__", [](const GradcheckReport& r) { return str(r); });
  py::class_<AdjointReport>(module, "AdjointReport",
                            "What an adjoint check found: true if the maps are adjoints.")
      .def_readonly("exact", &AdjointReport::exact)
      .def_readonly("forward", &AdjointReport::forward, "<A x, y>")
      .def_readonly("backward", &AdjointReport::backward, "<x, A^T y>")
      .def_readonly("allowed", &AdjointReport::allowed)
      .def("__bool__", [](const AdjointReport& r) { return r.pass; })
      .def("__repr__", [](const AdjointReport& r) { return str(r); });

  module.def("gradcheck", &check, arg("function"), arg("inputs"), py::kw_only(), arg("order") = 1,
             arg("rtol") = none, arg("atol") = none, arg("step") = none, arg("full") = none,
             arg("directions") = 16, arg("seed") = 0, arg("names") = std::vector<std::string>{});
  module.def(
      "adjoint_check",
      [](const py::function& forward, const py::function& backward, const Tensor& x, const Tensor& y) {
        return adjoint_check(map_of(forward), map_of(backward), x, y);
      },
      arg("forward"), arg("backward"), arg("x"), arg("y"),
      "Whether `backward` is the adjoint of the linear map `forward`: <forward(x), y> == <x, backward(y)>; "
      "exact for "
      "integers. Raises ShapeError if forward(x) has not y's shape or backward(y) not x's.");
}

}  // namespace tenet::python
