#pragma once

#include "tenet/framework/core/backend.h"
#include "tenet/framework/core/shape.h"

namespace tenet {

/// A batch of matrices as GEMM reads them.
struct MatrixView {
  const std::byte* data;
  Strides batch_strides;  // in elements
  bool transposed;        // column-major
  std::int64_t ld;
};

struct MatmulSizes {
  std::int64_t m, n, k;
};

/// y[batch, M, N] = a x b for each batch; y is row-major and dense. Floats by GEMM, one call per matrix;
/// integers by loops.
void run_matmul(DType dtype, Device device, const Shape& batch, MatmulSizes sizes, const MatrixView& a,
                const MatrixView& b, std::byte* y);

}  // namespace tenet
