#pragma once

#include "tenet/framework/tensor/tensor.h"

namespace tenet {

/// y = x with the order of the elements reversed along each of `dims`; a copy. Linear and its own inverse.
/// Gradient: dx = flip(dy, dims). Throws IndexError for a dim out of range, ValueError for one named twice.
Tensor flip(const Tensor& x, const Dims& dims);

}  // namespace tenet
