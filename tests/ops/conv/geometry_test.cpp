// Sizes: the formulas against counting, options in all their forms, the public solver and its errors.
#include "tenet/ops/conv/geometry.h"

#include <gtest/gtest.h>

#include "support/conv_case.h"
#include "support/expect.h"
#include "tenet/framework/core/error.h"
#include "tenet/ops/conv/solver.h"

namespace tenet_test {
namespace {

using tenet::ConvAxis;
using tenet::ConvGeometry;
using tenet::Dims;
using tenet::Shape;

constexpr ConvAxis kAxis{.in = 7, .kernel = 3, .stride = 2, .dilation = 2, .low = 1, .high = 3, .out = 4};
static_assert(kAxis.span() == 5);
static_assert(kAxis.position(0, 0) == -1 && kAxis.position(3, 2) == 9);
static_assert(kAxis.outputs(0).begin == 1 && kAxis.outputs(0).end == 4);
static_assert(kAxis.outputs(2).begin == 0 && kAxis.outputs(2).end == 2);
static_assert(kAxis.output(1, 0) == 1 && kAxis.output(1, 1) == 0 && kAxis.output(1, 2) == -1 &&
              kAxis.output(2, 0) == -1);
static_assert(kAxis.output_padding() == 0);

TEST(ConvAxis, IndexMathsIsThatOfTheReference) {
  Random random(1);
  for (int i = 0; i < 3000; ++i) {
    const ReferenceAxis r{draw(random, 0, 12), draw(random, 1, 5), draw(random, 1, 4),
                          draw(random, 1, 4),  draw(random, 0, 6), 0,
                          draw(random, 1, 9)};
    const ConvAxis a{r.in, r.kernel, r.stride, r.dilation, r.low, r.high, r.out};
    const auto readers_of = readers(r);
    for (std::int64_t k = 0; k < a.kernel; ++k) {
      std::int64_t reads = 0;
      for (std::int64_t in = 0; in < a.in; ++in) {
        std::int64_t output = -1;
        for (auto [o, tap] : readers_of[static_cast<std::size_t>(in)]) {
          if (tap == k) output = o;
        }
        ASSERT_EQ(a.output(in, k), output);
        if (output >= 0) {
          ++reads;
          ASSERT_EQ(a.position(output, k), in);
          ASSERT_TRUE(a.outputs(k).begin <= output && output < a.outputs(k).end);
        }
      }
      ASSERT_EQ(a.outputs(k).end - a.outputs(k).begin, reads);
    }
  }
}

struct Row {
  Dims in, kernel;
  tenet::ConvOptions options;
  Dims out, output_padding;
};

TEST(ConvSolver, Table) {
  const Row table[] = {
      {{16, 16}, {5, 5}, {.stride = 3, .padding = 2}, {6, 6}, {0, 0}},
      {{16, 16}, {3, 3}, {.stride = 3, .padding = 2}, {6, 6}, {2, 2}},
      {{4, 4}, {3, 3}, {.stride = 2, .padding = 1}, {2, 2}, {1, 1}},
      {{3, 3}, {2, 2}, {}, {2, 2}, {0, 0}},
      {{9, 8}, {3, 2}, {.stride = {1, 2}, .padding = {0, 1}, .dilation = {2, 1}}, {5, 5}, {0, 0}},
      {{9, 8}, {3, 2}, {.padding = {{0, 1}, {2, 1}}}, {8, 10}, {0, 0}},
      {{5}, {5}, {.stride = 7}, {1}, {0}},
      {{0, 3}, {1, 1}, {.padding = 1}, {2, 5}, {0, 0}},
      {{7, 6, 5}, {3, 2, 1}, {.stride = {3, 2, 1}}, {2, 3, 5}, {1, 0, 0}},
  };
  for (const Row& row : table) {
    EXPECT_EQ(tenet::conv_output_size(row.in, row.kernel, row.options), row.out)
        << str(row.in) << str(row.kernel);
    EXPECT_EQ(tenet::output_padding_for(row.in, row.kernel, row.options), row.output_padding) << str(row.in);
  }
}

TEST(ConvSolver, OutputPaddingForAlwaysClosesTheRoundTrip) {
  for (std::int64_t in = 1; in <= 20; ++in)
    for (std::int64_t k = 1; k <= 5; ++k)
      for (std::int64_t s = 1; s <= 4; ++s)
        for (std::int64_t d = 1; d <= 3; ++d)
          for (std::int64_t low = 0; low <= 3; ++low) {
            if (in + low + 1 < d * (k - 1) + 1) continue;
            const tenet::Padding padding({low, 0}, {1, 2});
            const tenet::ConvOptions there{.stride = {s, 2}, .padding = padding, .dilation = {d, 1}};
            const Dims padding_out = tenet::output_padding_for({in, 9}, {k, 3}, there);
            const tenet::ConvTransposeOptions back{
                .stride = {s, 2}, .padding = padding, .output_padding = padding_out, .dilation = {d, 1}};
            EXPECT_TRUE(padding_out[0] >= 0 && padding_out[0] < s);
            EXPECT_EQ(padding_out[0], (in + low + 1 - d * (k - 1) - 1) % s);
            EXPECT_EQ(tenet::conv_transpose_output_size(tenet::conv_output_size({in, 9}, {k, 3}, there),
                                                        {k, 3}, back),
                      (Dims{in, 9}));
          }
}

TEST(ConvSolver, SamePaddingAtAnyStride) {
  for (std::int64_t in = 1; in <= 13; ++in)
    for (std::int64_t k = 1; k <= 6; ++k)
      for (std::int64_t s = 1; s <= 5; ++s)
        for (std::int64_t d = 1; d <= 3; ++d) {
          const ConvGeometry g = tenet::solve_conv("test", {1, 1, in}, {1, 1, k},
                                                   {.stride = s, .padding = "same", .dilation = d});
          const ConvAxis& a = g.axis[2];
          const std::int64_t out = (in + s - 1) / s,
                             total = std::max<std::int64_t>((out - 1) * s + d * (k - 1) + 1 - in, 0);
          EXPECT_EQ(a.out, out);
          EXPECT_EQ(a.low, total / 2);
          EXPECT_EQ(a.high, total - total / 2);
          // The transposed one is the adjoint of exactly that, on in * s.
          const tenet::ConvTransposeOptions same{.stride = s, .padding = "same", .dilation = d};
          const ConvAxis up = tenet::solve_conv_transpose("test", {1, 1, in}, {1, 1, k}, same).axis[2];
          const ConvAxis down = tenet::solve_conv("test", {1, 1, in * s}, {1, 1, k},
                                                  {.stride = s, .padding = "same", .dilation = d})
                                    .axis[2];
          EXPECT_EQ(up.in, in * s);
          EXPECT_TRUE(up.out == in && up.low == down.low && up.high == down.high && up.out == down.out);
          EXPECT_EQ(up.output_padding(), std::max<std::int64_t>(s - (d * (k - 1) + 1), 0));
        }
}

TEST(ConvSolver, OutputSizeInPlaceOfOutputPadding) {
  const auto size = [](Dims wanted, tenet::Padding padding) {
    return tenet::conv_transpose_output_size({8, 5}, {3, 3},
                                             {.stride = 2, .padding = padding, .output_size = wanted});
  };
  EXPECT_EQ(size({17, 12}, 0), (Dims{17, 12}));
  EXPECT_EQ(size({18, 11}, 0), (Dims{18, 11}));
  EXPECT_EQ(size({15, 9}, "same"), (Dims{15, 9}));
  EXPECT_EQ(size({16, 10}, "same"), (Dims{16, 10}));
  // An output padding of a stride or more is reached where dilation exceeds the stride, as in PyTorch.
  EXPECT_EQ(tenet::conv_transpose_output_size({3}, {2}, {.output_padding = 2, .dilation = 3}), (Dims{8}));
}

TEST(ConvGeometry, ShapesAndUnitAxes) {
  const ConvGeometry g =
      tenet::solve_conv("test", {2, 6, 9, 8}, {4, 3, 3, 2}, {.stride = {1, 2}, .groups = 2});
  EXPECT_EQ(g.input_shape(), (Shape{2, 6, 9, 8}));
  EXPECT_EQ(g.weight_shape(), (Shape{4, 3, 3, 2}));
  EXPECT_EQ(g.output_shape(), (Shape{2, 4, 7, 4}));
  EXPECT_TRUE(g.axis[0].is_identity() && g.axis[0].in == 1);
  EXPECT_EQ(g.rows(), 18);
  EXPECT_EQ(tenet::solve_conv("test", {6, 9, 8}, {4, 3, 3, 2}, {.groups = 2}).input_shape(),
            (Shape{1, 6, 9, 8}));
  const ConvGeometry t =
      tenet::solve_conv_transpose("test", {2, 4, 7, 4}, {4, 3, 3, 2}, {.stride = {1, 2}, .groups = 2});
  EXPECT_EQ(t.input_shape(), (Shape{2, 6, 9, 8}));
  EXPECT_EQ(t.output_shape(), (Shape{2, 4, 7, 4}));
}

TEST(ConvOptions, FormsOfPadding) {
  const tenet::Padding forms[] = {1, {1, 0}, {{0, 1}, {2, 1}}, "valid", "same", Dims{3, 4}, {}};
  const Dims low[] = {{1}, {1, 0}, {0, 2}, {0}, {0}, {3, 4}, {0}};
  const Dims high[] = {{1}, {1, 0}, {1, 1}, {0}, {0}, {3, 4}, {0}};
  for (std::size_t i = 0; i < std::size(forms); ++i) {
    EXPECT_EQ(forms[i].low(), low[i]) << i;
    EXPECT_EQ(forms[i].high(), high[i]) << i;
    EXPECT_EQ(forms[i].same(), i == 4) << i;
  }
  EXPECT_EQ(tenet::Padding({{2, 5}}).low(), (Dims{2}));
}

// --- What the solver says where there is no answer (the ops' own errors stand in their table) --------------

TEST(ConvSolver, Errors) {
  using tenet::ShapeError;
  using tenet::ValueError;
  EXPECT_EQ(message<ShapeError>([] {
              tenet::conv_output_size({2, 5}, {3, 3});
            }),
            "conv_output_size: the kernel does not fit the padded input along H: 2 + 0 + 0 = 2 < 3 = 1 * (3 "
            "- 1) + 1 (in + "
            "low + high < dilation * (kernel - 1) + 1). The smallest input that fits has extent 3; or pad "
            "more, or use a "
            "smaller kernel or dilation.");
  EXPECT_EQ(message<ShapeError>([] {
              tenet::output_padding_for({5, 0}, {3, 3}, {.padding = "same"});
            }),
            "output_padding_for: the kernel does not fit the padded input along W: 0 + 1 + 1 = 2 < 3 = 1 * "
            "(3 - 1) + 1 (in + "
            "low + high < dilation * (kernel - 1) + 1). The smallest input that fits has extent 1; or pad "
            "more, or use a "
            "smaller kernel or dilation.");
  EXPECT_EQ(message<ShapeError>([] {
              tenet::conv_output_size({-2, 5}, {3, 3});
            }),
            "conv_output_size: size -2 along H is negative. Sizes are 0 or more.");
  EXPECT_EQ(message<ShapeError>([] {
              tenet::conv_output_size({5, 5}, {3});
            }),
            "conv_output_size: input size [5, 5] and kernel size [3] do not go together. Both need one "
            "extent for each of 1 "
            "to 3 spatial axes.");
  EXPECT_EQ(message<ShapeError>([] {
              tenet::conv_transpose_output_size({2, 2}, {3, 3}, {.padding = {0, 3}});
            }),
            "conv_transpose_output_size: nothing is left of the result along W: (2 - 1) * 1 + 1 * (3 - 1) + "
            "1 - 3 - 3 = -2, "
            "plus output_padding=0. The smallest input that gives a result has extent 5; or use less "
            "padding, or a larger "
            "kernel.");
  EXPECT_EQ(message<ShapeError>(
                [] { tenet::conv_transpose_output_size({2}, {3}, {.padding = 4, .output_size = 2}); }),
            "conv_transpose_output_size: output_size=2 along W cannot be reached: an input of extent 2 gives "
            "(2 - 1) * 1 + 1 "
            "* (3 - 1) + 1 - 4 - 4 = -4, plus an output_padding of at most 0. Use less padding, or a larger "
            "kernel.");
  EXPECT_EQ(message<ValueError>([] {
              tenet::Padding(Dims{1}, Dims{1, 2});
            }),
            "padding: 1 low values ([1]) but 2 high ones ([1, 2]). Give one of each for every axis.");
  EXPECT_EQ(message<ShapeError>([] {
              tenet::conv_scratch_bytes({1, 1, 4, 4}, {1, 1});
            }),
            "conv_scratch_bytes: weight must have 3, 4 or 5 dimensions but has shape [1, 1].");
  EXPECT_EQ(message<ValueError>([] {
              tenet::conv_output_size({4, 4}, {1, 1}, {.stride = Dims()});
            }),
            "conv_output_size: stride has 0 values [] but there are 2 spatial axes. Give one value, or one "
            "per axis.");
}

}  // namespace
}  // namespace tenet_test
