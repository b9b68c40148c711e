#include "tenet/backends/cuda/gemm.h"
#include "tenet/backends/cuda/launch.h"
#include "tenet/framework/core/dispatch.h"

namespace tenet::cuda {
namespace {

template <class T> struct Scale {
  T* c;
  T beta;
  std::int64_t m, n, distance, stride;

  TENET_HD void operator()(std::int64_t i) const {
    T& at = c[i / n / m * stride + i / n % m * distance + i % n];
    at = beta == T{0} ? T{0} : at * beta;  // also where C holds a NaN
  }
};

}  // namespace

void scale(int device, const Gemm& call) {
  if (call.beta == 1) return;
  dispatch_float(call.dtype, "gemm", [&](auto tag) {
    using T = typename decltype(tag)::type;
    for_each({DeviceType::cuda, static_cast<std::int8_t>(device)}, call.batch * call.m * call.n,
             Scale<T>{static_cast<T*>(call.c), static_cast<T>(call.beta), call.m, call.n, call.ldc,
                      call.stride_c});
  });
}

}  // namespace tenet::cuda
