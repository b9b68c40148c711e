#include "tenet/ops/conv/solver.h"

#include "tenet/framework/core/error.h"
#include "tenet/ops/conv/conv_kernels.h"
#include "tenet/ops/conv/geometry.h"

namespace tenet {
namespace {

/// One image, or one kernel, of one channel.
Shape one_channel(const Dims& size) {
  Shape shape = size;
  shape.insert(0, 1);
  shape.insert(0, 1);
  return shape;
}

void check_axes(const char* op, const Dims& input_size, const Dims& kernel_size) {
  const int axes = kernel_size.size();
  if (axes >= 1 && axes <= 3 && input_size.size() == axes) return;
  fail<ShapeError>(op, ": input size ", input_size, " and kernel size ", kernel_size,
                   " do not go together. Both need one extent for each of 1 to 3 spatial axes.");
}

ConvGeometry solve(const char* op, const Dims& input_size, const Dims& kernel_size, ConvOptions options) {
  check_axes(op, input_size, kernel_size);
  options.groups = 1;
  return solve_conv(op, one_channel(input_size), one_channel(kernel_size), options);
}

template <class F> Dims along_axes(const ConvGeometry& g, F&& of) {
  Dims values;
  for (int i = 3 - g.axes; i < 3; ++i) values.push_back(of(g.axis[i]));
  return values;
}

}  // namespace

Dims conv_output_size(const Dims& input_size, const Dims& kernel_size, const ConvOptions& options) {
  return along_axes(solve("conv_output_size", input_size, kernel_size, options),
                    [](const ConvAxis& a) { return a.out; });
}

Dims conv_transpose_output_size(const Dims& input_size, const Dims& kernel_size,
                                const ConvTransposeOptions& options) {
  check_axes("conv_transpose_output_size", input_size, kernel_size);
  ConvTransposeOptions one_group = options;
  one_group.groups = 1;
  return along_axes(solve_conv_transpose("conv_transpose_output_size", one_channel(input_size),
                                         one_channel(kernel_size), one_group),
                    [](const ConvAxis& a) { return a.in; });
}

Dims output_padding_for(const Dims& conv_input_size, const Dims& kernel_size, const ConvOptions& options) {
  return along_axes(solve("output_padding_for", conv_input_size, kernel_size, options),
                    [](const ConvAxis& a) { return a.output_padding(); });
}

std::int64_t conv_scratch_bytes(const Shape& input_shape, const Shape& weight_shape,
                                const ConvOptions& options, DType dtype) {
  if (weight_shape.size() < 3 || weight_shape.size() > 5) {
    fail<ShapeError>("conv_scratch_bytes: weight must have 3, 4 or 5 dimensions but has shape ", weight_shape,
                     ".");
  }
  return conv_kernels::scratch_bytes(solve_conv("conv_scratch_bytes", input_shape, weight_shape, options),
                                     dtype);
}

}  // namespace tenet
