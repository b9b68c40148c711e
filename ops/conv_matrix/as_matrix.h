// A convolution is a linear map of its input; these write its matrix out.
#pragma once

#include "tenet/framework/tensor/tensor.h"
#include "tenet/ops/conv/options.h"

namespace tenet {

/// The matrix W of a convolution: conv(x, kernel) flattened = W times x flattened, for one image of spatial
/// size input_size. kernel [O, C/G, kernel...] of 1 to 3 axes -> [O OH OW, C H W].
/// Differentiable in the kernel: every non-zero entry is one of its weights. The kernel must be finite.
/// Throws as conv. Cost: as that many images; the matrix has O OH OW C H W elements, nearly all 0.
Tensor as_matrix(const Tensor& kernel, const Dims& input_size, const ConvOptions& options = {});

/// The matrix of a transposed convolution: kernel [C, O/G, kernel...] -> [O OH OW, C H W]. It is the
/// transpose of the matrix that as_matrix gives for the same kernel, options and the size OH, OW.
Tensor conv_transpose_matrix(const Tensor& kernel, const Dims& input_size,
                             const ConvTransposeOptions& options = {});

}  // namespace tenet
