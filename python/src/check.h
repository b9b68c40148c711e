#pragma once

#include <pybind11/pybind11.h>

namespace tenet::python {

void add_checks(pybind11::module_& module);

}  // namespace tenet::python
