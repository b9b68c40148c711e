// What the convolution layers share: checked sizes, starting values, and how they print.
#pragma once

#include "tenet/nn/module.h"
#include "tenet/ops/conv/options.h"

namespace tenet::nn::detail {

/// The values for H and W. Throws ValueError naming layer and option unless one or two were given, each at
/// least `least`.
Dims height_width(const char* layer, const char* option, const Dims& values, std::int64_t least);

/// Throws ValueError unless the padding is "same", or has one or two values on either side, none negative.
void check_padding(const char* layer, const Padding& padding);

/// Throws ValueError unless both counts of channels are multiples of groups, which is at least 1.
void check_channels(const char* layer, std::int64_t in_channels, std::int64_t out_channels,
                    std::int64_t groups);

/// "(3, 3)"
std::string tuple(const Dims& values);

/// "1, 16, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1), bias=False": what is not the default.
std::string conv_repr(std::int64_t in_channels, std::int64_t out_channels, const Dims& kernel_size,
                      const ConvTransposeOptions& options, bool bias);

}  // namespace tenet::nn::detail
