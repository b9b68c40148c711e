#pragma once

#include "tenet/framework/tensor/tensor.h"

namespace tenet {

/// The adjoint of broadcasting: x summed over the dimensions that broadcasting `shape` to x's shape adds
/// or stretches. x itself if the shapes agree. Gradient: dy broadcast back. Throws ShapeError if it does not broadcast.
Tensor sum_to(const Tensor& x, const Shape& shape);

/// x read as `shape` without a copy: trailing extents must agree or be 1 in x, else ShapeError. Gradient: sum_to.
Tensor broadcast_to(const Tensor& x, const Shape& shape);

}  // namespace tenet
