// The matrix of a convolution without its zeros.
#pragma once

#include "tenet/framework/tensor/tensor.h"
#include "tenet/ops/conv/options.h"

namespace tenet {

/// A matrix by rows (CSR): the entries of row r are values[k] in column col_indices[k] for k from crow_indices[r] up
/// to crow_indices[r + 1], columns ascending. The names are PyTorch's.
struct CsrMatrix {
  Shape shape;          // [rows, columns]
  Tensor crow_indices;  // int64 [rows + 1]
  Tensor col_indices;   // int64 [entries]
  Tensor values;        // [entries]

  /// [rows, columns], zeros included. Differentiable in the values.
  Tensor to_dense() const;
};

/// as_matrix(kernel, input_size, options) in sparse form: an entry wherever an output reads an input, also where the
/// weight is 0. Differentiable in the kernel: the values are its elements, gathered.
/// Shapes: kernel [O, C/G, kernel...] of 1 to 3 axes -> [O OH OW, C H W]. Throws as conv.
/// Cost: one entry for each multiplication of a convolution of one image.
CsrMatrix as_sparse(const Tensor& kernel, const Dims& input_size, const ConvOptions& options = {});

}  // namespace tenet
