#include "tenet/ops/conv/conv_transpose2d.h"

#include "tenet/ops/conv/conv.h"

namespace tenet {

Tensor conv_transpose2d(const Tensor& x, const Tensor& w, const Tensor& bias,
                        const ConvTransposeOptions& options) {
  if (w.dim() != 4) {
    fail<ShapeError>("conv_transpose2d: weight must have 4 dimensions (C,O/G,KH,KW) but has shape ",
                     w.shape(), ". Reshape it, or use conv_transpose() for 1 or 3 spatial axes.");
  }
  return conv_transpose(x, w, bias, options);
}

}  // namespace tenet
