#include "tenet/ops/elementwise/binary_kernels.h"

#include <bit>

#include "tenet/backends/loop_kernel.h"

namespace tenet::pointwise {

// The derivative One never reaches a kernel; multiplying by it is defined so that every entry can be
// instantiated alike.
TENET_HD float operator*(float dy, One) { return dy; }
TENET_HD double operator*(double dy, One) { return dy; }

namespace {

template <class T> TENET_HD T& at(std::byte* data, std::int64_t offset) {
  return *reinterpret_cast<T*>(data + offset);
}

}  // namespace

template <class F, class T>
TENET_HD void steps(const BinaryValue<F, T>&, std::byte* const* data, const std::int64_t* strides,
                    std::int64_t n) {
  constexpr F f;
  using Y = decltype(f.f(T(), T()));
  constexpr std::int64_t step = sizeof(T);
  Y* y = reinterpret_cast<Y*>(data[0]);
  const T* a = reinterpret_cast<const T*>(data[1]);
  const T* b = reinterpret_cast<const T*>(data[2]);
  if (strides[0] == static_cast<std::int64_t>(sizeof(Y))) {
    if (strides[1] == step && strides[2] == step) {
      for (std::int64_t i = 0; i < n; ++i) y[i] = f.f(a[i], b[i]);
      return;
    }
    if (strides[1] == step && strides[2] == 0) {
      const T b0 = *b;
      for (std::int64_t i = 0; i < n; ++i) y[i] = f.f(a[i], b0);
      return;
    }
    if (strides[1] == 0 && strides[2] == step) {
      const T a0 = *a;
      for (std::int64_t i = 0; i < n; ++i) y[i] = f.f(a0, b[i]);
      return;
    }
  }
  for (std::int64_t i = 0; i < n; ++i) {
    at<Y>(data[0], i * strides[0]) = f.f(at<T>(data[1], i * strides[1]), at<T>(data[2], i * strides[2]));
  }
}

template <class F, class T, bool kTowardsA>
TENET_HD void steps(const BinaryPull<F, T, kTowardsA>&, std::byte* const* data, const std::int64_t* strides,
                    std::int64_t n) {
  const auto pull = [](T dy, T a, T b, T y) {
    constexpr F f;
    if constexpr (kTowardsA) {
      return dy * f.da(a, b, y);
    } else {
      return dy * f.db(a, b, y);
    }
  };
  // Operands: d, dy, then what is read; dy stands in for what is not.
  constexpr unsigned reads = kTowardsA ? F::reads_a : F::reads_b;
  constexpr int count = 2 + std::popcount(reads);
  constexpr int a = reads & kFirst ? 2 : 1, b = reads & kSecond ? 2 + std::popcount(reads & kFirst) : 1;
  constexpr int y = reads & kOutput ? count - 1 : 1;
  bool dense = true;
  for (int k = 0; k < count; ++k) dense = dense && strides[k] == static_cast<std::int64_t>(sizeof(T));
  if (dense) {
    T* d = reinterpret_cast<T*>(data[0]);
    const T *dy = reinterpret_cast<const T*>(data[1]), *va = reinterpret_cast<const T*>(data[a]);
    const T *vb = reinterpret_cast<const T*>(data[b]), *vy = reinterpret_cast<const T*>(data[y]);
    for (std::int64_t i = 0; i < n; ++i) d[i] = pull(dy[i], va[i], vb[i], vy[i]);
    return;
  }
  for (std::int64_t i = 0; i < n; ++i) {
    at<T>(data[0], i * strides[0]) = pull(at<T>(data[1], i * strides[1]), at<T>(data[a], i * strides[a]),
                                          at<T>(data[b], i * strides[b]), at<T>(data[y], i * strides[y]));
  }
}

}  // namespace tenet::pointwise

namespace tenet {
using namespace pointwise;

#define TENET_VALUE(Op, T) TENET_LOOP_KERNEL(BinaryValue<Op, T>)
#define TENET_FLOATS(Op) TENET_VALUE(Op, float) TENET_VALUE(Op, double)
#define TENET_NUMBERS(Op) \
  TENET_FLOATS(Op) TENET_VALUE(Op, std::int64_t) TENET_VALUE(Op, std::int32_t) TENET_VALUE(Op, std::uint8_t)
#define TENET_ALL(Op) TENET_NUMBERS(Op) TENET_VALUE(Op, bool)
#define TENET_PULL(Op, T, towards_a) TENET_LOOP_KERNEL(BinaryPull<Op, T, towards_a>)
#define TENET_PULLS(Op)       \
  TENET_PULL(Op, float, true) \
  TENET_PULL(Op, float, false) TENET_PULL(Op, double, true) TENET_PULL(Op, double, false)
#define TENET_INSTANTIATE(Op, function, types) TENET_##types(Op)
#define TENET_INSTANTIATE_PULL(Op, function, types) TENET_PULLS(Op)
#define TENET_PREDICATE(Op, function) TENET_ALL(Op)

TENET_BINARY_OPS(TENET_INSTANTIATE)
TENET_BINARY_OPS(TENET_INSTANTIATE_PULL)
TENET_PREDICATES(TENET_PREDICATE)

}  // namespace tenet
