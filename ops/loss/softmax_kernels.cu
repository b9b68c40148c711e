#include "tenet/ops/loss/softmax_kernels.h"

#include <cmath>

#include "tenet/backends/cuda/launch.h"

namespace tenet::softmax_kernels {
namespace {

/// A slice by one thread; neighbouring slices lie side by side where inner > 1.
template <class T> struct Slice {
  Softmax<T> s;

  TENET_HD void operator()(std::int64_t i) const {
    const std::int64_t first = i / s.inner * s.n * s.inner + i % s.inner, end = first + s.n * s.inner;
    T largest = s.x[first];
    for (std::int64_t k = first; k < end; k += s.inner) largest = s.x[k] > largest ? s.x[k] : largest;
    double sum = 0;
    for (std::int64_t k = first; k < end; k += s.inner) {
      const T shifted = s.x[k] - largest, power = std::exp(shifted);
      sum += static_cast<double>(power);
      s.y[k] = s.logarithm ? shifted : power;
    }
    const T log_sum = static_cast<T>(std::log(sum));
    for (std::int64_t k = first; k < end; k += s.inner) {
      s.y[k] = s.logarithm ? s.y[k] - log_sum : static_cast<T>(static_cast<double>(s.y[k]) / sum);
    }
  }
};

}  // namespace

template <class T> void run_on(OnCard card, const Softmax<T>& s) {
  cuda::for_each(card.device, s.outer * s.inner, Slice<T>{s});
}
template void run_on(OnCard, const Softmax<float>&);
template void run_on(OnCard, const Softmax<double>&);

}  // namespace tenet::softmax_kernels
