// tenet.Tensor: a Python object that holds one handle. A type of its own instead of a py::class_, because making one
// is on the path of every op; pybind11 knows it through the caster in casters.h.
#pragma once

#include <pybind11/pybind11.h>

#include "tenet/framework/tensor/tensor.h"

namespace tenet::python {

namespace py = pybind11;

struct TensorObject {
  PyObject_HEAD Tensor value;
  PyObject* attributes;  // what a program sets on it: x.name = "..."
  PyObject* weak_references;
};

extern PyTypeObject* tensor_type;

inline bool is_tensor(PyObject* object) {
  return Py_TYPE(object) == tensor_type || PyType_IsSubtype(Py_TYPE(object), tensor_type) != 0;
}
/// REQUIRES: is_tensor(object).
inline Tensor& unwrap(PyObject* object) { return reinterpret_cast<TensorObject*>(object)->value; }
inline Tensor& unwrap(py::handle object) { return unwrap(object.ptr()); }

/// A new object with this handle; None for an undefined tensor.
PyObject* wrap(Tensor tensor, PyTypeObject* type = tensor_type);
inline py::object wrapped(Tensor tensor) {
  return py::reinterpret_steal<py::object>(wrap(std::move(tensor)));
}

/// Makes the type and puts it into the module.
void add_tensor_type(py::module_& module);

/// Defines methods and properties of tenet.Tensor, as py::class_ does for its classes.
class TensorClass {
 public:
  template <class F, class... Extra> TensorClass& def(const char* name, F&& f, const Extra&... extra) {
    const py::object type = self();
    const py::cpp_function method(std::forward<F>(f), py::name(name), py::is_method(type),
                                  py::sibling(py::getattr(type, name, py::none())), extra...);
    type.attr(name) = method;
    return *this;
  }
  /// f(Tensor&, ...) that changes the tensor: the method returns the very object it was called on.
  template <class... Args, class R, class... Extra>
  TensorClass& def_in_place(const char* name, R (*f)(Tensor&, Args...), const Extra&... extra) {
    return def(
        name,
        [f](py::object self, Args... args) {
          f(unwrap(self), std::forward<Args>(args)...);
          return self;
        },
        extra...);
  }
  template <class Get> TensorClass& property(const char* name, Get&& get, const char* doc) {
    return set_property(name, method(std::forward<Get>(get)), py::none(), doc);
  }
  template <class Get, class Set>
  TensorClass& property(const char* name, Get&& get, Set&& set, const char* doc) {
    return set_property(name, method(std::forward<Get>(get)), method(std::forward<Set>(set)), doc);
  }

  static py::object self() {
    return py::reinterpret_borrow<py::object>(reinterpret_cast<PyObject*>(tensor_type));
  }

 private:
  template <class F> static py::object method(F&& f) {
    return py::cpp_function(std::forward<F>(f), py::is_method(self()));
  }
  TensorClass& set_property(const char* name, py::object get, py::object set, const char* doc) {
    const py::handle property(reinterpret_cast<PyObject*>(&PyProperty_Type));
    self().attr(name) = property(get, set, py::none(), doc);
    return *this;
  }
};

}  // namespace tenet::python
