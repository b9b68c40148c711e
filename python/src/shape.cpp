#include "tenet/ops/shape/shape.h"

#include <functional>

#include "tenet/framework/core/strides.h"
#include "tenet/ops/reduce/sum_to.h"
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

/// Without those of these dimensions that have extent 1.
Tensor squeeze(const Tensor& x, const std::optional<Dims>& dims) {
  if (!dims) return x.squeeze();
  if (dims->size() == 1) return x.squeeze((*dims)[0]);
  const std::uint32_t named = dims->empty() ? 0 : dims_mask(*dims, x.dim(), "squeeze");
  Shape target;
  for (int d = 0; d < x.dim(); ++d) {
    if (x.size(d) != 1 || (named >> d & 1) == 0) target.push_back(x.size(d));
  }
  return target == x.shape() ? x : x.view(target);
}

/// The offset counts from the beginning of the memory, as PyTorch's does; none is the tensor's own.
Tensor as_strided(const Tensor& x, const Dims& size, const Dims& stride, std::optional<std::int64_t> offset) {
  return x.as_strided(size, stride, offset ? *offset - storage_offset(x) : 0);
}

/// The same bits as numbers of another type. What is written counts as written to the tensor.
Tensor view_as_type(const Tensor& x, DType dtype) {
  if (dtype == x.dtype()) return x.view(x.shape());
  if (item_size(dtype) != item_size(x.dtype())) {
    fail<DTypeError>("view: elements of ", x.dtype(), " have ", item_size(x.dtype()), " bytes and those of ",
                     dtype, " ", item_size(dtype),
                     ". Use a type of the same size, or x.to(dtype), which converts the values.");
  }
  if (dtype == boolean) {
    fail<DTypeError>("view: bytes other than 0 and 1 are no bools. Use x != 0, which converts the values.");
  }
  Tensor bits = x.detach();
  bits.impl()->dtype = dtype;
  return bits;
}

}  // namespace

void bind_shape(Binder& bind) {
  def_sizes(bind, "reshape", "shape", &Tensor::reshape,
            "The elements in another shape, a view where one can do it; one extent may be -1.");
  def_sizes(bind, "permute", "dims", &Tensor::permute, "A view with the dimensions in another order.");
  def_sizes(bind, "expand", "size", &Tensor::expand,
            "A view in which extents of 1 repeat; -1 keeps an extent.");
  TensorClass& tensor = bind.tensor;
  tensor.def(  // after broadcast_to(size), which stands with the reductions
      "broadcast_to",
      [](const Tensor& x, const py::args& size) { return broadcast_to(x, dims_of(size, "broadcast_to")); });
  tensor.def(
      "view",
      [](const Tensor& x, const py::args& size) {
        PyObject* first = size.size() == 1 ? size[0].ptr() : nullptr;
        if (first != nullptr && PyLong_Check(first) == 0 && PySequence_Check(first) == 0) {
          if (const std::optional<DType> dtype = as_dtype(first)) return view_as_type(x, *dtype);
        }
        return x.view(dims_of(size, "view"));
      },
      "The elements in another shape, always a view; one extent may be -1. Raises ShapeError where none can "
      "do it. With a type of the same size, view(dtype): the bits read as that type.");
  tensor.def("view", &Tensor::view, py::kw_only(), arg("size"));
  tensor.def("view", &view_as_type, arg("dtype"));
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
  bind.both("swapaxes", &Tensor::transpose, arg("axis0"), arg("axis1"), "transpose() by NumPy's name.");
  bind.both("squeeze", &squeeze, arg("dim") = none,
            "A view without dimensions of extent 1, or without those of them that dim names.");
  bind.both("unsqueeze", &Tensor::unsqueeze, arg("dim"), "A view with a dimension of extent 1 more.");
  bind.both("flatten", &Tensor::flatten, arg("start_dim") = 0, arg("end_dim") = -1,
            "The dimensions from start_dim to end_dim as one.");
  bind.both("select", &Tensor::select, arg("dim"), arg("index"), "A view of one position along dim.");
  bind.both("narrow", &Tensor::narrow, arg("dim"), arg("start"), arg("length"),
            "A view of `length` positions along dim.");
  bind.both(
      "as_strided", &as_strided, arg("size"), arg("stride"), arg("storage_offset") = none,
      "Any geometry over this tensor's memory; the offset counts elements from the memory's first, and is "
      "the tensor's own if left out.");
  bind.both("unbind", &unbind, arg("dim") = 0, "Views of all positions along dim, a tuple.");

  const auto join = static_cast<Tensor (*)(const std::vector<Tensor>&, std::int64_t)>(&cat);
  bind.module.def("cat", join, arg("tensors"), arg("dim") = 0, "Joins tensors along a dimension.");
  bind.module.attr("concat") = bind.module.attr("cat");
  bind.module.def("stack", &stack, arg("tensors"), arg("dim") = 0,
                  "Joins tensors of one shape along a new dimension.");
  bind.names["cat"] = bind.names["stack"] = true;
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
