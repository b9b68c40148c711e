#pragma once

#include "tenet/python/src/tensor_object.h"

namespace tenet::python {

/// The record that computed x, as Python sees it: tenet.autograd.Node, or None.
py::object grad_fn(const Tensor& x);

void add_autograd(py::module_& module, TensorClass& tensor);

}  // namespace tenet::python
