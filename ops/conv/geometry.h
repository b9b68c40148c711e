// The geometry of a convolution: the only place where a size formula stands.
//
// Both sizes of every axis are stored, the convolution's input and its output, so nothing is derived
// twice: the same geometry serves the convolution, the transposed one (which reads it from out to in)
// and the weight gradient.
#pragma once

#include <cstdint>

#include "tenet/framework/core/host_device.h"
#include "tenet/ops/conv/options.h"

namespace tenet {

/// Indices [begin, end).
struct ConvRange {
  std::int64_t begin, end;
};

/// One spatial axis: output o reads the inputs o * stride - low + k * dilation for the taps k < kernel. N is
/// an integer, or for a card one that divides fast; Int is what N is reckoned in.
template <class N, class Int = decltype(+N())> struct BasicConvAxis {
  N in = 1, kernel = 1, stride = 1, dilation = 1, low = 0, high = 0, out = 1;

  /// Inputs from the first tap to the last.
  TENET_HD constexpr Int span() const { return dilation * (kernel - 1) + 1; }

  /// The input that tap k of output o reads; padding if outside [0, in).
  TENET_HD constexpr Int position(Int o, Int k) const { return o * stride - low + k * dilation; }

  /// The outputs whose tap k reads an input and no padding.
  TENET_HD constexpr ConvRange outputs(Int k) const {
    const Int end = steps_to(in + low - k * dilation);
    const Int begin = steps_to(low - k * dilation);
    return {begin < end ? begin : end, end};
  }

  /// The output whose tap k reads input i, or -1.
  TENET_HD constexpr Int output(Int i, Int k) const {
    const Int distance = i + low - k * dilation;
    if (distance < 0 || distance % stride != 0) return -1;
    return distance / stride < out ? distance / stride : -1;
  }

  /// What the padded input has beyond the last output's span: the transposed convolution's output_padding.
  /// A convolution's is (in + low + high - span) mod stride.
  TENET_HD constexpr Int output_padding() const { return in + low + high - span() - (out - 1) * stride; }

  /// x is the column matrix as it stands.
  TENET_HD constexpr bool is_identity() const { return is_disjoint() && kernel == 1; }

  /// Every input is read by exactly one tap of one output.
  TENET_HD constexpr bool is_disjoint() const {
    return kernel == stride && (dilation == 1 || kernel == 1) && low == 0 && in == out * kernel;
  }

 private:
  /// How many outputs begin before `distance` inputs are passed, at most `out`.
  TENET_HD constexpr Int steps_to(Int distance) const {
    if (distance <= 0) return 0;
    const Int steps = (distance - 1) / stride + 1;
    return steps < out ? steps : out;
  }
};
using ConvAxis = BasicConvAxis<std::int64_t>;

/// x [N, C, in...], w [O, C/G, kernel...], y [N, O, out...] over 1 to 3 axes. Kernels always see three:
/// unit axes stand in front.
template <class N> struct BasicConvGeometry {
  int axes = 2;
  N batch = 0, in_channels = 0, out_channels = 0, groups = 1;
  BasicConvAxis<N> axis[3];  // D, H, W

  TENET_HD constexpr auto in_per_group() const { return in_channels / groups; }
  TENET_HD constexpr auto out_per_group() const { return out_channels / groups; }
  TENET_HD constexpr auto in_size() const { return axis[0].in * axis[1].in * axis[2].in; }
  TENET_HD constexpr auto out_size() const { return axis[0].out * axis[1].out * axis[2].out; }
  TENET_HD constexpr auto taps() const { return axis[0].kernel * axis[1].kernel * axis[2].kernel; }
  /// Rows of the column matrix of one group.
  TENET_HD constexpr auto rows() const { return in_per_group() * taps(); }

  Shape input_shape() const, weight_shape() const, output_shape() const;
};
using ConvGeometry = BasicConvGeometry<std::int64_t>;

/// "conv2d", "conv_transpose2d" or "conv2d_weight", by the number of axes and the slot of the trilinear form
/// that is made: 0 = x, 1 = w, 2 = y.
const char* conv_name(int axes, int towards);

/// "D", "H" or "W": axis i of `axes`.
const char* axis_name(int axes, int i);

/// "(N,C,H,W)" or, without a batch, "(C,H,W)".
std::string layout_name(int axes, bool batched);

/// The geometry of a convolution of x [N, C, in...] or [C, in...] with w [O, C/G, kernel...], of 1 to 3 axes
/// as w has them; `op` is named in errors. Throws ShapeError if channels or sizes disagree or a product of
/// sizes overflows, ValueError for an option without meaning.
ConvGeometry solve_conv(const char* op, const Shape& x, const Shape& w, const ConvOptions& options);

/// The geometry whose contraction towards x is the transposed convolution of y [N, C, ...] or [C, ...] with
/// w [C, O/G, kernel...]: its in is the result's size. Throws as solve_conv, and if output_padding or
/// output_size is out of reach.
ConvGeometry solve_conv_transpose(const char* op, const Shape& y, const Shape& w,
                                  const ConvTransposeOptions& options);

}  // namespace tenet
