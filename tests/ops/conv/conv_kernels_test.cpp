// The paths of the contractions: each against the general one, their conditions, the cuts, the scratch.
#include "tenet/ops/conv/conv_kernels.h"

#include <gtest/gtest.h>

#include <cmath>

#include "support/conv_data.h"
#include "support/scale.h"
#include "tenet/framework/core/backend.h"
#include "tenet/framework/core/threads.h"
#include "tenet/ops/conv/conv2d.h"
#include "tenet/ops/conv/solver.h"
#include "tenet/ops/conv/thin_kernels.h"

namespace tenet_test {
namespace {

using namespace tenet::conv_kernels;
using tenet::ConvGeometry;

ConvGeometry geometry_of(const ReferenceConv& r, int axes) {
  ConvGeometry g{axes, r.n, r.c, r.o, r.g, {}};
  const ReferenceAxis* from[] = {&r.d, &r.h, &r.w};
  for (int i = 0; i < 3; ++i) {
    const ReferenceAxis& a = *from[i];
    g.axis[i] = {a.in, a.kernel, a.stride, a.dilation, a.low, a.high, a.out};
  }
  return g;
}

std::vector<float> floats(const Integers& values) { return {values.begin(), values.end()}; }

/// A bias for so many channels, and a result [N, channels, plane] without it.
std::vector<float> bias_of(std::int64_t channels) {
  std::vector<float> bias;
  for (std::int64_t i = 0; i < channels; ++i) bias.push_back(static_cast<float>(i % 7 + 1));
  return bias;
}
void subtract(std::vector<float>& values, const std::vector<float>& bias, std::int64_t plane) {
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] -= bias[i / static_cast<std::size_t>(plane) % bias.size()];
}

/// All three contractions by one path, with a bias that is then taken off; memory starts as NaN.
Contractions by_path(const ConvGeometry& g, const Integers& x, const Integers& w, const Integers& y,
                     Path path) {
  const std::vector<float> fx = floats(x), fw = floats(w), fy = floats(y);
  const std::vector<float> x_bias = bias_of(g.in_channels), y_bias = bias_of(g.out_channels);
  std::vector<float> ox(x.size(), NAN), ow(w.size(), NAN), oy(y.size(), NAN);
  adjoint_input<float>(tenet::OnCpu{}, g, fw.data(), fy.data(), x_bias.data(), ox.data(), path);
  adjoint_weight<float>(tenet::OnCpu{}, g, fx.data(), fy.data(), ow.data(), path);
  apply<float>(tenet::OnCpu{}, g, fx.data(), fw.data(), y_bias.data(), oy.data(), path);
  subtract(ox, x_bias, g.in_size());
  subtract(oy, y_bias, g.out_size());
  const auto integers = [](const std::vector<float>& v) {
    Integers out;
    for (float value : v)
      out.push_back(std::isfinite(value) ? static_cast<std::int64_t>(value) : -(std::int64_t{1} << 60));
    return out;
  };
  return {integers(ox), integers(ow), integers(oy)};
}

struct Problem {
  ConvGeometry g;
  ReferenceConv r;
  Integers x, w, y;
};

Problem problem_of(const ConvCase& c, std::uint64_t seed) {
  Random random(seed);
  const ReferenceConv r = c.reference().value();
  return {geometry_of(r, c.axes), r, draw_integers(random, {r.x_size()}, 0),
          draw_integers(random, {r.w_size()}, 0), draw_integers(random, {r.y_size()}, 0)};
}

/// Whether x, read as a matrix, is the column matrix itself: column p reads element p and no other.
bool is_matrix_by_definition(const ReferenceConv& r) {
  for (const ReferenceAxis* a : {&r.d, &r.h, &r.w}) {
    if (a->kernel != 1 || a->in != a->out) return false;
    const auto of = readers(*a);
    for (std::int64_t i = 0; i < a->in; ++i) {
      const auto& readers_of_i = of[static_cast<std::size_t>(i)];
      if (readers_of_i.size() != 1 || readers_of_i[0].first != i) return false;
    }
  }
  return true;
}

/// Whether every element of x is in exactly one place of the column matrix.
bool is_disjoint_by_definition(const ReferenceConv& r) {
  for (const ReferenceAxis* a : {&r.d, &r.h, &r.w}) {
    if (a->in != a->out * a->kernel) return false;
    for (const auto& readers_of_i : readers(*a)) {
      if (readers_of_i.size() != 1) return false;
    }
  }
  return true;
}

TEST(ConvPaths, EachIsTakenOnlyWhereItIsRightAndThenAgreesWithTheGeneralOne) {
  Random random(1);
  int taken[4] = {};
  // Never so few that a path is not met.
  for (std::int64_t i = 0; i < std::max<std::int64_t>(scaled(3000), 600); ++i) {
    ConvCase c = draw_conv_case(random, i % 2 == 1, 1 + static_cast<int>(i / 2 % 3));
    if (i % 5 == 0) {  // near the conditions of the fast paths
      for (std::size_t a = 0; a < static_cast<std::size_t>(c.axes); ++a) {
        c.k[a] = draw(random, 1, 3);
        c.s[a] = chance(random, 80) ? c.k[a] : draw(random, 1, 3);
        c.d[a] = chance(random, 90) ? 1 : 2;
        c.low[a] = c.high[a] = c.op[a] = 0;
        if (chance(random, 10)) c.low[a] = 1;
        if (chance(random, 10)) c.high[a] = 1;
        if (c.transposed && chance(random, 10)) c.op[a] = std::max(c.s[a], c.d[a]) - 1;
        if (!c.transposed) c.in[a] = chance(random, 90) ? c.k[a] * draw(random, 1, 5) : draw(random, 1, 15);
      }
      if (!c.reference()) continue;
    }
    const Problem p = problem_of(c, static_cast<std::uint64_t>(i));
    const Path path = choose_path(p.g);
    ++taken[static_cast<int>(path)];
    if (path == Path::matrix) {
      ASSERT_TRUE(is_matrix_by_definition(p.r)) << c.str();
    }
    if (path == Path::disjoint) {
      ASSERT_TRUE(is_disjoint_by_definition(p.r)) << c.str();
    }
    const Contractions general = by_path(p.g, p.x, p.w, p.y, Path::columns);
    ASSERT_EQ(general, gather_reference(p.r, p.x, p.w, p.y)) << c.str();
    if (path != Path::columns) {
      ASSERT_EQ(by_path(p.g, p.x, p.w, p.y, path), general) << c.str();
    }
    // What the conditions would also allow.
    if (is_thin(p.g)) {
      ASSERT_EQ(by_path(p.g, p.x, p.w, p.y, Path::thin), general) << c.str();
    }
  }
  for (int n : taken) EXPECT_GT(n, 0);
}

TEST(ConvPaths, Conditions) {
  const auto path = [](Shape x, Shape w, const tenet::ConvOptions& o) {
    return choose_path(solve_conv("test", x, w, o));
  };
  EXPECT_EQ(path({1, 8, 5, 6}, {9, 8, 1, 1}, {}), Path::matrix);
  EXPECT_EQ(path({1, 8, 5, 6}, {9, 8, 1, 1}, {.dilation = 3}), Path::matrix);
  EXPECT_EQ(path({1, 8, 5, 6}, {9, 8, 1, 1}, {.stride = 2}), Path::columns);
  EXPECT_EQ(path({1, 8, 5, 6}, {9, 8, 1, 1}, {.stride = {1, 2}}), Path::columns);
  EXPECT_EQ(path({1, 8, 5, 6}, {9, 8, 1, 1}, {.padding = {{0, 0}, {0, 1}}}), Path::columns);
  EXPECT_EQ(path({1, 8, 4, 6}, {9, 8, 2, 3}, {.stride = {2, 3}}), Path::disjoint);
  EXPECT_EQ(path({1, 8, 5, 6}, {9, 8, 2, 3}, {.stride = {2, 3}}), Path::columns);  // a row of x is not read
  EXPECT_EQ(path({1, 8, 4, 6}, {9, 8, 2, 3}, {.stride = {3, 2}}), Path::columns);
  EXPECT_EQ(path({1, 8, 4, 4}, {9, 8, 2, 2}, {.stride = 2, .padding = {{0, 1}, {0, 1}}, .dilation = 2}),
            Path::columns);
  EXPECT_EQ(path({1, 8, 5, 6}, {8, 1, 3, 3}, {.groups = 8}), Path::thin);
  EXPECT_EQ(path({1, 8, 5, 6}, {16, 1, 3, 3}, {.padding = 2, .groups = 8}), Path::thin);
  EXPECT_EQ(path({1, 8, 5, 60}, {8, 1, 3, 3}, {.stride = 5, .groups = 8}), Path::columns);
  EXPECT_EQ(path({1, 8, 5, 6}, {9, 8, 3, 3}, {}), Path::columns);
}

// Sizes at which contractions, positions and channels are cut, which random problems do not reach.
TEST(ConvCuts, LongContractionsAndManyChannels) {
  const char* problems[] = {
      "conv2d g1 n2 c70 o36 in23x21 k3x5 s1x1 d1x1 low1x2 high1x2 op0x0 dense f32 t2 seed1",
      "conv2d g1 n1 c150 o40 in9x8 k3x3 s1x1 d1x1 low1x1 high1x1 op0x0 dense f32 t2 seed2",
      "conv2d g1 n2 c40 o70 in30x33 k2x2 s2x1 d1x2 low0x1 high1x0 op0x0 dense f32 t2 seed3",
      "conv2d g2 n1 c10 o12 in40x41 k7x6 s1x2 d2x1 low3x0 high2x2 op0x0 dense f32 t2 seed4",
      "conv2d g1 n1 c5 o33 in30x70 k20x21 s1x3 d1x1 low2x0 high0x5 op0x0 dense f32 t2 seed5",
      "conv2d g1 n2 c300 o50 in20x31 k1x1 s1x1 d1x1 low0x0 high0x0 op0x0 dense f32 t2 seed6",
      "conv_transpose2d g1 n2 c130 o33 in11x12 k4x4 s2x2 d1x1 low1x0 high1x1 op0x1 dense f32 t2 seed7",
      "conv_transpose2d g1 n2 c60 o45 in13x14 k2x3 s2x3 d1x1 low0x0 high0x0 op0x0 dense f32 t2 seed8",
      "conv2d g3 n2 c3 o6 in300x41 k5x3 s1x1 d1x1 low2x1 high2x1 op0x0 dense f32 t2 seed9",
  };
  for (const char* line : problems) {
    const Problem p = problem_of(ConvCase::parse(line), 5);
    const Contractions wanted = gather_reference(p.r, p.x, p.w, p.y);
    for (int threads : {1, 2}) {
      tenet::set_num_threads(threads);
      EXPECT_EQ(by_path(p.g, p.x, p.w, p.y, choose_path(p.g)), wanted) << line;
    }
    EXPECT_EQ(by_path(p.g, p.x, p.w, p.y, Path::columns), wanted) << line;
  }
}

TEST(ConvPaths, NothingOutsideARowIsRead) {
  // A tap of the last output in a row must not meet what stands beyond it, even times 0.
  Tensor x = to_tensor(Integers(2 * 9 * 21, 1), {1, 2, 9, 21}, false);
  for (std::int64_t row = 0; row < 18; ++row) x.data<float>()[row * 21 + 20] = INFINITY;
  const Tensor w = to_tensor(Integers(18, 1), {2, 1, 3, 3}, false);
  // Stride 4 over width 21 leaves the last two columns unread.
  const ConvGeometry g = solve_conv("test", x.shape(), w.shape(), {.stride = {1, 4}, .groups = 2});
  ASSERT_EQ(choose_path(g), Path::thin);
  const std::vector<float> dy(static_cast<std::size_t>(2 * 7 * 5), 1.f);
  std::vector<float> y(dy.size()), dw(18);
  apply<float>(tenet::OnCpu{}, g, x.data<float>(), w.data<float>(), nullptr, y.data(), Path::thin);
  adjoint_weight<float>(tenet::OnCpu{}, g, x.data<float>(), dy.data(), dw.data(), Path::thin);
  for (float value : y) EXPECT_EQ(value, 9.f);
  for (float value : dw) EXPECT_EQ(value, 35.f);
}

TEST(ConvScratch, IsBoundedAndIsWhatIsUsed) {
  struct Layer {
    Shape x, w;
    tenet::ConvOptions options;
  };
  const Layer layers[] = {
      {{1, 64, 256, 256}, {64, 64, 3, 3}, {.padding = 1}},
      {{1, 512, 28, 28}, {512, 512, 3, 3}, {.padding = 1}},
      {{1, 4, 3, 100000}, {8, 4, 3, 501}, {}},
      {{1, 64, 40, 40}, {64, 1, 5, 5}, {.stride = 2, .groups = 64}},
      {{1, 2, 600, 600}, {2, 2, 300, 300}, {}},
  };
  tenet::set_num_threads(1);
  for (const Layer& layer : layers) {
    for (tenet::DType dtype : {tenet::float32, tenet::float64}) {
      const std::int64_t told = tenet::conv_scratch_bytes(layer.x, layer.w, layer.options, dtype);
      EXPECT_GT(told, 0);
      EXPECT_LE(told, 4 << 20);
      if (dtype == tenet::float64 || layer.w[2] == 300) continue;
      const Tensor x = tenet::zeros(layer.x), w = tenet::zeros(layer.w);
      tenet::backend({}).reset_peak();
      const std::int64_t before = tenet::backend({}).memory_stats().in_use;
      const Tensor y = tenet::conv2d(x, w, {}, layer.options);
      const std::int64_t used = tenet::backend({}).memory_stats().peak - before;
      EXPECT_LE(used, (static_cast<std::int64_t>(y.impl()->bytes()) + told) * 5 / 4 + 256)
          << tenet::str(layer.w);
    }
  }
  EXPECT_EQ(tenet::conv_scratch_bytes({1, 64, 9, 9}, {64, 64, 1, 1}), 0);
  tenet::set_num_threads(2);
}

}  // namespace
}  // namespace tenet_test
