// The one place where a product in Tenet's row-major terms becomes one in cuBLAS's column-major terms.
#pragma once

#include <limits>

#include "tenet/framework/core/backend.h"
#include "tenet/framework/core/error.h"

namespace tenet::cuda {

/// C[m, n] = op(first)[m, k] op(second)[k, n] + beta C, all column-major, `batch` times.
struct ColumnMajor {
  bool transpose_first, transpose_second;
  int m, n, k;
  const void* first;
  int ld_first;
  long long stride_first;
  const void* second;
  int ld_second;
  long long stride_second;
  int ld_c;
  long long stride_c;
  int batch;
};

/// A row-major matrix, read by columns, is its transpose. So C^T = op(B)^T op(A)^T is what to ask for: the same memory,
/// the operands and their sizes exchanged, the transpositions as they are. No extent of `call` is zero.
/// cuBLAS counts in 32 bits: ValueError for a larger extent, batch or row distance (that of a single row is ignored).
inline ColumnMajor column_major(const Gemm& call) {
  const auto narrow = [](const char* what, std::int64_t value) {
    if (value > std::numeric_limits<int>::max()) {
      fail<ValueError>("gemm: cuBLAS counts in 32 bits, but ", what, " is ", value, ". Use smaller pieces.");
    }
    return static_cast<int>(value);
  };
  const auto distance = [&](const char* what, bool transposed, std::int64_t rows, std::int64_t columns,
                            std::int64_t ld) {
    if (transposed) std::swap(rows, columns);  // as stored
    return narrow(what, rows == 1 ? columns : ld);
  };
  return {.transpose_first = call.transpose_b,
          .transpose_second = call.transpose_a,
          .m = narrow("n", call.n),
          .n = narrow("m", call.m),
          .k = narrow("k", call.k),
          .first = call.b,
          .ld_first = distance("ldb", call.transpose_b, call.k, call.n, call.ldb),
          .stride_first = call.stride_b,
          .second = call.a,
          .ld_second = distance("lda", call.transpose_a, call.m, call.k, call.lda),
          .stride_second = call.stride_a,
          .ld_c = distance("ldc", false, call.m, call.n, call.ldc),
          .stride_c = call.stride_c,
          .batch = narrow("batch", call.batch)};
}

}  // namespace tenet::cuda
