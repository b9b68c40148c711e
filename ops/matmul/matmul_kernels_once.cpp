#include "tenet/backends/cpu/parallel.h"
#include "tenet/framework/core/dispatch.h"
#include "tenet/ops/matmul/matmul_kernels.h"

namespace tenet {
namespace {

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

void run_on(OnCpu, const Matmul& call) {
  const std::int64_t batches = count(call.batch, "matmul");
  const MatmulSizes& sizes = call.sizes;
  if (!is_floating(call.dtype)) {
    dispatch_number(call.dtype, "matmul", [&](auto tag) {
      using T = typename decltype(tag)::type;
      for (std::int64_t i = 0; i < batches; ++i) {
        multiply_integers<T>(
            sizes,  //
            reinterpret_cast<const T*>(call.a.data) + batch_offset(call.batch, call.a.batch_strides, i),
            call.a,
            reinterpret_cast<const T*>(call.b.data) + batch_offset(call.batch, call.b.batch_strides, i),
            call.b, reinterpret_cast<T*>(call.y) + i * sizes.m * sizes.n);
      }
    });
    return;
  }
  if (batches == 0 || sizes.m == 0 || sizes.n == 0) return;
  // One large product is shared out inside gemm, many small ones here.
  const std::int64_t work = std::max<std::int64_t>(1, sizes.m * sizes.n * sizes.k);
  const std::int64_t grain = std::max<std::int64_t>(1, (1 << 16) / work);
  cpu::parallel_for(batches, grain, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t i = first; i < last; ++i) backend({}).gemm(gemm_of(call, i, 1));
  });
}

}  // namespace tenet
