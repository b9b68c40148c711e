#include "tenet/ops/conv/conv2d.h"

#include "tenet/ops/conv/conv.h"

namespace tenet {

Tensor conv2d(const Tensor& x, const Tensor& w, const Tensor& bias, const ConvOptions& options) {
  if (w.dim() != 4) {
    fail<ShapeError>("conv2d: weight must have 4 dimensions (O,C/G,KH,KW) but has shape ", w.shape(),
                     ". Reshape it, or use conv() for 1 or 3 spatial axes.");
  }
  return conv(x, w, bias, options);
}

}  // namespace tenet
