#pragma once

#include "tenet/nn/conv_transpose2d.h"
#include "tenet/ops/conv_matrix/as_sparse.h"
#include "tenet/ops/conv_matrix/spectrum.h"

namespace tenet::nn {

struct Conv2dOptions {
  std::int64_t in_channels;
  std::int64_t out_channels;
  PerAxis kernel_size = {};
  PerAxis stride = 1;
  Padding padding = 0;
  PerAxis dilation = 1;
  std::int64_t groups = 1;
  bool bias = true;
};

/// tenet::conv2d with a weight [O, C/G, KH, KW] and a bias [O] of its own.
/// Starts as in PyTorch: uniform on +-1/sqrt((C/G) KH KW). Throws ValueError for options without meaning.
struct Conv2d : Module {
  Conv2dOptions options;
  Tensor weight;
  Tensor bias;  // undefined without {.bias = true}
  TENET_MODULE(Conv2d, weight, bias)

  explicit Conv2d(const Conv2dOptions& options);
  Tensor forward(const Tensor& x) const;

  /// The layer that leads back to an input of size {H, W}: a transposed convolution from O to C channels with the
  /// same options and the output_padding that closes the round trip, back(conv(x)).shape() == x.shape().
  /// Its weights are fresh and have conv's shape: after back.weight = conv.weight it is exactly the transpose
  /// W^T of this layer's matrix (its bias apart). Throws ShapeError if the kernel does not fit that input.
  ConvTranspose2d transposed(const Dims& input_size) const;

  ConvOptions conv_options() const;
  std::string extra_repr() const override;
  std::int64_t multiply_adds(const Shape& x, const Shape& y) const override;
};

/// The matrix of the layer, its bias left out, for images of size {H, W}: [O OH OW, C H W]. See tenet::as_matrix.
Tensor as_matrix(const Conv2d& conv, const Dims& input_size);
/// The same without its zeros. See tenet::as_sparse.
CsrMatrix as_sparse(const Conv2d& conv, const Dims& input_size);
/// Its n largest singular values, and the largest, differentiable in the weight. See tenet::singular_values.
Tensor singular_values(const Conv2d& conv, const Dims& input_size, std::int64_t n,
                       SpectrumOptions spectrum = {});
Tensor operator_norm(const Conv2d& conv, const Dims& input_size, SpectrumOptions spectrum = {});

}  // namespace tenet::nn
