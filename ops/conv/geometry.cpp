#include "tenet/ops/conv/geometry.h"

#include <algorithm>
#include <limits>

#include "tenet/framework/core/checked.h"

namespace tenet {

Padding::Padding(std::initializer_list<LowHigh> sides) {
  for (const LowHigh& side : sides) {
    low_.push_back(side.low);
    high_.push_back(side.high);
  }
}

Padding::Padding(const Dims& low, const Dims& high) : low_(low), high_(high) {
  if (low.size() == high.size()) return;
  fail<ValueError>("padding: ", low.size(), " low values (", low, ") but ", high.size(), " high ones (", high,
                   "). Give one of each for every axis.");
}

Padding::Padding(std::string_view name) : Padding(0) {
  same_ = name == "same";
  if (same_ || name == "valid") return;
  fail<ValueError>("padding: \"", name, "\" is not known. Use \"same\", \"valid\", or numbers.");
}

const char* axis_name(int axes, int i) {
  constexpr const char* names[] = {"D", "H", "W"};
  return names[3 - axes + i];
}

std::string layout_name(int axes, bool batched) {
  std::string name = batched ? "(N,C" : "(C";
  for (int i = 0; i < axes; ++i) name.append(",").append(axis_name(axes, i));
  return name.append(")");
}

const char* conv_name(int axes, int towards) {
  constexpr const char* names[3][3] = {{"conv_transpose1d", "conv1d_weight", "conv1d"},
                                       {"conv_transpose2d", "conv2d_weight", "conv2d"},
                                       {"conv_transpose3d", "conv3d_weight", "conv3d"}};
  return names[axes - 1][towards];
}

namespace {

Shape with_axes(std::int64_t a, std::int64_t b, const ConvGeometry& g, std::int64_t ConvAxis::*extent) {
  Shape shape{a, b};
  for (int i = 3 - g.axes; i < 3; ++i) shape.push_back(g.axis[i].*extent);
  return shape;
}

/// One axis, and how to speak of it.
struct Solver {
  const char* op;
  const char* name;  // of the axis
  ConvAxis& axis;
  bool same;

  /// out from in.
  void forward() const {
    const std::int64_t span = checked_span();
    if (same) pad_same(span);
    const std::int64_t padded = checked_add(checked_add(axis.in, axis.low, op), axis.high, op);
    if (padded < span) {
      fail<ShapeError>(
          op, ": the kernel does not fit the padded input along ", name, ": ", axis.in, " + ", axis.low,
          " + ", axis.high, " = ", padded, " < ", span, " = ", axis.dilation, " * (", axis.kernel,
          " - 1) + 1 (in + low + high < dilation * (kernel - 1) + 1). The smallest input that fits has ",
          "extent ", std::max<std::int64_t>(span - axis.low - axis.high, same ? 1 : 0),
          "; or pad more, or use a smaller kernel or dilation.");
    }
    axis.out = (padded - span) / axis.stride + 1;
  }

  /// in from out and what is asked beyond it: output_padding, or if `wanted` >= 0 the size itself.
  void transposed(std::int64_t output_padding, std::int64_t wanted) const {
    if (axis.out < 1) {
      fail<ShapeError>(op, ": the input has extent ", axis.out, " along ", name,
                       ". A transposed convolution needs 1 or more along every axis.");
    }
    if (same) return transposed_same(output_padding, wanted);
    const std::int64_t most = std::max(axis.stride, axis.dilation) - 1;
    const std::int64_t reach = checked_add(checked_mul(axis.out - 1, axis.stride, op), checked_span(), op);
    const std::int64_t least = reach - checked_add(axis.low, axis.high, op);
    if (wanted >= 0) {
      const std::int64_t largest = checked_add(least, most, op);
      if (wanted < least || wanted > largest) fail_wanted(wanted, least, largest);
      output_padding = wanted - least;
    }
    if (output_padding < 0 || output_padding > most) {
      fail<ValueError>(op, ": output_padding=", output_padding, " along ", name, " must lie in [0, ", most,
                       "], below the larger of stride=", axis.stride, " and dilation=", axis.dilation,
                       ". For a given size of the result pass output_size.");
    }
    axis.in = checked_add(least, output_padding, op);
    if (axis.in < 1) fail_nothing_left(output_padding, least);
  }

 private:
  std::int64_t checked_span() const {
    return checked_add(checked_mul(axis.dilation, axis.kernel - 1, op), 1, op);
  }

  void pad_same(std::int64_t span) const {
    const std::int64_t reach = checked_mul(ceil_div(axis.in, axis.stride) - 1, axis.stride, op);
    const std::int64_t total = std::max<std::int64_t>(checked_add(reach, span, op) - axis.in, 0);
    axis.low = total / 2;
    axis.high = total - axis.low;
  }

