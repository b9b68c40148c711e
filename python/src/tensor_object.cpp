#include "tenet/python/src/tensor_object.h"

#include <structmember.h>

#include <cstddef>

#include "tenet/ops/create/create.h"
#include "tenet/python/src/casters.h"
#include "tenet/python/src/convert.h"
#include "tenet/python/src/errors.h"
#include "tenet/python/src/slots.h"

namespace tenet::python {

PyTypeObject* tensor_type = nullptr;

namespace {

TensorObject* cast(PyObject* self) { return reinterpret_cast<TensorObject*>(self); }

int traverse(PyObject* self, visitproc visit, void* arg) {
  Py_VISIT(Py_TYPE(self));
  Py_VISIT(cast(self)->attributes);
  return 0;
}

int clear(PyObject* self) {
  Py_CLEAR(cast(self)->attributes);
  return 0;
}

void deallocate(PyObject* self) {
  PyTypeObject* type = Py_TYPE(self);
  PyObject_GC_UnTrack(self);
  if (cast(self)->weak_references != nullptr) PyObject_ClearWeakRefs(self);
  clear(self);
  cast(self)->value.~Tensor();
  type->tp_free(self);
  Py_DECREF(type);
}

/// Tensor(), Tensor(2, 3): float32 memory of that size, not initialised. Tensor(data): as float32.
Tensor from_arguments(const py::args& args) {
  if (args.size() == 1 && is_tensor(args[0].ptr())) return unwrap(args[0]).detach();
  const bool sizes = args.size() != 1 || PyLong_Check(args[0].ptr()) || is_size(args[0].ptr());
  if (!sizes) return tensor_from(args[0], {.dtype = float32});
  return empty(args.empty() ? Dims{0} : dims_of(args, "Tensor"));
}

PyObject* make_new(PyTypeObject* type, PyObject* args, PyObject* keywords) {
  return guarded([&]() -> PyObject* {
    if (keywords != nullptr && PyDict_Size(keywords) != 0) {
      throw py::type_error(
          "Tensor: takes no keywords. Use tenet.tensor(data, dtype=..., requires_grad=...).");
    }
    return wrap(from_arguments(py::reinterpret_borrow<py::args>(args)), type);
  });
}

const char* const kDoc =
    "A strided view of typed memory, and a place in the history of how it was computed.\n\n"
    "Copies of a tensor and views of it share the elements. Made by tenet.tensor, tenet.zeros, ...";

}  // namespace

PyObject* wrap(Tensor tensor, PyTypeObject* type) {
  if (!tensor.defined()) Py_RETURN_NONE;
  PyObject* self = type->tp_alloc(type, 0);
  if (self == nullptr) throw py::error_already_set();
  new (&cast(self)->value) Tensor(std::move(tensor));
  return self;
}

void add_tensor_type(py::module_& module) {
  static PyMemberDef members[] = {
      {"__dictoffset__", T_PYSSIZET, offsetof(TensorObject, attributes), READONLY, nullptr},
      {"__weaklistoffset__", T_PYSSIZET, offsetof(TensorObject, weak_references), READONLY, nullptr},
      {nullptr, 0, 0, 0, nullptr}};
  Slots slots;
  add_slot(slots, Py_tp_new, make_new);
  add_slot(slots, Py_tp_dealloc, deallocate);
  add_slot(slots, Py_tp_traverse, traverse);
  add_slot(slots, Py_tp_clear, clear);
  slots.push_back({Py_tp_members, members});
  slots.push_back({Py_tp_getset, tensor_facts()});
  slots.push_back({Py_tp_doc, const_cast<char*>(kDoc)});
  add_number_slots(slots);
  add_indexing_slots(slots);
  add_buffer_slots(slots);
  slots.push_back({0, nullptr});
  PyType_Spec spec{"tenet.Tensor", sizeof(TensorObject), 0,
                   Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC, slots.data()};
  PyObject* type = PyType_FromSpec(&spec);
  if (type == nullptr) throw py::error_already_set();
  tensor_type = reinterpret_cast<PyTypeObject*>(type);
  module.attr("Tensor") = py::handle(type);
}

}  // namespace tenet::python
