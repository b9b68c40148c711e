#include "tenet/ops/update/update_kernels.h"

namespace tenet::update {
namespace {

/// The operands at element i; with kDense the strides are known, and the loop is vectors.
template <class T, bool kDense> struct Operands {
  std::byte* const* data;
  const std::int64_t* strides;

  TENET_HD T& at(int k, std::int64_t i) const {
    if constexpr (kDense) return reinterpret_cast<T*>(data[k])[i];
    return *reinterpret_cast<T*>(data[k] + i * strides[k]);
  }
};

template <bool kLast, class T, bool kDense>
TENET_HD void apply(const Sgd& sgd, const Operands<T, kDense>& of, std::int64_t n) {
#pragma GCC ivdep
  for (std::int64_t i = 0; i < n; ++i) sgd(of.at(0, i), of.at(1, i), kLast ? &of.at(2, i) : nullptr);
}

template <bool kLast, class T, bool kDense>
TENET_HD void apply(const Adam& adam, const Operands<T, kDense>& of, std::int64_t n) {
#pragma GCC ivdep
  for (std::int64_t i = 0; i < n; ++i) {
    adam(of.at(0, i), of.at(1, i), of.at(2, i), of.at(3, i), kLast ? &of.at(4, i) : nullptr);
  }
}

}  // namespace

template <cpu::Level L, class Step, class T, bool kLast>
void update_loop(const void* functor, std::byte* const* data, const std::int64_t* strides, std::int64_t n) {
  const Step step = *static_cast<const Step*>(functor);
  constexpr int operands = (std::is_same_v<Step, Sgd> ? 2 : 4) + kLast;
  bool dense = true;
  for (int k = 0; k < operands; ++k) dense = dense && strides[k] == static_cast<std::int64_t>(sizeof(T));
  if (dense) {
    apply<kLast>(step, Operands<T, true>{data, strides}, n);
  } else {
    apply<kLast>(step, Operands<T, false>{data, strides}, n);
  }
}

#define TENET_UPDATE(Step, T)                                                                   \
  template void update_loop<cpu::kThisLevel, Step, T, true>(const void*, std::byte* const*,     \
                                                            const std::int64_t*, std::int64_t); \
  template void update_loop<cpu::kThisLevel, Step, T, false>(const void*, std::byte* const*,    \
                                                             const std::int64_t*, std::int64_t);
TENET_UPDATE(Sgd, float)
TENET_UPDATE(Sgd, double)
TENET_UPDATE(Adam, float)
TENET_UPDATE(Adam, double)

}  // namespace tenet::update
