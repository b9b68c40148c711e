// conv2d and conv_transpose2d: the interface, small cases worked by hand, and what ties the two together.
#include <gtest/gtest.h>

#include <cstring>

#include "support/conv_data.h"
#include "support/scale.h"
#include "tenet/framework/autograd/backward.h"
#include "tenet/framework/core/threads.h"
#include "tenet/ops/conv/conv.h"
#include "tenet/ops/conv/conv2d.h"
#include "tenet/ops/conv/conv_transpose2d.h"
#include "tenet/ops/elementwise/compare.h"
#include "tenet/ops/shape/shape.h"

namespace tenet_test {
namespace {

using tenet::conv2d;
using tenet::conv_transpose2d;
using tenet::tensor;

Tensor image(const tenet::NestedList& rows) {
  const Tensor t = tensor(rows, {.dtype = tenet::float32});
  return t.reshape({1, 1, t.size(0), t.size(1)});
}

/// Normal enough, and different in every bit.
Tensor reals(const Shape& shape, std::uint64_t seed, tenet::DType dtype = tenet::float32) {
  Random random(seed);
  std::normal_distribution<double> normal;
  Tensor t = Tensor::make(shape, tenet::float64);
  for (std::int64_t i = 0; i < t.numel(); ++i) t.data<double>()[i] = normal(random);
  return t.to(dtype);
}

bool same_bits(const Tensor& a, const Tensor& b) {
  const Tensor x = a.detach().contiguous(), y = b.detach().contiguous();
  return x.dtype() == y.dtype() && x.shape() == y.shape() &&
         std::memcmp(x.impl()->data, y.impl()->data, x.impl()->bytes()) == 0;
}

#define EXPECT_ELEMENTS(t, ...) EXPECT_EQ(to_integers(t), (Integers{__VA_ARGS__}))

// --- By hand (the numbers of the founding documents) -------------------------------------------------------

TEST(Conv2d, CorrelatesAsByHand) {
  const Tensor x = tenet::arange(9., {.dtype = tenet::float32}).reshape({1, 1, 3, 3});
  EXPECT_ELEMENTS(conv2d(x, image({{1, 2}, {3, 4}})), 27, 37, 57, 67);
  EXPECT_ELEMENTS(conv2d(x, image({{0, 1}, {2, 3}})), 19, 25, 37, 43);
}

TEST(ConvTranspose2d, SpreadsAsByHand) {
  const Tensor x = image({{0, 1}, {2, 3}});
  EXPECT_ELEMENTS(conv_transpose2d(x, x), 0, 0, 1, 0, 4, 6, 4, 12, 9);
  EXPECT_ELEMENTS(conv_transpose2d(x, x, {}, {.padding = 1}), 4);
  EXPECT_ELEMENTS(conv_transpose2d(x, x, {}, {.stride = 2}), 0, 0, 0, 1, 0, 0, 2, 3, 0, 2, 0, 3, 4, 6, 6, 9);
  EXPECT_ELEMENTS(conv_transpose2d(image({{2, 4}, {0, 1}}), image({{3, 1}, {1, 5}})), 6, 14, 4, 2, 17, 21, 0,
                  1, 5);
}

TEST(ConvTranspose2d, GradientsAsByHand) {
  Tensor y = image({{27, 37}, {57, 67}}).requires_grad_(), k = image({{1, 2}, {3, 4}}).requires_grad_();
  const Tensor z = conv_transpose2d(y, k);
  EXPECT_ELEMENTS(z, 27, 91, 74, 138, 400, 282, 171, 429, 268);
  z.backward(tenet::arange(9., {.dtype = tenet::float32}).reshape({1, 1, 3, 3}));
  EXPECT_ELEMENTS(y.grad(), 27, 37, 57, 67);
  EXPECT_ELEMENTS(k.grad(), 476, 664, 1040, 1228);
}

TEST(Conv2d, ChannelsBiasAndGroupsAsByHand) {
  const Tensor x = tensor({1., 2., 10., 20.}).reshape({1, 2, 1, 2});
  const Tensor w = tensor({1., 2., 3., 4.}).reshape({2, 2, 1, 1});
  EXPECT_ELEMENTS(conv2d(x, w, tensor({100., 1000.})), 121, 142, 1043, 1086);
  EXPECT_ELEMENTS(conv2d(x, w.reshape({4, 1, 1, 1}), {}, {.groups = 2}), 1, 2, 2, 4, 30, 60, 40, 80);
  EXPECT_ELEMENTS(conv_transpose2d(x, w, tensor({100., 1000.})), 131, 162, 1042, 1084);
}

// --- The interface -----------------------------------------------------------------------------------------

TEST(Conv2d, PaddingInAllItsForms) {
  const Tensor x = to_tensor(Integers(30, 1), {1, 1, 5, 6}, false),
               w = to_tensor(Integers(6, 1), {1, 1, 3, 2}, false);
  EXPECT_EQ(conv2d(x, w).shape(), (Shape{1, 1, 3, 5}));
  EXPECT_EQ(conv2d(x, w, {}, {.padding = "valid"}).shape(), (Shape{1, 1, 3, 5}));
  EXPECT_EQ(conv2d(x, w, {}, {.padding = 1}).shape(), (Shape{1, 1, 5, 7}));
  EXPECT_EQ(conv2d(x, w, {}, {.padding = {1, 0}}).shape(), (Shape{1, 1, 5, 5}));
  EXPECT_EQ(conv2d(x, w, {}, {.padding = {{0, 1}, {2, 1}}}).shape(), (Shape{1, 1, 4, 8}));
  EXPECT_EQ(conv2d(x, w, {}, {.padding = "same"}).shape(), (Shape{1, 1, 5, 6}));
  EXPECT_EQ(conv2d(x, w, {}, {.stride = 2, .padding = "same"}).shape(), (Shape{1, 1, 3, 3}));
  EXPECT_EQ(conv2d(x, w, {}, {.stride = {2, 3}}).shape(), (Shape{1, 1, 2, 2}));
  // padding[0] is of the height; the low side comes first.
  const Tensor corners = conv2d(x, w, {}, {.padding = {{0, 1}, {2, 1}}});
  EXPECT_ELEMENTS(corners.select(2, 0), 0, 3, 6, 6, 6, 6, 6, 3);
  EXPECT_ELEMENTS(corners.select(2, 3), 0, 2, 4, 4, 4, 4, 4, 2);
}

TEST(Conv2d, AnImageWithoutABatch) {
  Tensor x = reals({3, 6, 5}, 1).requires_grad_();
  const Tensor w = reals({4, 3, 2, 3}, 2), v = reals({3, 4, 2, 3}, 3);
  const Tensor y = conv2d(x, w), z = conv_transpose2d(x, v);
  EXPECT_TRUE(same_bits(y, conv2d(x.unsqueeze(0), w).squeeze(0)));
  EXPECT_TRUE(same_bits(z, conv_transpose2d(x.unsqueeze(0), v).squeeze(0)));
  EXPECT_EQ(y.shape(), (Shape{4, 5, 3}));
  EXPECT_EQ(z.shape(), (Shape{4, 7, 7}));
  (y.sum() + z.sum()).backward();
  EXPECT_EQ(x.grad().shape(), x.shape());
}

TEST(Conv2d, RecordsAreNamedByTheirContraction) {
  Tensor x = reals({1, 2, 4, 4}, 1).requires_grad_(), w = reals({2, 2, 3, 3}, 2).requires_grad_();
  const Tensor y = conv2d(x, w);
  EXPECT_EQ(y.grad_fn(), "conv2d");
  const std::vector<Tensor> d = tenet::grad((y * y).sum(), {x, w}, {.create_graph = true});
  EXPECT_EQ(d[0].grad_fn(), "conv_transpose2d");
  EXPECT_EQ(d[1].grad_fn(), "conv2d_weight");
  EXPECT_EQ(conv_transpose2d(x, w).grad_fn(), "conv_transpose2d");
  EXPECT_EQ(tenet::conv(x.select(3, 0), w.select(3, 0)).grad_fn(), "conv1d");
  EXPECT_EQ(tenet::conv_transpose(x.unsqueeze(2), w.unsqueeze(2)).grad_fn(), "conv_transpose3d");
}

TEST(Conv2d, NothingInGivesDefinedZeros) {
  Tensor x = Tensor::make({0, 3, 5, 6}, tenet::float32).requires_grad_();
  Tensor w = reals({2, 3, 3, 3}, 1).requires_grad_(), b = reals({2}, 2).requires_grad_();
  conv2d(x, w, b).sum().backward();
  EXPECT_EQ(x.grad().shape(), x.shape());
  EXPECT_EQ(to_integers(w.grad()), Integers(54));
  EXPECT_EQ(to_integers(b.grad()), Integers(2));
  // No channels: the bias alone; no output channels: an empty result, zero gradients.
  const Tensor only_bias = conv2d(Tensor::make({1, 0, 2, 2}, tenet::float32),
                                  Tensor::make({2, 0, 2, 2}, tenet::float32), tensor({5., 7.}));
  EXPECT_ELEMENTS(only_bias, 5, 7);
  Tensor image = reals({1, 3, 4, 4}, 3).requires_grad_();
  const Tensor none = conv2d(image, Tensor::make({0, 3, 2, 2}, tenet::float32));
  EXPECT_EQ(none.shape(), (Shape{1, 0, 3, 3}));
  none.sum().backward();
  EXPECT_EQ(to_integers(image.grad()), Integers(48));
}

TEST(Conv2d, ALeafExpandedOrSlicedOrTransposedReadsTheSame) {
  Random random(5);
  for (int layout = 0; layout < 4; ++layout) {
    const Tensor x = with_layout(reals({1, 4, 6, 5}, 1).expand({3, 4, 6, 5}), layout);
    const Tensor w = with_layout(reals({1, 4, 3, 2}, 2).expand({6, 4, 3, 2}), layout);
    const Tensor wanted = conv2d(x.contiguous(), w.contiguous());
    EXPECT_TRUE(same_bits(conv2d(x, w), wanted)) << ConvCase::kLayouts[static_cast<std::size_t>(layout)];
  }
}

// --- One map read forwards and backwards -------------------------------------------------------------------

ConvCase drawn_real_case(Random& random, bool transposed) {
  for (;;) {
    const ConvCase c = draw_conv_case(random, transposed);
    if (c.n * c.c * c.o * c.in[0] * c.in[1] > 0) return c;
  }
}

TEST(ConvTranspose2d, IsTheInputGradientOfConv2dBitForBit) {
  Random random(11);
  for (std::int64_t i = 0; i < scaled(300); ++i) {
    const ConvCase c = drawn_real_case(random, false);
    const ReferenceConv r = c.reference().value();
    const tenet::DType dtype = c.f64 ? tenet::float64 : tenet::float32;
    Tensor x = reals({r.n, r.c, r.h.in, r.w.in}, 1, dtype).requires_grad_();
    const Tensor w = reals({r.o, r.c / r.g, r.h.kernel, r.w.kernel}, 2, dtype);
    const Tensor dy = reals({r.n, r.o, r.h.out, r.w.out}, 3, dtype);
    conv2d(x, w, {}, c.options()).backward(dy);
    tenet::ConvTransposeOptions options = c.transpose_options();
    options.output_padding = 0;
    options.output_size = {r.h.in, r.w.in};
    EXPECT_TRUE(same_bits(x.grad(), conv_transpose2d(dy, w, {}, options))) << c.str();
  }
}

TEST(Conv2d, IsTheInputGradientOfConvTranspose2dBitForBit) {
  Random random(12);
  for (std::int64_t i = 0; i < scaled(300); ++i) {
    const ConvCase c = drawn_real_case(random, true);
    const ReferenceConv r = c.reference().value();
    const tenet::DType dtype = c.f64 ? tenet::float64 : tenet::float32;
    Tensor y = reals({r.n, r.o, r.h.out, r.w.out}, 1, dtype).requires_grad_();
    const Tensor w = reals({r.o, r.c / r.g, r.h.kernel, r.w.kernel}, 2, dtype);
    const Tensor dx = reals({r.n, r.c, r.h.in, r.w.in}, 3, dtype);
    conv_transpose2d(y, w, {}, c.transpose_options()).backward(dx);
    // An output padding of a stride or more lies beyond every output that conv2d would not make: it stops
    // early.
    const Tensor whole = conv2d(dx, w, {}, c.options());
    EXPECT_TRUE(same_bits(y.grad(), whole.narrow(2, 0, r.h.out).narrow(3, 0, r.w.out)) || c.op[0] >= c.s[0] ||
                c.op[1] >= c.s[1])
        << c.str();
    EXPECT_EQ(y.grad().shape(), y.shape());
  }
}

std::int64_t inner_product(const Tensor& a, const Tensor& b) {
  const Integers x = to_integers(a), y = to_integers(b);
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) sum += x[i] * y[i];
  return sum;
}

TEST(ConvTranspose2d, IsTheAdjointExactlyOnIntegers) {
  Random random(13);
  for (std::int64_t i = 0; i < scaled(500); ++i) {
    const ConvCase c = draw_conv_case(random, true);
    const ReferenceConv r = c.reference().value();
    const Shape x_shape{r.n, r.c, r.h.in, r.w.in}, y_shape{r.n, r.o, r.h.out, r.w.out};
    const Shape w_shape{r.o, r.c / r.g, r.h.kernel, r.w.kernel};
    const Tensor x = to_tensor(draw_integers(random, x_shape, 0), x_shape, c.f64);
    const Tensor y = to_tensor(draw_integers(random, y_shape, 0), y_shape, c.f64);
    const Tensor w = to_tensor(draw_integers(random, w_shape, 0), w_shape, c.f64);
    const Tensor spread = conv_transpose2d(y, w, {}, c.transpose_options());
    const Tensor read = conv2d(x, w, {}, c.options()).narrow(2, 0, r.h.out).narrow(3, 0, r.w.out);
    EXPECT_EQ(inner_product(read, y), inner_product(x, spread)) << c.str();
  }
}

// --- Gradients of gradients --------------------------------------------------------------------------------

// t(x, w, y) is linear in each argument. For s = t(x, w, y)^2 / 2 every second derivative is a product of two
// contractions or t times one, all known from first derivatives: d/dx (ds/dx . u) = t(u, w, y) dt/dx, and
// d/dw (ds/dx . u) = t(u, w, y) dt/dw + t(x, w, y) d t(u, w, y)/dw. Exact in integers.
TEST(Conv2d, SecondOrderFollowsFromLinearity) {
  Random random(14);
  for (std::int64_t i = 0; i < scaled(200); ++i) {
    const bool transposed = i % 2 == 1;
    ConvCase c = draw_conv_case(random, transposed);
    const ReferenceConv r = c.reference().value();
    if (r.x_size() > 3000 || r.y_size() > 3000) continue;
    const Shape x_shape = transposed ? Shape{r.n, r.o, r.h.out, r.w.out} : Shape{r.n, r.c, r.h.in, r.w.in};
    const Shape y_shape = transposed ? Shape{r.n, r.c, r.h.in, r.w.in} : Shape{r.n, r.o, r.h.out, r.w.out};
    const Shape w_shape{r.o, r.c / r.g, r.h.kernel, r.w.kernel};
    const auto draw_tensor = [&](const Shape& shape) {
      return to_tensor(draw_integers(random, shape, 0), shape, true);
    };
    Tensor x = draw_tensor(x_shape).requires_grad_(), w = draw_tensor(w_shape).requires_grad_();
    Tensor u = draw_tensor(x_shape).requires_grad_();
    const Tensor y = draw_tensor(y_shape);
    const auto form = [&](const Tensor& a) {
      const Tensor out =
          transposed ? conv_transpose2d(a, w, {}, c.transpose_options()) : conv2d(a, w, {}, c.options());
      return (out * y).sum();
    };
    const Tensor t = form(x), tu = form(u);
    const Tensor dx = tenet::grad(t * t * 0.5, x, {.create_graph = true});
    const std::vector<Tensor> second = tenet::grad((dx * u.detach()).sum(), {x, w}, {.retain_graph = true});
    const std::vector<Tensor> dt = tenet::grad(t, {x, w}, {.retain_graph = true});
    const Tensor dtu = tenet::grad(tu, w, {.retain_graph = true});
    EXPECT_EQ(to_integers(second[0]), to_integers(tu.detach() * dt[0])) << c.str();
    EXPECT_EQ(to_integers(second[1]), to_integers(tu.detach() * dt[1] + t.detach() * dtu)) << c.str();
  }
}

// --- The same bits -----------------------------------------------------------------------------------------

struct Layer {
  Shape x, w;
  tenet::ConvOptions options;
};

// Sizes that need several tiles, blocks of rows, halves of channels, and each of the paths.
const std::vector<Layer>& layers() {
  static const std::vector<Layer> all = {
      {{4, 3, 33, 29},
       {16, 3, 5, 3},
       {.stride = {1, 2}, .padding = {2, 1}}},            // few rows: w is cut by output channel
      {{3, 64, 28, 30}, {48, 64, 3, 3}, {.padding = 1}},  // rows and positions are cut
      {{5, 96, 7, 7}, {64, 96, 3, 3}, {.padding = 1}},    // one tile: output channels are cut
      {{3, 64, 17, 19}, {40, 64, 1, 1}, {}},              // the matrix path
      {{3, 32, 16, 18}, {24, 32, 2, 2}, {.stride = 2}},   // the disjoint path
      {{3, 24, 40, 37}, {24, 1, 3, 5}, {.stride = {2, 1}, .padding = {1, 2}, .groups = 24}},  // the thin path
      {{3, 24, 20, 37}, {16, 12, 3, 3}, {.stride = 2, .padding = 1, .dilation = {1, 2}, .groups = 2}},
  };
  return all;
}

struct Results {
  Tensor y, dx, dw, db;
};

Results results_of(const Layer& layer, const Tensor& images, const Tensor& weights, const Tensor& dy) {
  Tensor x = images.detach().requires_grad_(), w = weights.detach().requires_grad_();
  Tensor b = reals({layer.w[0]}, 9).requires_grad_();
  const Tensor y = conv2d(x, w, b, layer.options);
  y.backward(dy);
  return {y.detach(), x.grad(), w.grad(), b.grad()};
}

TEST(Conv2d, TheSameBitsForAnyNumberOfThreads) {
  for (const Layer& layer : layers()) {
    const Tensor x = reals(layer.x, 1), w = reals(layer.w, 2);
    const Tensor dy = reals(conv2d(x, w, {}, layer.options).shape(), 3);
    tenet::set_num_threads(1);
    const Results one = results_of(layer, x, w, dy);
    for (int threads : {2, 3}) {
      tenet::set_num_threads(threads);
      const Results many = results_of(layer, x, w, dy);
      EXPECT_TRUE(same_bits(one.y, many.y) && same_bits(one.dx, many.dx) && same_bits(one.dw, many.dw) &&
                  same_bits(one.db, many.db))
          << threads << " threads, weight " << tenet::str(layer.w);
    }
    tenet::set_num_threads(2);
  }
}

TEST(Conv2d, AnImageHasTheSameBitsInAnyBatch) {
  for (const Layer& layer : layers()) {
    const Tensor x = reals(layer.x, 1), w = reals(layer.w, 2);
    const Tensor dy = reals(conv2d(x, w, {}, layer.options).shape(), 3);
    const Results whole = results_of(layer, x, w, dy);
    for (std::int64_t from = 0; from < layer.x[0]; ++from) {
      for (std::int64_t n = 1; from + n <= layer.x[0]; ++n) {
        const Results part = results_of(layer, x.narrow(0, from, n), w, dy.narrow(0, from, n));
        EXPECT_TRUE(same_bits(part.y, whole.y.narrow(0, from, n)) &&
                    same_bits(part.dx, whole.dx.narrow(0, from, n)))
            << "images " << from << " to " << from + n << ", weight " << tenet::str(layer.w);
      }
    }
  }
}

TEST(Conv2d, TwiceIsTheSame) {
  for (const Layer& layer : layers()) {
    const Tensor x = reals(layer.x, 1), w = reals(layer.w, 2);
    const Tensor dy = reals(conv2d(x, w, {}, layer.options).shape(), 3);
    const Results a = results_of(layer, x, w, dy), b = results_of(layer, x, w, dy);
    EXPECT_TRUE(same_bits(a.y, b.y) && same_bits(a.dx, b.dx) && same_bits(a.dw, b.dw)) << tenet::str(layer.w);
  }
}

}  // namespace
}  // namespace tenet_test
