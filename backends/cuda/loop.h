// Runs a Loop on a card: one thread for every index, each doing one step of the kernel.
#pragma once

#include "tenet/backends/cuda/fast_int.h"
#include "tenet/backends/cuda/launch.h"
#include "tenet/framework/core/loop.h"

namespace tenet::cuda {

/// What a thread needs to know of a loop; strides in bytes.
struct LoopIndex {
  int rank = 0, operands = 0;
  std::int64_t total = 1;
  std::int64_t sizes[Dims::kMaxRank] = {};
  FastInt fast[Dims::kMaxRank];  // the same, where they fit
  std::int64_t strides[Loop::kMaxOperands][Dims::kMaxRank] = {};
  std::byte* data[Loop::kMaxOperands] = {};

  explicit LoopIndex(const Loop& loop);

  /// Where the operands of index i lie.
  template <class Int, class N> TENET_HD void locate(Int i, const N* size, std::byte** at) const {
    // Not to `operands`: a loop of constant length is unrolled, and `at` stays in registers.
    for (int k = 0; k < Loop::kMaxOperands; ++k) at[k] = data[k];
    Split<Int> index{i};
    for (int d = rank - 1; d >= 0; --d) {
      const std::int64_t step = d == 0 ? index.rest : index.next(size[d]);
      for (int k = 0; k < Loop::kMaxOperands; ++k) at[k] += step * strides[k][d];
    }
  }

  /// How far from its first element, in bytes, that of index i of one operand lies.
  TENET_HD std::int64_t offset(int operand, std::int64_t i) const {
    if (total <= 0x7fffffff) return offset_of(static_cast<std::int32_t>(i), fast, operand);
    return offset_of(i, sizes, operand);
  }

 private:
  template <class Int, class N> TENET_HD std::int64_t offset_of(Int i, const N* size, int operand) const {
    std::int64_t offset = 0;
    Split<Int> index{i};
    for (int d = rank - 1; d >= 0; --d) {
      const std::int64_t step = d == 0 ? index.rest : index.next(size[d]);
      offset += step * strides[operand][d];
    }
    return offset;
  }
};

template <class K> struct LoopBody {
  K kernel;
  LoopIndex index;

  TENET_HD void operator()(std::int64_t i) const {
    std::byte* at[Loop::kMaxOperands];
    if (index.total <= 0x7fffffff) {
      index.locate(static_cast<std::int32_t>(i), index.fast, at);
    } else {
      index.locate(i, index.sizes, at);
    }
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
