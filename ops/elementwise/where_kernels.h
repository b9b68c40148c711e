#pragma once

#include "tenet/ops/elementwise/run_kernels.h"

namespace tenet::pointwise {

template <cpu::Level L, class Item>
void where_loop(const void*, std::byte* const* data, const std::int64_t* strides, std::int64_t n);

/// out = condition ? a : b, by the size of an element.
inline void run_where(const Tensor& out, const Tensor& condition, const Tensor& a, const Tensor& b) {
  const std::size_t item = item_size(out.dtype());
  const InnerLoop inner = cpu::at_level([&]<cpu::Level L>() -> InnerLoop {
    if (item == 8) return &where_loop<L, std::uint64_t>;
    if (item == 4) return &where_loop<L, std::uint32_t>;
    return &where_loop<L, std::uint8_t>;
  });
  run(inner, nullptr, out.impl(), condition.impl(), a.impl(), b.impl());
}

}  // namespace tenet::pointwise
