// The column matrix of a convolution as a public op, and its adjoint.
#pragma once

#include "tenet/framework/tensor/tensor.h"
#include "tenet/ops/conv/options.h"

namespace tenet {

struct UnfoldOptions {
  PerAxis stride = 1;
  Padding padding = 0;
  PerAxis dilation = 1;
};

/// im2col: y[n, (c KH + p) KW + q, i OW + j] = x[n, c, i S - P + p D, j S - P + q D], 0 in the padding.
/// Shapes: x [N, C, H, W] or [C, H, W] -> y [N, C KH KW, OH OW], OH = floor((H + low + high - D (KH - 1) - 1) / S) + 1.
/// So conv2d(x, w) is matmul(w as [O, C KH KW], y). Gradient: dx = fold(dy).
/// Throws ShapeError if the kernel exceeds the padded input, DTypeError for integers.
Tensor unfold(const Tensor& x, const PerAxis& kernel, const UnfoldOptions& options = {});

/// col2im: x of spatial size output_size, each element the sum of all columns' elements that unfold reads from it.
/// Shapes: y [N, C KH KW, OH OW] or without N -> x [N, C, H, W]. Gradient: dy = unfold(dx).
/// Throws ShapeError if y has not the shape that unfold gives for output_size.
Tensor fold(const Tensor& y, const PerAxis& output_size, const PerAxis& kernel,
            const UnfoldOptions& options = {});

}  // namespace tenet
