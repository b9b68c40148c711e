#pragma once

#include "tenet/nn/module.h"
#include "tenet/ops/conv/options.h"

namespace tenet::nn {

struct ConvTranspose2dOptions {
  std::int64_t in_channels;
  std::int64_t out_channels;
  PerAxis kernel_size = {};
  PerAxis stride = 1;
  Padding padding = 0;
  PerAxis output_padding = 0;
  std::int64_t groups = 1;
  bool bias = true;
  PerAxis dilation = 1;
};

/// tenet::conv_transpose2d with a weight [C, O/G, KH, KW] and a bias [O] of its own. The weight of a Conv2d from
/// O to C channels fits as it stands. Conv2d::transposed() makes the layer that leads back.
/// Starts as in PyTorch: uniform on +-1/sqrt((O/G) KH KW). Throws ValueError for options without meaning.
struct ConvTranspose2d : Module {
  ConvTranspose2dOptions options;
  Tensor weight;
  Tensor bias;  // undefined without {.bias = true}
  TENET_MODULE(ConvTranspose2d, weight, bias)

  explicit ConvTranspose2d(const ConvTranspose2dOptions& options);
  Tensor forward(const Tensor& x) const;
  /// A result of size {H, W}, in place of what output_padding says.
  Tensor forward(const Tensor& x, const Dims& output_size) const;

  ConvTransposeOptions conv_options() const;
  std::string extra_repr() const override;
  std::int64_t multiply_adds(const Shape& x, const Shape& y) const override;
};

/// The matrix of the layer, its bias left out, for images of size {H, W}: [O OH OW, C H W].
Tensor as_matrix(const ConvTranspose2d& conv, const Dims& input_size);

}  // namespace tenet::nn
