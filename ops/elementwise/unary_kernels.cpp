#include "tenet/ops/elementwise/unary_kernels.h"

#include "tenet/backends/loop_kernel.h"

namespace tenet::pointwise {
namespace {

template <class T> TENET_HD T& at(std::byte* data, std::int64_t offset) {
  return *reinterpret_cast<T*>(data + offset);
}

}  // namespace

template <class F, class T>
TENET_HD void steps(const UnaryValue<F, T>& kernel, std::byte* const* data, const std::int64_t* strides,
                    std::int64_t n) {
  const F f = kernel.f;
  constexpr std::int64_t step = sizeof(T);
  if (strides[0] == step && strides[1] == step) {
    T* y = reinterpret_cast<T*>(data[0]);
    const T* x = reinterpret_cast<const T*>(data[1]);
    for (std::int64_t i = 0; i < n; ++i) y[i] = f.f(x[i]);
    return;
  }
  for (std::int64_t i = 0; i < n; ++i) {
    at<T>(data[0], i * strides[0]) = f.f(at<T>(data[1], i * strides[1]));
  }
}

template <class F, class T>
TENET_HD void steps(const UnaryPull<F, T>& kernel, std::byte* const* data, const std::int64_t* strides,
                    std::int64_t n) {
  const F f = kernel.f;
  constexpr std::int64_t step = sizeof(T);
  if (strides[0] == step && strides[1] == step && strides[2] == step) {
    T* dx = reinterpret_cast<T*>(data[0]);
    const T* dy = reinterpret_cast<const T*>(data[1]);
    const T* v = reinterpret_cast<const T*>(data[2]);
    for (std::int64_t i = 0; i < n; ++i) dx[i] = dy[i] * f.df(v[i], v[i]);
    return;
  }
  for (std::int64_t i = 0; i < n; ++i) {
    const T v = at<T>(data[2], i * strides[2]);
    at<T>(data[0], i * strides[0]) = at<T>(data[1], i * strides[1]) * f.df(v, v);
  }
}

}  // namespace tenet::pointwise

namespace tenet {
using namespace pointwise;

#define TENET_VALUE(Op, T) TENET_LOOP_KERNEL(UnaryValue<Op, T>)
#define TENET_PULL(Op, T) TENET_LOOP_KERNEL(UnaryPull<Op, T>)
#define TENET_FLOATS(Op) \
  TENET_VALUE(Op, float) TENET_VALUE(Op, double) TENET_PULL(Op, float) TENET_PULL(Op, double)
#define TENET_NUMBERS(Op) \
  TENET_FLOATS(Op) TENET_VALUE(Op, std::int64_t) TENET_VALUE(Op, std::int32_t) TENET_VALUE(Op, std::uint8_t)
#define TENET_INSTANTIATE(Op, function, types) TENET_##types(Op)

TENET_UNARY_OPS(TENET_INSTANTIATE)
TENET_UNARY_PARAMETRIC_OPS(TENET_INSTANTIATE)

}  // namespace tenet