  void transposed_same(std::int64_t output_padding, std::int64_t wanted) const {
    const std::int64_t out = axis.out, most = checked_mul(out, axis.stride, op),
                       least = most - axis.stride + 1;
    if (output_padding != 0) {
      fail<ValueError>(
          op, ": output_padding=", output_padding, " along ", name,
          " cannot be combined with padding=\"same\", which determines it. Leave it out, or pass "
          "output_size.");
    }
    if (wanted >= 0 && (wanted < least || wanted > most)) {
      fail<ShapeError>(op, ": output_size=", wanted, " along ", name,
                       " cannot be reached: with padding=\"same\" and ", "stride=", axis.stride,
                       " an input of extent ", out, " comes from ", least, " to ", most,
                       ". Choose an output_size in [", least, ", ", most, "].");
    }
    axis.in = wanted >= 0 ? wanted : most;
    forward();
  }

  /// "(8 - 1) * 2 + 1 * (3 - 1) + 1 - 0 - 0 = 17"
  std::string formula(std::int64_t least) const {
    return cat("(", axis.out, " - 1) * ", axis.stride, " + ", axis.dilation, " * (", axis.kernel,
               " - 1) + 1 - ", axis.low, " - ", axis.high, " = ", least);
  }

  [[noreturn]] void fail_wanted(std::int64_t wanted, std::int64_t least, std::int64_t largest) const {
    fail<ShapeError>(
        op, ": output_size=", wanted, " along ", name, " cannot be reached: an input of extent ", axis.out,
        " gives ", formula(least), ", plus an output_padding of at most ", largest - least,
        largest < 1
            ? std::string(". Use less padding, or a larger kernel.")
            : cat(". Choose an output_size in [", std::max<std::int64_t>(least, 1), ", ", largest, "]."));
  }

