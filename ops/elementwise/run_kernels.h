#pragma once

#include "tenet/backends/kernel.h"
#include "tenet/ops/elementwise/pointwise.h"

namespace tenet::pointwise {

inline constexpr std::int64_t kSmall = 4096;  // below this, planning a loop costs more than running it

/// Runs a kernel over the shape of the first operand, the output, with the others broadcast to it.
template <class... Block> void run(LoopKernel code, const TensorImpl* out, const Block*... in) {
  code.require_one({out->device, in->device...});
  if (out->numel <= kSmall && flat(out, in...) && is_host(out->device)) {
    std::byte* data[] = {out->data, in->data...};
    const std::int64_t steps[] = {static_cast<std::int64_t>(item_size(out->dtype)),
                                  static_cast<std::int64_t>(item_size(in->dtype))...};
    return code.host(code.kernel, data, steps, out->numel);
  }
  Loop loop = make_loop({out, in...});
  tenet::run(code, loop, out->device);
}

}  // namespace tenet::pointwise
