#pragma once

#include "tenet/framework/core/dispatch.h"
#include "tenet/ops/elementwise/binary.h"
#include "tenet/ops/elementwise/compare.h"
#include "tenet/ops/elementwise/run_kernels.h"

namespace tenet::pointwise {

// Loop kernels; their steps stand in binary_kernels.cpp.

/// Operands y, a, b.
template <class F, class T> struct BinaryValue { static constexpr const char* name = F::name; };
/// Operands d, dy, then those of a, b and y that are read.
template <class F, class T, bool kTowardsA> struct BinaryPull {
  static constexpr const char* name = F::name;
};

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
    run(loop_kernel<BinaryValue<F, T>>(), y.impl(), a.impl(), b.impl());
  });
}

/// d = dy * (da or db)(a, b, y), with the blocks of those of a, b and y that it reads, in this order.
template <class F, bool kTowardsA, class... Block>
void run_binary_pull(const Tensor& d, const Tensor& dy, const Block*... read) {
  dispatch_float(d.dtype(), F::name, [&](auto tag) {
    using T = typename decltype(tag)::type;
    run(loop_kernel<BinaryPull<F, T, kTowardsA>>(), d.impl(), dy.impl(), read...);
  });
}

}  // namespace tenet::pointwise
