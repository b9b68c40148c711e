#pragma once

#include <memory>

#include "tenet/python/src/tensor_object.h"

namespace tenet::python {

/// A Python object owned by the C++ side, which may copy it or let it go in any thread, with or without the GIL.
using HeldObject = std::shared_ptr<PyObject>;

inline HeldObject hold(py::handle object) {
  return HeldObject(object.inc_ref().ptr(), [](PyObject* held) {
    if (!Py_IsInitialized()) return;
    const py::gil_scoped_acquire gil;
    Py_DECREF(held);
  });
}

}  // namespace tenet::python
