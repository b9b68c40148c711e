// tenet.tensor, zeros, arange, from_numpy, ...
#include "tenet/ops/create/create.h"

#include "tenet/python/src/bind.h"
#include "tenet/python/src/convert.h"

namespace tenet::python {
namespace {

using MaybeType = std::optional<DType>;
using MaybeDevice = std::optional<Device>;

/// f(args..., options), with PyTorch's keywords in the place of the options.
template <class... Args, class F, class... Extra>
void def_factory(py::module_& module, const char* name, F f, const Extra&... extra) {
  module.def(
      name,
      [f](Args... args, MaybeType dtype, Layout, MaybeDevice device, Unpinned, bool requires_grad) {
        return f(std::forward<Args>(args)..., options(dtype, device, requires_grad));
      },
      extra..., arg("dtype") = none, arg("layout") = none, arg("device") = none, arg("pin_memory") = false,
      arg("requires_grad") = false);
}

/// f(2, 3), f((2, 3)) and f(size=(2, 3)), with the options of a factory.
void def_sized(py::module_& module, const char* name, Tensor (*f)(const Shape&, TensorOptions),
               const char* doc) {
  def_factory<const py::args&>(
      module, name, [=](const py::args& size, const TensorOptions& o) { return f(dims_of(size, name), o); },
      doc);
  def_factory<const Dims&>(module, name, f, py::kw_only(), arg("size"));
}

/// f_like(x, args...): of x's shape, and its type and device unless others are named.
template <class... Args, class F, class... Extra>
void def_like(py::module_& module, const char* name, F f, const char* doc, const Extra&... extra) {
  module.def(
      name,
      [f](const Tensor& x, Args... args, MaybeType dtype, Layout, MaybeDevice device, Unpinned,
          bool requires_grad, RowByRow) {
        return f(x.shape(), args...,
                 options(dtype.value_or(x.dtype()), device.value_or(x.device()), requires_grad));
      },
      arg("input"), extra..., py::kw_only(), arg("dtype") = none, arg("layout") = none, arg("device") = none,
      arg("pin_memory") = false, arg("requires_grad") = false, arg("memory_format") = none, doc);
}

/// x.new_f(args...): of x's type and device unless others are named.
template <class... Args, class F, class... Extra>
void def_new(TensorClass& tensor, const char* name, F f, const Extra&... extra) {
  tensor.def(
      name,
      [f](const Tensor& x, Args... args, MaybeType dtype, Layout, MaybeDevice device, Unpinned,
          bool requires_grad) {
        return f(args..., options(dtype.value_or(x.dtype()), device.value_or(x.device()), requires_grad));
      },
      extra..., arg("dtype") = none, arg("layout") = none, arg("device") = none, arg("pin_memory") = false,
      arg("requires_grad") = false);
}

/// The same for x.new_f(2, 3), x.new_f((2, 3)) and x.new_f(size=(2, 3)).
void def_new_sized(TensorClass& tensor, const char* name, Tensor (*f)(const Shape&, TensorOptions),
                   const char* doc) {
  def_new<const py::args&>(
      tensor, name, [=](const py::args& size, const TensorOptions& o) { return f(dims_of(size, name), o); },
      doc);
  def_new<const Dims&>(tensor, name, f, py::kw_only(), arg("size"));
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
py::object as_tensor(const py::object& data, MaybeType dtype, MaybeDevice device) {
  Tensor x = is_tensor(data.ptr())  ? unwrap(data)
             : is_array(data.ptr()) ? tensor_from_buffer(data, true)
                                    : tensor_from(data, {.dtype = dtype});
  if (device) x = x.to(*device);
  return same_or(data, dtype ? x.to(*dtype) : x);
}

/// Whether the tensor lies in the memory of what it was made of.
bool shares_memory(const py::object& data, const Tensor& x) {
  if (is_tensor(data.ptr())) return x.impl()->data == unwrap(data).impl()->data;
  return is_array(data.ptr()) && x.impl()->data == tensor_from_buffer(data, true).impl()->data;
}

/// as_tensor() that must copy or must not; requires_grad None leaves a tensor's.
py::object as_array(const py::object& data, MaybeType dtype, MaybeDevice device, std::optional<bool> copy,
                    std::optional<bool> requires_grad) {
  py::object result = as_tensor(data, dtype, device);
  const bool shared = shares_memory(data, unwrap(result));
  if (copy == false && !shared) {
    fail<ValueError>(
        "asarray: copy=False, but a ", Py_TYPE(data.ptr())->tp_name, " cannot share its memory with a tensor",
        dtype ? cat(" of ", *dtype, ". Leave copy=False or dtype out.") : cat(". Leave copy=False out."));
  }
  if (copy == true && shared) result = wrapped(unwrap(result).clone());
  if (!requires_grad || *requires_grad == unwrap(result).requires_grad()) return result;
  if (!unwrap(result).is_leaf() || !*requires_grad) result = wrapped(unwrap(result).detach());
  unwrap(result).requires_grad_(*requires_grad);
  return result;
}

}  // namespace

void bind_create(Binder& bind) {
  py::module_& m = bind.module;
  m.def(
      "tensor",
      [](const py::object& data, MaybeType dtype, MaybeDevice device, bool requires_grad, Unpinned) {
        if (!device && is_tensor(data.ptr())) device = unwrap(data).device();
        return tensor_from(data, options(dtype, device, requires_grad));
      },
      arg("data"), py::kw_only(), arg("dtype") = none, arg("device") = none, arg("requires_grad") = false,
      arg("pin_memory") = false,
      "A new tensor with the values of a number, of nested lists, of an array or of a tensor. Lists of "
      "floats become "
      "float32, of ints int64, of bools bool; arrays keep their type. Raises ShapeError if rows differ in "
      "length.");
  m.def("as_tensor", &as_tensor, arg("data"), arg("dtype") = none, arg("device") = none,
        "As tensor(), but shares the memory of a tensor or an array where type and layout allow it.");
  m.def("asarray", &as_array, arg("obj"), py::kw_only(), arg("dtype") = none, arg("device") = none,
        arg("copy") = none, arg("requires_grad") = none,
        "As as_tensor(). With copy=True the memory is a new one; with copy=False it is shared, or "
        "ValueError is raised.");
  m.def("from_numpy", &from_numpy, arg("ndarray"),
        "A tensor over the array's memory, which it keeps alive. Copied, with a warning that says why, if "
        "the array is "
        "read-only, has a negative stride or is not aligned.");

  def_sized(m, "empty", &empty, "A tensor of this size, its elements not initialised.");
  def_factory<const py::args&, RowByRow>(
      m, "empty",
      [](const py::args& size, RowByRow, const TensorOptions& o) { return empty(dims_of(size, "empty"), o); },
      arg("memory_format"));
  def_sized(m, "zeros", &zeros, "A tensor of this size, full of 0.");
  def_sized(m, "ones", &ones, "A tensor of this size, full of 1.");
  def_factory<const Dims&, Scalar>(
      m, "full", &full, arg("size"), arg("fill_value"), py::kw_only(),
      "Every element fill_value; the type is the value's kind: float32, int64 or bool.");
  def_like(m, "empty_like", &empty, "A tensor of x's shape, type and device, not initialised.");
  def_like(m, "zeros_like", &zeros, "Zeros of x's shape, type and device.");
  def_like(m, "ones_like", &ones, "Ones of x's shape, type and device.");
  def_like<Scalar>(m, "full_like", &full, "fill_value everywhere, in x's shape, type and device.",
                   arg("fill_value"));
  def_new_sized(bind.tensor, "new_empty", &empty, "A tensor of x's type and device, not initialised.");
  def_new_sized(bind.tensor, "new_zeros", &zeros, "Zeros of x's type and device.");
  def_new_sized(bind.tensor, "new_ones", &ones, "Ones of x's type and device.");
  def_new<const Dims&, Scalar>(bind.tensor, "new_full", &full, arg("size"), arg("fill_value"), py::kw_only(),
                               "fill_value everywhere, of x's type and device.");
  def_new<const py::object&>(bind.tensor, "new_tensor", &tensor_from, arg("data"), py::kw_only(),
                             "tenet.tensor(data) of x's type and device.");

  const char* const range = "start, start + step, ... before end: int64 if all three are ints, else float32.";
  def_factory<Scalar>(m, "arange", static_cast<Tensor (*)(Scalar, TensorOptions)>(&arange), arg("end"),
                      py::kw_only(), range);
  def_factory<Scalar, Scalar, Scalar>(m, "arange",
                                      static_cast<Tensor (*)(Scalar, Scalar, Scalar, TensorOptions)>(&arange),
                                      arg("start"), arg("end"), arg("step") = 1, py::kw_only(), range);
  def_factory<double, double, std::int64_t>(
      m, "linspace", &linspace, arg("start"), arg("end"), arg("steps"), py::kw_only(),
      "`steps` evenly spaced numbers from start to end, both included.");
  def_factory<std::int64_t, std::optional<std::int64_t>>(
      m, "eye",
      [](std::int64_t n, std::optional<std::int64_t> columns, const TensorOptions& o) {
        return eye(n, columns.value_or(n), o);
      },
      arg("n"), arg("m") = none, py::kw_only(),
      "Ones on the diagonal of an n by m matrix, m = n if left out.");
}

}  // namespace tenet::python
