// Errors in Python: each kind is also the built-in kind that a caller would expect, and a RuntimeError, which is what
// PyTorch raises for most of them, so that `except RuntimeError` in its programs still holds.
#include "tenet/python/src/errors.h"

#include "tenet/inspect/anomaly.h"

namespace tenet::python {
namespace py = pybind11;
namespace {

struct Kinds {
  PyObject *error, *shape, *dtype, *value, *overflow, *index, *device, *gradient, *format, *memory, *anomaly;
} kinds;

PyObject* make(py::module_& module, const char* name, std::initializer_list<PyObject*> bases,
               const char* doc) {
  const std::string full = std::string("tenet.") + name;
  py::tuple tuple(bases.size());
  std::size_t i = 0;
  for (PyObject* base : bases) tuple[i++] = py::handle(base);
  PyObject* kind = PyErr_NewExceptionWithDoc(full.c_str(), doc, tuple.ptr(), nullptr);
  if (kind == nullptr) throw py::error_already_set();
  module.attr(name) = py::handle(kind);
  return kind;
}

void set(PyObject* kind, const std::exception& error) { PyErr_SetString(kind, error.what()); }

}  // namespace

void set_python_error() noexcept {
  try {
    throw;
  } catch (py::error_already_set& error) {
    error.restore();
  } catch (const py::builtin_exception& error) {
    error.set_error();
  } catch (const ShapeError& error) {
    set(kinds.shape, error);
  } catch (const DTypeError& error) {
    set(kinds.dtype, error);
  } catch (const OverflowError& error) {
    set(kinds.overflow, error);
  } catch (const ValueError& error) {
    set(kinds.value, error);
  } catch (const IndexError& error) {
    set(kinds.index, error);
  } catch (const DeviceError& error) {
    set(kinds.device, error);
  } catch (const GradientError& error) {
    set(kinds.gradient, error);
  } catch (const FormatError& error) {
    set(kinds.format, error);
  } catch (const OutOfMemoryError& error) {
    set(kinds.memory, error);
  } catch (const AnomalyError& error) {
    set(kinds.anomaly, error);
  } catch (const Error& error) {
    set(kinds.error, error);
  } catch (const std::bad_alloc& error) {
    set(PyExc_MemoryError, error);
  } catch (const std::exception& error) {
    set(PyExc_RuntimeError, error);
  } catch (...) {
    PyErr_SetString(PyExc_RuntimeError, "tenet: an unknown C++ exception");
  }
}

void add_errors(py::module_& module) {
  kinds.error = make(module, "Error", {PyExc_RuntimeError}, "The base of every error of Tenet.");
  const auto kind = [&](const char* name, PyObject* builtin, const char* doc) {
    return make(module, name, {kinds.error, builtin}, doc);
  };
  kinds.shape = kind("ShapeError", PyExc_ValueError, "Sizes or ranks disagree.");
  kinds.dtype = kind("DTypeError", PyExc_TypeError, "An element type does not fit.");
  kinds.value = kind("ValueError", PyExc_ValueError, "An option has no meaning.");
  kinds.overflow = make(module, "OverflowError", {kinds.value, PyExc_OverflowError}, "An int is too large.");
  kinds.index = kind("IndexError", PyExc_IndexError, "An index or label is out of range.");
  kinds.format = kind("FormatError", PyExc_ValueError, "A file is not what it should be.");
  kinds.memory = kind("OutOfMemoryError", PyExc_MemoryError, "An allocation failed.");
  kinds.device = make(module, "DeviceError", {kinds.error}, "A device is wrong or missing.");
  kinds.gradient = make(module, "GradientError", {kinds.error}, "The tape cannot do this.");
  kinds.anomaly = make(module, "AnomalyError", {kinds.error}, "A value or a gradient is not finite.");
  py::register_exception_translator([](std::exception_ptr error) {
    try {
      if (error) std::rethrow_exception(error);
    } catch (const Error&) {
      set_python_error();
    }
  });
}

}  // namespace tenet::python
