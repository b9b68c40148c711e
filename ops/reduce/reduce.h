// Reductions. `dims` names the dimensions that go (negative ones count from the end); none means all.
// With keepdim they stay with extent 1. The order of summation is fixed by the shape alone: the same bits
// for any number of threads. float32 sums are gathered in float64.
#pragma once

#include "tenet/framework/tensor/tensor.h"

namespace tenet {

/// Integers and bools sum to int64; the sum of nothing is 0. dx = dy broadcast back.
Tensor sum(const Tensor& x, const Dims& dims = {}, bool keepdim = false);

/// sum / count. Throws DTypeError for integers, ShapeError for the mean of nothing. dx = dy / count.
Tensor mean(const Tensor& x, const Dims& dims = {}, bool keepdim = false);

/// sum((x - mean)^2) / (count - correction). Throws as mean, and if count <= correction.
Tensor var(const Tensor& x, const Dims& dims = {}, std::int64_t correction = 1, bool keepdim = false);

/// The largest element, NaN if there is one. Equal largest elements share dy evenly.
/// Throws ShapeError for the maximum of nothing.
Tensor amax(const Tensor& x, const Dims& dims = {}, bool keepdim = false);

struct MaxResult {
  Tensor values;   // dx: dy at the index, 0 elsewhere
  Tensor indices;  // int64
};
/// The largest elements along one dimension and where they stand, the first of equal ones; NaN counts as
/// largest. Throws ShapeError if the dimension is empty.
MaxResult max(const Tensor& x, std::int64_t dim, bool keepdim = false);
/// The largest of all elements.
Tensor max(const Tensor& x);

/// Where the largest element stands (int64): in the flattened tensor, or along `dim`.
Tensor argmax(const Tensor& x);
Tensor argmax(const Tensor& x, std::int64_t dim, bool keepdim = false);

/// Whether any (all) elements are non-zero, as bool. Nothing: false for any, true for all.
Tensor any(const Tensor& x, const Dims& dims = {}, bool keepdim = false);
Tensor all(const Tensor& x, const Dims& dims = {}, bool keepdim = false);

}  // namespace tenet
