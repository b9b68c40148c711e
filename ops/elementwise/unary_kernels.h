#pragma once

#include "tenet/backends/cpu/loop.h"
#include "tenet/framework/core/dispatch.h"
#include "tenet/ops/elementwise/unary.h"

namespace tenet::pointwise {

// Inner loops, one per entry, type and instruction-set level; defined in unary_kernels.cpp.
template <cpu::Level L, class F, class T>
void unary_value(const void* f, std::byte* const* data, const std::int64_t* strides, std::int64_t n);
template <cpu::Level L, class F, class T>
void unary_pull(const void* f, std::byte* const* data, const std::int64_t* strides, std::int64_t n);

template <class F, class Call>
void dispatch_types(DType dtype, Call&& call) {
  if constexpr (F::types == Types::floating) {
    dispatch_float(dtype, F::name, call);
  } else {
    dispatch_number(dtype, F::name, call);
  }
}

/// y = f(x): operands y, x.
template <class F>
void run_value(const F& f, DType dtype, Loop loop) {
  dispatch_types<F>(dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    cpu::run(loop, cpu::at_level([]<cpu::Level L> { return &unary_value<L, F, T>; }), &f);
  });
}

/// dx = dy * df(x, y): operands dx, dy and the one that df reads.
template <class F>
void run_pull(const F& f, DType dtype, Loop loop) {
  dispatch_float(dtype, F::name, [&](auto tag) {
    using T = typename decltype(tag)::type;
    cpu::run(loop, cpu::at_level([]<cpu::Level L> { return &unary_pull<L, F, T>; }), &f);
  });
}

}  // namespace tenet::pointwise
