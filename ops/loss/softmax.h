#pragma once

#include "tenet/framework/tensor/tensor.h"

namespace tenet {

/// y = exp(x - m) / sum(exp(x - m)) along dim, m being the largest element there, so that nothing overflows.
/// Gradient: dx = y (dy - sum(dy y)). A slice whose elements are all -inf, or with a NaN or +inf, is NaN.
/// Throws DTypeError for integers. float32 sums are gathered in float64.
Tensor softmax(const Tensor& x, std::int64_t dim);

/// y = log(softmax(x)) = x - m - log(sum(exp(x - m))) along dim, which keeps the digits that the logarithm of a
/// small softmax would lose. Gradient: dx = dy - exp(y) sum(dy). Otherwise as softmax.
Tensor log_softmax(const Tensor& x, std::int64_t dim);

}  // namespace tenet
