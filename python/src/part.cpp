// A parameter as an attribute of a layer's class. Python would first miss it, make an exception, and then ask
// Module.__getattr__; a descriptor finds it at once. It gives way to an attribute that the instance has itself.
#include "tenet/python/src/bind.h"
#include "tenet/python/src/errors.h"

namespace tenet::python {
namespace {

struct PartObject {
  PyObject_HEAD PyObject* name;
};

PyObject* name_of(PyObject* part) { return reinterpret_cast<PartObject*>(part)->name; }

PyObject* make(PyTypeObject* type, PyObject* args, PyObject*) {
  PyObject* name = nullptr;
  if (PyArg_ParseTuple(args, "U", &name) == 0) return nullptr;
  PyObject* self = type->tp_alloc(type, 0);
  if (self != nullptr) reinterpret_cast<PartObject*>(self)->name = Py_NewRef(name);
  return self;
}

void deallocate(PyObject* self) {
  PyTypeObject* type = Py_TYPE(self);
  Py_DECREF(name_of(self));
  type->tp_free(self);
  Py_DECREF(type);
}

/// module._parameters[name]; if it is not there, the AttributeError after which Python asks Module.__getattr__.
PyObject* get(PyObject* self, PyObject* module, PyObject*) {
  static PyObject* const room = PyUnicode_InternFromString("_parameters");
  if (module == nullptr || module == Py_None) return Py_NewRef(self);
  const auto attributes = py::reinterpret_steal<py::object>(PyObject_GenericGetDict(module, nullptr));
  if (!attributes) return nullptr;
  PyObject* const parts = PyDict_GetItemWithError(attributes.ptr(), room);
  PyObject* const found =
      parts != nullptr && PyDict_Check(parts) != 0 ? PyDict_GetItemWithError(parts, name_of(self)) : nullptr;
  if (found != nullptr) return Py_NewRef(found);
  if (PyErr_Occurred() == nullptr) PyErr_SetObject(PyExc_AttributeError, name_of(self));
  return nullptr;
}

}  // namespace

void add_part(py::module_& module) {
  static PyType_Slot slots[] = {{Py_tp_new, reinterpret_cast<void*>(make)},
                                {Py_tp_dealloc, reinterpret_cast<void*>(deallocate)},
                                {Py_tp_descr_get, reinterpret_cast<void*>(get)},
                                {Py_tp_doc, const_cast<char*>("A parameter of a layer, by its name.")},
                                {0, nullptr}};
  static PyType_Spec spec{"tenet.Part", sizeof(PartObject), 0, Py_TPFLAGS_DEFAULT, slots};
  module.attr("Part") = py::reinterpret_steal<py::object>(PyType_FromSpec(&spec));
}

}  // namespace tenet::python