  [[noreturn]] void fail_nothing_left(std::int64_t output_padding, std::int64_t least) const {
    const std::int64_t more = ceil_div(1 - axis.in, axis.stride);
    fail<ShapeError>(op, ": nothing is left of the result along ", name, ": ", formula(least),
                     ", plus output_padding=", output_padding,
                     ". The smallest input that gives a result has extent ", axis.out + more,
                     "; or use less padding, or a larger kernel.");
  }
};

/// Expands an option to one value per axis, each at least `least`.
Dims per_axis(const char* op, const char* option, const Dims& values, int axes, std::int64_t least,
              const char* remedy = "") {
  if (values.size() != 1 && values.size() != axes) {
    fail<ValueError>(op, ": ", option, " has ", values.size(), " values ", values, " but there are ", axes,
                     " spatial axes. Give one value, or one per axis.");
  }
  for (std::int64_t value : values) {
    if (value >= least) continue;
    fail<ValueError>(op, ": ", option, "=", values, " must be at least ", least, " along every axis.",
                     remedy);
  }
  return values.size() == axes ? values : Dims::filled(axes, values[0]);
}

/// What conv and transposed conv have in common.
struct Request {
  const char* op;
  const Shape& input;
  const Shape& weight;
  const PerAxis& stride;
  const Padding& padding;
  const PerAxis& dilation;
  std::int64_t groups;
};

bool is_batched(const Request& r) { return r.input.size() == r.weight.size(); }

void check_ranks(const Request& r, int axes) {
  const bool has_batch = is_batched(r);
  if (!has_batch && r.input.size() != axes + 1) {
    fail<ShapeError>(r.op, ": input must have ", axes + 2, " dimensions ", layout_name(axes, true), ", or ",
                     axes + 1, " without a batch ", layout_name(axes, false), ", but has shape ", r.input,
                     ". Reshape it, or add dimensions with unsqueeze.");
  }
  for (int i = 0; i < axes; ++i) {
    const std::int64_t size = r.input[i + (has_batch ? 2 : 1)];
    if (size < 0) {
      fail<ShapeError>(r.op, ": size ", size, " along ", axis_name(axes, i),
                       " is negative. Sizes are 0 or more.");
    }
    if (r.weight[2 + i] >= 1) continue;
    fail<ShapeError>(r.op, ": weight ", r.weight, " has kernel extent ", r.weight[2 + i], " along ",
                     axis_name(axes, i), ". Kernel extents must be at least 1.");
  }
}

/// The channels of the input must be what the weight reads: `wanted`.
void check_channels(const Request& r, int axes, std::int64_t channels, std::int64_t wanted,
                    bool is_transposed) {
  if (r.groups < 1) {
    fail<ValueError>(r.op, ": groups=", r.groups,
                     " must be at least 1, and divide the channels of both sides.");
  }
  const std::int64_t others = is_transposed ? channels : r.weight[0];
  if (channels % r.groups != 0 || others % r.groups != 0) {
    const bool input_fits = channels % r.groups == 0;
    fail<ShapeError>(r.op, ": groups=", r.groups, " does not divide the ", input_fits ? others : channels,
                     input_fits ? " output" : " input", " channels. Input shape ", r.input, " ",
                     layout_name(axes, is_batched(r)), ", weight ", r.weight,
                     ". Choose groups that divide the channels of both sides.");
  }
  if (channels == wanted) return;
  Shape fitting = r.weight;
  fitting[is_transposed ? 0 : 1] = is_transposed ? channels : channels / r.groups;
  fail<ShapeError>(r.op, ": input has ", channels, " channels but weight ", r.weight,
                   " with groups=", r.groups, " needs ", wanted, ". Input shape ", r.input, " ",
                   layout_name(axes, is_batched(r)), ". Pass a weight of shape ", fitting,
                   ", or an input with ", wanted, " channels.");
}

/// All but the sizes along the axes that follow from others.
ConvGeometry start(const Request& r, bool is_transposed) {
  ConvGeometry g;
  g.axes = r.weight.size() - 2;
  check_ranks(r, g.axes);
  const bool has_batch = is_batched(r);
  const std::int64_t channels = r.input[has_batch ? 1 : 0];
  const std::int64_t wanted =
      is_transposed ? r.weight[0] : checked_mul(r.weight[1], std::max<std::int64_t>(r.groups, 1), r.op);
  check_channels(r, g.axes, channels, wanted, is_transposed);
  g.batch = has_batch ? r.input[0] : 1;
  g.groups = r.groups;
  g.out_channels = r.weight[0];
  g.in_channels = is_transposed ? checked_mul(r.weight[1], r.groups, r.op) : channels;
  const Dims stride = per_axis(r.op, "stride", r.stride.values(), g.axes, 1);
  const Dims dilation = per_axis(r.op, "dilation", r.dilation.values(), g.axes, 1);
  const char* crop = " To crop, use pad(x, widths) with negative widths.";
  const Dims low = per_axis(r.op, "padding", r.padding.low(), g.axes, 0, crop);
  const Dims high = per_axis(r.op, "padding", r.padding.high(), g.axes, 0, crop);
  for (int i = 0; i < g.axes; ++i) {
    ConvAxis& axis = g.axis[3 - g.axes + i];
    axis = {.kernel = r.weight[2 + i],
            .stride = stride[i],
            .dilation = dilation[i],
            .low = low[i],
            .high = high[i]};
    (is_transposed ? axis.out : axis.in) = r.input[i + (has_batch ? 2 : 1)];
  }
  return g;
}

}  // namespace

template <> Shape ConvGeometry::input_shape() const {
  return with_axes(batch, in_channels, *this, &ConvAxis::in);
}
template <> Shape ConvGeometry::weight_shape() const {
  return with_axes(out_channels, in_per_group(), *this, &ConvAxis::kernel);
}
template <> Shape ConvGeometry::output_shape() const {
  return with_axes(batch, out_channels, *this, &ConvAxis::out);
}

ConvGeometry solve_conv(const char* op, const Shape& x, const Shape& w, const ConvOptions& o) {
  ConvGeometry g = start({op, x, w, o.stride, o.padding, o.dilation, o.groups}, false);
  for (int i = 0; i < g.axes; ++i) {
    Solver{op, axis_name(g.axes, i), g.axis[3 - g.axes + i], o.padding.same()}.forward();
  }
  count(g.output_shape(), op);  // throws if the elements cannot be counted
  return g;
}

ConvGeometry solve_conv_transpose(const char* op, const Shape& y, const Shape& w,
                                  const ConvTransposeOptions& o) {
  ConvGeometry g = start({op, y, w, o.stride, o.padding, o.dilation, o.groups}, true);
  const std::int64_t any = std::numeric_limits<std::int64_t>::min();
  const Dims padding = per_axis(op, "output_padding", o.output_padding.values(), g.axes, any);
  const bool sized = o.output_size.given();
  const Dims size = sized ? per_axis(op, "output_size", o.output_size.values(), g.axes, 1) : Dims();
  if (sized && padding != Dims::filled(g.axes, 0)) {
    fail<ValueError>(op, ": output_size=", size, " and output_padding=", padding,
                     " are both given. Each determines the size of the result: leave one out.");
  }
  for (int i = 0; i < g.axes; ++i) {
    Solver{op, axis_name(g.axes, i), g.axis[3 - g.axes + i], o.padding.same()}.transposed(
        padding[i], sized ? size[i] : -1);
  }
  count(g.input_shape(), op);
  return g;
}

}  // namespace tenet
