// Runs a Loop on a card: one thread for every index, each doing one step of the kernel.
#pragma once

#include "tenet/backends/cuda/fast_int.h"
#include "tenet/backends/cuda/launch.h"
#include "tenet/framework/core/loop.h"

namespace tenet::cuda {

/// What a thread needs to know of a loop; strides in bytes.
struct LoopIndex {
  int rank = 0;
  std::int64_t total = 1;
  std::int64_t sizes[Dims::kMaxRank] = {};
  FastInt fast[Dims::kMaxRank];  // the same, where they fit
  std::int64_t strides[Loop::kMaxOperands][Dims::kMaxRank] = {};
  std::byte* data[Loop::kMaxOperands] = {};

  explicit LoopIndex(const Loop& loop);

  /// Where the operands of index i lie.
  TENET_HD void locate(std::int64_t i, std::byte** at) const {
    // All there can be: a loop of constant length is unrolled, and `at` stays in registers.
    for (int k = 0; k < Loop::kMaxOperands; ++k) at[k] = data[k];
    walk(i, [&](int d, std::int64_t step) {
      for (int k = 0; k < Loop::kMaxOperands; ++k) at[k] += step * strides[k][d];
    });
  }

  /// How far from its first element, in bytes, that of index i of one operand lies.
  TENET_HD std::int64_t offset(int operand, std::int64_t i) const {
    std::int64_t offset = 0;
    walk(i, [&](int d, std::int64_t step) { offset += step * strides[operand][d]; });
    return offset;
  }

 private:
  /// f(dimension, the place along it of index i).
  template <class F> TENET_HD void walk(std::int64_t i, F&& f) const {
    if (total <= 0x7fffffff) {
      walk_in(static_cast<std::int32_t>(i), fast, f);
    } else {
      walk_in(i, sizes, f);
    }
  }
  template <class Int, class N, class F> TENET_HD void walk_in(Int i, const N* size, F&& f) const {
    Split<Int> index{i};
    for (int d = rank - 1; d >= 0; --d) f(d, d == 0 ? index.rest : index.next(size[d]));
  }
};

template <class K> struct LoopBody {
  K kernel;
  LoopIndex index;

  TENET_HD void operator()(std::int64_t i) const {
    std::byte* at[Loop::kMaxOperands];
    index.locate(i, at);
    constexpr std::int64_t alone[Loop::kMaxOperands] = {};
    steps(kernel, at, alone, 1);
  }
};

template <class K> void run_loop(const void* kernel, Loop& loop, Device device) {
  loop.collapse();
  const LoopBody<K> body{*static_cast<const K*>(kernel), LoopIndex(loop)};
  for_each(device, body.index.total, body);
}

}  // namespace tenet::cuda
