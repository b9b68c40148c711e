#include "tenet/nn/conv_transpose2d.h"

#include "tenet/nn/conv_layer.h"
#include "tenet/nn/init.h"
#include "tenet/ops/conv/conv_transpose2d.h"
#include "tenet/ops/conv_matrix/as_matrix.h"
#include "tenet/ops/create/create.h"

namespace tenet::nn {

ConvTranspose2d::ConvTranspose2d(const ConvTranspose2dOptions& options_) : options(options_) {
  constexpr const char* kLayer = "ConvTranspose2d";
  detail::check_channels(kLayer, options.in_channels, options.out_channels, options.groups);
  options.kernel_size = detail::height_width(kLayer, "kernel_size", options.kernel_size.values(), 1);
  options.stride = detail::height_width(kLayer, "stride", options.stride.values(), 1);
  options.dilation = detail::height_width(kLayer, "dilation", options.dilation.values(), 1);
  options.output_padding = detail::height_width(kLayer, "output_padding", options.output_padding.values(), 0);
  detail::check_padding(kLayer, options.padding);
  const Dims& kernel = options.kernel_size.values();
  weight = empty({options.in_channels, options.out_channels / options.groups, kernel[0], kernel[1]},
                 {.requires_grad = true});
  if (options.bias) bias = empty({options.out_channels}, {.requires_grad = true});
  init::default_(weight, bias);
}

ConvTransposeOptions ConvTranspose2d::conv_options() const {
  return {.stride = options.stride,
          .padding = options.padding,
          .output_padding = options.output_padding,
          .groups = options.groups,
          .dilation = options.dilation};
}

Tensor ConvTranspose2d::forward(const Tensor& x) const {
  return conv_transpose2d(x, weight, bias, conv_options());
}

Tensor ConvTranspose2d::forward(const Tensor& x, const Dims& output_size) const {
  ConvTransposeOptions to_size = conv_options();
  to_size.output_padding = 0;
  to_size.output_size = detail::height_width("ConvTranspose2d", "output_size", output_size, 0);
  return conv_transpose2d(x, weight, bias, to_size);
}

std::string ConvTranspose2d::extra_repr() const {
  return detail::conv_repr(options.in_channels, options.out_channels, options.kernel_size.values(),
                           conv_options(), options.bias);
}

std::int64_t ConvTranspose2d::multiply_adds(const Shape& x, const Shape&) const {
  return options.in_channels == 0 ? 0 : count(x) * (weight.numel() / options.in_channels);
}

Tensor as_matrix(const ConvTranspose2d& conv, const Dims& input_size) {
  return conv_transpose_matrix(conv.weight, detail::height_width("as_matrix", "input_size", input_size, 0),
                               conv.conv_options());
}

}  // namespace tenet::nn
