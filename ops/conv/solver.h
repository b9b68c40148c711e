// Sizes of convolutions without computing them. Sizes are spatial ones, a value per axis: {H, W}.
#pragma once

#include "tenet/framework/core/dtype.h"
#include "tenet/ops/conv/options.h"

namespace tenet {

/// floor((in + low + high - dilation (kernel - 1) - 1) / stride) + 1 along each axis. `groups` does not
/// matter. Throws ShapeError, naming the smallest input that fits, if the kernel exceeds the padded input.
Dims conv_output_size(const Dims& input_size, const Dims& kernel_size, const ConvOptions& options = {});

/// (in - 1) stride - low - high + dilation (kernel - 1) + 1 + output_padding along each axis, or output_size.
/// Throws ShapeError, naming the sizes in reach, if there is no such result.
Dims conv_transpose_output_size(const Dims& input_size, const Dims& kernel_size,
                                const ConvTransposeOptions& options = {});

/// The output_padding with which the transposed convolution of the same options leads from the convolution's
/// output back to input_size: (in + low + high - dilation (kernel - 1) - 1) mod stride, in [0, stride).
Dims output_padding_for(const Dims& conv_input_size, const Dims& kernel_size,
                        const ConvOptions& options = {});

/// The most scratch memory, in bytes, that one thread uses in the convolution of these shapes, in its
/// gradients, and in the transposed convolution back; at most 4 MiB. Throws as conv().
std::int64_t conv_scratch_bytes(const Shape& input_shape, const Shape& weight_shape,
                                const ConvOptions& options = {}, DType dtype = float32);

}  // namespace tenet
