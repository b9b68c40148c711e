#pragma once

#include "tenet/framework/core/dispatch.h"
#include "tenet/ops/elementwise/run_kernels.h"
#include "tenet/ops/elementwise/unary.h"

namespace tenet::pointwise {

// Loop kernels; their steps stand in unary_kernels.cpp.

/// Operands y, x.
template <class F, class T> struct UnaryValue {
  static constexpr const char* name = F::name;
  F f;
};
/// Operands dx, dy, and x or y.
template <class F, class T> struct UnaryPull {
  static constexpr const char* name = F::name;
  F f;
};

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
    const UnaryValue<F, T> kernel{f};
    run(loop_kernel(kernel), y.impl(), x.impl());
  });
}

/// dx = dy * df, where df reads `operand`: x or y.
template <class F> void run_pull(const F& f, const Tensor& dx, const Tensor& dy, const TensorImpl* operand) {
  dispatch_float(dx.dtype(), F::name, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const UnaryPull<F, T> kernel{f};
    run(loop_kernel(kernel), dx.impl(), dy.impl(), operand);
  });
}

}  // namespace tenet::pointwise
