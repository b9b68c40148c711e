// Pooling: windows slide over the last two dimensions of x [N, C, H, W] or [C, H, W].
//
//   out = floor((in + 2 padding - dilation (kernel - 1) - 1) / stride) + 1 along each axis; with ceil_mode the
//   division rounds up, but no window begins in the padding after the input.
//
// kernel and the options are one number, or one each for H and W. All throw ShapeError for a rank or a size that does
// not fit (or a window that would hold padding alone), ValueError for an option without meaning, such as padding
// beyond half the kernel's span.
#pragma once

#include "tenet/framework/tensor/tensor.h"
#include "tenet/ops/conv/options.h"

namespace tenet {

struct MaxPoolOptions {
  PerAxis stride = {};  // not given: the kernel
  PerAxis padding = 0;
  PerAxis dilation = 1;
  bool ceil_mode = false;
};

/// The largest element of each window; NaN if there is one. Padding never counts. Any number type.
/// Gradient: dy at the place of the largest element, the first of equal ones (of several NaNs the last).
Tensor max_pool2d(const Tensor& x, const PerAxis& kernel, const MaxPoolOptions& options = {});

struct MaxPoolResult {
  Tensor values;
  Tensor indices;  // int64: row * W + column in the plane, where the value stands
};
MaxPoolResult max_pool2d_with_indices(const Tensor& x, const PerAxis& kernel,
                                      const MaxPoolOptions& options = {});

struct MaxUnpoolOptions {
  PerAxis stride = {};  // not given: the kernel
  PerAxis padding = 0;
  PerAxis output_size = {};  // {H, W}; not given: (in - 1) stride - 2 padding + kernel
};

/// The adjoint of picking x at the indices of max_pool2d: zeros of output_size, with each element of x added where
/// its index points. (Where windows overlapped and an index is there twice, PyTorch keeps one of the two; here they add.)
/// Gradient: dy at the indices. Throws IndexError for an index outside the plane, and ShapeError if indices has
/// not x's shape or output_size is no size that pools to x's, less than a stride from the default.
Tensor max_unpool2d(const Tensor& x, const Tensor& indices, const PerAxis& kernel,
                    const MaxUnpoolOptions& options = {});

struct AvgPoolOptions {
  PerAxis stride = {};  // not given: the kernel
  PerAxis padding = 0;
  bool ceil_mode = false;
  bool count_include_pad = true;  // whether the zeros of the padding count as elements
};

/// The sum of each window divided by how many elements it counts. Linear; gradient: each dy, divided likewise, spread
/// over its window. Throws DTypeError for integers.
Tensor avg_pool2d(const Tensor& x, const PerAxis& kernel, const AvgPoolOptions& options = {});

}  // namespace tenet
