// What the paths have in common: a task's scratch, its place, and how tasks are shared out.
#pragma once

#include <algorithm>
#include <utility>

#include "tenet/backends/cpu/parallel.h"
#include "tenet/framework/core/scratch.h"

namespace tenet::conv_kernels {

/// A flat index taken apart, last factor first.
struct Index {
  std::int64_t rest;
  std::int64_t next(std::int64_t n) {
    const std::int64_t i = rest % n;
    rest /= n;
    return i;
  }
};

/// Elements that the parts of a sum may have together, where they are made apart and then added.
inline constexpr std::int64_t kPartials = 64 << 10;

/// w += the parts after the first, of `size` elements each, in order.
template <class T> void add_parts(T* w, const T* others, std::int64_t parts, std::int64_t size) {
  for (std::int64_t part = 1; part < parts; ++part, others += size) {
    for (std::int64_t i = 0; i < size; ++i) w[i] += others[i];
  }
}

/// cpu::parallel_for over `tasks`, each of so many multiply-adds. Small tasks go together, and never more than
/// about 64 pieces are made: neighbours in memory are best read by one processor.
template <class F> void share(std::int64_t tasks, std::int64_t multiply_adds, F&& run) {
  const std::int64_t small = (1 << 16) / std::max<std::int64_t>(multiply_adds, 1);
  cpu::parallel_for(tasks, std::max({std::int64_t{1}, small, tasks / 64}), std::forward<F>(run));
}

}  // namespace tenet::conv_kernels
