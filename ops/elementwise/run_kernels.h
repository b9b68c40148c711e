#pragma once

#include "tenet/backends/cpu/loop.h"
#include "tenet/ops/elementwise/pointwise.h"

namespace tenet::pointwise {

inline constexpr std::int64_t kSmall = 4096;  // below this, planning a loop costs more than running it

/// Runs an inner loop over the shape of the first operand, the output, with the others broadcast to it.
template <class... Block>
void run(InnerLoop inner, const void* functor, const TensorImpl* out, const Block*... in) {
  if (out->numel <= kSmall && flat(out, in...)) {
    std::byte* data[] = {out->data, in->data...};
    const std::int64_t steps[] = {static_cast<std::int64_t>(item_size(out->dtype)),
                                  static_cast<std::int64_t>(item_size(in->dtype))...};
    return inner(functor, data, steps, out->numel);
  }
  Loop loop = make_loop({out, in...});
  cpu::run(loop, inner, functor);
}

}  // namespace tenet::pointwise
