#pragma once

#include "tenet/backends/cpu/loop.h"
#include "tenet/framework/core/dispatch.h"

namespace tenet::copy {

template <cpu::Level L, class To, class From>
void cast_loop(const void*, std::byte* const* data, const std::int64_t* strides, std::int64_t n);

/// to = from, element by element, converted: operands to, from.
inline void run_cast(DType to, DType from, Loop loop) {
  const InnerLoop inner = dispatch_all(to, [&](auto to_tag) {
    return dispatch_all(from, [&](auto from_tag) {
      using To = typename decltype(to_tag)::type;
      using From = typename decltype(from_tag)::type;
      return cpu::at_level([]<cpu::Level L>() -> InnerLoop { return &cast_loop<L, To, From>; });
    });
  });
  cpu::run(loop, inner, nullptr);
}

}  // namespace tenet::copy
