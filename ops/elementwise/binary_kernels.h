#pragma once

#include "tenet/framework/core/dispatch.h"
#include "tenet/ops/elementwise/binary.h"
#include "tenet/ops/elementwise/compare.h"
#include "tenet/ops/elementwise/run_kernels.h"

namespace tenet::pointwise {

// Inner loops, one per entry, type and instruction-set level; defined in binary_kernels.cpp.
template <cpu::Level L, class F, class T>
void binary_value(const void* f, std::byte* const* data, const std::int64_t* strides, std::int64_t n);
template <cpu::Level L, class F, class T, bool kTowardsA>
void binary_pull(const void* f, std::byte* const* data, const std::int64_t* strides, std::int64_t n);

template <class F, class Call> void dispatch_operands(DType dtype, Call&& call) {
  if constexpr (F::types == Types::floating) {
    dispatch_float(dtype, F::name, call);
  } else if constexpr (F::types == Types::number) {
    dispatch_number(dtype, F::name, call);
  } else {
    dispatch_all(dtype, call);
  }
}

/// y = f(a, b); a and b are of one type.
template <class F> void run_binary(const Tensor& y, const Tensor& a, const Tensor& b) {
  dispatch_operands<F>(a.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    run(cpu::at_level([]<cpu::Level L> { return &binary_value<L, F, T>; }), nullptr, y.impl(), a.impl(),
        b.impl());
  });
}

/// d = dy * (da or db)(a, b, y), with the blocks of those of a, b and y that it reads, in this order.
template <class F, bool kTowardsA, class... Block>
void run_binary_pull(const Tensor& d, const Tensor& dy, const Block*... read) {
  dispatch_float(d.dtype(), F::name, [&](auto tag) {
    using T = typename decltype(tag)::type;
    run(cpu::at_level([]<cpu::Level L> { return &binary_pull<L, F, T, kTowardsA>; }), nullptr, d.impl(),
        dy.impl(), read...);
  });
}

}  // namespace tenet::pointwise
