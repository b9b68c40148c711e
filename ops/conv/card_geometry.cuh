// The geometry as kernels for a card see it: in 32 bits with fast divisions, or where that is too small in 64.
#pragma once

#include "tenet/backends/cuda/fast_int.h"
#include "tenet/ops/conv/geometry.h"

namespace tenet::conv_kernels {

template <class N> BasicConvGeometry<N> geometry_of(const ConvGeometry& g) {
  BasicConvGeometry<N> same{g.axes, g.batch, g.in_channels, g.out_channels, g.groups, {}};
  for (int i = 0; i < 3; ++i) {
    const ConvAxis& a = g.axis[i];
    same.axis[i] = {a.in, a.kernel, a.stride, a.dilation, a.low, a.high, a.out};
  }
  return same;
}

/// f(TypeTag<N>) with the N in which every index of x, w and y, and `more`, can be reckoned.
template <class F> decltype(auto) with_index_type(const ConvGeometry& g, std::int64_t more, F&& f) {
  bool fit = cuda::fit_fast_ints(g.batch * g.in_channels * g.in_size(), g.out_channels * g.rows(),
                                 g.batch * g.out_channels * g.out_size(), more);
  for (const ConvAxis& a : g.axis) {
    fit = fit && cuda::fit_fast_ints(a.in, a.kernel, a.stride, a.dilation, a.low, a.high, a.out) &&
          cuda::fit_fast_ints(a.out * a.stride, a.span());
  }
  return fit ? f(TypeTag<cuda::FastInt>{}) : f(TypeTag<std::int64_t>{});
}

}  // namespace tenet::conv_kernels
