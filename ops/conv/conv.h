#pragma once

#include "tenet/framework/tensor/tensor.h"
#include "tenet/ops/conv/options.h"

namespace tenet {

/// The convolution (cross-correlation) over 1 to 3 spatial axes, as many as the weight has; conv2d says the
/// same with letters. x [N, C, in...] or without a batch [C, in...]; w [O, C/G, kernel...]; bias [O] or
/// undefined -> [N, O, out...] or [O, out...],
///   out = floor((in + low + high - dilation (kernel - 1) - 1) / stride) + 1 along each axis.
/// Gradients, errors and cost: see conv2d.
Tensor conv(const Tensor& x, const Tensor& w, const Tensor& bias = {}, const ConvOptions& options = {});

/// The transposed convolution over 1 to 3 spatial axes; conv_transpose2d says the same with letters.
/// x [N, C, in...] or [C, in...]; w [C, O/G, kernel...]; bias [O] or undefined -> [N, O, out...],
///   out = (in - 1) stride - low - high + dilation (kernel - 1) + 1 + output_padding along each axis.
Tensor conv_transpose(const Tensor& x, const Tensor& w, const Tensor& bias = {},
                      const ConvTransposeOptions& options = {});

}  // namespace tenet
