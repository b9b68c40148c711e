// tenet.tensor, zeros, arange, from_numpy, ...
#include "tenet/ops/create/create.h"

#include "tenet/python/src/bind.h"
#include "tenet/python/src/convert.h"

namespace tenet::python {
namespace {

using MaybeType = std::optional<DType>;
using MaybeDevice = std::optional<Device>;

/// f(2, 3), f((2, 3)) and f(size=(2, 3)), with the options of a factory.
void def_sized(py::module_& module, const char* name, Tensor (*f)(const Shape&, TensorOptions),
               const char* doc) {
  module.def(
      name,
      [=](const py::args& size, MaybeType dtype, MaybeDevice device, bool requires_grad) {
        return f(dims_of(size, name), options(dtype, device, requires_grad));
      },
      arg("dtype") = none, arg("device") = none, arg("requires_grad") = false, doc);
  module.def(
      name,
      [=](const Dims& size, MaybeType dtype, MaybeDevice device, bool requires_grad) {
        return f(size, options(dtype, device, requires_grad));
      },
      py::kw_only(), arg("size"), arg("dtype") = none, arg("device") = none, arg("requires_grad") = false);
}

/// f_like(x): of x's shape, and its type unless one is named.
template <class F> void def_like(py::module_& module, const char* name, F f, const char* doc) {
  module.def(
      name,
      [f](const Tensor& x, MaybeType dtype, MaybeDevice device, bool requires_grad) {
        return f(x.shape(), options(dtype.value_or(x.dtype()), device.value_or(x.device()), requires_grad));
      },
      arg("input"), py::kw_only(), arg("dtype") = none, arg("device") = none, arg("requires_grad") = false,
      doc);
}

/// x.new_f(size): of x's type.
template <class F> void def_new(TensorClass& tensor, const char* name, F f, const char* doc) {
  tensor.def(
      name,
      [=](const Tensor& x, const py::args& size, MaybeType dtype, MaybeDevice device, bool requires_grad) {
        return f(dims_of(size, name),
                 options(dtype.value_or(x.dtype()), device.value_or(x.device()), requires_grad));
      },
      arg("dtype") = none, arg("device") = none, arg("requires_grad") = false, doc);
}

Tensor from_numpy(const py::object& array) {
  if (!is_array(array.ptr())) {
    throw py::type_error(cat("from_numpy: needs an array of NumPy but got a ", Py_TYPE(array.ptr())->tp_name,
                             ". For lists and numbers use tenet.tensor."));
  }
  const char* why = nullptr;
  Tensor x = tensor_from_buffer(array, true, &why);
  if (why != nullptr) warn(cat("from_numpy: the elements were copied, because ", why, "."));
  return x;
}

/// The tensor itself, or one that shares an array's memory, where type and place allow it.
Tensor as_tensor(const py::object& data, MaybeType dtype, MaybeDevice device) {
  Tensor x = is_tensor(data.ptr())  ? unwrap(data)
             : is_array(data.ptr()) ? tensor_from_buffer(data, true)
                                    : tensor_from(data, {.dtype = dtype});
  if (device) x = x.to(*device);
  return dtype ? x.to(*dtype) : x;
}

}  // namespace

void bind_create(Binder& bind) {
  py::module_& m = bind.module;
  m.def(
      "tensor",
      [](const py::object& data, MaybeType dtype, MaybeDevice device, bool requires_grad) {
        if (!device && is_tensor(data.ptr())) device = unwrap(data).device();
        return tensor_from(data, options(dtype, device, requires_grad));
      },
      arg("data"), py::kw_only(), arg("dtype") = none, arg("device") = none, arg("requires_grad") = false,
      "A new tensor with the values of a number, of nested lists, of an array or of a tensor. Lists of "
      "floats become "
      "float32, of ints int64, of bools bool; arrays keep their type. Raises ShapeError if rows differ in "
      "length.");
  m.def("as_tensor", &as_tensor, arg("data"), arg("dtype") = none, arg("device") = none,
        "As tensor(), but shares the memory of a tensor or an array where type and layout allow it.");
  m.attr("asarray") = m.attr("as_tensor");
  m.def("from_numpy", &from_numpy, arg("ndarray"),
        "A tensor over the array's memory, which it keeps alive. Copied, with a warning that says why, if "
        "the array is "
        "read-only, has a negative stride or is not aligned.");

  def_sized(m, "empty", &empty, "A tensor of this size, its elements not initialised.");
  def_sized(m, "zeros", &zeros, "A tensor of this size, full of 0.");
  def_sized(m, "ones", &ones, "A tensor of this size, full of 1.");
  m.def(
      "full",
      [](const Dims& size, Scalar value, MaybeType dtype, MaybeDevice device, bool requires_grad) {
        return full(size, value, options(dtype, device, requires_grad));
      },
      arg("size"), arg("fill_value"), py::kw_only(), arg("dtype") = none, arg("device") = none,
      arg("requires_grad") = false,
      "Every element fill_value; the type is the value's kind: float32, int64 or bool.");
  def_like(m, "empty_like", &empty, "A tensor of x's shape, type and device, not initialised.");
  def_like(m, "zeros_like", &zeros, "Zeros of x's shape, type and device.");
  def_like(m, "ones_like", &ones, "Ones of x's shape, type and device.");
  m.def(
      "full_like",
      [](const Tensor& x, Scalar value, MaybeType dtype, MaybeDevice device, bool requires_grad) {
        return full(x.shape(), value,
                    options(dtype.value_or(x.dtype()), device.value_or(x.device()), requires_grad));
      },
      arg("input"), arg("fill_value"), py::kw_only(), arg("dtype") = none, arg("device") = none,
      arg("requires_grad") = false, "fill_value everywhere, in x's shape, type and device.");
  def_new(bind.tensor, "new_empty", &empty, "A tensor of x's type, not initialised.");
  def_new(bind.tensor, "new_zeros", &zeros, "Zeros of x's type.");
  def_new(bind.tensor, "new_ones", &ones, "Ones of x's type.");
  bind.tensor.def(
      "new_full",
      [](const Tensor& x, const Dims& size, Scalar value, MaybeType dtype) {
        return full(size, value, {.dtype = dtype.value_or(x.dtype()), .device = x.device()});
      },
      arg("size"), arg("fill_value"), py::kw_only(), arg("dtype") = none,
      "fill_value everywhere, of x's type.");
  bind.tensor.def(
      "new_tensor",
      [](const Tensor& x, const py::object& data, MaybeType dtype) {
        return tensor_from(data, {.dtype = dtype.value_or(x.dtype()), .device = x.device()});
      },
      arg("data"), py::kw_only(), arg("dtype") = none, "tenet.tensor(data) of x's type and device.");

  const char* const range = "start, start + step, ... before end: int64 if all three are ints, else float32.";
  m.def(
      "arange",
      [](Scalar end, MaybeType dtype, MaybeDevice device, bool requires_grad) {
        return arange(end, options(dtype, device, requires_grad));
      },
      arg("end"), py::kw_only(), arg("dtype") = none, arg("device") = none, arg("requires_grad") = false,
      range);
  m.def(
      "arange",
      [](Scalar start, Scalar end, Scalar step, MaybeType dtype, MaybeDevice device, bool requires_grad) {
        return arange(start, end, step, options(dtype, device, requires_grad));
      },
      arg("start"), arg("end"), arg("step") = 1, py::kw_only(), arg("dtype") = none, arg("device") = none,
      arg("requires_grad") = false, range);
  m.def(
      "linspace",
      [](double start, double end, std::int64_t steps, MaybeType dtype, MaybeDevice device,
         bool requires_grad) { return linspace(start, end, steps, options(dtype, device, requires_grad)); },
      arg("start"), arg("end"), arg("steps"), py::kw_only(), arg("dtype") = none, arg("device") = none,
      arg("requires_grad") = false, "`steps` evenly spaced numbers from start to end, both included.");
  m.def(
      "eye",
      [](std::int64_t n, std::optional<std::int64_t> columns, MaybeType dtype, MaybeDevice device,
         bool requires_grad) { return eye(n, columns.value_or(n), options(dtype, device, requires_grad)); },
      arg("n"), arg("m") = none, py::kw_only(), arg("dtype") = none, arg("device") = none,
      arg("requires_grad") = false, "Ones on the diagonal of an n by m matrix, m = n if left out.");
}

}  // namespace tenet::python
