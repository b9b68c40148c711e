// Indexing by tensors, as NumPy and PyTorch have it: x[i, :, mask].
//
// indices[d] stands for dimension d: an undefined tensor keeps it whole; an int64 (or int32) tensor names positions
// along it, of which negative ones count from the end; a bool mask stands for as many dimensions as it has, which are
// its shape, and names the positions where it is true; a mask without dimensions adds a dimension. The positions
// broadcast together to one shape P. Dimensions beyond the indices stay whole.
//
// The result has P in the place of the indexed dimensions if they are neighbours, in front of the others if not.
//
// Throws IndexError for too many indices, a mask of another shape, and a position out of range, naming it; ShapeError
// if positions do not broadcast; DTypeError for indices of another type. Nothing has been written then.
#pragma once

#include <vector>

#include "tenet/framework/tensor/tensor.h"

namespace tenet {

/// The positions of the elements that are not 0, row-major: int64 [n, x.dim()].
Tensor nonzero(const Tensor& x);

/// y = x[indices], a copy. Gradient: dy added up at the positions.
/// Cost: the size of y; that of x too where several dimensions are indexed that no view can join.
Tensor index(const Tensor& x, const std::vector<Tensor>& indices);

/// x with x[indices] = values, or += values to accumulate; values broadcast to x[indices] and take x's type. Where a
/// position is named twice the last one in row-major order stays.
/// Gradients: dx = dy, 0 at the positions unless accumulated; dvalues = dy there, 0 for what was overwritten.
Tensor index_put(const Tensor& x, const std::vector<Tensor>& indices, const Tensor& values,
                 bool accumulate = false);
/// The same, written into x.
Tensor& index_put_(Tensor& x, const std::vector<Tensor>& indices, const Tensor& values,
                   bool accumulate = false);

/// The elements where mask is true, in one dimension; x and mask broadcast.
Tensor masked_select(const Tensor& x, const Tensor& mask);

}  // namespace tenet
