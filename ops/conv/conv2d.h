#pragma once

#include "tenet/framework/tensor/tensor.h"
#include "tenet/ops/conv/options.h"

namespace tenet {

/// 2-D convolution (cross-correlation), with S stride, P low padding and D dilation along each axis:
///   y[n, o, i, j] = bias[o] + sum over c, p, q of w[o, c, p, q] x[n, g + c, i S - P + p D, j S - P + q D],
/// where g is the first channel of o's group and x is 0 outside of itself.
/// Shapes: x [N, C, H, W] or [C, H, W]; w [O, C/G, KH, KW]; bias [O] or undefined -> [N, O, OH, OW] or
///         [O, OH, OW], OH = floor((H + P_low + P_high - D (KH - 1) - 1) / S) + 1, OW likewise.
///         N, C and O may be 0.
/// Gradients: dx = conv_transpose2d(dy, w) onto x's size, dw = conv_adjoint_weight(x, dy),
///         dbias = dy summed over N, OH, OW; of every order.
/// Throws: ShapeError if channels, groups, sizes or the bias disagree, or the kernel exceeds the padded
///         input; ValueError for a stride, dilation or groups below 1 or a negative padding; DTypeError
///         unless all are of one floating type. Nothing has been computed then.
/// Cost: 2 N O (C/G) KH KW OH OW flops; scratch at most 4 MiB per thread (conv_scratch_bytes). The same bits
///         for any number of threads, and for an image in any batch.
/// Source: V. Dumoulin, F. Visin, arXiv:1603.07285, ch. 2; K. Chellapilla et al., 2006, for im2col with GEMM.
Tensor conv2d(const Tensor& x, const Tensor& w, const Tensor& bias = {}, const ConvOptions& options = {});

}  // namespace tenet
