#pragma once

#include <pybind11/pybind11.h>

#include "tenet/framework/core/error.h"

namespace tenet::python {

/// An int of Python's that does not fit. In Python it is an OverflowError too.
class OverflowError : public ValueError {
 public:
  using ValueError::ValueError;
};

/// Makes tenet.Error and its kinds, and tells pybind11 to turn the C++ errors into them.
void add_errors(pybind11::module_& module);

/// In a catch block: the C++ exception in flight becomes the Python error that is set.
void set_python_error() noexcept;

/// f(), a PyObject*; where it throws, the Python error is set and the result is `failed`. For slots, which pybind11 does
/// not guard.
template <class F, class R = decltype(std::declval<F>()())> R guarded(F&& f, R failed = R{}) {
  try {
    return f();
  } catch (...) {
    set_python_error();
    return failed;
  }
}

}  // namespace tenet::python
