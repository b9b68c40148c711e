#pragma once

#include "tenet/framework/tensor/tensor.h"

namespace tenet {

/// condition ? a : b, elementwise; all three broadcast. condition is bool; a and b meet in their
/// promoted type. Gradients: dy where the operand was taken, 0 elsewhere; none for the condition.
/// Throws DTypeError if condition is not bool, ShapeError if the shapes do not broadcast.
Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b);
Tensor where(const Tensor& condition, const Tensor& a, Scalar b);
Tensor where(const Tensor& condition, Scalar a, const Tensor& b);

}  // namespace tenet
