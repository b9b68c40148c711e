#pragma once

#include "tenet/framework/tensor/tensor.h"

namespace tenet {

/// The matrix product, with NumPy's rules: a vector on the left is a row, on the right a column, and goes
/// again from the result; more dimensions are batches, which broadcast.
/// Shapes: [..., M, K] x [..., K, N] -> [..., M, N]. Types promote; integers multiply exactly.
/// Gradients: da = dy b^T, db = a^T dy, summed over broadcast batches.
/// Throws ShapeError if the inner extents differ or an operand is a scalar.
/// Cost: 2 M N K flops per batch; operands that are neither row- nor column-major are copied first. Which of the
/// two an operand is may show in the last bits: BLAS has kernels of its own for each.
Tensor matmul(const Tensor& a, const Tensor& b);

/// y = x w^T + bias. Shapes: x [..., I], w [O, I], bias [O] or undefined -> [..., O].
/// Gradients: dx = dy w, dw = dy^T x, dbias = dy summed over all but the last dimension.
/// Throws ShapeError if the extents disagree, DTypeError unless all are of one floating type.
Tensor linear(const Tensor& x, const Tensor& w, const Tensor& bias = {});

}  // namespace tenet
