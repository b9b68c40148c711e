#pragma once

#include "tenet/backends/kernel.h"
#include "tenet/framework/core/backend.h"
#include "tenet/framework/core/host_device.h"
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

/// y[batch, M, N] = a x b for each batch; y is row-major and dense.
struct Matmul {
  DType dtype;
  Shape batch;
  MatmulSizes sizes;
  MatrixView a, b;
  std::byte* y;
};

/// Where matrix `index` of a batch begins, in elements.
TENET_HD std::int64_t batch_offset(const Shape& batch, const Strides& strides, std::int64_t index) {
  std::int64_t at = 0;
  for (int d = batch.size() - 1; d >= 0; --d) {
    at += index % batch[d] * strides[d];
    index /= batch[d];
  }
  return at;
}

/// The product of `count` matrices that lie equally far apart, from number `first` on.
inline Gemm gemm_of(const Matmul& call, std::int64_t first, std::int64_t count) {
  const auto item = static_cast<std::int64_t>(item_size(call.dtype));
  const MatmulSizes& s = call.sizes;
  const int last = call.batch.size() - 1;
  return {.transpose_a = call.a.transposed,
          .transpose_b = call.b.transposed,
          .m = s.m,
          .n = s.n,
          .k = s.k,
          .a = call.a.data + batch_offset(call.batch, call.a.batch_strides, first) * item,
          .lda = call.a.ld,
          .b = call.b.data + batch_offset(call.batch, call.b.batch_strides, first) * item,
          .ldb = call.b.ld,
          .c = call.y + first * s.m * s.n * item,
          .ldc = s.n,
          .dtype = call.dtype,
          .batch = count,
          .stride_a = count > 1 ? call.a.batch_strides[last] : 0,
          .stride_b = count > 1 ? call.b.batch_strides[last] : 0,
          .stride_c = s.m * s.n};
}

/// Floats by GEMM, one call per matrix; integers by loops.
void run_on(OnCpu, const Matmul& call);
/// Floats by GEMM, one call for the matrices along the last batch dimension; integers an element by a thread.
void run_on(OnCard, const Matmul& call);  // matmul_kernels.cu

inline void run(const Matmul& call, Device device) {
  at_device(device, [&](auto on) { run_on(on, call); });
}

}  // namespace tenet
