#include "tenet/backends/cpu/parallel.h"
#include "tenet/framework/core/dispatch.h"
#include "tenet/ops/matmul/matmul_kernels.h"

namespace tenet {
namespace {

std::int64_t batch_offset(const Shape& batch, const Strides& strides, std::int64_t index) {
  std::int64_t at = 0;
  for (int d = batch.size() - 1; d >= 0; --d) {
    at += index % batch[d] * strides[d];
    index /= batch[d];
  }
  return at;
}

template <class T>
void multiply_integers(const MatmulSizes& s, const T* a, const MatrixView& av, const T* b,
                       const MatrixView& bv, T* y) {
  const std::int64_t a_row = av.transposed ? 1 : av.ld, a_col = av.transposed ? av.ld : 1;
  const std::int64_t b_row = bv.transposed ? 1 : bv.ld, b_col = bv.transposed ? bv.ld : 1;
  for (std::int64_t i = 0; i < s.m; ++i) {
    for (std::int64_t j = 0; j < s.n; ++j) {
      T sum = 0;
      for (std::int64_t l = 0; l < s.k; ++l)
        sum = static_cast<T>(sum + a[i * a_row + l * a_col] * b[l * b_row + j * b_col]);
      y[i * s.n + j] = sum;
    }
  }
}

}  // namespace

void run_matmul(DType dtype, Device device, const Shape& batch, MatmulSizes sizes, const MatrixView& a,
                const MatrixView& b, std::byte* y) {
  const std::int64_t batches = count(batch, "matmul");
  const auto item = static_cast<std::int64_t>(item_size(dtype));
  if (!is_floating(dtype)) {
    dispatch_number(dtype, "matmul", [&](auto tag) {
      using T = typename decltype(tag)::type;
      for (std::int64_t i = 0; i < batches; ++i) {
        multiply_integers<T>(sizes,
                             reinterpret_cast<const T*>(a.data) + batch_offset(batch, a.batch_strides, i), a,
                             reinterpret_cast<const T*>(b.data) + batch_offset(batch, b.batch_strides, i), b,
                             reinterpret_cast<T*>(y) + i * sizes.m * sizes.n);
      }
    });
    return;
  }
  if (batches == 0 || sizes.m == 0 || sizes.n == 0) return;
  Backend& device_backend = backend(device);
  // One large product is shared out inside gemm, many small ones here.
  const std::int64_t work = std::max<std::int64_t>(1, sizes.m * sizes.n * sizes.k);
  const std::int64_t grain = std::max<std::int64_t>(1, (1 << 16) / work);
  cpu::parallel_for(batches, grain, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t i = first; i < last; ++i) {
      device_backend.gemm({.transpose_a = a.transposed,
                           .transpose_b = b.transposed,
                           .m = sizes.m,
                           .n = sizes.n,
                           .k = sizes.k,
                           .a = a.data + batch_offset(batch, a.batch_strides, i) * item,
                           .lda = a.ld,
                           .b = b.data + batch_offset(batch, b.batch_strides, i) * item,
                           .ldb = b.ld,
                           .c = y + i * sizes.m * sizes.n * item,
                           .ldc = sizes.n,
                           .dtype = dtype});
    }
  });
}

}  // namespace tenet
