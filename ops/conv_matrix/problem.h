#pragma once

#include "tenet/framework/tensor/tensor.h"
#include "tenet/ops/conv/geometry.h"

namespace tenet::conv_matrix {

/// Throws ShapeError unless the kernel has 1 to 3 spatial axes and the size one extent for each, DTypeError unless it
/// is of a floating type.
void check_kernel(const char* op, const Tensor& kernel, const Dims& input_size);

/// [C, in...]
Shape one_image(std::int64_t channels, const Dims& size);

/// The geometry of a convolution of one image of spatial size input_size. Throws as check_kernel and solve_conv.
ConvGeometry solve(const char* op, const Tensor& kernel, const Dims& input_size, const ConvOptions& options);

}  // namespace tenet::conv_matrix
