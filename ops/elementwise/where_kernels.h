#pragma once

#include "tenet/framework/core/dispatch.h"
#include "tenet/ops/elementwise/run_kernels.h"

namespace tenet::pointwise {

/// Operands out, condition, a, b; elements as unsigned numbers of their size.
template <class Item> struct Where { static constexpr const char* name = "where"; };

/// out = condition ? a : b, by the size of an element.
inline void run_where(const Tensor& out, const Tensor& condition, const Tensor& a, const Tensor& b) {
  dispatch_size(item_size(out.dtype()), [&](auto tag) {
    using Item = typename decltype(tag)::type;
    run(loop_kernel<Where<Item>>(), out.impl(), condition.impl(), a.impl(), b.impl());
  });
}

}  // namespace tenet::pointwise
