#include "tenet/ops/pool/geometry.h"

#include "tenet/framework/core/checked.h"

namespace tenet::pool {
namespace {

/// The shape of a kernel that turns each channel of x into one.
Shape window_shape(const Shape& x, const Dims& kernel) {
  Shape shape = kernel;
  const std::int64_t channel_dim = x.size() - kernel.size() - 1;
  shape.insert(0, channel_dim >= 0 ? x[channel_dim] : 1);
  shape.insert(0, 1);
  return shape;
}

/// So that a window at the border holds an element.
void check_padding(const char* op, const Dims& kernel, const Dims& padding, const Dims& dilation) {
  for (int i = 0; i < kernel.size(); ++i) {
    const std::int64_t span = checked_add(checked_mul(dilation[i], kernel[i] - 1, op), 1, op);
    if (padding[i] <= span / 2) continue;
    fail<ValueError>(op, ": padding=", padding[i], " along ", axis_name(kernel.size(), i),
                     " must be at most ", span / 2, ", half the span of the kernel (", dilation[i], " * (",
                     kernel[i], " - 1) + 1 = ", span, "). Use less padding, or pad().");
  }
}

/// A dilated window can step over a small input.
void check_windows(const char* op, const ConvAxis& axis, const char* name) {
  for (std::int64_t o = 0; o < axis.out; ++o) {
    bool holds = false;
    for (std::int64_t k = 0; k < axis.kernel && !holds; ++k) {
      const std::int64_t at = axis.position(o, k);
      holds = at >= 0 && at < axis.in;
    }
    if (holds) continue;
    fail<ShapeError>(op, ": window ", o, " along ", name, " holds padding alone: it reads ",
                     axis.position(o, 0), ", ", axis.position(o, 0) + axis.dilation,
                     ", ... of an input of extent ", axis.in,
                     ". Use less padding, a smaller dilation, or a larger input.");
  }
}

}  // namespace

Dims per_axis(const char* op, const char* option, const PerAxis& values, int axes, std::int64_t least) {
  const Dims& given = values.values();
  if (given.size() != 1 && given.size() != axes) {
    fail<ValueError>(op, ": ", option, " has ", given.size(), " values ", given, " but there are ", axes,
                     " spatial axes. Give one value, or one per axis.");
  }
  for (std::int64_t value : given) {
    if (value < least)
      fail<ValueError>(op, ": ", option, "=", given, " must be at least ", least, " along every axis.");
  }
  return given.size() == axes ? given : Dims::filled(axes, given[0]);
}

ConvGeometry solve(const Request& request, const Shape& x, int axes) {
  const char* op = request.op;
  const Dims kernel = per_axis(op, "kernel", request.kernel, axes, 1);
  const Dims stride = per_axis(op, "stride", stride_or(request.stride, request.kernel), axes, 1);
  const Dims padding = per_axis(op, "padding", request.padding, axes, 0);
  const Dims dilation = per_axis(op, "dilation", request.dilation, axes, 1);
  check_padding(op, kernel, padding, dilation);
  // Rounding up is rounding down with room for all but one more step.
  Dims high = padding;
  for (int i = 0; request.ceil_mode && i < axes; ++i) high[i] = checked_add(high[i], stride[i] - 1, op);
  ConvGeometry g = solve_conv(op, x, window_shape(x, kernel),
                              {.stride = stride, .padding = Padding(padding, high), .dilation = dilation});
  for (int i = 0; i < axes; ++i) {
    ConvAxis& axis = g.axis[3 - axes + i];
    axis.high = padding[i];
    if (request.ceil_mode && axis.position(axis.out - 1, 0) >= axis.in) --axis.out;
    if (g.batch > 0 && g.in_channels > 0) check_windows(op, axis, axis_name(axes, i));
  }
  return g;
}

Shape with_sizes(const Shape& like, const ConvGeometry& g, std::int64_t ConvAxis::*size) {
  Shape shape = like;
  for (int i = 0; i < g.axes; ++i) shape[like.size() - g.axes + i] = g.axis[3 - g.axes + i].*size;
  return shape;
}

Table::Table(const ConvGeometry& g) {
  windows_.planes = g.batch * g.in_channels;
  for (int i = 0; i < 3; ++i) {
    const ConvAxis& axis = g.axis[i];
    for (std::int64_t k = 0; k < axis.kernel; ++k) {
      const ConvRange range = axis.outputs(k);
      taps_[i].push_back({range.begin, range.end, axis.position(range.begin, k)});
    }
    windows_.axis[i] = {axis.in, axis.out, axis.kernel, axis.stride, taps_[i].data()};
  }
}

}  // namespace tenet::pool
