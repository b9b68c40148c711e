// Pooling, and the column matrix of a convolution.
#include "tenet/ops/pool/pool.h"

#include "tenet/ops/pool/unfold.h"
#include "tenet/python/src/bind.h"

namespace tenet::python {

void bind_pool(Binder& bind) {
  py::module_& f = bind.functional;
  f.def(
      "max_pool2d",
      [](const Tensor& x, const PerAxis& kernel, const PerAxis& stride, const PerAxis& padding,
         const PerAxis& dilation, bool ceil_mode, bool return_indices) -> py::object {
        const MaxPoolOptions options{stride, padding, dilation, ceil_mode};
        if (!return_indices)
          return wrapped(unlocked(size_of(x), [&] { return max_pool2d(x, kernel, options); }));
        const MaxPoolResult y =
            unlocked(size_of(x), [&] { return max_pool2d_with_indices(x, kernel, options); });
        return py::make_tuple(y.values, y.indices);
      },
      arg("input"), arg("kernel_size"), arg("stride") = none, arg("padding") = 0, arg("dilation") = 1,
      arg("ceil_mode") = false, arg("return_indices") = false,
      "The largest element of each window over the last two dimensions; stride is kernel_size if left out. "
      "With "
      "return_indices also where it stands in its plane: (values, indices).");
  f.def(
      "max_unpool2d",
      [](const Tensor& x, const Tensor& indices, const PerAxis& kernel, const PerAxis& stride,
         const PerAxis& padding, std::optional<Dims> output_size) {
        MaxUnpoolOptions options{.stride = stride, .padding = padding};
        if (output_size) {  // PyTorch takes the whole shape too
          while (output_size->size() > 2) output_size->erase(0);
          options.output_size = *output_size;
        }
        return unlocked(size_of(x), [&] { return max_unpool2d(x, indices, kernel, options); });
      },
      arg("input"), arg("indices"), arg("kernel_size"), arg("stride") = none, arg("padding") = 0,
      arg("output_size") = none, "Zeros, with each element of input added where its index points.");
  f.def(
      "avg_pool2d",
      [](const Tensor& x, const PerAxis& kernel, const PerAxis& stride, const PerAxis& padding,
         bool ceil_mode, bool count_include_pad, const py::object& divisor_override) {
        if (!divisor_override.is_none()) {
          PyErr_SetString(PyExc_NotImplementedError,
                          "avg_pool2d: divisor_override is not there. Multiply the result.");
          throw py::error_already_set();
        }
        return unlocked(size_of(x), [&] {
          return avg_pool2d(x, kernel, {stride, padding, ceil_mode, count_include_pad});
        });
      },
      arg("input"), arg("kernel_size"), arg("stride") = none, arg("padding") = 0, arg("ceil_mode") = false,
      arg("count_include_pad") = true, arg("divisor_override") = none,
      "The mean of each window over the last two dimensions.");
  f.def(
      "unfold",
      [](const Tensor& x, const PerAxis& kernel, const PerAxis& dilation, const Padding& padding,
         const PerAxis& stride) {
        return unlocked(size_of(x), [&] { return unfold(x, kernel, {stride, padding, dilation}); });
      },
      arg("input"), arg("kernel_size"), arg("dilation") = 1, arg("padding") = 0, arg("stride") = 1,
      "im2col: the windows of x as columns, [N, C, H, W] -> [N, C KH KW, OH OW].");
  f.def(
      "fold",
      [](const Tensor& y, const PerAxis& output_size, const PerAxis& kernel, const PerAxis& dilation,
         const Padding& padding, const PerAxis& stride) {
        return unlocked(size_of(y), [&] {
          return fold(y, output_size, kernel, {stride, padding, dilation});
        });
      },
      arg("input"), arg("output_size"), arg("kernel_size"), arg("dilation") = 1, arg("padding") = 0,
      arg("stride") = 1, "col2im, the adjoint of unfold: [N, C KH KW, OH OW] -> [N, C, H, W].");
}

}  // namespace tenet::python
