// Reading and adding by position. Indices are int64 (int32 is accepted), lie in [0, extent), and are checked before
// anything is written: one out of range is an IndexError naming its place and value.
//
// Where one element is added to several times, the order is that of the index: the same bits for any number of
// threads.
#pragma once

#include "tenet/framework/tensor/tensor.h"

namespace tenet {

/// y = x with dimension `dim` replaced by its positions index[0], index[1], ... (index has one dimension).
/// Gradient: dy added up at those positions.
Tensor index_select(const Tensor& x, std::int64_t dim, const Tensor& index);

/// y[i, j, k] = x[i, index[i, j, k], k] for dim = 1, likewise for others. index has as many dimensions as x and, but
/// along dim, no larger extents; y has index's shape. Gradient: dy scattered (scatter_add into zeros).
/// Throws ShapeError if index does not fit, DTypeError if it is not int64 or int32.
Tensor gather(const Tensor& x, std::int64_t dim, const Tensor& index);

/// y = x, then y[i, index[i, j, k], k] += src[i, j, k] for dim = 1, likewise for others. index has as many dimensions
/// as x and src, no larger extents than src and, but along dim, none larger than x.
/// Gradients: dx = dy; dsrc = dy gathered, 0 outside index. Throws as gather, and DTypeError if x and src differ.
Tensor scatter_add(const Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& src);
/// The same, written into x.
Tensor& scatter_add_(Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& src);

/// `value`, converted to x's type, where mask is true, x elsewhere; both broadcast. mask is bool.
/// Gradient: dy where mask is false, 0 elsewhere.
Tensor masked_fill(const Tensor& x, const Tensor& mask, Scalar value);

}  // namespace tenet
