// Matrix products by the CBLAS library.
#pragma once

#include <cstdint>

#include "tenet/framework/core/backend.h"

namespace tenet::cpu {

/// Runs `call` (its contract stands in backend.h) by cblas_sgemm or cblas_dgemm. A large one is
/// made of several, one for each strip of C's longer side, which parallel_for shares out. The
/// strips depend on the sizes alone, and so do the bits of the result. A batch is shared out whole
/// products at a time.
///
/// BLAS is never asked for an empty product: with m or n zero nothing happens, with k zero
/// C = beta * C. Row distances of a matrix of one row are ignored.
///
/// Sizes may exceed the 32 bits of a BLAS argument: the product is then split along m, n and k.
/// A row distance above 32 bits is met by rows one at a time, which is slow where they run along k.
///
/// Throws DTypeError unless the dtype is float32 or float64. Safe from any thread.
void gemm(const Gemm& call);

/// The same in the calling thread, with `limit` in place of the greatest BLAS argument.
void gemm_split(const Gemm& call, std::int64_t limit);

/// Holds OpenBLAS at one thread: with more, a product's last bits would depend on their number, and
/// its threads would contend with Tenet's own. Does nothing under another BLAS.
void use_one_blas_thread();

}  // namespace tenet::cpu
