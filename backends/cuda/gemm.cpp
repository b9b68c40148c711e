#include "tenet/backends/cuda/gemm.h"

#include "tenet/backends/cuda/column_major.h"
#include "tenet/backends/cuda/cublas.h"
#include "tenet/backends/cuda/runtime.h"
#include "tenet/framework/core/dispatch.h"

namespace tenet::cuda {
namespace {

cublasOperation_t operation(bool transpose) { return transpose ? CUBLAS_OP_T : CUBLAS_OP_N; }

template <class T, class Plain>
cublasStatus_t one(Plain plain, cublasHandle_t handle, const ColumnMajor& p, T beta, T* c) {
  const T alpha = 1;
  return plain(handle, operation(p.transpose_first), operation(p.transpose_second), p.m, p.n, p.k, &alpha,
               static_cast<const T*>(p.first), p.ld_first, static_cast<const T*>(p.second), p.ld_second,
               &beta, c, p.ld_c);
}

template <class T, class Batched>
cublasStatus_t many(Batched batched, cublasHandle_t handle, const ColumnMajor& p, T beta, T* c) {
  const T alpha = 1;
  return batched(handle, operation(p.transpose_first), operation(p.transpose_second), p.m, p.n, p.k, &alpha,
                 static_cast<const T*>(p.first), p.ld_first, p.stride_first, static_cast<const T*>(p.second),
                 p.ld_second, p.stride_second, &beta, c, p.ld_c, p.stride_c, p.batch);
}

template <class T, class Plain, class Batched>
void product(int device, const Gemm& call, const char* name, Plain plain, Batched batched) {
  const ColumnMajor product = column_major(call);
  const T beta = static_cast<T>(call.beta);
  T* const c = static_cast<T*>(call.c);
  const DeviceGuard guard(device);
  cublasHandle_t handle = cublas_handle(device);
  check(call.batch == 1 ? one(plain, handle, product, beta, c) : many(batched, handle, product, beta, c),
        name, device);
}

}  // namespace

void gemm(int device, const Gemm& call) {
  dispatch_float(call.dtype, "gemm", [&](auto tag) {
    using T = typename decltype(tag)::type;
    if (call.m == 0 || call.n == 0 || call.batch == 0) return;
    if (call.k == 0) return scale(device, call);
    const Cublas& library = cublas();
    if constexpr (std::is_same_v<T, float>) {
      product<T>(device, call, "cublasSgemm", library.cublasSgemm_v2, library.cublasSgemmStridedBatched);
    } else {
      product<T>(device, call, "cublasDgemm", library.cublasDgemm_v2, library.cublasDgemmStridedBatched);
    }
  });
}

}  // namespace tenet::cuda
