#include "tenet/python/src/convert.h"

#include "tenet/framework/core/dispatch.h"
#include "tenet/ops/copy/copy.h"
#include "tenet/ops/create/create.h"
#include "tenet/python/src/casters.h"
#include "tenet/python/src/errors.h"

namespace tenet::python {
namespace {

/// Nested sequences taken apart.
struct Leaves {
  Shape shape;
  std::vector<py::object> items;  // row-major: numbers, or tensors of one element
  DType dtype = boolean;          // the highest kind among them
};

bool is_sequence(py::handle data) {
  if (is_tensor(data.ptr())) return unwrap(data).dim() > 0;
  if (PyList_Check(data.ptr()) || PyTuple_Check(data.ptr())) return true;
  if (PyUnicode_Check(data.ptr()) || PyBytes_Check(data.ptr()) || PySequence_Check(data.ptr()) == 0)
    return false;
  if (PySequence_Size(data.ptr()) >= 0) return true;
  PyErr_Clear();  // an array without dimensions
  return false;
}

/// A number that is no Python number: an array or a tensor without dimensions.
bool is_boxed_number(py::handle data) {
  if (is_tensor(data.ptr())) return unwrap(data).dim() == 0;
  return is_array(data.ptr()) && py::len_hint(data) == 0 && !py::hasattr(data, "__len__");
}

DType type_of(py::handle item) {
  if (is_tensor(item.ptr())) return unwrap(item).dtype();
  if (const std::optional<Scalar> scalar = as_scalar(item.ptr())) {
    if (is_array(item.ptr())) return tensor_from_buffer(item, false).dtype();
    return scalar->dtype();
  }
  fail<DTypeError>("tensor: needs numbers, but an element is a ", Py_TYPE(item.ptr())->tp_name, ".");
}

void measure(py::handle data, Shape& shape) {
  for (py::object first = py::reinterpret_borrow<py::object>(data);
       is_sequence(first) && !is_boxed_number(first);) {
    const auto n = static_cast<std::int64_t>(py::len(first));
    shape.push_back(n);
    if (n == 0) return;
    first = first[py::int_(0)];
  }
}

void gather(py::handle data, int depth, Leaves& leaves) {
  if (depth == leaves.shape.size()) {
    leaves.dtype = promote(leaves.dtype, type_of(data));
    leaves.items.push_back(py::reinterpret_borrow<py::object>(data));
    return;
  }
  const std::int64_t length = is_sequence(data) ? static_cast<std::int64_t>(py::len(data)) : -1;
  if (length != leaves.shape[depth]) {
    fail<ShapeError>("tensor: rows differ: expected a sequence of length ", leaves.shape[depth], " at dim ",
                     depth, length < 0 ? cat(" but got a number") : cat(" but got length ", length),
                     ". All rows of a tensor have one length.");
  }
  for (const py::handle part : py::reinterpret_borrow<py::object>(data)) gather(part, depth + 1, leaves);
}

template <class T> T number_of(py::handle item) {
  if (is_tensor(item.ptr())) return unwrap(item).item<T>();
  const Scalar value = *as_scalar(item.ptr());
  if constexpr (std::is_integral_v<T>)
    copy::check_fits("tensor", value, dtype_of<T>);  // floats may become inf
  return value.as<T>();
}

Tensor from_sequences(py::handle data, std::optional<DType> dtype) {
  Leaves leaves;
  measure(data, leaves.shape);
  try {
    gather(data, 0, leaves);
  } catch (const py::error_already_set& error) {
    if (!error.matches(PyExc_OverflowError)) throw;
    fail<OverflowError>("tensor: an int lies outside int64, [-2^63, 2^63). Write it as a float.");
  }
  if (!dtype) dtype = leaves.items.empty() ? float32 : leaves.dtype;
  Tensor result = empty(leaves.shape, {.dtype = dtype});
  dispatch_all(*dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    T* to = result.data<T>();
    for (const py::object& item : leaves.items) *to++ = number_of<T>(item);
  });
  return result;
}

template <class T> py::object number(T value) {
  if constexpr (std::is_same_v<T, bool>) {
    return py::bool_(value);
  } else if constexpr (std::is_integral_v<T>) {
    return py::int_(value);
  } else {
    return py::float_(value);
  }
}

template <class T> py::object list_of(const T* data, const Shape& shape, const Strides& strides, int dim) {
  if (dim == shape.size()) return number(*data);
  py::list list(static_cast<std::size_t>(shape[dim]));
  for (std::int64_t i = 0; i < shape[dim]; ++i) {
    PyList_SET_ITEM(list.ptr(), i, list_of(data + i * strides[dim], shape, strides, dim + 1).release().ptr());
  }
  return list;
}

}  // namespace

Tensor tensor_from(py::handle data, const TensorOptions& options) {
  Tensor result;
  if (is_tensor(data.ptr())) {
    result = unwrap(data).detach().clone();
  } else if (is_array(data.ptr())) {
    result = tensor_from_buffer(data, false);
  } else {
    result = from_sequences(data, options.dtype);
  }
  if (options.dtype) result = result.to(*options.dtype);
  result = result.to(options.device);
  if (options.requires_grad) result.requires_grad_();
  return result;
}

py::object item(const Tensor& x) {
  if (x.numel() != 1) x.item<double>();  // says why not
  const Tensor here = on_host(x);
  return dispatch_all(x.dtype(),
                      [&](auto tag) { return number(*here.data<typename decltype(tag)::type>()); });
}

py::object to_list(const Tensor& x) {
  const Tensor here = on_host(x);
  return dispatch_all(x.dtype(), [&](auto tag) {
    return list_of(here.data<typename decltype(tag)::type>(), x.shape(), here.strides(), 0);
  });
}

}  // namespace tenet::python
