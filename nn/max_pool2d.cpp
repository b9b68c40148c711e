#include "tenet/nn/max_pool2d.h"

#include "tenet/nn/conv_layer.h"
#include "tenet/ops/pool/pool.h"

namespace tenet::nn {

MaxPool2d::MaxPool2d(const MaxPool2dOptions& options_) : options(options_) {
  if (!options.stride.given()) options.stride = options.kernel_size;
  detail::height_width("MaxPool2d", "kernel_size", options.kernel_size.values(), 1);
  detail::height_width("MaxPool2d", "stride", options.stride.values(), 1);
  detail::height_width("MaxPool2d", "padding", options.padding.values(), 0);
  detail::height_width("MaxPool2d", "dilation", options.dilation.values(), 1);
}

Tensor MaxPool2d::forward(const Tensor& x) const {
  return max_pool2d(x, options.kernel_size,
                    {.stride = options.stride,
                     .padding = options.padding,
                     .dilation = options.dilation,
                     .ceil_mode = options.ceil_mode});
}

std::string MaxPool2d::extra_repr() const {
  const auto text = [](const PerAxis& axis) {
    return axis.values().size() == 1 ? std::to_string(axis.values()[0]) : detail::tuple(axis.values());
  };
  return cat("kernel_size=", text(options.kernel_size), ", stride=", text(options.stride),
             ", padding=", text(options.padding), ", dilation=", text(options.dilation),
             ", ceil_mode=", options.ceil_mode ? "True" : "False");
}

}  // namespace tenet::nn
