#pragma once

#include "tenet/backends/cpu/parallel.h"
#include "tenet/backends/kernel.h"
#include "tenet/framework/core/scratch.h"
#include "tenet/ops/reduce/reducer_kernels.h"

namespace tenet::reduce {

/// Folds elements [from, to) of the folded space for outputs [begin, end) into accs[output - begin].
using Fold = void (*)(const Plan&, std::int64_t begin, std::int64_t end, std::int64_t from, std::int64_t to,
                      void* accs);
/// Writes outputs [begin, end), each from its `chunks` accumulators in order, accs[chunk * stride + ...].
using Finish = void (*)(const Plan&, std::int64_t begin, std::int64_t end, const void* accs,
                        std::int64_t chunks, std::int64_t stride);

struct Kernels {
  Fold fold;
  Finish finish;
};

// Defined per instruction-set level in reduce_kernels.cpp.
template <cpu::Level L> Kernels kernels(Kind kind, DType dtype);

inline constexpr std::int64_t kChunk = 1 << 15;    // elements folded in one go
inline constexpr std::int64_t kOutputs = 1 << 10;  // outputs finished in one go

/// The bits do not depend on the number of threads: the chunks depend on the sizes alone.
inline void run_on(OnCpu, Kind kind, DType dtype, const Plan& plan) {
  const Kernels k = cpu::at_level([&]<cpu::Level L> { return kernels<L>(kind, dtype); });
  const std::int64_t outputs = plan.outputs(), elements = plan.elements();
  if (outputs == 0) return;
  const std::int64_t chunks = elements > 2 * kChunk && outputs < 64 ? (elements + kChunk - 1) / kChunk : 1;
  const std::int64_t per_chunk = chunks == 1 ? elements : kChunk;
  // One task folds a chunk for a block of outputs.
  const std::int64_t block = std::min(outputs, kOutputs);
  const std::int64_t blocks = (outputs + block - 1) / block;
  struct alignas(kAccBytes) Acc {
    std::byte bytes[kAccBytes];
  };
  const Scratch<Acc> accs(outputs * chunks * static_cast<std::int64_t>(sizeof(Acc)));
  const std::int64_t work = std::max<std::int64_t>(1, block * per_chunk);
  const std::int64_t grain = std::max<std::int64_t>(1, kChunk / work);
  cpu::parallel_for(blocks * chunks, grain, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t task = first; task < last; ++task) {
      const std::int64_t chunk = task / blocks, begin = task % blocks * block;
      const std::int64_t end = std::min(begin + block, outputs);
      k.fold(plan, begin, end, chunk * per_chunk, std::min((chunk + 1) * per_chunk, elements),
             accs.data() + chunk * outputs + begin);
    }
  });
  k.finish(plan, 0, outputs, accs.data(), chunks, outputs);
}

void run_on(OnCard, Kind kind, DType dtype, const Plan& plan);  // reduce_kernels.cu

/// y = fold of x over the folded space, for each kept index. y's type: sum: x's if floating, else int64;
/// max: x's; argmax: int64, the position in the folded space; any, all: bool.
inline void run(Kind kind, DType dtype, const Plan& plan, Device device) {
  at_device(device, [&](auto on) { run_on(on, kind, dtype, plan); });
}

}  // namespace tenet::reduce
