#include "tenet/ops/conv/conv.h"

#include "tenet/ops/conv/contract.h"

namespace tenet {
namespace {

int spatial_axes(const char* op, const Tensor& w) {
  if (w.dim() >= 3 && w.dim() <= 5) return static_cast<int>(w.dim()) - 2;
  fail<ShapeError>(
      op, ": weight must have 3, 4 or 5 dimensions (two of channels and 1 to 3 kernel extents) but has ",
      "shape ", w.shape(), ". Reshape it.");
}

/// What geometry does not know: the bias, types and devices.
void check_operands(const char* op, const Tensor& x, const Tensor& w, const Tensor& bias,
                    std::int64_t channels) {
  const bool biased = bias.defined();
  if (biased && bias.shape() != Shape{channels}) {
    fail<ShapeError>(op, ": bias has shape ", bias.shape(), " but the result has ", channels,
                     " channels (weight ", w.shape(), "). Pass a bias of shape [", channels, "], or none.");
  }
  if (!is_floating(x.dtype()) || x.dtype() != w.dtype() || (biased && bias.dtype() != x.dtype())) {
    fail<DTypeError>(op, ": input is ", x.dtype(), ", weight ", w.dtype(), biased ? ", bias " : "",
                     biased ? name(bias.dtype()) : "",
                     ". All must be of the same floating type; convert with .to(tenet::float32).");
  }
  if (x.device() != w.device() || (biased && bias.device() != x.device())) {
    fail<DeviceError>(op, ": input is on ", x.device(), ", weight on ", w.device(),
                      biased ? ", bias on " : "", biased ? str(bias.device()) : "",
                      ". Move all to one device with .to(device).");
  }
}

/// Runs f on a batch; a lone image is made a batch of one and taken out again.
template <class F> Tensor batched(const Tensor& x, int axes, F&& f) {
  return x.dim() == axes + 2 ? f(x) : f(x.unsqueeze(0)).squeeze(0);
}

}  // namespace

Tensor conv(const Tensor& x, const Tensor& w, const Tensor& bias, const ConvOptions& options) {
  const int axes = spatial_axes("conv", w);
  const char* op = conv_name(axes, 2);
  const ConvGeometry g = solve_conv(op, x.shape(), w.shape(), options);
  check_operands(op, x, w, bias, g.out_channels);
  return batched(x, axes, [&](const Tensor& images) { return conv_apply(g, images, w, bias); });
}

Tensor conv_transpose(const Tensor& x, const Tensor& w, const Tensor& bias,
                      const ConvTransposeOptions& options) {
  const int axes = spatial_axes("conv_transpose", w);
  const char* op = conv_name(axes, 0);
  const ConvGeometry g = solve_conv_transpose(op, x.shape(), w.shape(), options);
  check_operands(op, x, w, bias, g.in_channels);
  return batched(x, axes, [&](const Tensor& images) { return conv_adjoint_input(g, w, images, bias); });
}

}  // namespace tenet
