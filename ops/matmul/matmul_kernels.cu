#include "tenet/ops/matmul/matmul_kernels.h"

#include "tenet/backends/cuda/launch.h"
#include "tenet/framework/core/dispatch.h"

namespace tenet {
namespace {

/// An element of a product of integers.
template <class T> struct Element {
  Matmul call;

  TENET_HD void operator()(std::int64_t i) const {
    const MatmulSizes& s = call.sizes;
    const std::int64_t column = i % s.n, row = i / s.n % s.m, which = i / s.n / s.m;
    const T* a = first(call.a, which) + row * (call.a.transposed ? 1 : call.a.ld);
    const T* b = first(call.b, which) + column * (call.b.transposed ? call.b.ld : 1);
    T sum = 0;
    for (std::int64_t k = 0; k < s.k; ++k) {
      sum = static_cast<T>(sum + a[k * (call.a.transposed ? call.a.ld : 1)] *
                                     b[k * (call.b.transposed ? 1 : call.b.ld)]);
    }
    reinterpret_cast<T*>(call.y)[i] = sum;
  }

 private:
  TENET_HD const T* first(const MatrixView& view, std::int64_t which) const {
    return reinterpret_cast<const T*>(view.data) + batch_offset(call.batch, view.batch_strides, which);
  }
};

}  // namespace

void run_on(OnCard card, const Matmul& call) {
  const std::int64_t batches = count(call.batch, "matmul"), size = call.sizes.m * call.sizes.n;
  if (batches == 0 || size == 0) return;
  if (!is_floating(call.dtype)) {
    return dispatch_number(call.dtype, "matmul", [&](auto tag) {
      using T = typename decltype(tag)::type;
      cuda::for_each(card.device, batches * size, Element<T>{call});
    });
  }
  const std::int64_t together = call.batch.empty() ? 1 : call.batch.back();
  for (std::int64_t i = 0; i < batches; i += together) backend(card.device).gemm(gemm_of(call, i, together));
}

}  // namespace tenet
