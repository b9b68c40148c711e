#include "tenet/ops/conv/contract.h"

#include "tenet/framework/autograd/trilinear.h"
#include "tenet/framework/core/dispatch.h"
#include "tenet/ops/conv/conv_kernels.h"

namespace tenet {
namespace {

enum Slot { kX, kW, kY };

struct ConvForm {
  ConvGeometry g;

  const char* name(int towards) const { return conv_name(g.axes, towards); }
  int bias_dim(int) const { return 1; }
  double flops() const {
    return 2. * static_cast<double>(g.batch * g.out_size() * g.out_channels) *
           static_cast<double>(g.in_channels / g.groups * g.taps());
  }

  Tensor contract(int towards, const Tensor& p, const Tensor& q, const Tensor& bias) const {
    const NoGradGuard no_grad;
    const Tensor a = p.contiguous(), b = q.contiguous(), c = bias.defined() ? bias.contiguous() : bias;
    const Shape shape = towards == kX ? g.input_shape() : towards == kW ? g.weight_shape() : g.output_shape();
    const Tensor out = Tensor::make(shape, a.dtype(), a.device());
    dispatch_float(a.dtype(), name(towards), [&](auto tag) {
      using T = typename decltype(tag)::type;
      const T *from = a.data<const T>(), *with = b.data<const T>();
      const T* start = c.defined() ? c.data<const T>() : nullptr;
      const conv_kernels::Path path = conv_kernels::choose_path(g);
      at_device(out.device(), [&](auto on) {
        switch (towards) {
          case kX: return conv_kernels::adjoint_input(on, g, from, with, start, out.data<T>(), path);
          case kW: return conv_kernels::adjoint_weight(on, g, from, with, out.data<T>(), path);
          default: return conv_kernels::apply(on, g, from, with, start, out.data<T>(), path);
        }
      });
    });
    return out;
  }
};

}  // namespace

Tensor conv_apply(const ConvGeometry& g, const Tensor& x, const Tensor& w, const Tensor& bias) {
  return contract(ConvForm{g}, kY, x, w, bias);
}

Tensor conv_adjoint_input(const ConvGeometry& g, const Tensor& w, const Tensor& y, const Tensor& bias) {
  return contract(ConvForm{g}, kX, w, y, bias);
}

Tensor conv_adjoint_weight(const ConvGeometry& g, const Tensor& x, const Tensor& y) {
  return contract(ConvForm{g}, kW, x, y);
}

}  // namespace tenet
