#pragma once

#include <algorithm>
#include <cstdint>

#include "tenet/backends/cpu/loop.h"
#include "tenet/backends/cpu/parallel.h"

namespace tenet::softmax_kernels {

inline constexpr std::int64_t kLanes = 64;  // slices done side by side

/// Slices [begin, end) of the `inner` that lie side by side in one [n, inner] block of x.
template <cpu::Level L, class T>
void slices(bool logarithm, const T* x, T* y, std::int64_t n, std::int64_t inner, std::int64_t begin,
            std::int64_t end);

/// y = softmax or log_softmax of x [outer, n, inner] along n, both contiguous.
template <class T>
void run(bool logarithm, const T* x, T* y, std::int64_t outer, std::int64_t n, std::int64_t inner) {
  if (n == 0 || inner == 0) return;
  const auto kernel = cpu::at_level([]<cpu::Level L> { return &slices<L, T>; });
  const std::int64_t blocks = (inner + kLanes - 1) / kLanes;
  const std::int64_t grain = std::max<std::int64_t>(1, (1 << 13) / (n * std::min(inner, kLanes)));
  cpu::parallel_for(outer * blocks, grain, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t task = first; task < last; ++task) {
      const std::int64_t at = task / blocks * n * inner, begin = task % blocks * kLanes;
      kernel(logarithm, x + at, y + at, n, inner, begin, std::min(begin + kLanes, inner));
    }
  });
}

}  // namespace tenet::softmax_kernels
