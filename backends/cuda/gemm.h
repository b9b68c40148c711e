// Matrix products by cuBLAS.
#pragma once

#include "tenet/framework/core/backend.h"

namespace tenet::cuda {

/// Gives `call` (its contract stands in backend.h) to the current stream of a card. float32 is computed in float32
/// unless cuda::allow_tf32(true). The same call gives the same bits on the same card and library.
///
/// cuBLAS is never asked for an empty product: with m, n or batch zero nothing happens, with k zero C = beta * C.
///
/// Throws DTypeError unless the dtype is float32 or float64, ValueError for what exceeds 32 bits (column_major.h), and
/// DeviceError. Safe from any thread.
void gemm(int device, const Gemm& call);

/// C = beta * C. With beta == 0, C is not read.
void scale(int device, const Gemm& call);

}  // namespace tenet::cuda
