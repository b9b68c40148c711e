// The three contractions on dense row-major memory. Everything above this line of the library is
// indifferent to how they are computed; other algorithms go behind these three functions.
//
// The base algorithm multiplies by the column matrix of one image and group, whose rows are the taps
// (c, kd, kh, kw) and whose columns are the outputs (od, oh, ow): y = w cols, cols' = w^T y, dw = y cols^T.
// It is never whole: blocks of it are gathered (im2col) or spread (col2im), each beside one GEMM call.
// How it is cut depends on the geometry of an image alone, so the bits of y and x depend neither on
// the number of threads nor on the other images, and those of dw only on the batch.
#pragma once

#include "tenet/backends/kernel.h"
#include "tenet/framework/core/dtype.h"
#include "tenet/ops/conv/geometry.h"

namespace tenet::conv_kernels {

enum class Path {
  columns,   // gather or spread blocks of the column matrix
  matrix,    // x is the column matrix: kernel 1, stride 1, no padding
  disjoint,  // x is the column matrix in another order: kernel = stride, no padding; nothing overlaps
  thin,      // few channels per group, as in depthwise convolutions: loops over rows of x and y
};

/// The path taken for a geometry. `columns` is right for every one.
Path choose_path(const ConvGeometry& g);

/// y = conv(x, w), plus bias along the channels unless null.
template <class T>
void apply(OnCpu, const ConvGeometry& g, const T* x, const T* w, const T* bias, T* y, Path path);

/// x = the sum over y of what conv_apply would have read of it: its adjoint; plus bias unless null.
template <class T>
void adjoint_input(OnCpu, const ConvGeometry& g, const T* w, const T* y, const T* bias, T* x, Path path);

/// w = the adjoint in the weights.
template <class T> void adjoint_weight(OnCpu, const ConvGeometry& g, const T* x, const T* y, T* w, Path path);

// The same on a card: conv_kernels.cu. Columns take at most 64 MiB, or what one position or one channel
// of one image needs, together with the gradient of as many outputs where the weights' is made.
template <class T>
void apply(OnCard, const ConvGeometry& g, const T* x, const T* w, const T* bias, T* y, Path path);
template <class T>
void adjoint_input(OnCard, const ConvGeometry& g, const T* w, const T* y, const T* bias, T* x, Path path);
template <class T>
void adjoint_weight(OnCard, const ConvGeometry& g, const T* x, const T* y, T* w, Path path);

/// The most memory, for columns or packed rows, that one thread holds in any of the three, in bytes; at most
/// 4 MiB.
std::int64_t scratch_bytes(const ConvGeometry& g, DType dtype);

}  // namespace tenet::conv_kernels
