// Shape ops beside the methods of Tensor. reshape, permute, slicing and as_strided are views and linear
// pairs (views.cpp); their gradients are the reverse reshape, the inverse permutation, and the gradient
// written into zeros.
#pragma once

#include <vector>

#include "tenet/framework/tensor/tensor.h"

namespace tenet {

/// Joins tensors along a dimension; the other extents must agree, types promote. Gradients: the parts of dy.
/// Throws ShapeError naming the two shapes that differ, ValueError for an empty list.
Tensor cat(const std::vector<Tensor>& tensors, std::int64_t dim = 0);

/// Joins tensors of one shape along a new dimension.
Tensor stack(const std::vector<Tensor>& tensors, std::int64_t dim = 0);

/// Adds value (constant padding) before and after trailing dimensions, PyTorch's order: {left, right}
/// pads the last dimension, {left, right, top, bottom} the last two, ... Negative widths crop.
/// Gradient: dy with the widths negated. Throws ShapeError if a crop leaves nothing to crop.
Tensor pad(const Tensor& x, const Dims& widths, Scalar value = 0);

}  // namespace tenet
