#include "tenet/nn/conv2d.h"

#include "tenet/nn/conv_layer.h"
#include "tenet/nn/init.h"
#include "tenet/ops/conv/conv2d.h"
#include "tenet/ops/conv/geometry.h"
#include "tenet/ops/conv_matrix/as_matrix.h"
#include "tenet/ops/create/create.h"

namespace tenet::nn {

Conv2d::Conv2d(const Conv2dOptions& options_) : options(options_) {
  detail::check_channels("Conv2d", options.in_channels, options.out_channels, options.groups);
  options.kernel_size = detail::height_width("Conv2d", "kernel_size", options.kernel_size.values(), 1);
  options.stride = detail::height_width("Conv2d", "stride", options.stride.values(), 1);
  options.dilation = detail::height_width("Conv2d", "dilation", options.dilation.values(), 1);
  detail::check_padding("Conv2d", options.padding);
  const Dims& kernel = options.kernel_size.values();
  weight = empty({options.out_channels, options.in_channels / options.groups, kernel[0], kernel[1]},
                 {.requires_grad = true});
  if (options.bias) bias = empty({options.out_channels}, {.requires_grad = true});
  init::default_(weight, bias);
}

ConvOptions Conv2d::conv_options() const {
  return {.stride = options.stride,
          .padding = options.padding,
          .dilation = options.dilation,
          .groups = options.groups};
}

Tensor Conv2d::forward(const Tensor& x) const { return conv2d(x, weight, bias, conv_options()); }

ConvTranspose2d Conv2d::transposed(const Dims& input_size) const {
  const Dims size = detail::height_width("Conv2d::transposed", "input_size", input_size, 0);
  const ConvGeometry g = solve_conv("Conv2d::transposed", {options.in_channels, size[0], size[1]},
                                    {options.out_channels, options.in_channels / options.groups,
                                     options.kernel_size.values()[0], options.kernel_size.values()[1]},
                                    conv_options());
  const ConvAxis &h = g.axis[1], &w = g.axis[2];
  return ConvTranspose2d({.in_channels = options.out_channels,
                          .out_channels = options.in_channels,
                          .kernel_size = options.kernel_size,
                          .stride = options.stride,
                          .padding = Padding({h.low, w.low}, {h.high, w.high}),
                          .output_padding = {h.output_padding(), w.output_padding()},
                          .groups = options.groups,
                          .bias = options.bias,
                          .dilation = options.dilation});
}

std::string Conv2d::extra_repr() const {
  return detail::conv_repr(options.in_channels, options.out_channels, options.kernel_size.values(),
                           {.stride = options.stride,
                            .padding = options.padding,
                            .groups = options.groups,
                            .dilation = options.dilation},
                           options.bias);
}

std::int64_t Conv2d::multiply_adds(const Shape&, const Shape& y) const {
  return options.out_channels == 0 ? 0 : count(y) * (weight.numel() / options.out_channels);
}

namespace {
Dims size_of(const char* what, const Dims& input_size) {
  return detail::height_width(what, "input_size", input_size, 0);
}
}  // namespace

Tensor as_matrix(const Conv2d& conv, const Dims& input_size) {
  return tenet::as_matrix(conv.weight, size_of("as_matrix", input_size), conv.conv_options());
}

CsrMatrix as_sparse(const Conv2d& conv, const Dims& input_size) {
  return tenet::as_sparse(conv.weight, size_of("as_sparse", input_size), conv.conv_options());
}

Tensor singular_values(const Conv2d& conv, const Dims& input_size, std::int64_t n, SpectrumOptions spectrum) {
  const Dims size = size_of("singular_values", input_size);
  return tenet::singular_values(conv.weight, size, n, conv.conv_options(), spectrum);
}

Tensor operator_norm(const Conv2d& conv, const Dims& input_size, SpectrumOptions spectrum) {
  return tenet::operator_norm(conv.weight, size_of("operator_norm", input_size), conv.conv_options(),
                              spectrum);
}

}  // namespace tenet::nn
