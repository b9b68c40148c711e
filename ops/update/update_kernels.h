#pragma once

#include "tenet/backends/kernel.h"
#include "tenet/framework/core/dispatch.h"
#include "tenet/ops/update/update.h"

namespace tenet::update {

/// Operands x, g, then the state, whose last tensor, b or `largest`, may be absent.
template <class Step, class T, bool kLast> struct Update {
  static constexpr const char* name = "step";
  Step step;
};

template <class Step> void run_loop(const Step& step, DType dtype, Loop loop, Device device) {
  constexpr int most = std::is_same_v<Step, Sgd> ? 3 : 5;
  dispatch_float(dtype, "step", [&](auto tag) {
    using T = typename decltype(tag)::type;
    const Update<Step, T, true> whole{step};
    const Update<Step, T, false> without{step};
    run(loop.operands == most ? loop_kernel(whole) : loop_kernel(without), loop, device);
  });
}

}  // namespace tenet::update
