#include "tenet/ops/update/update_kernels.h"

#include "tenet/backends/loop_kernel.h"

namespace tenet::update {
namespace {

/// Elements of one operand. Those of a dense one lie side by side, and the loop over them is vectors.
template <class T> struct Dense {
  T* data;
  TENET_HD Dense(std::byte* first, std::int64_t) : data(reinterpret_cast<T*>(first)) {}
  TENET_HD T& operator[](std::int64_t i) const { return data[i]; }
};
template <class T> struct Strided {
  std::byte* data;
  std::int64_t stride;
  TENET_HD Strided(std::byte* first, std::int64_t bytes) : data(first), stride(bytes) {}
  TENET_HD T& operator[](std::int64_t i) const { return *reinterpret_cast<T*>(data + i * stride); }
};

template <bool kLast, class Operand>
TENET_HD void apply(const Sgd sgd, std::byte* const* data, const std::int64_t* strides, std::int64_t n) {
  const Operand x(data[0], strides[0]), g(data[1], strides[1]);
  const Operand b(data[kLast ? 2 : 0], strides[kLast ? 2 : 0]);
  for (std::int64_t i = 0; i < n; ++i) sgd(x[i], g[i], kLast ? &b[i] : nullptr);
}

template <bool kLast, class Operand>
TENET_HD void apply(const Adam adam, std::byte* const* data, const std::int64_t* strides, std::int64_t n) {
  const Operand x(data[0], strides[0]), g(data[1], strides[1]), m(data[2], strides[2]);
  const Operand v(data[3], strides[3]), largest(data[kLast ? 4 : 0], strides[kLast ? 4 : 0]);
  for (std::int64_t i = 0; i < n; ++i) adam(x[i], g[i], m[i], v[i], kLast ? &largest[i] : nullptr);
}

}  // namespace

template <class Step, class T, bool kLast>
TENET_HD void steps(const Update<Step, T, kLast>& kernel, std::byte* const* data, const std::int64_t* strides,
                    std::int64_t n) {
  const Step step = kernel.step;
  constexpr int operands = (std::is_same_v<Step, Sgd> ? 2 : 4) + kLast;
  bool dense = true;
  for (int k = 0; k < operands; ++k) dense = dense && strides[k] == static_cast<std::int64_t>(sizeof(T));
  if (dense) {
    apply<kLast, Dense<T>>(step, data, strides, n);
  } else {
    apply<kLast, Strided<T>>(step, data, strides, n);
  }
}

}  // namespace tenet::update

namespace tenet {
using namespace update;

#define TENET_UPDATE(Step, T) \
  TENET_LOOP_KERNEL(Update<Step, T, true>) TENET_LOOP_KERNEL(Update<Step, T, false>)
TENET_UPDATE(Sgd, float)
TENET_UPDATE(Sgd, double)
TENET_UPDATE(Adam, float)
TENET_UPDATE(Adam, double)

}  // namespace tenet
