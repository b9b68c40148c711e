#pragma once

#include "tenet/framework/core/dispatch.h"
#include "tenet/ops/elementwise/run_kernels.h"
#include "tenet/ops/elementwise/unary.h"

namespace tenet::pointwise {

// Inner loops, one per entry, type and instruction-set level; defined in unary_kernels.cpp.
template <cpu::Level L, class F, class T>
void unary_value(const void* f, std::byte* const* data, const std::int64_t* strides, std::int64_t n);
template <cpu::Level L, class F, class T>
void unary_pull(const void* f, std::byte* const* data, const std::int64_t* strides, std::int64_t n);

template <class F, class Call> void dispatch_types(DType dtype, Call&& call) {
  if constexpr (F::types == Types::floating) {
    dispatch_float(dtype, F::name, call);
  } else {
    dispatch_number(dtype, F::name, call);
  }
}

/// y = f(x).
template <class F> void run_value(const F& f, const Tensor& y, const Tensor& x) {
  dispatch_types<F>(x.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    run(cpu::at_level([]<cpu::Level L> { return &unary_value<L, F, T>; }), &f, y.impl(), x.impl());
  });
}

/// dx = dy * df, where df reads `operand`: x or y.
template <class F> void run_pull(const F& f, const Tensor& dx, const Tensor& dy, const TensorImpl* operand) {
  dispatch_float(dx.dtype(), F::name, [&](auto tag) {
    using T = typename decltype(tag)::type;
    run(cpu::at_level([]<cpu::Level L> { return &unary_pull<L, F, T>; }), &f, dx.impl(), dy.impl(), operand);
  });
}

}  // namespace tenet::pointwise
