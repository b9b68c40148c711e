#include "tenet/nn/conv_layer.h"

namespace tenet::nn::detail {

Dims height_width(const char* layer, const char* option, const Dims& values, std::int64_t least) {
  if (values.size() != 1 && values.size() != 2) {
    fail<ValueError>(layer, ": ", option, " has ", values.size(), " values ", values,
                     ". Give one for both axes, or two: {height, width}.");
  }
  for (const std::int64_t value : values) {
    if (value < least) fail<ValueError>(layer, ": ", option, "=", value, " must be at least ", least, ".");
  }
  return {values[0], values.back()};
}

void check_padding(const char* layer, const Padding& padding) {
  if (padding.same()) return;
  height_width(layer, "padding", padding.low(), 0);
  height_width(layer, "padding", padding.high(), 0);
}

void check_channels(const char* layer, std::int64_t in_channels, std::int64_t out_channels,
                    std::int64_t groups) {
  if (in_channels < 0 || out_channels < 0 || groups < 1) {
    fail<ValueError>(layer, ": in_channels=", in_channels, " and out_channels=", out_channels,
                     " must not be negative, and groups=", groups, " must be at least 1.");
  }
  if (in_channels % groups != 0 || out_channels % groups != 0) {
    fail<ValueError>(layer, ": in_channels=", in_channels, " and out_channels=", out_channels,
                     " must both be multiples of groups=", groups, ".");
  }
}

std::string tuple(const Dims& values) {
  std::string text = str(values);
  text.front() = '(';
  text.back() = ')';
  return text;
}

namespace {

std::string padding_repr(const Padding& padding) {
  if (padding.same()) return ", padding=same";
  const Dims low = height_width("", "padding", padding.low(), 0);
  const Dims high = height_width("", "padding", padding.high(), 0);
  if (low == Dims{0, 0} && high == low) return "";
  if (low == high) return ", padding=" + tuple(low);
  return cat(", padding=(", tuple({low[0], high[0]}), ", ", tuple({low[1], high[1]}), ")");
}

std::string axis_repr(const char* option, const PerAxis& values, std::int64_t standard) {
  const Dims both = height_width("", option, values.values(), 0);
  return both == Dims{standard, standard} ? "" : cat(", ", option, "=", tuple(both));
}

}  // namespace

std::string conv_repr(std::int64_t in_channels, std::int64_t out_channels, const Dims& kernel_size,
                      const ConvTransposeOptions& options, bool bias) {
  return cat(in_channels, ", ", out_channels, ", kernel_size=", tuple(kernel_size),
             axis_repr("stride", options.stride, -1), padding_repr(options.padding),
             axis_repr("dilation", options.dilation, 1),
             axis_repr("output_padding", options.output_padding, 0),
             options.groups == 1 ? "" : cat(", groups=", options.groups), bias ? "" : ", bias=False");
}

}  // namespace tenet::nn::detail
