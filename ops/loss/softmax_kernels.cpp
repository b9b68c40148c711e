#include "tenet/ops/loss/softmax_kernels.h"

#include <cmath>

namespace tenet::softmax_kernels {

template <cpu::Level L, class T>
void slices(bool logarithm, const T* x, T* y, std::int64_t n, std::int64_t inner, std::int64_t begin,
            std::int64_t end) {
  const std::int64_t lanes = end - begin;
  T largest[kLanes];
  double sum[kLanes];
  for (std::int64_t l = 0; l < lanes; ++l) largest[l] = x[begin + l], sum[l] = 0;
  for (std::int64_t k = 1; k < n; ++k) {
    for (std::int64_t l = 0; l < lanes; ++l) {
      const T value = x[k * inner + begin + l];
      largest[l] = value > largest[l] ? value : largest[l];
    }
  }
  for (std::int64_t k = 0; k < n; ++k) {
    for (std::int64_t l = 0; l < lanes; ++l) {
      const std::int64_t i = k * inner + begin + l;
      const T shifted = x[i] - largest[l], power = std::exp(shifted);
      sum[l] += static_cast<double>(power);
      y[i] = logarithm ? shifted : power;
    }
  }
  for (std::int64_t l = 0; l < lanes; ++l) {
    if (logarithm) largest[l] = static_cast<T>(std::log(sum[l]));
  }
  for (std::int64_t k = 0; k < n; ++k) {
    for (std::int64_t l = 0; l < lanes; ++l) {
      T& out = y[k * inner + begin + l];
      out = logarithm ? out - largest[l] : static_cast<T>(static_cast<double>(out) / sum[l]);
    }
  }
}

template void slices<cpu::kThisLevel, float>(bool, const float*, float*, std::int64_t, std::int64_t,
                                             std::int64_t, std::int64_t);
template void slices<cpu::kThisLevel, double>(bool, const double*, double*, std::int64_t, std::int64_t,
                                              std::int64_t, std::int64_t);

}  // namespace tenet::softmax_kernels
