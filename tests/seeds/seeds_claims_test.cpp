// The formulas and claims of the seed documents (items 21 to 39), shown true or put right. Items 1 to 20, and the
// list of those that wait, stand in seeds_test.cpp.
#include <gtest/gtest.h>

#include "seeds/seeds.h"

namespace tenet_test {
namespace {

/// Calls f(i, k, s, p, d): input, kernel, stride, padding, dilation, where the convolution has an output.
template <class F> void sweep(F f) {
  for (int i = 1; i <= 9; ++i) {
    for (int k = 1; k <= 4; ++k) {
      for (int s = 1; s <= 4; ++s) {
        for (int p = 0; p <= 4; ++p) {
          for (int d = 1; d <= 3; ++d) {
            if (i + 2 * p >= d * (k - 1) + 1) f(i, k, s, p, d);
          }
        }
      }
    }
  }
}

/// The size that comes out, found by carrying the convolution out.
std::int64_t conv_size(std::int64_t i, std::int64_t k, std::int64_t s, std::int64_t p, std::int64_t d = 1) {
  const Tensor y =
      conv2d(ones({1, 1, i, i + 1}), ones({1, 1, k, k}), {}, {.stride = s, .padding = p, .dilation = d});
  const Tensor wider =
      conv2d(ones({1, 1, i + s, i}), ones({1, 1, k, k}), {}, {.stride = s, .padding = p, .dilation = d});
  EXPECT_EQ(wider.size(2), y.size(2) + 1) << "a stride more of input is one more of output";
  return y.size(2);
}
std::int64_t transposed_size(std::int64_t i, std::int64_t k, std::int64_t s, std::int64_t p,
                             std::int64_t extra = 0) {
  return conv_transpose2d(ones({1, 1, i, i}), ones({1, 1, k, k}), {},
                          {.stride = s, .padding = p, .output_padding = extra})
      .size(2);
}

TEST(Seeds, Item21_TheIntermediateResultsAddUp) {
  const std::int64_t n_h = 3, n_w = 2, k_h = 2, k_w = 4;
  const Tensor X = integers({n_h, n_w}), K = integers({k_h, k_w});
  std::vector<Tensor> intermediate;
  for (int i = 0; i < n_h; ++i) {
    for (int j = 0; j < n_w; ++j) {
      Tensor one = zeros({n_h + k_h - 1, n_w + k_w - 1});
      one[{Slice(i, i + k_h), Slice(j, j + k_w)}] = X[{i, j}] * K;
      intermediate.push_back(one);
    }
  }
  EXPECT_EQ(intermediate.size(), static_cast<std::size_t>(n_h * n_w));
  const Tensor Y = conv_transpose2d(as_4d(X), as_4d(K));
  EXPECT_EQ(Y.shape(), (Shape{1, 1, n_h + k_h - 1, n_w + k_w - 1}));
  EXPECT_TRUE(equal(stack(intermediate).sum(0), Y[{0, 0}]));
}

TEST(Seeds, Item22_EveryOutputIsOneSumOfProducts) {
  const Tensor X = integers({5, 6}), K = integers({2, 3});
  EXPECT_TRUE(equal(corr2d(X, K), conv2d(as_4d(X), as_4d(K))[{0, 0}]));
}

TEST(Seeds, Item23_K3S2P1OnFourByFourGivesTwoByTwo) {
  EXPECT_EQ((4 + 2 * 1 - 3) / 2 + 1, 2);
  EXPECT_EQ(conv_output_size({4, 4}, {3, 3}, {.stride = 2, .padding = 1}), (Dims{2, 2}));
  EXPECT_EQ(conv_size(4, 3, 2, 1), 2);
}

TEST(Seeds, Item24_StrideIsMovesInTheInputPerMoveInTheOutput) {
  // Row r of the matrix of a convolution shows what output r reads; of a transposed one, column c what input c writes.
  const auto first = [](const Tensor& line) {
    return line.to(boolean).to(int64).argmax().item<std::int64_t>();
  };
  const Tensor kernel = ones({1, 1, 1, 2});
  const Tensor w = as_matrix(kernel, {1, 8}, {.stride = 2});
  const Tensor wt = conv_transpose_matrix(kernel, {1, 4}, {.stride = 2});
  for (int i = 0; i + 1 < 4; ++i) {
    EXPECT_EQ(first(w[i + 1]) - first(w[i]), 2) << "a move in the output is two in the input: s = 2";
    EXPECT_EQ(first(wt[{Slice(), i + 1}]) - first(wt[{Slice(), i}]), 2)
        << "two moves in the output need one in the input: s = 1/2";
  }
}

TEST(Seeds, Item25_ForwardIsWBackwardIsWTransposed) {
  const Tensor x = integers({1, 2, 5, 4}).requires_grad_(), w = integers({3, 2, 2, 3});
  const ConvOptions options{.stride = {2, 1}, .padding = {1, 0}};
  const Tensor W = as_matrix(w, {5, 4}, options);
  const Tensor y = conv2d(x, w, {}, options);
  EXPECT_TRUE(equal(y.detach().reshape({-1}), matmul(W, x.detach().reshape({-1}))));
  const Tensor dy = integers(y.shape());
  EXPECT_TRUE(equal(grad(y, x, dy).reshape({-1}), matmul(W.t(), dy.reshape({-1}))));

  const Tensor z = integers(y.shape()).requires_grad_();
  const Tensor back =
      conv_transpose2d(z, w, {}, {.stride = {2, 1}, .padding = {1, 0}, .output_size = {5, 4}});
  EXPECT_TRUE(equal(back.detach().reshape({-1}), matmul(W.t(), z.detach().reshape({-1}))));
  const Tensor dback = integers(back.shape());
  EXPECT_TRUE(equal(grad(back, z, dback).reshape({-1}), matmul(W, dback.reshape({-1}))));
}

TEST(Seeds, Item26_UpsamplingByAnInteger) {
  const Tensor x = randn({1, 1, 3, 4});
  for (int n = 1; n <= 8; ++n) {
    const Tensor w = randn({1, 1, n, n});
    const Tensor y = conv_transpose2d(x, w, {}, {.stride = n});
    ASSERT_EQ(y.shape(), (Shape{1, 1, 3 * n, 4 * n}));
    for (int i = 0; i < 3; ++i) {
      for (int j = 0; j < 4; ++j) {
        EXPECT_TRUE(equal(y[{0, 0, Slice(i * n, (i + 1) * n), Slice(j * n, (j + 1) * n)}],
                          x[{0, 0, i, j}] * w[{0, 0}]));
      }
    }
  }
}

// V. Dumoulin, F. Visin, "A guide to convolution arithmetic for deep learning", arXiv:1603.07285: relationships 1 to 15.

TEST(Seeds, Item27_GuideRelationships1To6AndFifteen) {
  sweep([](int i, int k, int s, int p, int d) {
    const std::int64_t o = conv_size(i, k, s, p, d);
    EXPECT_EQ(o, (i + 2 * p - k - (k - 1) * (d - 1)) / s + 1);  // 15
    EXPECT_EQ(conv_output_size({i}, {k}, {.stride = s, .padding = p, .dilation = d}), Dims{o});
    if (d != 1) return;
    EXPECT_EQ(o, (i + 2 * p - k) / s + 1);  // 6
    if (p == 0) {                           // 5
      EXPECT_EQ(o, (i - k) / s + 1);
    }
    if (s != 1) return;
    if (p == k - 1) {  // 4, full padding
      EXPECT_EQ(o, i + (k - 1));
    }
    if (k % 2 == 1 && p == k / 2) {  // 3, half padding
      EXPECT_EQ(o, i);
    }
    EXPECT_EQ(o, (i - k) + 2 * p + 1);  // 2
    if (p == 0) {                       // 1
      EXPECT_EQ(o, (i - k) + 1);
    }
  });
}

TEST(Seeds, Item27_GuideRelationship7_Pooling) {
  for (int i = 1; i <= 9; ++i) {
    for (int k = 1; k <= i; ++k) {
      for (int s = 1; s <= 4; ++s) {
        EXPECT_EQ(max_pool2d(ones({1, 1, i, i}), k, {.stride = s}).size(2), (i - k) / s + 1);
        EXPECT_EQ(avg_pool2d(ones({1, 1, i, i}), k, {.stride = s}).size(3), (i - k) / s + 1);
      }
    }
  }
}

/// The transposed convolution as the guide makes it: zeros between the inputs and `extra` after the last (at the
/// bottom and right), then a convolution of stride 1 with padding k - p - 1 and the kernel turned around.
Tensor guide_transpose(const Tensor& x, const Tensor& w, int s, int p, int extra) {
  const std::int64_t border = w.size(2) - p - 1;  // negative: cut off
  const Tensor spread = pad(stretched(x, s), {border, border + extra, border, border + extra});
  return conv2d(spread, turned(w));
}

TEST(Seeds, Item27_GuideRelationships8To14_Transposed) {
  sweep([](int i, int k, int s, int p, int d) {
    if (d != 1) return;
    const std::int64_t o = conv_size(i, k, s, p);  // i' of the transposed one
    const int a = (i + 2 * p - k) % s;
    EXPECT_EQ(transposed_size(o, k, s, p, a), s * (o - 1) + a + k - 2 * p);  // 14
    EXPECT_EQ(transposed_size(o, k, s, p, a), i) << "which leads back";
    const Tensor y = integers({1, 2, o, o}), w = integers({2, 3, k, k});
    EXPECT_TRUE(equal(conv_transpose2d(y, w, {}, {.stride = s, .padding = p, .output_padding = a}),
                      guide_transpose(y, w, s, p, a)));
    if (a == 0) {  // 13
      EXPECT_EQ(transposed_size(o, k, s, p), s * (o - 1) + k - 2 * p);
    }
    if (a == 0 && p == 0) {  // 12
      EXPECT_EQ(transposed_size(o, k, s, p), s * (o - 1) + k);
    }
    if (s != 1) return;
    if (p == k - 1) {  // 11, full padding
      EXPECT_EQ(transposed_size(o, k, s, p), o - (k - 1));
    }
    if (k % 2 == 1 && p == k / 2) {  // 10, half padding
      EXPECT_EQ(transposed_size(o, k, s, p), o);
    }
    EXPECT_EQ(transposed_size(o, k, s, p), o + (k - 1) - 2 * p);  // 9
    if (p == 0) {                                                 // 8
      EXPECT_EQ(transposed_size(o, k, s, p), o + (k - 1));
    }
  });
}

TEST(Seeds, Item28_PaddingCutsTheOutput) {
  const Tensor x = integers({2, 3, 4, 5}), w = integers({3, 2, 3, 4});
  const Tensor whole = conv_transpose2d(x, w, {}, {.stride = {2, 1}});
  const Tensor cut = conv_transpose2d(x, w, {}, {.stride = {2, 1}, .padding = 1});
  EXPECT_TRUE(equal(cut, whole[{ellipsis, Slice(1, -1), Slice(1, -1)}]));
  const Tensor K = tensor({{0., 1.}, {2., 3.}});
  EXPECT_TRUE(equal(trans_conv(K, K)[{Slice(1, -1), Slice(1, -1)}],
                    conv_transpose2d(as_4d(K), as_4d(K), {}, {.padding = 1})[{0, 0}]));
}

TEST(Seeds, Item29_StrideSpacesTheIntermediateResults) {
  const Tensor X = integers({3, 4}), K = integers({2, 3});
  for (int s = 1; s <= 4; ++s) {
    Tensor Y = zeros({(3 - 1) * s + 2, (4 - 1) * s + 3});
    for (int i = 0; i < 3; ++i) {
      for (int j = 0; j < 4; ++j) Y[{Slice(i * s, i * s + 2), Slice(j * s, j * s + 3)}] += X[{i, j}] * K;
    }
    EXPECT_TRUE(equal(conv_transpose2d(as_4d(X), as_4d(K), {}, {.stride = s})[{0, 0}], Y)) << s;
  }
}

TEST(Seeds, Item30_ConvReducesTransposedBroadcasts) {
  sweep([](int i, int k, int s, int p, int d) {
    if (d != 1) return;
    if (p == 0) {
      EXPECT_LE(conv_size(i, k, s, 0), i);
      EXPECT_GE(transposed_size(i, k, s, 0), i);
    }
    // In general the output is larger exactly where the padding cuts off less than the spreading adds.
    const std::int64_t out = (i - 1) * s + k - 2 * p;
    if (out > 0) {
      EXPECT_EQ(transposed_size(i, k, s, p) > i, (i - 1) * (s - 1) + k - 1 > 2 * p);
    }
  });
  EXPECT_EQ(transposed_size(5, 3, 1, 2), 3) << "padding 2 makes it smaller";
}

TEST(Seeds, Item31_AKernelForEveryPairOfChannels) {
  const Tensor X = integers({3, 4, 4}), W = integers({3, 2, 2, 3});  // c_i = 3 input, 2 output channels
  const Tensor Y = conv_transpose2d(X, W);
  ASSERT_EQ(Y.shape(), (Shape{2, 5, 6}));
  for (int o = 0; o < 2; ++o) {
    Tensor sum = zeros({5, 6});
    for (int c = 0; c < 3; ++c) sum += trans_conv(X[c], W[{c, o}]);
    EXPECT_TRUE(equal(Y[o], sum)) << o;
  }
  const Tensor F = integers({2, 3, 2, 3});
  for (int o = 0; o < 2; ++o) {
    Tensor sum = zeros({3, 2});
    for (int c = 0; c < 3; ++c) sum += corr2d(X[c], F[{o, c}]);
    EXPECT_TRUE(equal(conv2d(X, F)[o], sum)) << o;
  }
}

TEST(Seeds, Item32_TheRoundTripClosesIfAndOnlyIfTheStrideDivides) {
  int closed = 0, open = 0;
  sweep([&](int i, int k, int s, int p, int d) {
    const ConvOptions options{.stride = s, .padding = p, .dilation = d};
    const Tensor x = ones({1, 1, i, i}), w = ones({1, 1, k, k});
    const Tensor y = conv2d(x, w, {}, options);
    const int left = (i + 2 * p - d * (k - 1) - 1) % s;
    const std::int64_t plain = (y.size(2) - 1) * s - 2 * p + d * (k - 1) + 1;
    EXPECT_EQ(plain == i, left == 0);
    ++(left == 0 ? closed : open);
    EXPECT_EQ(output_padding_for({i}, {k}, options), Dims{left});
    const Tensor z =
        conv_transpose2d(y, w, {}, {.stride = s, .padding = p, .output_padding = left, .dilation = d});
    EXPECT_EQ(z.shape(), x.shape()) << "repaired";
    if (left != 0 && plain > 0) {
      EXPECT_EQ(conv_transpose2d(y, w, {}, {.stride = s, .padding = p, .dilation = d}).size(2), i - left);
    }
  });
  EXPECT_GT(open, 100) << "the claim is false in general";
  EXPECT_GT(closed, open);
}

TEST(Seeds, Item33_NorDoesItGrowByWhatItShrankBy) {
  // 12 shrinks by 3 to 4 and grows back by 3; 11 shrinks to 4 as well, and grows to 12 or more only if told.
  EXPECT_EQ(conv_size(12, 3, 3, 0), 4);
  EXPECT_EQ(transposed_size(4, 3, 3, 0), 12);
  EXPECT_EQ(conv_size(14, 3, 3, 0), 4);
  EXPECT_EQ(transposed_size(4, 3, 3, 0), 12) << "not 14";
  EXPECT_EQ(transposed_size(4, 3, 3, 0, 2), 14);
}

TEST(Seeds, Item34_TheLayersExchangeForwardAndBackward) {
  nn::Conv2d conv({.in_channels = 4,
                   .out_channels = 6,
                   .kernel_size = {3, 2},
                   .stride = {2, 1},
                   .padding = 1,
                   .groups = 2});
  nn::ConvTranspose2d convT = conv.transposed({9, 7});
  convT.weight = conv.weight;  // one tensor, for both
  convT.bias = conv.bias = Tensor();
  const Tensor x = randn({2, 4, 9, 7}, {.requires_grad = true});
  const Tensor y = conv(x);
  const Tensor v = randn(y.shape(), {.requires_grad = true});
  const Tensor z = convT(v);
  EXPECT_TRUE(equal(z.detach(), grad(y, x, v.detach(), {.retain_graph = true})))
      << "forward is the other's backward";
  const Tensor u = randn(z.shape());
  EXPECT_TRUE(equal(grad(z, v, u, {.retain_graph = true}), conv(u).detach()))
      << "and the reverse, bit for bit";
  EXPECT_TRUE(equal(grad(z, convT.weight, u), grad(conv(u), conv.weight, v.detach())))
      << "one weight gradient for both";
}

TEST(Seeds, Item35_NoPixelIsUsedTwice) {
  const Tensor W = as_matrix(ones({1, 1, 2, 2}), {6, 8}, {.stride = 2});
  EXPECT_TRUE(((W != 0).sum(0) == 1).all().item<bool>());
  EXPECT_FALSE(((as_matrix(ones({1, 1, 2, 2}), {6, 8}) != 0).sum(0) == 1).all().item<bool>());
}

TEST(Seeds, Item36_TransposedIsNotInverse) {
  const Tensor W = kernel2matrix(tensor({{1., 2.}, {3., 4.}}));
  const Tensor WtW = matmul(W.t(), W);
  EXPECT_FALSE(equal(WtW, eye(9)));
  EXPECT_EQ((WtW[{4, 4}].item<double>()), 1 + 4 + 9 + 16);
  EXPECT_EQ((WtW - eye(9)).abs().amax().item<double>(), 29) << "how far it is from the identity";
  const Tensor x = arange(9.).reshape({3, 3});
  EXPECT_FALSE(equal(trans_conv(corr2d(x, tensor({{1., 2.}, {3., 4.}})), tensor({{1., 2.}, {3., 4.}})), x));
}

TEST(Seeds, Item37_TheSameNumbersNameTheTransposedOne) {
  EXPECT_EQ(transposed_size(2, 3, 2, 1), 3);
  EXPECT_EQ(transposed_size(2, 3, 2, 1, 1), 4) << "back to 4 by 4 only with output_padding 1";
  EXPECT_EQ(output_padding_for({4, 4}, {3, 3}, {.stride = 2, .padding = 1}), (Dims{1, 1}));
}

TEST(Seeds, Item38_FractionallyStridedIsAConvolutionOfTheStretchedInput) {
  sweep([](int i, int k, int s, int p, int d) {
    const std::int64_t span = d * (k - 1) + 1;
    for (int extra = 0; extra < std::max(s, d); ++extra) {
      if ((i - 1) * s + span - 2 * p + extra < 1) continue;
      const Tensor x = integers({1, 2, i, i}), w = integers({2, 2, k, k});
      const std::int64_t border = d * (k - 1) - p;  // negative: cut off
      const Tensor wide = pad(stretched(x, s), {border, border + extra, border, border + extra});
      ASSERT_TRUE(equal(
          conv_transpose2d(x, w, {}, {.stride = s, .padding = p, .output_padding = extra, .dilation = d}),
          conv2d(wide, turned(w), {}, {.dilation = d})))
          << "i " << i << " k " << k << " s " << s << " p " << p << " d " << d << " op " << extra;
    }
  });
}

TEST(Seeds, Item39_EqualityIsAskedElementwise) {
  const Tensor a = tensor({{1., 2.}, {3., 4.}}), b = tensor({{1., 0.}, {3., 4.}});
  EXPECT_EQ(values(a == b), (Numbers{1, 0, 1, 1}));
  EXPECT_EQ((a == b).dtype(), boolean);
  EXPECT_FALSE((a == b).all().item<bool>());
  EXPECT_TRUE((a == a).all().item<bool>());
}

}  // namespace
}  // namespace tenet_test
