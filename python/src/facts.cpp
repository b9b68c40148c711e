// x.shape, x.dtype, x.grad, ...: what Python reads of a tensor without a call.
#include "tenet/framework/autograd/record.h"
#include "tenet/python/src/autograd.h"
#include "tenet/python/src/casters.h"
#include "tenet/python/src/errors.h"
#include "tenet/python/src/layout.h"
#include "tenet/python/src/slots.h"

namespace tenet::python {
namespace {

template <auto get> PyObject* getter(PyObject* self, void*) {
  return guarded([&] { return get(unwrap(self)); });
}

template <auto set> int setter(PyObject* self, PyObject* value, void*) {
  return guarded(
      [&] {
        if (value == nullptr) throw py::attribute_error("a tensor's own attributes cannot be deleted");
        set(unwrap(self), value);
        return 0;
      },
      -1);
}

PyObject* to_bool(bool value) { return PyBool_FromLong(value ? 1 : 0); }
PyObject* to_int(std::int64_t value) { return PyLong_FromLongLong(value); }

const Tensor& tensor_of(PyObject* value, const char* what) {
  if (!is_tensor(value))
    throw py::type_error(cat(what, ": needs a Tensor but got a ", Py_TYPE(value)->tp_name, "."));
  return unwrap(value);
}

void set_grad(Tensor& x, PyObject* value) {
  x.set_grad(value == Py_None ? Tensor() : tensor_of(value, "grad"));
}

bool retains_grad(const Tensor& x) {
  const Record* record = history(x);
  return record != nullptr && !record->is_leaf() && record->extras_or_null() != nullptr &&
         record->extras_or_null()->retain_grad;
}

/// del x.grad is x.grad = None.
int set_or_delete_grad(PyObject* self, PyObject* value, void* closure) {
  return setter<set_grad>(self, value == nullptr ? Py_None : value, closure);
}

void set_requires_grad(Tensor& x, PyObject* value) {
  const int truth = PyObject_IsTrue(value);
  if (truth < 0) throw py::error_already_set();
  x.requires_grad_(truth == 1);
}

/// The object means another tensor's elements from now on. Its place in the history stays, gradient and all, where
/// shape and type do.
void set_data(Tensor& x, PyObject* value) {
  Tensor other = tensor_of(value, "data").detach();
  const bool was_required = x.requires_grad();
  if (Record* record = history(x); record != nullptr && record->output_matches(other)) {
    Record::keep(record);
    other.impl()->record = record;
  } else if (was_required) {
    other.requires_grad_();
  }
  x = std::move(other);
}

Tensor reversed(const Tensor& x) {
  Dims dims;
  for (std::int64_t d = x.dim(); d-- > 0;) dims.push_back(d);
  return x.permute(dims);
}

Tensor matrix_transposed(const Tensor& x) {
  if (x.dim() != 0 && x.dim() != 2) {
    fail<ShapeError>("H: needs a matrix, but this tensor has shape ", x.shape(),
                     ". Use x.mH, which exchanges the last two dimensions.");
  }
  return reversed(x);
}

template <auto get> constexpr PyGetSetDef fact(const char* name, const char* doc) {
  return {name, getter<get>, nullptr, doc, nullptr};
}
template <auto get, auto set> constexpr PyGetSetDef fact(const char* name, const char* doc) {
  return {name, getter<get>, setter<set>, doc, nullptr};
}

using In = const Tensor&;

}  // namespace

PyGetSetDef* tensor_facts() {
  static PyGetSetDef facts[] = {
      {"__dict__", PyObject_GenericGetDict, PyObject_GenericSetDict, nullptr, nullptr},
      fact<[](In x) { return to_size(x.shape()); }>("shape", "The extents, a tenet.Size."),
      fact<[](In x) { return to_dtype(x.dtype()); }>("dtype", "The type of the elements."),
      fact<[](In x) { return to_device(x.device()); }>("device", "Where the elements lie."),
      fact<[](In x) { return to_int(x.dim()); }>("ndim", "The number of dimensions."),
      fact<[](In x) { return to_int(static_cast<std::int64_t>(item_size(x.dtype()))); }>(
          "itemsize", "Bytes of an element."),
      fact<[](In x) { return to_int(x.numel() * static_cast<std::int64_t>(item_size(x.dtype()))); }>(
          "nbytes", "Bytes of all elements."),
      fact<[](In) { return strided(); }>("layout", "How the elements are found: tenet.strided."),
      fact<[](In x) { return to_bool(x.device().type == DeviceType::cuda); }>("is_cuda", nullptr),
      fact<[](In x) { return to_bool(x.device().type == DeviceType::cpu); }>("is_cpu", nullptr),
      fact<[](In) { return to_bool(false); }>("is_meta", "False: every tensor has its elements."),
      fact<[](In) { return to_bool(false); }>("is_sparse", "False: every tensor is strided."),
      fact<[](In) { return to_bool(false); }>("is_quantized", "False: an element is its value."),
      fact<[](In x) { return to_bool(x.is_leaf()); }>(
          "is_leaf", "Whether it was not computed from anything that requires grad."),
      fact<[](In x) { return to_int(x.version()); }>("_version",
                                                     "How often the memory was written in place."),
      fact<[](In x) { return wrap(reversed(x)); }>("T", "The dimensions in reverse order."),
      fact<[](In x) { return wrap(x.transpose(-2, -1)); }>("mT", "The last two dimensions exchanged."),
      fact<[](In x) { return wrap(matrix_transposed(x)); }>(
          "H", "Rows and columns exchanged: elements are real, and their own conjugates."),
      fact<[](In x) { return wrap(x.transpose(-2, -1)); }>("mH", "The last two dimensions exchanged."),
      fact<[](In x) { return grad_fn(x).release().ptr(); }>("grad_fn",
                                                            "The record that computed it, None for a leaf."),
      fact<[](In x) { return to_bool(x.requires_grad()); }, set_requires_grad>(
          "requires_grad", "Whether gradients are wanted; can be set on a leaf."),
      {"grad", getter<[](In x) { return wrap(x.grad()); }>, set_or_delete_grad,
       "The gradient that backward() gathered, None until then.", nullptr},
      fact<[](In x) { return to_bool(retains_grad(x)); }>("retains_grad",
                                                          "Whether it was computed and keeps its gradient."),
      fact<[](In) { return to_int(0); }>("output_nr", "Which output of its op it is: each has one."),
      fact<[](In x) { return wrap(x.detach()); }, set_data>(
          "data", "The same elements without a history. x.data = y: x means y's elements from now on."),
      {nullptr, nullptr, nullptr, nullptr, nullptr}};
  return facts;
}

}  // namespace tenet::python
