#include "tenet/ops/shape/shape.h"

#include <functional>

#include "tenet/ops/shape/flip.h"
#include "tenet/python/src/bind.h"

namespace tenet::python {
namespace {

/// x.f(2, 3) and x.f((2, 3)).
template <class F> void def_sizes(Binder& bind, const char* name, const char* sizes, F f, const char* doc) {
  bind.tensor.def(
      name, [=](const Tensor& x, const py::args& given) { return std::invoke(f, x, dims_of(given, name)); },
      doc);
  bind.tensor.def(name, f, arg(sizes));
  bind.module.def(name, f, arg("input"), arg(sizes), doc);
}

py::tuple unbind(const Tensor& x, std::int64_t dim) {
  py::tuple parts(static_cast<std::size_t>(x.size(dim)));
  for (std::size_t i = 0; i < parts.size(); ++i)
    parts[i] = wrapped(x.select(dim, static_cast<std::int64_t>(i)));
  return parts;
}

}  // namespace

void bind_shape(Binder& bind) {
  def_sizes(bind, "reshape", "shape", &Tensor::reshape,
            "The elements in another shape, a view where one can do it; one extent may be -1.");
  def_sizes(bind, "permute", "dims", &Tensor::permute, "A view with the dimensions in another order.");
  def_sizes(bind, "expand", "size", &Tensor::expand,
            "A view in which extents of 1 repeat; -1 keeps an extent.");
  TensorClass& tensor = bind.tensor;
  tensor.def(
      "view", [](const Tensor& x, const py::args& size) { return x.view(dims_of(size, "view")); },
      "The elements in another shape, always a view; one extent may be -1. Raises ShapeError where none can "
      "do it.");
  tensor.def(
      "view_as", [](const Tensor& x, const Tensor& other) { return x.view(other.shape()); }, arg("other"));
  tensor.def(
      "reshape_as", [](const Tensor& x, const Tensor& other) { return x.reshape(other.shape()); },
      arg("other"));
  tensor.def(
      "expand_as", [](const Tensor& x, const Tensor& other) { return x.expand(other.shape()); },
      arg("other"));
  bind.both("transpose", &Tensor::transpose, arg("dim0"), arg("dim1"),
            "A view with two dimensions exchanged.");
  bind.both("t", &Tensor::t, "A matrix with rows and columns exchanged.");
  bind.both(
      "squeeze",
      [](const Tensor& x, std::optional<std::int64_t> dim) { return dim ? x.squeeze(*dim) : x.squeeze(); },
      arg("dim") = none, "A view without dimensions of extent 1, or without one of them.");
  bind.both("unsqueeze", &Tensor::unsqueeze, arg("dim"), "A view with a dimension of extent 1 more.");
  bind.both("flatten", &Tensor::flatten, arg("start_dim") = 0, arg("end_dim") = -1,
            "The dimensions from start_dim to end_dim as one.");
  bind.both("select", &Tensor::select, arg("dim"), arg("index"), "A view of one position along dim.");
  bind.both("narrow", &Tensor::narrow, arg("dim"), arg("start"), arg("length"),
            "A view of `length` positions along dim.");
  bind.both("as_strided", &Tensor::as_strided, arg("size"), arg("stride"), arg("storage_offset") = 0,
            "Any geometry over this tensor's memory; the offset counts elements from its first.");
  bind.both("unbind", &unbind, arg("dim") = 0, "Views of all positions along dim, a tuple.");

  bind.module.def("cat", static_cast<Tensor (*)(const std::vector<Tensor>&, std::int64_t)>(&cat),
                  arg("tensors"), arg("dim") = 0, "Joins tensors along a dimension.");
  bind.module.attr("concat") = bind.module.attr("cat");
  bind.module.def("stack", &stack, arg("tensors"), arg("dim") = 0,
                  "Joins tensors of one shape along a new dimension.");
  def_sizes(bind, "flip", "dims", &flip,
            "A copy with the order of the elements reversed along each of dims.");
  bind.functional.def(
      "pad",
      [](const Tensor& x, const Dims& widths, const std::string& mode, std::optional<Scalar> value) {
        if (mode == "constant") return pad(x, widths, value.value_or(0));
        if (value && value->as<double>() != 0) {
          fail<ValueError>("pad: value is for mode=\"constant\", but mode is \"", mode,
                           "\". Leave one of them out.");
        }
        for (const PadMode known : {PadMode::reflect, PadMode::replicate, PadMode::circular}) {
          if (mode == name(known)) return pad(x, widths, known);
        }
        fail<ValueError>("pad: mode is \"", mode,
                         "\" but must be \"constant\", \"reflect\", \"replicate\" or \"circular\".");
      },
      arg("input"), arg("pad"), arg("mode") = "constant", arg("value") = none,
      "Adds `value` before and after trailing dimensions: (left, right) pads the last, (left, right, top, "
      "bottom) the "
      "last two. Negative widths crop. Modes reflect, replicate and circular put the tensor's own elements "
      "there.");
}

}  // namespace tenet::python
