// Row r of a matrix A is A^T applied to the unit vector r, so the rows come out of the adjoint contraction,
// given a batch of unit vectors.
#include "tenet/ops/conv_matrix/as_matrix.h"

#include "tenet/framework/core/checked.h"
#include "tenet/ops/conv/contract.h"
#include "tenet/ops/conv_matrix/problem.h"
#include "tenet/ops/create/create.h"

namespace tenet {
namespace conv_matrix {

void check_kernel(const char* op, const Tensor& kernel, const Dims& input_size) {
  if (kernel.dim() < 3 || kernel.dim() > 5 || input_size.size() != kernel.dim() - 2) {
    fail<ShapeError>(
        op, ": kernel of shape ", kernel.shape(), " and input size ", input_size,
        " do not go together. A kernel has two dimensions of channels and 1 to 3 spatial ones, an input "
        "size one extent for each of these.");
  }
  if (is_floating(kernel.dtype())) return;
  fail<DTypeError>(op, ": needs a floating-point kernel but got ", kernel.dtype(),
                   ". Convert with .to(tenet::float32).");
}

Shape one_image(std::int64_t channels, const Dims& size) {
  Shape shape = size;
  shape.insert(0, channels);
  return shape;
}

ConvGeometry solve(const char* op, const Tensor& kernel, const Dims& input_size, const ConvOptions& options) {
  check_kernel(op, kernel, input_size);
  const std::int64_t channels = checked_mul(kernel.size(1), options.groups, op);
  return solve_conv(op, one_image(channels, input_size), kernel.shape(), options);
}

}  // namespace conv_matrix

namespace {

/// One image for every element of an image of this shape: 1 there, 0 elsewhere.
Tensor unit_images(Shape shape, const Tensor& like) {
  const std::int64_t n = count(shape);
  shape.insert(0, n);
  return eye(n, {.dtype = like.dtype(), .device = like.device()}).reshape(shape);
}

Shape of_image(const Shape& batch) { return Shape(std::span(batch.begin() + 1, batch.end())); }

}  // namespace

Tensor as_matrix(const Tensor& kernel, const Dims& input_size, const ConvOptions& options) {
  ConvGeometry g = conv_matrix::solve("as_matrix", kernel, input_size, options);
  const Tensor units = unit_images(of_image(g.output_shape()), kernel);
  g.batch = units.size(0);
  return conv_adjoint_input(g, kernel, units).reshape({g.batch, count(of_image(g.input_shape()))});
}

Tensor conv_transpose_matrix(const Tensor& kernel, const Dims& input_size,
                             const ConvTransposeOptions& options) {
  conv_matrix::check_kernel("conv_transpose_matrix", kernel, input_size);
  ConvGeometry g = solve_conv_transpose(
      "conv_transpose_matrix", conv_matrix::one_image(kernel.size(0), input_size), kernel.shape(), options);
  const Tensor units = unit_images(of_image(g.input_shape()), kernel);
  g.batch = units.size(0);
  return conv_apply(g, units, kernel).reshape({g.batch, count(of_image(g.output_shape()))});
}

}  // namespace tenet
