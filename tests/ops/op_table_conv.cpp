// Rows of the convolutions: ops/conv/{conv,conv2d,conv_transpose2d,as_matrix}.h.
#include "ops/op_table_conv.h"
#include "tenet/ops/conv/conv.h"
#include "tenet/ops/conv/conv2d.h"
#include "tenet/ops/conv/conv_transpose2d.h"
#include "tenet/ops/conv_matrix/as_matrix.h"
#include "tenet/ops/create/create.h"

namespace tenet_test {
namespace {

using tenet::ConvOptions;
using tenet::ConvTransposeOptions;
using tenet::Dims;
using tenet::PerAxis;

tenet::Padding padding(const Options& o) {
  if (o.is_text("padding")) return o.text("padding").c_str();
  if (o.has("padding_low")) return {o.list("padding_low"), o.list("padding_high")};
  return tenet::Padding(o.list_or("padding", {0}));
}

ConvOptions conv_options(const Options& o) {
  return {.stride = o.list_or("stride", {1}),
          .padding = padding(o),
          .dilation = o.list_or("dilation", {1}),
          .groups = o.integer_or("groups", 1)};
}

ConvTransposeOptions transpose_options(const Options& o) {
  return {.stride = o.list_or("stride", {1}),
          .padding = padding(o),
          .output_padding = o.list_or("output_padding", {0}),
          .groups = o.integer_or("groups", 1),
          .dilation = o.list_or("dilation", {1}),
          .output_size = o.has("output_size") ? PerAxis(o.list("output_size")) : PerAxis()};
}

Tensor bias_of(const Tensors& in) { return in.size() > 2 ? in[2] : Tensor(); }

template <class F> Op conv_op(const std::string& name, F f) {
  return {.name = name,
          .call = [f](const Tensors& in,
                      const Options& o) { return Tensors{f(in[0], in[1], bias_of(in), conv_options(o))}; },
          .gradient = 7,
          .linear = {5, 6},
          .no_scalar = "an image has at least two dimensions"};
}

template <class F> Op transpose_op(const std::string& name, F f) {
  Op op = conv_op(name, tenet::conv2d);
  op.call = [f](const Tensors& in, const Options& o) {
    return Tensors{f(in[0], in[1], bias_of(in), transpose_options(o))};
  };
  return op;
}

Wrong wrong(const std::vector<Shape>& shapes, Options options, std::string error, std::string text) {
  const auto inputs = [shapes] {
    Tensors tensors;
    for (const Shape& shape : shapes) tensors.push_back(tenet::ones(shape));
    return tensors;
  };
  return {inputs, std::move(options), std::move(error), std::move(text)};
}

Op conv2d_op() {
  Op op = conv_op("conv2d", tenet::conv2d);
  op.samples = {
      {{real(2, 2, 5, 4), real(3, 2, 3, 2), real(3)}},
      {{real(1, 2, 6, 5), real(2, 2, 3, 2)}, {{"stride", {2, 1}}, {"padding", {1, 2}}}},
      {{real(1, 4, 6, 5), real(4, 2, 3, 2), real(4)},
       {{"groups", 2}, {"stride", {1, 2}}, {"dilation", {2, 1}}, {"padding", {1, 0}}}},
      {{real(2, 3, 5, 4), real(6, 1, 3, 3)}, {{"groups", 3}, {"padding", 1}}},
      {{real(2, 3, 3, 4), real(2, 3, 1, 1), real(2)}},
      {{real(1, 2, 6, 6), real(2, 2, 2, 3)}, {{"stride", {2, 3}}}},
      {{real(1, 2, 5, 4), real(2, 2, 3, 2)}, {{"padding_low", {0, 2}}, {"padding_high", {1, 0}}}},
      {{real(1, 2, 7, 6), real(2, 2, 3, 2)}, {{"padding", "same"}, {"stride", {2, 3}}}},
      {{real(2, 5, 4), real(3, 2, 3, 2), real(3)}},
      {{real(0, 2, 5, 4), real(3, 2, 3, 2), real(3)}},
      {{real(1, 0, 5, 4), real(3, 0, 3, 2), real(3)}},
      {{real(1, 2, 5, 4), real(0, 2, 3, 2), real(0)}},
      {{real(1, 2, 0, 4), real(1, 2, 2, 2), real(1)}, {{"padding", 1}}},
      {{real(5, 8, 19, 17), real(12, 4, 3, 5), real(12)}, {{"groups", 2}, {"padding", {1, 2}}}, true},
      {{real(3, 16, 33, 31), real(16, 1, 3, 3)}, {{"groups", 16}, {"stride", 2}}, true}};
  op.wrong = conv2d_wrong();
  return op;
}

Op conv_transpose2d_op() {
  Op op = transpose_op("conv_transpose2d", tenet::conv_transpose2d);
  op.samples = {
      {{real(2, 2, 3, 4), real(2, 3, 3, 2), real(3)}},
      {{real(1, 2, 3, 2), real(2, 1, 3, 2)},
       {{"stride", {2, 3}}, {"padding", {1, 0}}, {"output_padding", {1, 2}}}},
      {{real(1, 1, 3, 4), real(1, 2, 2, 3), real(2)},
       {{"dilation", {3, 2}}, {"padding", {0, 1}}, {"output_padding", {2, 1}}}},
      {{real(1, 4, 3, 2), real(4, 3, 2, 3), real(6)},
       {{"groups", 2}, {"stride", 2}, {"output_padding", {0, 1}}}},
      {{real(2, 3, 3, 2), real(3, 2, 3, 3)}, {{"groups", 3}, {"padding", 1}, {"stride", 2}}},
      {{real(1, 3, 3, 2), real(3, 2, 1, 1)}, {{"stride", 2}, {"output_padding", 1}}},
      {{real(1, 2, 3, 2), real(2, 2, 2, 3)}, {{"stride", {2, 3}}}},
      {{real(1, 2, 4, 3), real(2, 2, 3, 4)}, {{"padding_low", {0, 2}}, {"padding_high", {1, 0}}}},
      {{real(1, 2, 3, 2), real(2, 2, 3, 4)}, {{"padding", "same"}, {"stride", {2, 3}}}},
      {{real(1, 2, 3, 2), real(2, 1, 3, 3)}, {{"stride", 2}, {"padding", 1}, {"output_size", {6, 3}}}},
      {{real(2, 3, 4), real(2, 3, 3, 2), real(3)}, {{"stride", 2}}},
      {{real(0, 2, 3, 4), real(2, 3, 3, 2), real(3)}},
      {{real(1, 0, 3, 4), real(0, 3, 3, 2), real(3)}},
      {{real(5, 8, 11, 9), real(8, 6, 3, 5), real(12)}, {{"groups", 2}, {"stride", 2}}, true}};
  op.wrong = conv_transpose2d_wrong();
  return op;
}

Op conv_any() {
  Op op = conv_op("conv", tenet::conv);
  op.samples = {{{real(2, 2, 5), real(3, 2, 2), real(3)}, {{"stride", 2}, {"padding", 1}}},
                {{real(1, 1, 3, 4, 3), real(2, 1, 2, 3, 2)}, {{"stride", {1, 2, 1}}, {"padding", {1, 0, 1}}}},
                {{real(2, 5), real(3, 2, 2)}},
                {{real(0, 2, 5), real(3, 2, 2), real(3)}}};
  op.wrong = {wrong(
      {{1, 1, 4}, {1, 1}}, {}, "ShapeError",
      "conv: weight must have 3, 4 or 5 dimensions (two of channels and 1 to 3 kernel extents) but has shape "
      "[1, 1]. Reshape it.")};
  return op;
}

Op conv_transpose_any() {
  Op op = transpose_op("conv_transpose", tenet::conv_transpose);
  op.samples = {{{real(2, 2, 3), real(2, 3, 2), real(3)}, {{"stride", 2}, {"output_padding", 1}}},
                {{real(1, 1, 2, 3, 2), real(1, 2, 2, 3, 2)}, {{"stride", {1, 2, 1}}, {"padding", {1, 0, 1}}}},
                {{real(2, 5), real(2, 3, 2)}},
                {{real(0, 2, 3), real(2, 3, 2), real(3)}}};
  op.wrong = {wrong(
      {{1, 1, 4}, {1, 1}}, {}, "ShapeError",
      "conv_transpose: weight must have 3, 4 or 5 dimensions (two of channels and 1 to 3 kernel extents) but "
      "has shape [1, 1]. Reshape it.")};
  return op;
}

constexpr const char* kNoMatrices =
    "PyTorch writes no such matrices; tests/ops/conv compares them with conv itself";

Op as_matrix_op(const std::string& name = "as_matrix") {
  return {
      .name = name,
      .call =
          [](const Tensors& in, const Options& o) {
            return Tensors{tenet::as_matrix(in[0], o.list("input_size"), conv_options(o))};
          },
      .samples = {{{real(1, 1, 2, 2)}, {{"input_size", {3, 3}}}},
                  {{real(2, 2, 3, 2)}, {{"input_size", {5, 4}}, {"stride", {2, 1}}, {"padding", {1, 0}}}},
                  {{real(2, 1, 2)}, {{"input_size", {4}}, {"groups", 2}}}},
      .linear = {1},
      .wrong = {wrong(
                    {{4, 1, 3}}, {{"input_size", {5, 5}}}, "ShapeError",
                    name +
                        ": kernel of shape [4, 1, 3] and input size [5, 5] do not go together. A kernel has "
                        "two dimensions of channels and 1 to 3 spatial ones, an input size one extent for "
                        "each of these."),
                {[] {
                   return Tensors{tenet::ones({1, 1, 3, 3}, {.dtype = tenet::int64})};
                 },
                 {{"input_size", {5, 5}}},
                 "DTypeError",
                 name + ": needs a floating-point kernel but got int64. Convert with .to(tenet::float32)."}},
      .no_golden = kNoMatrices,
      .no_empty = "a kernel has no zero extent",
      .no_scalar = "a kernel has at least three dimensions"};
}

Op conv_transpose_matrix_op() {
  Op op = as_matrix_op("conv_transpose_matrix");
  op.samples = {{{real(1, 1, 2, 2)}, {{"input_size", {2, 2}}}},
                {{real(2, 1, 3, 2)}, {{"input_size", {2, 3}}, {"stride", {2, 1}}, {"padding", {1, 0}}}},
                {{real(2, 1, 2)}, {{"input_size", {3}}, {"groups", 2}}}};
  op.call = [](const Tensors& in, const Options& o) {
    return Tensors{tenet::conv_transpose_matrix(in[0], o.list("input_size"), transpose_options(o))};
  };
  return op;
}

std::vector<Op> conv_ops() {
  return {conv2d_op(),          conv_transpose2d_op(), conv_any(),
          conv_transpose_any(), as_matrix_op(),        conv_transpose_matrix_op()};
}

const Rows kRows(conv_ops);

}  // namespace
}  // namespace tenet_test
