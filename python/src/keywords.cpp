// Keywords that every op takes, as an overload behind its others, which are asked first and lose no time.
#include "tenet/framework/autograd/grad_mode.h"
#include "tenet/ops/elementwise/pointwise.h"
#include "tenet/python/src/bind.h"

namespace tenet::python {
namespace {

/// What an overload returns that may not match after all: empty for that.
struct Matched {
  py::object result;
};

/// Throws unless y may be written into out.
void check_out(const char* name, const Tensor& y, const py::object& out) {
  if (!is_tensor(out.ptr())) {
    throw py::type_error(cat(name, ": out is a ", Py_TYPE(out.ptr())->tp_name, ". It must be a Tensor."));
  }
  const Tensor& target = unwrap(out);
  if (y.requires_grad() || (target.requires_grad() && grad_enabled())) {
    fail<GradientError>(
        name, ": out= is not recorded, but gradients are asked for. Leave it out, or use no_grad().");
  }
  if (!pointwise::can_hold(target.dtype(), y.dtype())) {
    fail<DTypeError>(name, ": the result is ", y.dtype(), " and cannot be written into out, which is ",
                     target.dtype(), ". Give an out of that type.");
  }
}

/// Into out, which becomes of y's shape.
void write_out(const Tensor& y, const py::object& out) {
  Tensor& target = unwrap(out);
  if (target.shape() == y.shape()) {
    target.copy_(y);
  } else {
    out.attr("data") = wrapped(y.to(target.dtype()));
  }
}

void write_result(const char* name, const py::object& y, const py::object& out) {
  const bool one = is_tensor(y.ptr());
  const py::tuple ys = one ? py::make_tuple(y) : py::tuple(y),
                  outs = one ? py::make_tuple(out) : py::tuple(out);
  if (ys.size() != outs.size()) {
    fail<ValueError>(name, ": out has ", outs.size(), " tensors but there are ", ys.size(), " results.");
  }
  for (std::size_t i = 0; i < ys.size(); ++i) check_out(name, unwrap(ys[i]), outs[i]);
  for (std::size_t i = 0; i < ys.size(); ++i) write_out(unwrap(ys[i]), outs[i]);
}

/// f(*args, **kwargs) once more in f's own words.
Matched in_own_words(const char* name, const py::object& f, const py::args& args, const py::kwargs& kwargs) {
  py::dict own;
  py::object out = py::none();
  bool common = false;
  for (const auto& [key, value] : kwargs) {
    const auto word = key.cast<std::string>();
    const char* const other = word == "axis" ? "dim" : word == "keepdims" ? "keepdim" : nullptr;
    common |= other != nullptr || word == "out";
    if (word == "out") {
      out = py::reinterpret_borrow<py::object>(value);
    } else {
      own[py::str(other == nullptr ? word : other)] = value;
    }
  }
  if (!common) return {};
  const py::object y = f(*args, **own);
  if (out.is_none()) return {y};
  write_result(name, y, out);
  return {out};
}

}  // namespace
}  // namespace tenet::python

namespace pybind11::detail {

template <> struct type_caster<tenet::python::Matched> {
  static constexpr auto name = const_name("object");
  static handle cast(tenet::python::Matched matched, return_value_policy, handle) {
    return matched.result ? matched.result.release() : handle(PYBIND11_TRY_NEXT_OVERLOAD);
  }
};

}  // namespace pybind11::detail

namespace tenet::python {

void Binder::take_common_keywords() {
  const auto retry_in = [](const std::string& name, py::handle place) {
    return [name, place](const py::args& args, const py::kwargs& kwargs) {
      return in_own_words(name.c_str(), place.attr(name.c_str()), args, kwargs);
    };
  };
  for (const auto& [name, has_dim] : names) {
    module.def(name.c_str(), retry_in(name, module));
    if (has_dim && py::hasattr(TensorClass::self(), name.c_str())) {
      tensor.def(name.c_str(), retry_in(name, TensorClass::self()));
    }
  }
}

}  // namespace tenet::python
