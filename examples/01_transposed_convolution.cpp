// Transposed convolution, from the sum it is to the matrix it is named after.
// Ends with: "11 of 11 shown". The numbers on the way: spread [[0, 0, 1], [0, 4, 6], [4, 12, 9]],
// corr2d [[27, 37], [57, 67]], W^T y [[27, 91, 74], [138, 400, 282], [171, 429, 268]], 16 -> 6 -> 14 without
// output_padding and 16 with output_padding 2. Exits with 1 if one of them comes out otherwise.
#include <iostream>

#include <tenet/tenet.h>

namespace nn = tenet::nn;
using tenet::Slice;
using tenet::Tensor;

namespace {

int shown = 0, asked = 0;

/// States a fact and whether the program found it true.
void fact(const char* what, bool found) {
  ++asked;
  shown += found;
  std::cout << (found ? "  yes  " : "  NO   ") << what << "\n\n";
}
void fact(const char* what, const Tensor& found, const Tensor& wanted) {
  fact(what, tenet::equal(found, wanted));
}

/// Every element of X spreads a copy of K; where copies overlap they add.
Tensor trans_conv(const Tensor& X, const Tensor& K) {
  const auto h = K.size(0), w = K.size(1);
  Tensor Y = tenet::zeros({X.size(0) + h - 1, X.size(1) + w - 1});
  for (int i = 0; i < X.size(0); ++i) {
    for (int j = 0; j < X.size(1); ++j) Y[{Slice(i, i + h), Slice(j, j + w)}] += X[{i, j}] * K;
  }
  return Y;
}

/// Every window of X is multiplied by K and summed.
Tensor corr2d(const Tensor& X, const Tensor& K) {
  const auto h = K.size(0), w = K.size(1);
  Tensor Y = tenet::zeros({X.size(0) - h + 1, X.size(1) - w + 1});
  for (int i = 0; i < Y.size(0); ++i) {
    for (int j = 0; j < Y.size(1); ++j) Y[{i, j}] = (X[{Slice(i, i + h), Slice(j, j + w)}] * K).sum();
  }
  return Y;
}

Tensor as_4d(const Tensor& x) { return x.reshape({1, 1, x.size(0), x.size(1)}); }

void spread() {
  const Tensor X = tenet::tensor({{0., 1.}, {2., 3.}}), K = tenet::tensor({{0., 1.}, {2., 3.}});
  std::cout << "Spreading [[0, 1], [2, 3]] by itself:\n" << trans_conv(X, K) << '\n';
  fact("the sum of shifted kernels", trans_conv(X, K),
       tenet::tensor({{0., 0., 1.}, {0., 4., 6.}, {4., 12., 9.}}));
  fact("conv_transpose2d gives the same", tenet::conv_transpose2d(as_4d(X), as_4d(K))[{0, 0}],
       trans_conv(X, K));

  const Tensor cut = tenet::conv_transpose2d(as_4d(X), as_4d(K), {}, {.padding = 1});
  fact("padding = 1 cuts a ring off the output: 4 is left", cut, tenet::tensor({{{{4.}}}}));
  const Tensor apart = tenet::conv_transpose2d(as_4d(X), as_4d(K), {}, {.stride = 2});
  std::cout << "With stride = 2 the copies lie two apart:\n" << apart << '\n';
  fact("stride = kernel: the Kronecker product", apart[{0, 0}],
       (X.reshape({2, 1, 2, 1}) * K.reshape({1, 2, 1, 2})).reshape({4, 4}));
}

void matrix() {
  const Tensor X = tenet::arange(9.).reshape({3, 3}), K = tenet::tensor({{1., 2.}, {3., 4.}});
  const Tensor Y = corr2d(X, K), W = tenet::as_matrix(as_4d(K), {3, 3});
  std::cout << "The convolution of 0..8 with [[1, 2], [3, 4]]:\n"
            << Y << "\nand its matrix W:\n"
            << W << '\n';
  fact("corr2d is a product with W", tenet::matmul(W, X.reshape({9})).reshape({2, 2}), Y);

  const Tensor Z = trans_conv(Y, K);
  std::cout << "Spreading the result:\n" << Z << '\n';
  fact("it is a product with W^T", tenet::matmul(W.t(), Y.reshape({4})).reshape({3, 3}), Z);

  const Tensor x = tenet::arange(9.).reshape({1, 1, 3, 3}).requires_grad_();
  const Tensor dx = tenet::grad(tenet::conv2d(x, as_4d(K)), x, as_4d(Y));
  fact("and so is the convolution's gradient: the layers exchange forward and backward", dx[{0, 0}], Z);
  fact("but it is no inverse: X does not come back", !tenet::equal(Z, X));
}

void round_trip() {
  const Tensor x = tenet::randn({1, 10, 16, 16});
  nn::Conv2d down({.in_channels = 10, .out_channels = 20, .kernel_size = 3, .stride = 3, .padding = 2});
  nn::ConvTranspose2d same(
      {.in_channels = 20, .out_channels = 10, .kernel_size = 3, .stride = 3, .padding = 2});
  nn::ConvTranspose2d back = down.transposed({16, 16});
  std::cout << down << ": " << x.shape() << " -> " << down(x).shape() << '\n';
  std::cout << same << ": back to " << same(down(x)).shape() << '\n';
  fact("the same numbers do not lead back: the stride does not divide 16 + 2*2 - 3",
       same(down(x)).shape() == tenet::Shape{1, 10, 14, 14});
  std::cout << back << ": back to " << back(down(x)).shape() << '\n';
  fact("transposed() finds the output_padding that does", back(down(x)).shape() == x.shape());
}

void fractional_stride() {
  // Zeros between the inputs, the kernel turned around, and an ordinary convolution of stride 1.
  const Tensor x = tenet::randint(-4, 5, {1, 1, 3, 3}, {.dtype = tenet::float32});
  const Tensor w = tenet::randint(-4, 5, {1, 1, 3, 3}, {.dtype = tenet::float32});
  Tensor stretched = tenet::zeros({1, 1, 5, 5});
  stretched[{tenet::ellipsis, Slice({}, {}, 2), Slice({}, {}, 2)}] = x;
  const Tensor turn = tenet::tensor({2, 1, 0});
  const Tensor turned = tenet::index_select(tenet::index_select(w, 2, turn), 3, turn);
  fact("a transposed convolution of stride 2 is a convolution of stride 1/2",
       tenet::conv_transpose2d(x, w, {}, {.stride = 2, .padding = 1}),
       tenet::conv2d(stretched, turned, {}, {.padding = 3 - 1 - 1}));
}

}  // namespace

int main() {
  tenet::manual_seed(0);
  spread();
  matrix();
  round_trip();
  fractional_stride();
  std::cout << shown << " of " << asked << " shown\n";
  return shown == asked && asked == 11 ? 0 : 1;
}
