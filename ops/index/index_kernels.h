#pragma once

#include "tenet/backends/cpu/loop.h"
#include "tenet/framework/core/dispatch.h"

namespace tenet::indexing {

/// A loop over the lanes of an index along one dimension, which every lane walks itself: `count` steps, in bytes
/// per operand. Operands: the output, the index (int64), the input.
struct Lanes {
  Loop loop;
  std::int64_t count = 0;
  std::int64_t step[3] = {};
};

/// out = input at index, element by element along each lane.
template <cpu::Level L, class Item>
void gather_loop(const void* lanes, std::byte* const* data, const std::int64_t* strides, std::int64_t n);

/// The output at index += input, in the order of the lane.
template <cpu::Level L, class T>
void scatter_loop(const void* lanes, std::byte* const* data, const std::int64_t* strides, std::int64_t n);

/// The output at index = input, in the order of the lane: the last one stays.
template <cpu::Level L, class Item>
void put_loop(const void* lanes, std::byte* const* data, const std::int64_t* strides, std::int64_t n);

inline void run_gather(std::size_t item, Lanes lanes) {
  const InnerLoop inner = cpu::at_level([&]<cpu::Level L>() -> InnerLoop {
    if (item == 8) return &gather_loop<L, std::uint64_t>;
    if (item == 4) return &gather_loop<L, std::uint32_t>;
    return &gather_loop<L, std::uint8_t>;
  });
  cpu::run(lanes.loop, inner, &lanes);
}

inline void run_put(std::size_t item, Lanes lanes) {
  const InnerLoop inner = cpu::at_level([&]<cpu::Level L>() -> InnerLoop {
    if (item == 8) return &put_loop<L, std::uint64_t>;
    if (item == 4) return &put_loop<L, std::uint32_t>;
    return &put_loop<L, std::uint8_t>;
  });
  cpu::run(lanes.loop, inner, &lanes);
}

inline void run_scatter(DType dtype, Lanes lanes) {
  const InnerLoop inner = dispatch_all(dtype, [](auto tag) {
    using T = typename decltype(tag)::type;
    return cpu::at_level([]<cpu::Level L>() -> InnerLoop { return &scatter_loop<L, T>; });
  });
  cpu::run(lanes.loop, inner, &lanes);
}

}  // namespace tenet::indexing
