#pragma once

#include "tenet/framework/tensor/tensor.h"
#include "tenet/ops/conv/options.h"

namespace tenet {

/// 2-D transposed convolution: the adjoint of conv2d in its input, computed by the very code that gives
/// conv2d's input gradient. Every element of x spreads a copy of the kernel, S apart; padding cuts off the rim:
///   y[n, g + o, i S - P + p D, j S - P + q D] += w[c, o, p, q] x[n, c, i, j],   starting from bias,
/// where g is the first output channel of c's group.
/// Shapes: x [N, C, H, W] or [C, H, W]; w [C, O/G, KH, KW] (the weight of a conv2d from O to C channels, as it
///         stands); bias [O] or undefined -> [N, O, OH, OW] or [O, OH, OW],
///         OH = (H - 1) S - P_low - P_high + D (KH - 1) + 1 + output_padding, OW likewise.
/// Round trip: conv2d takes up to S neighbouring sizes to one. So conv_transpose2d(conv2d(x)) with the same
///         options has x's size if and only if output_padding = (size of x + P_low + P_high - D (K - 1) - 1)
///         mod S along each axis, which output_padding_for() gives. It does not have x's values: the
///         transpose is no inverse.
/// Gradients: dx = conv2d(dy, w), dw = conv_adjoint_weight(dy, x), dbias = dy summed over N, OH, OW; of every
///         order.
/// Throws: as conv2d; ValueError unless 0 <= output_padding < max(S, D); ShapeError if output_size cannot be
///         reached or nothing is left of the result.
/// Cost: 2 N C (O/G) KH KW H W flops; scratch at most 4 MiB per thread. Bits as conv2d.
/// Source: V. Dumoulin, F. Visin, arXiv:1603.07285, ch. 4.
Tensor conv_transpose2d(const Tensor& x, const Tensor& w, const Tensor& bias = {},
                        const ConvTransposeOptions& options = {});

}  // namespace tenet
