// Shape ops beside the methods of Tensor. reshape, permute, slicing and as_strided are views and linear
// pairs (views.cpp); their gradients are the reverse reshape, the inverse permutation, and the gradient
// written into zeros.
#pragma once

#include <vector>

#include "tenet/framework/tensor/tensor.h"

namespace tenet {

/// Joins tensors along a dimension; the other extents must agree, types promote. Tensors of shape [0] join
/// anything, as in PyTorch. Gradients: the parts of dy. Throws ShapeError naming the two shapes that differ, or
/// a scalar; ValueError for an empty list.
Tensor cat(const std::vector<Tensor>& tensors, std::int64_t dim = 0);

/// Joins tensors of one shape along a new dimension. Throws ShapeError naming the two shapes that differ,
/// ValueError for an empty list.
Tensor stack(const std::vector<Tensor>& tensors, std::int64_t dim = 0);

/// Adds value before and after trailing dimensions, in PyTorch's order: {left, right} pads the last dimension,
/// {left, right, top, bottom} the last two, ... Negative widths crop.
/// Gradient: dy padded with the widths negated. Throws ValueError for an odd number of widths, ShapeError if they
/// name more dimensions than there are or a crop takes more than there is.
Tensor pad(const Tensor& x, const Dims& widths, Scalar value = 0);

/// What pad puts outside of x[0 .. n): x again from the edge on, mirrored there (x[2] x[1] | x[0] x[1] x[2] | x[1] x[0]);
/// x at the edge; or x from the other end.
enum class PadMode { reflect, replicate, circular };
const char* name(PadMode mode);
/// The same with x's own elements in the place of a value. Gradient: dy summed where an element was read. Throws ShapeError
/// too if the widths want more elements than x has there: n - 1 reflected, n in a circle, none where n is 0.
Tensor pad(const Tensor& x, const Dims& widths, PadMode mode);

}  // namespace tenet
