// Advanced indexing: reading and writing at the positions that tensors of integers and bool masks name, as in NumPy.
//
// indices[d] stands for dimension d of x (after a mask of r dimensions, for dimension d + r - 1):
//   an undefined Tensor  keeps the dimension whole; so do dimensions no index stands for;
//   int64 or int32       positions, negative ones counted from the end;
//   bool                 a mask stands for as many dimensions as it has, whose extents it must have, and means its
//                        nonzero() positions. One without dimensions stands for none: it means one position, or no.
// The indices are broadcast together. Their shape stands in the result where the first one stood if no whole dimension
// lies between two of them, else in front. They may be on any device; x and values are on one, unless values is a scalar.
//
// All throw, before anything is changed: IndexError for a position out of range, a mask of another shape, more indices
// than dimensions; DTypeError for an index of another type; ShapeError for indices that do not broadcast and for a
// result of more than 8 dimensions.
#pragma once

#include <vector>

#include "tenet/framework/tensor/tensor.h"

namespace tenet {

/// The positions of the elements that are not 0 (NaN is not): int64 [n, rank], in row-major order. No gradient.
Tensor nonzero(const Tensor& x);

/// y = x at the indices; always a copy. Gradient: dy added up at the positions, in the order of the index.
/// Nothing of x's size is copied, whatever its layout; beside y there is one int64 per position.
Tensor index(const Tensor& x, const std::vector<Tensor>& indices);

/// y = x, but `values` at the indices, broadcast to the shape of index(x, indices) and converted to x's type; or, with
/// accumulate, x + values there. Where a position is named several times the last value in row-major order stays, or
/// all are added up in that order: the same bits for any number of threads.
/// Gradients: dx = dy with 0 at the positions, dvalues = dy there with 0 for a value another was written over; with
/// accumulate dx = dy, dvalues = dy at the positions. Throws ShapeError too if values do not broadcast.
Tensor index_put(const Tensor& x, const std::vector<Tensor>& indices, const Tensor& values,
                 bool accumulate = false);
/// The same, written into x. values may share x's memory: they are read as they were.
Tensor& index_put_(Tensor& x, const std::vector<Tensor>& indices, const Tensor& values,
                   bool accumulate = false);

/// The elements of x where mask is true, as one dimension in row-major order; x and mask broadcast. mask is bool.
/// Gradient: dy at those elements, 0 elsewhere. Throws DTypeError, ShapeError.
Tensor masked_select(const Tensor& x, const Tensor& mask);

}  // namespace tenet
