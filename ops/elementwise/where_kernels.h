#pragma once

#include "tenet/backends/cpu/loop.h"

namespace tenet::pointwise {

template <cpu::Level L, class Item>
void where_loop(const void*, std::byte* const* data, const std::int64_t* strides, std::int64_t n);

/// out = condition ? a : b for elements of 1, 4 or 8 bytes: operands out, condition, a, b.
inline void run_where(std::size_t item_size, Loop loop) {
  const InnerLoop inner = cpu::at_level([&]<cpu::Level L>() -> InnerLoop {
    if (item_size == 8) return &where_loop<L, std::uint64_t>;
    if (item_size == 4) return &where_loop<L, std::uint32_t>;
    return &where_loop<L, std::uint8_t>;
  });
  cpu::run(loop, inner, nullptr);
}

}  // namespace tenet::pointwise
