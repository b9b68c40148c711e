// The convolution family.
#include "tenet/ops/conv/conv.h"

#include "tenet/ops/conv/conv2d.h"
#include "tenet/ops/conv/conv_transpose2d.h"
#include "tenet/python/src/bind.h"

namespace tenet::python {
namespace {

using Conv = Tensor (*)(const Tensor&, const Tensor&, const Tensor&, const ConvOptions&);
using ConvTranspose = Tensor (*)(const Tensor&, const Tensor&, const Tensor&, const ConvTransposeOptions&);

void check_axes(const char* name, const Tensor& weight, int axes) {
  if (weight.dim() == axes + 2) return;
  fail<ShapeError>(name, ": weight has shape ", weight.shape(), ", but it needs ", axes + 2, " dimensions, ",
                   axes, " of them spatial. Reshape it, or use the function for its number of axes.");
}

void def_conv(Binder& bind, const char* name, Conv f, int axes, const char* doc) {
  bind.functional.def(
      name,
      [=](const Tensor& x, const Tensor& w, const std::optional<Tensor>& bias, const PerAxis& stride,
          const Padding& padding, const PerAxis& dilation, std::int64_t groups) {
        if (axes > 0) check_axes(name, w, axes);
        const ConvOptions options{
            .stride = stride, .padding = padding, .dilation = dilation, .groups = groups};
        return unlocked(size_of(x) * size_of(w), [&] { return f(x, w, or_undefined(bias), options); });
      },
      arg("input"), arg("weight"), arg("bias") = none, arg("stride") = 1, arg("padding") = 0,
      arg("dilation") = 1, arg("groups") = 1, doc);
}

void def_conv_transpose(Binder& bind, const char* name, ConvTranspose f, int axes, const char* doc) {
  bind.functional.def(
      name,
      [=](const Tensor& x, const Tensor& w, const std::optional<Tensor>& bias, const PerAxis& stride,
          const Padding& padding, const PerAxis& output_padding, std::int64_t groups, const PerAxis& dilation,
          const PerAxis& output_size) {
        if (axes > 0) check_axes(name, w, axes);
        const ConvTransposeOptions options{.stride = stride,
                                           .padding = padding,
                                           .output_padding = output_padding,
                                           .groups = groups,
                                           .dilation = dilation,
                                           .output_size = output_size};
        return unlocked(size_of(x) * size_of(w), [&] { return f(x, w, or_undefined(bias), options); });
      },
      arg("input"), arg("weight"), arg("bias") = none, arg("stride") = 1, arg("padding") = 0,
      arg("output_padding") = 0, arg("groups") = 1, arg("dilation") = 1, arg("output_size") = none, doc);
}

const char* const kConv2d =
    "2-D convolution (cross-correlation).\n\n"
    "Shapes: input [N, C, H, W] or [C, H, W]; weight [O, C/groups, KH, KW]; bias [O] -> [N, O, OH, OW],\n"
    "OH = floor((H + 2 padding - dilation (KH - 1) - 1) / stride) + 1, OW likewise.\n"
    "padding: a number, one for each axis, a (low, high) pair for each axis, \"same\" or \"valid\".\n"
    "Raises ShapeError if channels, groups, sizes or the bias disagree, ValueError for an option without "
    "meaning,\n"
    "DTypeError unless all are of one floating type.";
const char* const kConvTranspose2d =
    "2-D transposed convolution: the adjoint of conv2d in its input.\n\n"
    "Shapes: input [N, C, H, W] or [C, H, W]; weight [C, O/groups, KH, KW]; bias [O] -> [N, O, OH, OW],\n"
    "OH = (H - 1) stride - 2 padding + dilation (KH - 1) + 1 + output_padding, OW likewise.\n"
    "output_size=(OH, OW) names the result's size in place of output_padding.\n"
    "Raises as conv2d, and ValueError unless 0 <= output_padding < max(stride, dilation).";

}  // namespace

void bind_conv(Binder& bind) {
  const char* const any = "conv2d over as many spatial axes as the weight has, 1 to 3.";
  const char* const any_transpose = "conv_transpose2d over as many spatial axes as the weight has, 1 to 3.";
  def_conv(bind, "conv2d", &conv2d, 2, kConv2d);
  def_conv(bind, "conv", &conv, 0, any);
  def_conv(bind, "conv1d", &conv, 1, "conv2d over one spatial axis.");
  def_conv(bind, "conv3d", &conv, 3, "conv2d over three spatial axes.");
  def_conv_transpose(bind, "conv_transpose2d", &conv_transpose2d, 2, kConvTranspose2d);
  def_conv_transpose(bind, "conv_transpose", &conv_transpose, 0, any_transpose);
  def_conv_transpose(bind, "conv_transpose1d", &conv_transpose, 1, "conv_transpose2d over one spatial axis.");
  def_conv_transpose(bind, "conv_transpose3d", &conv_transpose, 3,
                     "conv_transpose2d over three spatial axes.");
}

}  // namespace tenet::python
