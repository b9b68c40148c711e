#include "tenet/ops/pool/unfold.h"

#include <algorithm>

#include "tenet/framework/autograd/linear_map.h"
#include "tenet/framework/core/checked.h"
#include "tenet/framework/core/dispatch.h"
#include "tenet/ops/conv/column_kernels.h"
#include "tenet/ops/pool/geometry.h"
#include "tenet/ops/pool/pool_kernels.h"

namespace tenet {
namespace {

/// Calls columns(block of one channel, channel of x, its rows of y) for all channels of all images.
template <class F> void by_channel(const ConvGeometry& g, F columns) {
  const conv_kernels::Block block{.row = 0, .rows = g.taps(), .position = 0, .positions = g.out_size()};
  const std::int64_t size = block.rows * block.positions;
  cpu::parallel_for(g.batch * g.in_channels, pool_kernels::grain(size),
                    [&](std::int64_t begin, std::int64_t end) {
                      for (std::int64_t c = begin; c < end; ++c) columns(block, c * g.in_size(), c * size);
                    });
}

template <class T> void gather(OnCpu, const ConvGeometry& g, const T* x, T* y) {
  const auto kernel = cpu::at_level([]<cpu::Level L> { return &conv_kernels::im2col<L, T>; });
  by_channel(g, [&](const conv_kernels::Block& block, std::int64_t channel, std::int64_t rows) {
    kernel(g, block, x + channel, y + rows);
  });
}
template <class T> void gather(OnCard card, const ConvGeometry& g, const T* x, T* y) {
  conv_kernels::gather_columns(card, g, x, y);
}

template <class T> void spread(OnCpu, const ConvGeometry& g, const T* y, T* x) {
  std::fill_n(x, g.batch * g.in_channels * g.in_size(), T(0));
  const auto kernel = cpu::at_level([]<cpu::Level L> { return &conv_kernels::col2im<L, T>; });
  by_channel(g, [&](const conv_kernels::Block& block, std::int64_t channel, std::int64_t rows) {
    kernel(g, block, y + rows, x + channel);
  });
}
template <class T> void spread(OnCard card, const ConvGeometry& g, const T* y, T* x) {
  conv_kernels::spread_columns(card, g, y, x);
}

struct Columns;

struct Image {
  static constexpr const char* name = "fold";
  ConvGeometry g;
  Tensor apply(const Tensor& y) const {
    const Tensor from = y.contiguous(), x = Tensor::make(g.input_shape(), y.dtype(), y.device());
    dispatch_float(y.dtype(), name, [&](auto tag) {
      using T = typename decltype(tag)::type;
      at_device(y.device(), [&](auto on) { spread(on, g, from.data<const T>(), x.data<T>()); });
    });
    return x;
  }
  Columns adjoint() const;
};

struct Columns {
  static constexpr const char* name = "unfold";
  ConvGeometry g;
  Tensor apply(const Tensor& x) const {
    const Tensor from = x.contiguous();
    const Tensor y = Tensor::make({g.batch, g.in_channels * g.taps(), g.out_size()}, x.dtype(), x.device());
    dispatch_float(x.dtype(), name, [&](auto tag) {
      using T = typename decltype(tag)::type;
      at_device(x.device(), [&](auto on) { gather(on, g, from.data<const T>(), y.data<T>()); });
    });
    return y;
  }
  Image adjoint() const { return {g}; }
};

Columns Image::adjoint() const { return {g}; }

/// The geometry of an image [N, C, H, W] or [C, H, W]; its columns can be counted.
ConvGeometry solve(const char* op, const Shape& image, const PerAxis& kernel, const UnfoldOptions& options) {
  const Dims window = pool::per_axis(op, "kernel", kernel, 2, 1);
  const std::int64_t channels = image.size() >= 3 ? image[image.size() - 3] : 1;
  const ConvGeometry g =
      solve_conv(op, image, {1, channels, window[0], window[1]},
                 {.stride = options.stride, .padding = options.padding, .dilation = options.dilation});
  const std::int64_t rows = checked_mul(checked_mul(window[0], window[1], op), channels, op);
  count({g.batch, rows, g.axis[1].out, g.axis[2].out}, op);
  return g;
}

}  // namespace

Tensor unfold(const Tensor& x, const PerAxis& kernel, const UnfoldOptions& options) {
  const ConvGeometry g = solve("unfold", x.shape(), kernel, options);
  if (x.dim() == 3) return linear(Columns{g}, x.unsqueeze(0)).squeeze(0);
  return linear(Columns{g}, x);
}

Tensor fold(const Tensor& y, const PerAxis& output_size, const PerAxis& kernel,
            const UnfoldOptions& options) {
  const Dims size = pool::per_axis("fold", "output_size", output_size, 2, 1);
  const Dims window = pool::per_axis("fold", "kernel", kernel, 2, 1);
  const std::int64_t taps = checked_mul(window[0], window[1], "fold");
  if ((y.dim() != 2 && y.dim() != 3) || y.size(-2) % taps != 0) {
    fail<ShapeError>("fold: input must have shape [N, C * ", taps, ", L] or [C * ", taps, ", L] for kernel ",
                     window, " but has ", y.shape(),
                     ". Reshape it, or pass the kernel it was unfolded with.");
  }
  const std::int64_t batch = y.dim() == 3 ? y.size(0) : 1, channels = y.size(-2) / taps;
  const ConvGeometry g = solve("fold", {batch, channels, size[0], size[1]}, window, options);
  if (y.size(-1) != g.out_size()) {
    fail<ShapeError>("fold: input ", y.shape(), " has ", y.size(-1), " columns but output_size ", size,
                     " has ", g.axis[1].out, " * ", g.axis[2].out, " = ", g.out_size(),
                     " windows. Pass the size and options it was unfolded with.");
  }
  if (y.dim() == 2) return linear(Image{g}, y.unsqueeze(0)).squeeze(0);
  return linear(Image{g}, y);
}

}  // namespace tenet
