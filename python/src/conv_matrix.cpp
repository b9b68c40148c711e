// A convolution as a matrix.
#include "tenet/ops/conv/geometry.h"
#include "tenet/ops/conv/solver.h"
#include "tenet/ops/conv_matrix/as_matrix.h"
#include "tenet/ops/conv_matrix/as_sparse.h"
#include "tenet/ops/conv_matrix/spectrum.h"
#include "tenet/python/src/bind.h"

namespace tenet::python {
namespace {

ConvOptions conv_options(const PerAxis& stride, const Padding& padding, const PerAxis& dilation,
                         std::int64_t groups) {
  return {.stride = stride, .padding = padding, .dilation = dilation, .groups = groups};
}

/// f(kernel, input_size, first..., stride, padding, dilation, groups, last...) of a convolution.
template <class F, class... Extra>
void def_of_conv(py::module_& module, const char* name, F f, const char* doc, const Extra&... extra) {
  module.def(name, f, arg("kernel"), arg("input_size"), extra..., arg("stride") = 1, arg("padding") = 0,
             arg("dilation") = 1, arg("groups") = 1, doc);
}

/// What leads back from a convolution's output to an input of this size: (padding as pairs, output_padding).
py::tuple transposed_options(const Dims& weight, const Dims& input_size, const PerAxis& stride,
                             const Padding& padding, const PerAxis& dilation, std::int64_t groups) {
  const std::size_t axes = weight.size() - 2;
  Shape image{weight[1] * groups};
  for (const std::int64_t extent : input_size) image.push_back(extent);
  const ConvGeometry g =
      solve_conv("transposed", image, weight, conv_options(stride, padding, dilation, groups));
  py::tuple pairs(axes);
  Dims output_padding;
  for (std::size_t i = 0; i < axes; ++i) {
    const ConvAxis& axis = g.axis[3 - axes + i];
    pairs[i] = py::make_tuple(axis.low, axis.high);
    output_padding.push_back(axis.output_padding());
  }
  return py::make_tuple(pairs, py::tuple(py::cast(output_padding)));
}

}  // namespace

void bind_conv_matrix(Binder& bind) {
  py::module_& m = bind.module;
  py::class_<CsrMatrix>(
      m, "CsrMatrix",
      "A matrix by rows: the entries of row r are values[k] in column col_indices[k] for k from "
      "crow_indices[r] up to crow_indices[r + 1].")
      .def_property_readonly("shape", [](const CsrMatrix& a) { return a.shape; })
      .def("crow_indices", [](const CsrMatrix& a) { return a.crow_indices; })
      .def("col_indices", [](const CsrMatrix& a) { return a.col_indices; })
      .def("values", [](const CsrMatrix& a) { return a.values; })
      .def("to_dense", &CsrMatrix::to_dense, "The same as a matrix with its zeros.")
      .def("__repr__", [](const CsrMatrix& a) {
        return cat("CsrMatrix(", a.shape[0], " x ", a.shape[1], ", ", a.values.numel(), " entries)");
      });

  def_of_conv(
      m, "as_matrix",
      [](const Tensor& w, const Dims& size, const PerAxis& stride, const Padding& padding,
         const PerAxis& dilation,
         std::int64_t groups) { return as_matrix(w, size, conv_options(stride, padding, dilation, groups)); },
      "The matrix W of a convolution: conv(x, kernel) flattened = W times x flattened, for one image of "
      "spatial size "
      "input_size.\n\nShapes: kernel [O, C/groups, KH, KW] -> [O OH OW, C H W]. Differentiable in the "
      "kernel. Raises as "
      "conv2d.");
  m.def(
      "conv_transpose_matrix",
      [](const Tensor& w, const Dims& size, const PerAxis& stride, const Padding& padding,
         const PerAxis& output_padding, std::int64_t groups, const PerAxis& dilation) {
        return conv_transpose_matrix(w, size,
                                     {.stride = stride,
                                      .padding = padding,
                                      .output_padding = output_padding,
                                      .groups = groups,
                                      .dilation = dilation});
      },
      arg("kernel"), arg("input_size"), arg("stride") = 1, arg("padding") = 0, arg("output_padding") = 0,
      arg("groups") = 1, arg("dilation") = 1,
      "The matrix of a transposed convolution: kernel [C, O/groups, KH, KW] -> [O OH OW, C H W].");
  def_of_conv(
      m, "as_sparse",
      [](const Tensor& w, const Dims& size, const PerAxis& stride, const Padding& padding,
         const PerAxis& dilation,
         std::int64_t groups) { return as_sparse(w, size, conv_options(stride, padding, dilation, groups)); },
      "as_matrix without its zeros, a CsrMatrix. Differentiable in the kernel.");
  def_of_conv(
      m, "singular_values",
      [](const Tensor& w, const Dims& size, std::int64_t n, const PerAxis& stride, const Padding& padding,
         const PerAxis& dilation, std::int64_t groups) {
        const WithoutGil released;
        return singular_values(w, size, n, conv_options(stride, padding, dilation, groups));
      },
      "The n largest singular values of as_matrix, descending, float64; found without making the matrix.",
      arg("n"));
  def_of_conv(
      m, "operator_norm",
      [](const Tensor& w, const Dims& size, const PerAxis& stride, const Padding& padding,
         const PerAxis& dilation, std::int64_t groups) {
        const WithoutGil released;
        return operator_norm(w, size, conv_options(stride, padding, dilation, groups));
      },
      "The largest singular value, differentiable in the kernel: ||conv(x)|| <= s ||x||.");
  m.def("transposed_options", &transposed_options);
  m.def(
      "conv_output_size",
      [](const Dims& size, const Dims& kernel, const PerAxis& stride, const Padding& padding,
         const PerAxis& dilation) {
        return conv_output_size(size, kernel, conv_options(stride, padding, dilation, 1));
      },
      arg("input_size"), arg("kernel_size"), arg("stride") = 1, arg("padding") = 0, arg("dilation") = 1,
      "floor((in + low + high - dilation (kernel - 1) - 1) / stride) + 1 along each axis.");
  m.def(
      "conv_transpose_output_size",
      [](const Dims& size, const Dims& kernel, const PerAxis& stride, const Padding& padding,
         const PerAxis& output_padding, const PerAxis& dilation, const PerAxis& output_size) {
        return conv_transpose_output_size(size, kernel,
                                          {.stride = stride,
                                           .padding = padding,
                                           .output_padding = output_padding,
                                           .dilation = dilation,
                                           .output_size = output_size});
      },
      arg("input_size"), arg("kernel_size"), arg("stride") = 1, arg("padding") = 0, arg("output_padding") = 0,
      arg("dilation") = 1, arg("output_size") = none,
      "(in - 1) stride - low - high + dilation (kernel - 1) + 1 + output_padding along each axis, or "
      "output_size.");
  m.def(
      "output_padding_for",
      [](const Dims& size, const Dims& kernel, const PerAxis& stride, const Padding& padding,
         const PerAxis& dilation) {
        return output_padding_for(size, kernel, conv_options(stride, padding, dilation, 1));
      },
      arg("conv_input_size"), arg("kernel_size"), arg("stride") = 1, arg("padding") = 0, arg("dilation") = 1,
      "The output_padding with which the transposed convolution of these options leads back to that input.");
  m.def(
      "conv_scratch_bytes",
      [](const Shape& x, const Shape& w, const PerAxis& stride, const Padding& padding,
         const PerAxis& dilation, std::int64_t groups, DType dtype) {
        return conv_scratch_bytes(x, w, conv_options(stride, padding, dilation, groups), dtype);
      },
      arg("input_shape"), arg("weight_shape"), arg("stride") = 1, arg("padding") = 0, arg("dilation") = 1,
      arg("groups") = 1, arg("dtype") = float32,
      "The most scratch memory, in bytes, that one thread uses in the convolution of these shapes; at most 4 "
      "MiB.");
}

}  // namespace tenet::python
