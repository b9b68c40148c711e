// The functions of the seed documents, written as the documents write them.
#pragma once

#include "support/expect.h"
#include "tenet/tenet.h"

namespace tenet_test {

using namespace tenet;
using Numbers = std::vector<double>;

/// def trans_conv(X, K): each element of X spreads a copy of K.
inline Tensor trans_conv(const Tensor& X, const Tensor& K) {
  const std::int64_t h = K.shape()[0], w = K.shape()[1];
  Tensor Y = zeros({X.shape()[0] + h - 1, X.shape()[1] + w - 1});
  for (std::int64_t i = 0; i < X.shape()[0]; ++i) {
    for (std::int64_t j = 0; j < X.shape()[1]; ++j) {
      Y[{Slice(i, i + h), Slice(j, j + w)}] += X[{i, j}] * K;
    }
  }
  return Y;
}

/// Y[i, j] = (X[i: i + h, j: j + w] * K).sum()
inline Tensor corr2d(const Tensor& X, const Tensor& K) {
  const std::int64_t h = K.shape()[0], w = K.shape()[1];
  Tensor Y = zeros({X.shape()[0] - h + 1, X.shape()[1] - w + 1});
  for (std::int64_t i = 0; i < Y.shape()[0]; ++i) {
    for (std::int64_t j = 0; j < Y.shape()[1]; ++j) {
      Y[{i, j}] = (X[{Slice(i, i + h), Slice(j, j + w)}] * K).sum();
    }
  }
  return Y;
}

/// def kernel2matrix(K): a 2 by 2 kernel as the matrix of its convolution over a 3 by 3 image.
inline Tensor kernel2matrix(const Tensor& K) {
  Tensor k = zeros({5}), W = zeros({4, 9});
  k[Slice(0, 2)] = K[{0, Slice()}];
  k[Slice(3, 5)] = K[{1, Slice()}];
  W[{0, Slice(0, 5)}] = k;
  W[{1, Slice(1, 6)}] = k;
  W[{2, Slice(3, 8)}] = k;
  W[{3, Slice(4, {})}] = k;
  return W;
}

/// As one image of one channel, or one kernel between single channels.
inline Tensor as_4d(const Tensor& x) { return x.reshape({1, 1, x.size(0), x.size(1)}); }

/// Small integers as float32: sums of their products are exact, so results can be compared with ==.
inline Tensor integers(const Shape& shape) { return randint(-4, 5, shape, {.dtype = float32}); }

/// x with step - 1 zeros between neighbours along its last two dimensions.
inline Tensor stretched(const Tensor& x, std::int64_t step) {
  Shape shape = x.shape();
  for (int d = shape.size() - 2; d < shape.size(); ++d) shape[d] = (shape[d] - 1) * step + 1;
  Tensor y = zeros(shape);
  y[{ellipsis, Slice({}, {}, step), Slice({}, {}, step)}] = x;
  return y;
}

/// The kernel that a stride-1 convolution needs to do what a transposed one does: turned by 180 degrees, its
/// channels exchanged. [C, O, KH, KW] -> [O, C, KH, KW].
inline Tensor turned(const Tensor& w) {
  const auto reversed = [](std::int64_t n) { return (n - 1) - arange(n); };
  return index_select(index_select(w, 2, reversed(w.size(2))), 3, reversed(w.size(3))).transpose(0, 1);
}

}  // namespace tenet_test
