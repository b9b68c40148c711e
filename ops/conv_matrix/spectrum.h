// The singular values of a convolution as a linear map, found by applying it and its adjoint: the matrix is never made.
#pragma once

#include "tenet/framework/tensor/tensor.h"
#include "tenet/ops/conv/options.h"

namespace tenet {

struct SpectrumOptions {
  double tolerance = 1e-8;  // relative, of each value
  int steps = 100;          // of the iteration, at most
};

/// The `n` largest singular values of as_matrix(kernel, input_size, options), descending, float64 [n]. Repeated values
/// come as often as they stand there. Not differentiable.
/// Method: block Krylov iteration with n + 4 images a step, each step one convolution and one adjoint, all steps kept
/// orthogonal. Memory: so many images a step, float64.
/// Throws as conv; ValueError if n exceeds the rank bound min(O OH OW, C H W), or if the values have not settled.
/// Source: C. Musco, C. Musco, Randomized block Krylov methods, NeurIPS 2015, algorithm 2.
Tensor singular_values(const Tensor& kernel, const Dims& input_size, std::int64_t n,
                       const ConvOptions& options = {}, SpectrumOptions spectrum = {});

/// The largest one: how much longer than its input an output can be, ||conv(x)|| <= s ||x||. A scalar of the kernel's
/// type. Gradient: ds = <u, conv(v)> differentiated in the kernel, u and v being the singular vectors (where s is
/// repeated it is one of the subgradients). So kernel / operator_norm(kernel, size) is spectral normalisation.
Tensor operator_norm(const Tensor& kernel, const Dims& input_size, const ConvOptions& options = {},
                     SpectrumOptions spectrum = {});

}  // namespace tenet
