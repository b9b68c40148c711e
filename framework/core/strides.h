// The mathematics of shapes and strides: broadcasting, views without a copy, index rules.
#pragma once

#include <optional>

#include "tenet/framework/core/shape.h"

namespace tenet {

/// Row-major strides, in elements.
Strides contiguous_strides(const Shape& shape);

/// Whether `strides` lay `shape` out row-major without gaps (strides of extents 0 and 1 do not matter).
bool is_contiguous(const Shape& shape, const Strides& strides);

/// Whether two indices reach the same element (an expanded dimension, overlapping windows).
/// Exact for views made by slicing, permuting and expanding; errs towards true otherwise.
bool may_overlap(const Shape& shape, const Strides& strides);

/// dim in [-rank, rank) mapped to [0, rank). Throws IndexError naming `op`. A scalar counts as rank 1.
std::int64_t normalize_dim(std::int64_t dim, std::int64_t rank, const char* op);

/// A list of dims as a bit mask; the empty list means all. Throws on duplicates.
std::uint32_t dims_mask(const Dims& dims, std::int64_t rank, const char* op);

/// NumPy broadcasting: trailing extents must agree or be 1. Throws ShapeError naming `op` and both shapes.
Shape broadcast_shapes(const Shape& a, const Shape& b, const char* op);

/// The strides with which a tensor reads as `target`: 0 along broadcast dimensions.
Strides broadcast_strides(const Shape& shape, const Strides& strides, const Shape& target);

/// Fills in one -1 from `numel` and checks the product. Throws ShapeError naming `op`.
Shape infer_reshape(const Shape& wanted, const Shape& from, const char* op);

/// The strides under which the same memory reads as `target`, if a view can do it.
std::optional<Strides> view_strides(const Shape& shape, const Strides& strides, const Shape& target);

/// Elements spanned from the first to one past the last reached by these strides (0 when empty).
/// Throws ShapeError naming `op` if that does not fit 64 bits.
std::int64_t extent(const Shape& shape, const Strides& strides, const char* op = "extent");

}  // namespace tenet
