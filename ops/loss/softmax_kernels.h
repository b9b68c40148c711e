#pragma once

#include <algorithm>
#include <cstdint>

#include "tenet/backends/cpu/parallel.h"
#include "tenet/backends/kernel.h"

namespace tenet::softmax_kernels {

inline constexpr std::int64_t kLanes = 64;  // slices done side by side

/// Slices [begin, end) of the `inner` that lie side by side in one [n, inner] block of x.
template <cpu::Level L, class T>
void slices(bool logarithm, const T* x, T* y, std::int64_t n, std::int64_t inner, std::int64_t begin,
            std::int64_t end);

/// x and y [outer, n, inner], both contiguous; n and inner > 0.
template <class T> struct Softmax {
  bool logarithm;
  const T* x;
  T* y;
  std::int64_t outer, n, inner;
};

template <class T> void run_on(OnCpu, const Softmax<T>& s) {
  const auto kernel = cpu::at_level([]<cpu::Level L> { return &slices<L, T>; });
  const std::int64_t blocks = (s.inner + kLanes - 1) / kLanes;
  const std::int64_t grain = std::max<std::int64_t>(1, (1 << 13) / (s.n * std::min(s.inner, kLanes)));
  cpu::parallel_for(s.outer * blocks, grain, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t task = first; task < last; ++task) {
      const std::int64_t at = task / blocks * s.n * s.inner, begin = task % blocks * kLanes;
      kernel(s.logarithm, s.x + at, s.y + at, s.n, s.inner, begin, std::min(begin + kLanes, s.inner));
    }
  });
}

template <class T> void run_on(OnCard, const Softmax<T>& s);  // softmax_kernels.cu

/// y = softmax or log_softmax of x along n.
template <class T> void run(const Softmax<T>& s, Device device) {
  if (s.n == 0 || s.inner == 0) return;
  at_device(device, [&](auto on) { run_on(on, s); });
}

}  // namespace tenet::softmax_kernels
