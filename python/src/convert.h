// Python's numbers, nested lists and arrays as tensors, and back.
#pragma once

#include "tenet/framework/tensor/options.h"
#include "tenet/python/src/tensor_object.h"

namespace tenet::python {

/// A new tensor with the values of a number, nested sequences of numbers (tensors and arrays among them), an array or
/// a tensor. The type is the option's, else as tenet.tensor says.
Tensor tensor_from(py::handle data, const TensorOptions& options);

/// Whether the object is an array of NumPy or one of its scalars, text left out.
bool is_array(PyObject* object);

/// The elements of an array, or of anything that exports a buffer: shared if share is set and the buffer is writable
/// with strides that are not negative, else copied. `why_copied`, if given, is set to the reason.
/// Throws DTypeError for element types Tenet does not have.
Tensor tensor_from_buffer(py::handle source, bool share, const char** why_copied = nullptr);

/// A float, int or bool. REQUIRES: one element.
py::object item(const Tensor& x);
/// Nested lists; the number itself for a scalar.
py::object to_list(const Tensor& x);

}  // namespace tenet::python
