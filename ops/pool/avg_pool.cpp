// The mean over windows and its spread: a linear pair made of the sum over windows and its adjoint.
#include <algorithm>

#include "tenet/framework/autograd/linear_map.h"
#include "tenet/framework/core/dispatch.h"
#include "tenet/ops/pool/geometry.h"
#include "tenet/ops/pool/pool.h"
#include "tenet/ops/pool/pool_kernels.h"

namespace tenet {
namespace {

struct Spread;

struct Average {
  static constexpr const char* name = "avg_pool2d";
  ConvGeometry g;
  bool count_padding;

  Tensor apply(const Tensor& x) const {
    const pool::Table table(g);
    const Tensor from = x.contiguous();
    Tensor y = Tensor::make(pool::with_sizes(x.shape(), g, &ConvAxis::out), x.dtype(), x.device());
    dispatch_float(x.dtype(), name, [&](auto tag) {
      using T = typename decltype(tag)::type;
      at_device(x.device(), [&](auto on) {
        pool_kernels::sum(on, g, table.windows(), from.data<const T>(), y.data<T>());
      });
    });
    return y.div_(counts(y));
  }
  Spread adjoint() const;

  /// How many elements each window counts, as a tensor of y's type and spatial sizes.
  Tensor counts(const Tensor& y) const {
    Tensor counts = Tensor::make({}, y.dtype(), y.device()).fill_(1);
    for (int i = 3 - g.axes; i < 3; ++i) counts = counts.unsqueeze(-1) * axis_counts(g.axis[i], y);
    return counts;
  }

 private:
  Tensor axis_counts(const ConvAxis& axis, const Tensor& y) const {
    const Tensor counts = Tensor::make({axis.out}, y.dtype(), Device{});
    dispatch_float(y.dtype(), name, [&](auto tag) {
      using T = typename decltype(tag)::type;
      for (std::int64_t o = 0; o < axis.out; ++o) {
        const std::int64_t first = axis.position(o, 0), end = axis.in + (count_padding ? axis.high : 0);
        const std::int64_t begin = std::max<std::int64_t>(first, count_padding ? -axis.low : 0);
        counts.data<T>()[o] = static_cast<T>(std::min(first + axis.kernel, end) - begin);
      }
    });
    return counts.to(y.device());
  }
};

struct Spread {
  static constexpr const char* name = "avg_pool2d_spread";
  Average average;

  Tensor apply(const Tensor& dy) const {
    const pool::Table table(average.g);
    const Tensor shares = (dy / average.counts(dy)).contiguous();
    Tensor dx = Tensor::make(pool::with_sizes(dy.shape(), average.g, &ConvAxis::in), dy.dtype(), dy.device());
    if (dx.numel() > 0) dx.zero_();
    dispatch_float(dy.dtype(), name, [&](auto tag) {
      using T = typename decltype(tag)::type;
      at_device(dx.device(), [&](auto on) {
        pool_kernels::spread(on, average.g, table.windows(), shares.data<const T>(), dx.data<T>());
      });
    });
    return dx;
  }
  Average adjoint() const { return average; }
};

Spread Average::adjoint() const { return {*this}; }

}  // namespace

Tensor avg_pool2d(const Tensor& x, const PerAxis& kernel, const AvgPoolOptions& o) {
  const PerAxis dilation = 1;
  const ConvGeometry g =
      pool::solve({"avg_pool2d", kernel, o.stride, o.padding, dilation, o.ceil_mode}, x.shape(), 2);
  return linear(Average{g, o.count_include_pad}, x);
}

}  // namespace tenet
