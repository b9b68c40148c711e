// Laws of the convolution: what must hold between two calls, whatever the numbers. Data is whole: both sides
// are exact. Random problems of either op, dtype, layout and thread count.
#include <algorithm>

#include "ops/conv/conv_problem.h"
#include "tenet/ops/index/index.h"
#include "tenet/ops/matmul/matmul.h"
#include "tenet/ops/reduce/reduce.h"
#include "tenet/ops/shape/flip.h"
#include "tenet/ops/shape/shape.h"

namespace tenet_test {
namespace {

using tenet::equal;

/// Draws of the plain convolution, to which a law is bound.
const auto kForward = [](Random& random, bool) { return draw_conv_case(random, false); };
const auto kTransposed = [](Random& random, bool) { return draw_conv_case(random, true); };
const auto kAny = [](Random& random, bool transposed) { return draw_conv_case(random, transposed); };

template <class Draw, class Law> void expect_law(std::uint64_t seed, Draw draw_case, Law law) {
  for_conv_cases(scaled(1000), seed, draw_case, [&](const ConvCase& c) -> std::string {
    tenet::set_num_threads(c.threads);
    return law(integer_problem(c)) ? "" : "the law does not hold";
  });
}

/// As many zeros between neighbours along the last two axes as make them `step` apart.
Tensor zero_stuffed(const Tensor& t, const ConvCase::PerAxis& step) {
  Shape shape = t.shape();
  for (std::size_t i : {0u, 1u})
    shape[2 + i] = t.numel() == 0 && shape[2 + i] == 0 ? 0 : (shape[2 + i] - 1) * step[i] + 1;
  Tensor wide = tenet::zeros(shape, {.dtype = t.dtype()});
  wide[{tenet::ellipsis, tenet::Slice(0, {}, step[0]), tenet::Slice(0, {}, step[1])}].copy_(t);
  return wide;
}

Tensor shuffled(std::int64_t n, std::int64_t seed) {
  Tensor order = tenet::arange(n);
  Random random(static_cast<std::uint64_t>(seed));
  std::shuffle(order.data<std::int64_t>(), order.data<std::int64_t>() + n, random);
  return order;
}

TEST(ConvLaws, LinearInTheInput) {
  expect_law(201, kAny, [](const ConvProblem& p) {
    const Tensor other = p.x.transpose(0, 0) * 2 + 1;
    return equal(p.run(p.x + 3 * other, p.w), p.run(p.x, p.w) + 3 * p.run(other, p.w));
  });
}

TEST(ConvLaws, LinearInTheWeight) {
  expect_law(202, kAny, [](const ConvProblem& p) {
    const Tensor other = 1 - 2 * p.w;
    return equal(p.run(p.x, p.w + 3 * other), p.run(p.x, p.w) + 3 * p.run(p.x, other));
  });
}

TEST(ConvLaws, TheBiasIsAddedToEveryPlace) {
  expect_law(203, kAny, [](const ConvProblem& p) {
    return equal(p.run(), p.run(p.x, p.w) + p.bias.view({-1, 1, 1}));
  });
}

TEST(ConvLaws, TheTransposeIsTheAdjoint) {
  expect_law(204, kForward, [](const ConvProblem& p) {
    if (p.c.in[0] * p.c.in[1] == 0) return true;  // conv_transpose2d has no empty result
    const Tensor x = tenet::conv_transpose2d(p.dy, p.w, {}, p.back());
    return equal((p.run(p.x, p.w) * p.dy).to(tenet::float64).sum(), (p.x * x).to(tenet::float64).sum());
  });
}

// A step of the output is a stride of the input: zeros in front, and everything stands that much later.
TEST(ConvLaws, AShiftedInputGivesAShiftedResult) {
  expect_law(205, kForward, [](const ConvProblem& p) {
    const Tensor y = p.run(p.x, p.w);
    const std::int64_t down = p.c.seed % 3, right = p.c.seed / 3 % 3;
    const Tensor late = p.run(tenet::pad(p.x, {right * p.c.s[1], 0, down * p.c.s[0], 0}), p.w);
    return equal(late.narrow(2, down, y.size(2)).narrow(3, right, y.size(3)), y) &&
           late.size(2) == y.size(2) + down && late.size(3) == y.size(3) + right;
  });
}

TEST(ConvLaws, GroupsAreConvolutionsOfTheirOwn) {
  expect_law(206, kAny, [](const ConvProblem& p) {
    ConvProblem alone = p;
    alone.c.g = 1;
    std::vector<Tensor> parts;
    const std::int64_t channels = p.x.size(1) / p.c.g, rows = p.w.size(0) / p.c.g;
    for (std::int64_t g = 0; g < p.c.g; ++g)
      parts.push_back(alone.run(p.x.narrow(1, g * channels, channels), p.w.narrow(0, g * rows, rows)));
    return equal(p.run(p.x, p.w), tenet::cat(parts, 1));
  });
}

TEST(ConvLaws, DepthwiseIsOneChannelAtATime) {
  const auto depthwise = [](Random& random, bool) {
    for (;;) {
      const ConvCase c = draw_conv_case(random, false);
      if (c.g > 1 && c.c == c.g) return c;
    }
  };
  expect_law(207, depthwise, [](const ConvProblem& p) {
    const std::int64_t per_channel = p.c.o / p.c.g;
    ConvProblem alone = p;
    alone.c.g = 1;
    const Tensor y = p.run(p.x, p.w);
    for (std::int64_t o = 0; o < p.c.o; ++o) {
      const Tensor one = alone.run(p.x.narrow(1, o / per_channel, 1), p.w.narrow(0, o, 1));
      if (!equal(y.narrow(1, o, 1), one)) return false;
    }
    return true;
  });
}

TEST(ConvLaws, DilationIsAKernelWithZerosBetween) {
  expect_law(208, kAny, [](const ConvProblem& p) {
    ConvProblem dense = p;
    dense.c.d = {1, 1, 1};
    // Without dilation output_padding has less room; the wider result is a padding of zeros or more places.
    for (std::size_t i : {0u, 1u}) {
      if (p.c.transposed && p.c.op[i] >= p.c.s[i]) return true;
    }
    return equal(p.run(p.x, p.w), dense.run(p.x, zero_stuffed(p.w, p.c.d)));
  });
}

TEST(ConvLaws, AKernelOfOneIsAMatrixProduct) {
  const auto pointwise = [](Random& random, bool) {
    ConvCase c = draw_conv_case(random, false);
    c.g = 1;
    c.k = c.s = {1, 1, 1};
    c.low = c.high = {};
    c.in = {draw(random, 1, 17), draw(random, 1, 17), 1};
    return c;
  };
  expect_law(209, pointwise, [](const ConvProblem& p) {
    if (p.c.n * p.c.c * p.c.o == 0) return p.run(p.x, p.w).numel() == p.dy.numel();
    const Tensor y = tenet::matmul(p.w.reshape({p.c.o, p.c.c}), p.x.reshape({p.c.n, p.c.c, -1}));
    return equal(p.run(p.x, p.w), y.reshape(p.dy.shape()));
  });
}

TEST(ConvLaws, ABatchIsItsImages) {
  expect_law(210, kAny, [](const ConvProblem& p) {
    if (p.c.n == 0) return p.run().numel() == 0;
    std::vector<Tensor> images;
    for (std::int64_t n = 0; n < p.c.n; ++n) images.push_back(p.run(p.x.narrow(0, n, 1), p.w, p.bias));
    return equal(p.run(), tenet::cat(images)) &&
           equal(p.run().narrow(0, 0, 1)[0], p.run(p.x[0], p.w, p.bias));
  });
}

// A transposed convolution crops by its padding.
TEST(ConvLaws, PaddingIsZerosAroundTheInputAndCropsTheTranspose) {
  expect_law(211, kAny, [](const ConvProblem& p) {
    ConvProblem bare = p;
    bare.c.low = bare.c.high = {};
    const auto& [low, high] = std::pair(p.c.low, p.c.high);
    if (!p.c.transposed)
      return equal(p.run(p.x, p.w), bare.run(tenet::pad(p.x, {low[1], high[1], low[0], high[0]}), p.w));
    return equal(p.run(p.x, p.w), tenet::pad(bare.run(p.x, p.w), {-low[1], -high[1], -low[0], -high[0]}));
  });
}

TEST(ConvLaws, TheTransposeIsAConvolutionOfZeroStuffedInputWithTheFlippedKernel) {
  expect_law(212, kTransposed, [](const ConvProblem& p) {
    const ConvCase& c = p.c;
    if (c.n * c.c * c.o == 0) return p.run(p.x, p.w).numel() == 0 || c.c == 0;
    // [C, O/G, ...] to [O, C/G, ...], group by group
    std::vector<Tensor> kernels;
    for (std::int64_t g = 0; g < c.g; ++g)
      kernels.push_back(p.w.narrow(0, g * (c.c / c.g), c.c / c.g).transpose(0, 1));
    const Tensor kernel = tenet::flip(tenet::cat(kernels), {2, 3});
    const auto rim = [&](std::size_t i, std::int64_t crop) { return c.d[i] * (c.k[i] - 1) - crop; };
    const Tensor wide = tenet::pad(zero_stuffed(p.x, c.s), {rim(1, c.low[1]), rim(1, c.high[1]) + c.op[1],
                                                            rim(0, c.low[0]), rim(0, c.high[0]) + c.op[0]});
    return equal(p.run(p.x, p.w), tenet::conv2d(wide, kernel, {}, {.dilation = c.dims(c.d), .groups = c.g}));
  });
}

TEST(ConvLaws, OutputPaddingOnlyAppends) {
  expect_law(213, kTransposed, [](const ConvProblem& p) {
    ConvProblem least = p;
    least.c.op = {};
    if (!least.c.reference()) return true;  // nothing would be left
    const Tensor all = p.run(), part = least.run();
    return equal(all.narrow(2, 0, part.size(2)).narrow(3, 0, part.size(3)), part) &&
           all.size(2) == part.size(2) + p.c.op[0] && all.size(3) == part.size(3) + p.c.op[1];
  });
}

TEST(ConvLaws, HeightAndWidthMayBeSwapped) {
  expect_law(214, kAny, [](const ConvProblem& p) {
    ConvProblem turned = p;
    ConvCase& c = turned.c;
    for (ConvCase::PerAxis* v : {&c.in, &c.k, &c.s, &c.d, &c.low, &c.high, &c.op})
      std::swap((*v)[0], (*v)[1]);
    return equal(p.run(), turned.run(p.x.transpose(2, 3), p.w.transpose(2, 3), p.bias).transpose(2, 3));
  });
}

// Without groups: every input channel meets every output channel.
TEST(ConvLaws, ChannelsMayBePermuted) {
  const auto one_group = [](Random& random, bool transposed) {
    for (;;) {
      const ConvCase c = draw_conv_case(random, transposed);
      if (c.g == 1) return c;
    }
  };
  expect_law(215, one_group, [](const ConvProblem& p) {
    const std::int64_t in = p.c.transposed ? 0 : 1;  // of the weight
    const Tensor from = shuffled(p.x.size(1), p.c.seed), to = shuffled(p.bias.size(0), p.c.seed + 1);
    const Tensor w = tenet::index_select(tenet::index_select(p.w, in, from), 1 - in, to);
    const Tensor y = p.run(tenet::index_select(p.x, 1, from), w, tenet::index_select(p.bias, 0, to));
    return equal(y, tenet::index_select(p.run(), 1, to));
  });
}

TEST(ConvLaws, AStrideSkipsPlaces) {
  expect_law(216, kForward, [](const ConvProblem& p) {
    ConvProblem every = p;
    every.c.s = {1, 1, 1};
    const Tensor y = every.run(p.x, p.w);
    return equal(p.run(p.x, p.w),
                 y[{tenet::ellipsis, tenet::Slice(0, {}, p.c.s[0]), tenet::Slice(0, {}, p.c.s[1])}]);
  });
}

// The references count places and add spans; neither uses the library's formula.
TEST(ConvLaws, TheResultHasTheSizeThatIsToldBeforehand) {
  expect_law(217, kAny, [](const ConvProblem& p) {
    const tenet::Dims in{p.c.in[0], p.c.in[1]}, kernel{p.c.k[0], p.c.k[1]};
    const tenet::Dims told = p.c.transposed
                                 ? tenet::conv_transpose_output_size(in, kernel, p.c.transpose_options())
                                 : tenet::conv_output_size(in, kernel, p.c.options());
    const Tensor y = p.run();
    return y.shape() == p.dy.shape() && told == tenet::Dims{y.size(2), y.size(3)};
  });
}

}  // namespace
}  // namespace tenet_test
