#pragma once

#include "tenet/backends/cpu/loop.h"
#include "tenet/framework/core/dispatch.h"
#include "tenet/ops/update/update.h"

namespace tenet::update {

// One per instruction-set level; defined in update_kernels.cpp. The last operand, b or `largest`, may be absent.
template <cpu::Level L, class Step, class T, bool kLast>
void update_loop(const void* step, std::byte* const* data, const std::int64_t* strides, std::int64_t n);

/// Operands: x, g, then the state.
template <class Step> void run_loop(const Step& step, DType dtype, Loop loop) {
  constexpr int most = std::is_same_v<Step, Sgd> ? 3 : 5;
  const bool last = loop.operands == most;
  const InnerLoop inner = dispatch_float(dtype, "step", [&](auto tag) {
    using T = typename decltype(tag)::type;
    return cpu::at_level([&]<cpu::Level L>() -> InnerLoop {
      return last ? &update_loop<L, Step, T, true> : &update_loop<L, Step, T, false>;
    });
  });
  cpu::run(loop, inner, &step);
}

}  // namespace tenet::update
