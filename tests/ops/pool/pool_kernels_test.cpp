// The kernels over three axes, which no public op reaches yet.
#include "tenet/ops/pool/pool_kernels.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "tenet/ops/pool/geometry.h"
#include "tenet/tenet.h"

namespace {

using tenet::ConvGeometry;
using tenet::Shape;
using tenet::Tensor;

/// Calls f(output, input) for every pair of flat positions in a plane that a window joins.
template <class F> void for_pairs(const ConvGeometry& g, F f) {
  std::int64_t out = 0;
  for (std::int64_t d = 0; d < g.axis[0].out; ++d) {
    for (std::int64_t h = 0; h < g.axis[1].out; ++h) {
      for (std::int64_t w = 0; w < g.axis[2].out; ++w, ++out) {
        for (std::int64_t k = 0; k < g.taps(); ++k) {
          const std::int64_t kw = k % g.axis[2].kernel, kh = k / g.axis[2].kernel % g.axis[1].kernel;
          const std::int64_t at[] = {g.axis[0].position(d, k / g.axis[2].kernel / g.axis[1].kernel),
                                     g.axis[1].position(h, kh), g.axis[2].position(w, kw)};
          bool inside = true;
          for (int i = 0; i < 3; ++i) inside = inside && at[i] >= 0 && at[i] < g.axis[i].in;
          if (inside) f(out, (at[0] * g.axis[1].in + at[1]) * g.axis[2].in + at[2]);
        }
      }
    }
  }
}

TEST(PoolKernels, RunOverThreeAxes) {
  const Tensor x = tenet::randint(-9, 10, {2, 3, 5, 7, 6}, {.dtype = tenet::float32});
  const ConvGeometry g =
      tenet::pool::solve({"test", {3, 2, 3}, {2, 3, 1}, {1, 1, 0}, {1, 2, 1}, true}, x.shape(), 3);
  const tenet::pool::Table table(g);
  const Shape shape = tenet::pool::with_sizes(x.shape(), g, &tenet::ConvAxis::out);
  const std::int64_t n = g.in_size(), m = g.out_size();
  const Tensor largest = tenet::empty(shape), sum = tenet::empty(shape), spread = tenet::zeros(x.shape());
  const Tensor indices = tenet::empty(shape, {.dtype = tenet::int64});
  tenet::pool_kernels::max(tenet::OnCpu{}, g, table.windows(), x.data<const float>(), largest.data<float>(),
                           indices.data<std::int64_t>());
  tenet::pool_kernels::sum(tenet::OnCpu{}, g, table.windows(), x.data<const float>(), sum.data<float>());
  tenet::pool_kernels::spread(tenet::OnCpu{}, g, table.windows(), sum.data<const float>(),
                              spread.data<float>());
  for (std::int64_t plane = 0; plane < 6; ++plane) {
    const float* from = x.data<float>() + plane * n;
    std::vector<std::int64_t> best(static_cast<std::size_t>(m), -1);
    std::vector<float> sums(static_cast<std::size_t>(m)), spreads(static_cast<std::size_t>(n));
    for_pairs(g, [&](std::int64_t out, std::int64_t in) {
      const auto o = static_cast<std::size_t>(out);
      if (best[o] < 0 || from[in] > from[best[o]]) best[o] = in;
      sums[o] += from[in];
    });
    for_pairs(g, [&](std::int64_t out, std::int64_t in) {
      spreads[static_cast<std::size_t>(in)] += sums[static_cast<std::size_t>(out)];
    });
    for (std::int64_t o = 0; o < m; ++o) {
      const auto k = static_cast<std::size_t>(o);
      ASSERT_EQ(indices.data<std::int64_t>()[plane * m + o], best[k]);
      ASSERT_EQ(largest.data<float>()[plane * m + o], from[best[k]]);
      ASSERT_EQ(sum.data<float>()[plane * m + o], sums[k]);
    }
    for (std::int64_t i = 0; i < n; ++i)
      ASSERT_EQ(spread.data<float>()[plane * n + i], spreads[static_cast<std::size_t>(i)]);
  }
}

}  // namespace
