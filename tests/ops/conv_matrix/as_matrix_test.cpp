// The matrix of a convolution against its definition, and the errors at the door of conv() that no table
// names.
#include "tenet/ops/conv_matrix/as_matrix.h"

#include <gtest/gtest.h>

#include "support/conv_data.h"
#include "support/expect.h"
#include "support/scale.h"
#include "tenet/framework/autograd/backward.h"
#include "tenet/ops/conv/conv.h"
#include "tenet/ops/conv/conv2d.h"
#include "tenet/ops/conv/conv_transpose2d.h"
#include "tenet/ops/elementwise/compare.h"
#include "tenet/ops/matmul/matmul.h"

namespace tenet_test {
namespace {

using tenet::as_matrix;
using tenet::conv_transpose_matrix;
using tenet::Dims;

TEST(AsMatrix, AsByHand) {
  const Tensor kernel = to_tensor({1, 2, 3, 4}, {1, 1, 2, 2}, false);
  const Tensor w = as_matrix(kernel, {3, 3});
  EXPECT_EQ(w.shape(), (Shape{4, 9}));
  EXPECT_EQ(to_integers(w), (Integers{1, 2, 0, 3, 4, 0, 0, 0, 0,  //
                                      0, 1, 2, 0, 3, 4, 0, 0, 0,  //
                                      0, 0, 0, 1, 2, 0, 3, 4, 0,  //
                                      0, 0, 0, 0, 1, 2, 0, 3, 4}));
  const Tensor other = to_tensor({0, 1, 2, 3}, {1, 1, 2, 2}, false);
  EXPECT_EQ(to_integers(as_matrix(other, {3, 3})), (Integers{0, 1, 0, 2, 3, 0, 0, 0, 0,  //
                                                             0, 0, 1, 0, 2, 3, 0, 0, 0,  //
                                                             0, 0, 0, 0, 1, 0, 2, 3, 0,  //
                                                             0, 0, 0, 0, 0, 1, 0, 2, 3}));
}

TEST(AsMatrix, MultipliesAsTheConvolutionDoes) {
  Random random(1);
  for (std::int64_t i = 0; i < scaled(300); ++i) {
    ConvCase c = draw_conv_case(random, i % 2 == 1);
    c.n = 1;
    const ReferenceConv r = c.reference().value();
    if (r.c * r.h.in * r.w.in * r.o * r.h.out * r.w.out > 100000 || c.in[0] * c.in[1] * c.c * c.o == 0)
      continue;
    const Shape w_shape{r.o, r.c / r.g, r.h.kernel, r.w.kernel}, x_shape{1, c.c, c.in[0], c.in[1]};
    const Tensor kernel = to_tensor(draw_integers(random, w_shape, 0), w_shape, true);
    const Tensor x = to_tensor(draw_integers(random, x_shape, 0), x_shape, true);
    const Dims size{c.in[0], c.in[1]};
    const Tensor y = c.transposed ? tenet::conv_transpose2d(x, kernel, {}, c.transpose_options())
                                  : tenet::conv2d(x, kernel, {}, c.options());
    const Tensor w = c.transposed ? conv_transpose_matrix(kernel, size, c.transpose_options())
                                  : as_matrix(kernel, size, c.options());
    EXPECT_EQ(w.shape(), (Shape{y.numel(), x.numel()}));
    EXPECT_EQ(to_integers(tenet::matmul(w, x.reshape({x.numel()}))), to_integers(y)) << c.str();
  }
}

TEST(AsMatrix, OfTheTransposedConvolutionIsTheTranspose) {
  const Tensor kernel = to_tensor({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, {2, 1, 3, 2}, false);
  const tenet::ConvOptions there{.stride = {2, 1}, .padding = {{1, 0}, {0, 1}}, .groups = 2};
  const tenet::ConvTransposeOptions back{
      .stride = {2, 1}, .padding = {{1, 0}, {0, 1}}, .groups = 2, .output_size = {6, 4}};
  const Tensor w = as_matrix(kernel, {6, 4}, there);
  EXPECT_TRUE(tenet::equal(conv_transpose_matrix(kernel, {3, 4}, back), w.t()));
}

TEST(AsMatrix, IsDifferentiable) {
  Tensor kernel = to_tensor({1, 2, 3, 4}, {1, 1, 2, 2}, true).requires_grad_();
  (as_matrix(kernel, {3, 3}) * tenet::arange(36., {.dtype = tenet::float64}).reshape({4, 9}))
      .sum()
      .backward();
  // Each weight stands at (0, j), (1, j + 1), (2, j + 3), (3, j + 4).
  EXPECT_EQ(to_integers(kernel.grad()), (Integers{0 + 10 + 21 + 31, 66, 74, 78}));
}

TEST(AsMatrix, Errors) {
  EXPECT_EQ(message<tenet::ShapeError>([] {
              as_matrix(tenet::ones({1, 1, 2, 2}), {3});
            }),
            "as_matrix: kernel of shape [1, 1, 2, 2] and input size [3] do not go together. A kernel has two "
            "dimensions of "
            "channels and 1 to 3 spatial ones, an input size one extent for each of these.");
  EXPECT_EQ(message<tenet::DTypeError>([] {
              as_matrix(tenet::ones({1, 1, 2, 2}, {.dtype = tenet::int64}), {3, 3});
            }),
            "as_matrix: needs a floating-point kernel but got int64. Convert with .to(tenet::float32).");
  EXPECT_EQ(message<tenet::ShapeError>([] {
              conv_transpose_matrix(tenet::ones({1, 1, 2, 2}), {0, 3});
            }),
            "conv_transpose_matrix: the input has extent 0 along H. A transposed convolution needs 1 or more "
            "along every "
            "axis.");
}

TEST(Conv, ErrorsBesideThoseOfTheTable) {
  const Tensor x = tenet::ones({1, 2, 4}), w = tenet::ones({3, 2, 2});
  EXPECT_EQ(message<tenet::ShapeError>([&] {
              tenet::conv(x, tenet::ones({3, 2}));
            }),
            "conv: weight must have 3, 4 or 5 dimensions (two of channels and 1 to 3 kernel extents) but has "
            "shape [3, 2]. "
            "Reshape it.");
  EXPECT_EQ(message<tenet::ShapeError>([&] { tenet::conv(tenet::ones({4}), w); }),
            "conv1d: input must have 3 dimensions (N,C,W), or 2 without a batch (C,W), but has shape [4]. "
            "Reshape it, or add "
            "dimensions with unsqueeze.");
  EXPECT_EQ(message<tenet::ShapeError>([&] {
              tenet::conv_transpose(tenet::ones({2, 4, 4}), tenet::ones({3, 2, 2, 2, 2}));
            }),
            "conv_transpose3d: input must have 5 dimensions (N,C,D,H,W), or 4 without a batch (C,D,H,W), but "
            "has shape [2, 4, "
            "4]. Reshape it, or add dimensions with unsqueeze.");
  EXPECT_EQ(message<tenet::ShapeError>([&] {
              tenet::conv(tenet::ones({3, 4}), w);
            }),
            "conv1d: input has 3 channels but weight [3, 2, 2] with groups=1 needs 2. Input shape [3, 4] "
            "(C,W). Pass a weight "
            "of shape [3, 3, 2], or an input with 2 channels.");
  const Tensor integers = tenet::ones({1, 2, 4}, {.dtype = tenet::int64});
  EXPECT_EQ(message<tenet::DTypeError>([&] { tenet::conv(integers, w.to(tenet::int64)); }),
            "conv1d: input is int64, weight int64. All must be of the same floating type; convert with "
            ".to(tenet::float32).");
  EXPECT_EQ(
      message<tenet::DTypeError>([&] { tenet::conv(x, w, tenet::ones({3}, {.dtype = tenet::float64})); }),
      "conv1d: input is float32, weight float32, bias float64. All must be of the same floating type; "
      "convert with "
      ".to(tenet::float32).");
  const Tensor elsewhere = tenet::ones({3, 2, 2});
  elsewhere.impl()->device = {tenet::DeviceType::cuda, 0};
  EXPECT_EQ(message<tenet::DeviceError>([&] { tenet::conv(x, elsewhere); }),
            "conv1d: input is on cpu, weight on cuda:0. Move all to one device with .to(device).");
  elsewhere.impl()->device = {};
}

}  // namespace
}  // namespace tenet_test
