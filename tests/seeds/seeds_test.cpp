// The five documents the project was created from, retold: every code cell (items 1 to 20). Formulas and claims
// (items 21 to 39) stand in seeds_claims_test.cpp. Where a document compares with ==, so does the test, bit for bit.
//
// Left for later, with what they wait for:
//    1  trans_conv in Python, line for line                      the Python bindings (in C++ it is here)
//    5  channels inferred at the first call, init from an array  lazy layers
//   40  exercise: do X and Z have the same value?                the book of worked exercises
//   41  exercise: is multiplying by the matrix efficient?        the book
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <sstream>

#include "seeds/seeds.h"

namespace tenet_test {
namespace {

const Tensor X2 = tensor({{0., 1.}, {2., 3.}});
const Tensor K2 = tensor({{0., 1.}, {2., 3.}});
const Numbers kSpread = {0, 0, 1, 0, 4, 6, 4, 12, 9};

nn::ConvTranspose2d layer_with(const Tensor& kernel, nn::ConvTranspose2dOptions options) {
  options.kernel_size = {kernel.size(2), kernel.size(3)};
  options.bias = false;
  nn::ConvTranspose2d layer(options);
  const NoGradGuard no_grad;
  layer.weight.copy_(kernel);
  return layer;
}

TEST(Seeds, Item01_TransConvIsWrittenLineForLine) {
  const Tensor Y = trans_conv(X2, K2);
  EXPECT_EQ(Y.shape(), (Shape{2 + 2 - 1, 2 + 2 - 1}));
  EXPECT_EQ(values(trans_conv(ones({2, 3}), ones({1, 2}))), (Numbers{1, 2, 2, 1, 1, 2, 2, 1}));
}

TEST(Seeds, Item02_TransConvOfTheExample) {
  EXPECT_EQ(values(trans_conv(X2, K2)), kSpread);
  EXPECT_EQ(str(trans_conv(X2, K2)),
            "tensor([[ 0.,  0.,  1.],\n        [ 0.,  4.,  6.],\n        [ 4., 12.,  9.]])");
  const Tensor n = tensor({{0, 1}, {2, 3}});
  EXPECT_EQ(n.dtype(), int64);
  EXPECT_EQ(values(trans_conv(n, n)), kSpread);
  EXPECT_EQ(trans_conv(n, n).dtype(), float32) << "integers spread into floats";
}

TEST(Seeds, Item03_ShapesPrintAsLists) {
  std::ostringstream out;
  out << X2.shape();
  EXPECT_EQ(out.str(), "[2, 2]");
}

TEST(Seeds, Item04_TheLayerGivesTheSameAndShowsItsGradientFunction) {
  nn::ConvTranspose2d tconv({.in_channels = 1, .out_channels = 1, .kernel_size = 2, .bias = false});
  tconv.weight = as_4d(K2).requires_grad_();
  const Tensor y = tconv(as_4d(X2));
  EXPECT_EQ(values(y), kSpread);
  EXPECT_EQ(str(y),
            "tensor([[[[ 0.,  0.,  1.],\n"
            "          [ 0.,  4.,  6.],\n"
            "          [ 4., 12.,  9.]]]], grad_fn=<ConvTranspose2d>)");
}

TEST(Seeds, Item06_PaddingOneOfAFreshLayer) {
  nn::ConvTranspose2d tconv(
      {.in_channels = 1, .out_channels = 1, .kernel_size = 2, .padding = 1, .bias = false});
  EXPECT_EQ(tconv(as_4d(X2)).shape(), (Shape{1, 1, 1, 1}));
}

TEST(Seeds, Item07_PaddingOneWithTheKernel) {
  const Tensor y = layer_with(as_4d(K2), {.in_channels = 1, .out_channels = 1, .padding = 1})(as_4d(X2));
  EXPECT_EQ(y.shape(), (Shape{1, 1, 1, 1}));
  EXPECT_EQ(values(y), Numbers{4});
  EXPECT_EQ(str(y), "tensor([[[[4.]]]], grad_fn=<ConvTranspose2d>)");
}

TEST(Seeds, Item08_StrideTwo) {
  const Tensor y = layer_with(as_4d(K2), {.in_channels = 1, .out_channels = 1, .stride = 2})(as_4d(X2));
  EXPECT_EQ(y.shape(), (Shape{1, 1, 4, 4}));
  EXPECT_EQ(values(y), (Numbers{0, 0, 0, 1, 0, 0, 2, 3, 0, 2, 0, 3, 4, 6, 6, 9}));
}

TEST(Seeds, Item09_StrideOne) {
  nn::ConvTranspose2d tconv(
      {.in_channels = 1, .out_channels = 1, .kernel_size = 2, .stride = 1, .bias = false});
  EXPECT_EQ(tconv(as_4d(X2)).shape(), (Shape{1, 1, 3, 3}));
}

TEST(Seeds, Item10_TheSameHyperparametersLeadBack) {
  const Tensor X = randn({1, 10, 16, 16});
  nn::Conv2d conv({.in_channels = 10, .out_channels = 20, .kernel_size = 5, .stride = 3, .padding = 2});
  nn::ConvTranspose2d tconv(
      {.in_channels = 20, .out_channels = 10, .kernel_size = 5, .stride = 3, .padding = 2});
  EXPECT_EQ(conv(X).shape(), (Shape{1, 20, 6, 6}));
  EXPECT_TRUE(tconv(conv(X)).shape() == X.shape());
}

TEST(Seeds, Item11_AndSometimesTheyDoNot) {
  const Tensor X = randn({1, 10, 16, 16});
  nn::Conv2d conv({.in_channels = 10, .out_channels = 20, .kernel_size = 3, .stride = 3, .padding = 2});
  nn::ConvTranspose2dOptions back{
      .in_channels = 20, .out_channels = 10, .kernel_size = 3, .stride = 3, .padding = 2};
  EXPECT_EQ(nn::ConvTranspose2d(back)(conv(X)).shape(), (Shape{1, 10, 14, 14}));
  back.output_padding = 2;
  EXPECT_EQ(nn::ConvTranspose2d(back)(conv(X)).shape(), X.shape());
  EXPECT_EQ(output_padding_for({16, 16}, {3, 3}, {.stride = 3, .padding = 2}), (Dims{2, 2}));
  EXPECT_EQ(conv.transposed({16, 16})(conv(X)).shape(), X.shape());
}

const Tensor X3 = arange(9.).reshape({3, 3});
const Tensor K3 = tensor({{1., 2.}, {3., 4.}});

TEST(Seeds, Item12_Corr2d) {
  EXPECT_EQ(values(corr2d(X3, K3)), (Numbers{27, 37, 57, 67}));
  EXPECT_EQ(values(conv2d(as_4d(X3), as_4d(K3))), (Numbers{27, 37, 57, 67}));
  EXPECT_EQ(values(corr2d(X3, K2)), (Numbers{19, 25, 37, 43}));
  EXPECT_EQ(values(conv2d(as_4d(X3), as_4d(K2))), (Numbers{19, 25, 37, 43}));
}

TEST(Seeds, Item13_Kernel2Matrix) {
  const Tensor W = kernel2matrix(K3);
  EXPECT_EQ(str(W),
            "tensor([[1., 2., 0., 3., 4., 0., 0., 0., 0.],\n"
            "        [0., 1., 2., 0., 3., 4., 0., 0., 0.],\n"
            "        [0., 0., 0., 1., 2., 0., 3., 4., 0.],\n"
            "        [0., 0., 0., 0., 1., 2., 0., 3., 4.]])");
  EXPECT_TRUE(equal(as_matrix(as_4d(K3), {3, 3}), W));
  EXPECT_EQ(values(kernel2matrix(K2)), (Numbers{0, 1, 0, 2, 3, 0, 0, 0, 0, 0, 0, 1, 0, 2, 3, 0, 0, 0,
                                                0, 0, 0, 0, 1, 0, 2, 3, 0, 0, 0, 0, 0, 0, 1, 0, 2, 3}));
  EXPECT_TRUE(equal(as_matrix(as_4d(K2), {3, 3}), kernel2matrix(K2)));
}

TEST(Seeds, Item14_TheConvolutionMultipliesByW) {
  for (const Tensor& K : {K3, K2}) {
    const Tensor Y = corr2d(X3, K);
    const Tensor W = kernel2matrix(K);
    EXPECT_TRUE((Y == matmul(W, X3.reshape({-1})).reshape({2, 2})).all().item<bool>());
    EXPECT_TRUE(equal(conv2d(as_4d(X3), as_4d(K)).reshape({2, 2}), Y));
  }
  EXPECT_EQ(str(corr2d(X3, K3) == matmul(kernel2matrix(K3), X3.reshape({-1})).reshape({2, 2})),
            "tensor([[True, True],\n        [True, True]])");
}

TEST(Seeds, Item15_TheTransposedConvolutionMultipliesByWTransposed) {
  const Tensor Y = corr2d(X3, K3), W = kernel2matrix(K3);
  const Tensor Z = trans_conv(Y, K3);
  EXPECT_TRUE((Z == matmul(W.t(), Y.reshape({-1})).reshape({3, 3})).all().item<bool>());
  EXPECT_EQ(values(Z), (Numbers{27, 91, 74, 138, 400, 282, 171, 429, 268}));
  EXPECT_TRUE(equal(conv_transpose2d(as_4d(Y), as_4d(K3)).reshape({3, 3}), Z));
  EXPECT_EQ(values(trans_conv(corr2d(X3, K2), K2)), (Numbers{0, 19, 25, 38, 144, 118, 74, 197, 129}));
}

TEST(Seeds, Item16_AlsoForTheFirstExample) {
  const Tensor Y = trans_conv(X2, K2), W = kernel2matrix(K2);
  EXPECT_TRUE((Y == matmul(W.t(), X2.reshape({-1})).reshape({3, 3})).all().item<bool>());
  EXPECT_TRUE(equal(conv_transpose_matrix(as_4d(K2), {2, 2}), W.t().contiguous()));
}

TEST(Seeds, Item17_EachBlockIsTheKernelTimesOnePixel) {
  nn::ConvTranspose2d up(
      {.in_channels = 1, .out_channels = 1, .kernel_size = {2, 2}, .stride = 2, .bias = false});
  const Tensor inp = tensor({{{{-0.0564, 1.5080, 1.6263}, {0.8452, 0.8627, -0.5019}}}});
  const Tensor out = up(inp);
  EXPECT_TRUE((out[{0, 0, Slice(0, 2), Slice(0, 2)}] == up.weight * inp[{0, 0, 0, 0}]).all().item<bool>());
  for (int x = 0; x < 2; ++x) {
    for (int y = 0; y < 3; ++y) {
      const Tensor block = out[{0, 0, Slice(2 * x, 2 * (x + 1)), Slice(2 * y, 2 * (y + 1))}];
      EXPECT_TRUE((block == up.weight * inp[{0, 0, x, y}]).all().item<bool>()) << x << ' ' << y;
    }
  }
}

TEST(Seeds, Item18_TheKroneckerProductInApl) {
  const Tensor ker = tensor({{0.3459, -0.2987}, {-0.9396, -0.01321}}, {.dtype = float64});
  const Tensor inp = tensor({{0.9064, 0.4639, 0.3109}, {0.3791, 0.2148, 0.07558}}, {.dtype = float64});
  const Tensor flat = conv_transpose2d(as_4d(inp), as_4d(ker), {}, {.stride = 2}).reshape({4, 6});
  // The nested table: a block of the result for each pixel, printed to ten digits.
  const double nested[6][4] = {{0.3135292152, -0.2707504069, -0.8516202838, -0.01196955272},
                               {0.1604726599, -0.1385773187, -0.4358820981, -0.006126338057},
                               {0.1075419518, -0.09286862532, -0.2921096442, -0.004105611215},
                               {0.1311479097, -0.1132537199, -0.3562290678, -0.005006811944},
                               {0.07430170451, -0.0641637709, -0.201821188, -0.00283660382},
                               {0.02614514593, -0.02257782866, -0.07101646521, -0.0009981388897}};
  const Tensor blocks = flat.reshape({2, 2, 3, 2}).permute({0, 2, 1, 3}).reshape({6, 4});
  for (int i = 0; i < 6; ++i) {
    for (int j = 0; j < 4; ++j) {
      EXPECT_NEAR((blocks[{i, j}].item<double>()) / nested[i][j], 1, 5e-4)
          << "the operands were printed to four digits";
      EXPECT_NEAR(nested[i][j] * nested[0][0] / (nested[i][0] * nested[0][j]), 1, 1.5e-9)
          << "pixels times kernel elements: of rank one";
    }
  }
  // The flat table: the same numbers to four digits, laid out as the result is.
  const Numbers printed = {0.3135,  -0.2708,   0.1605,  -0.1386,   0.1075,   -0.09287,  //
                           -0.8516, -0.01197,  -0.4359, -0.006126, -0.2921,  -0.004106,
                           0.1311,  -0.1133,   0.0743,  -0.06416,  0.02615,  -0.02258,
                           -0.3562, -0.005007, -0.2018, -0.002837, -0.07102, -0.0009981};
  for (int r = 0; r < 4; ++r) {
    for (int c = 0; c < 6; ++c) {
      char rounded[32];
      std::snprintf(rounded, sizeof rounded, "%.4g", nested[r / 2 * 3 + c / 2][r % 2 * 2 + c % 2]);
      EXPECT_EQ(std::atof(rounded), printed[static_cast<std::size_t>(r * 6 + c)]) << r << ' ' << c;
    }
  }

  // Stride = kernel: the result is the Kronecker product, exactly.
  const Tensor kronecker = (inp.reshape({2, 1, 3, 1}) * ker.reshape({1, 2, 1, 2})).reshape({4, 6});
  EXPECT_TRUE(equal(flat, kronecker));
}

TEST(Seeds, Item19_OutputPaddingByTuple) {
  const Tensor inp = randn({1, 3, 2, 2});
  nn::ConvTranspose2d convT({.in_channels = 3,
                             .out_channels = 1,
                             .kernel_size = {3, 3},
                             .stride = {2, 2},
                             .output_padding = {1, 1}});
  EXPECT_EQ(convT(inp).shape(), (Shape{1, 1, 6, 6}));
}

TEST(Seeds, Item20_TheWorkedTableHasOnePairOfOperands) {
  const Numbers table = {6, 14, 4, 2, 17, 21, 0, 1, 5};
  const Tensor input = tensor({{2., 4.}, {0., 1.}}), kernel = tensor({{3., 1.}, {1., 5.}});
  EXPECT_EQ(values(conv_transpose2d(as_4d(input), as_4d(kernel))), table);
  EXPECT_EQ(values(trans_conv(input, kernel)), table);
  EXPECT_EQ(4 * 3 + 2 * 1, 14) << "as the notes work it out";

  // No other pair of tables of numbers 0 to 7 gives it, but the same two exchanged.
  int found = 0;
  for (int code = 0; code < 8 * 8 * 8 * 8; ++code) {
    const int a = code & 7, b = code >> 3 & 7, c = code >> 6 & 7, d = code >> 9 & 7;
    for (int e = 0; e < 8; ++e) {
      if (a * e != 6) continue;
      for (int f = 0; f < 8; ++f) {
        if (b * e + a * f != 14 || b * f != 4) continue;
        for (int g = 0; g < 8; ++g) {
          for (int h = 0; h < 8; ++h) {
            found += c * e + a * g == 2 && d * e + c * f + b * g + a * h == 17 && d * f + b * h == 21 &&
                     c * g == 0 && d * g + c * h == 1 && d * h == 5;
          }
        }
      }
    }
  }
  EXPECT_EQ(found, 2);
}

}  // namespace
}  // namespace tenet_test
