// One trilinear form is the whole convolution family:
//
//   t(x, w, y) = sum over n, o, p, c, k of y[n, o, p] w[o, c, k] x[n, g + c, p stride - low + k dilation]
//
// (p runs over output positions, k over taps, g is the first channel of o's group; x is 0 outside of itself).
// Read towards y it is the convolution; towards x its adjoint, the transposed convolution, which is also the
// convolution's input gradient; towards w the weight gradient of both. The derivative of each reading is made
// of the other two, so gradients of every order are these three.
// Source: V. Dumoulin, F. Visin, A guide to convolution arithmetic for deep learning, arXiv:1603.07285, ch. 4
#pragma once

#include "tenet/framework/tensor/tensor.h"
#include "tenet/ops/conv/geometry.h"

namespace tenet {

// x, w and y have the shapes g says, one floating type and one device; any strides. All are recorded. A
// defined bias has one element per channel of the result, to which it is added; its gradient is dy summed
// over the rest. Scratch: at most 4 MiB of columns per thread (conv_scratch_bytes in solver.h).

/// y = conv(x, w): W x. Recorded as "conv2d".
Tensor conv_apply(const ConvGeometry& g, const Tensor& x, const Tensor& w, const Tensor& bias = {});

/// x = the adjoint of conv in its input, applied to y: W^T y. Recorded as "conv_transpose2d".
Tensor conv_adjoint_input(const ConvGeometry& g, const Tensor& w, const Tensor& y, const Tensor& bias = {});

/// w = the adjoint of conv in its weights. Recorded as "conv2d_weight".
Tensor conv_adjoint_weight(const ConvGeometry& g, const Tensor& x, const Tensor& y);

}  // namespace tenet
