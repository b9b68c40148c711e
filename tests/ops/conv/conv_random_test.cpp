// Random problems in integers against both references, with exact equality. A failure prints the line that
// repeats it:  TENET_CONV_CASE='conv2d g2 ...' tenet_ops_test --gtest_filter='ConvRandom.*'
#include <gtest/gtest.h>

#include "support/conv_data.h"
#include "support/scale.h"
#include "tenet/framework/autograd/backward.h"
#include "tenet/framework/core/cuda.h"
#include "tenet/framework/core/threads.h"
#include "tenet/ops/conv/contract.h"
#include "tenet/ops/conv/conv.h"
#include "tenet/ops/conv/conv2d.h"
#include "tenet/ops/conv/conv_transpose2d.h"

namespace tenet_test {
namespace {

using tenet::Device;

Tensor run(const ConvCase& c, const Tensor& x, const Tensor& w, const Tensor& bias) {
  if (c.axes == 2) {
    return c.transposed ? tenet::conv_transpose2d(x, w, bias, c.transpose_options())
                        : tenet::conv2d(x, w, bias, c.options());
  }
  return c.transposed ? tenet::conv_transpose(x, w, bias, c.transpose_options())
                      : tenet::conv(x, w, bias, c.options());
}

Shape shape_of(const ConvCase& c, std::int64_t a, std::int64_t b, const ReferenceConv& r,
               std::int64_t ReferenceAxis::*extent) {
  Shape shape{a, b};
  const ReferenceAxis* axes[] = {&r.d, &r.h, &r.w};
  for (int i = 3 - c.axes; i < 3; ++i) shape.push_back(axes[i]->*extent);
  return shape;
}

Integers channel_sums(const Integers& values, const Shape& shape) {
  Integers sums(static_cast<std::size_t>(shape[1]));
  const std::size_t plane =
      values.empty() ? 1 : values.size() / static_cast<std::size_t>(shape[0] * shape[1]);
  for (std::size_t i = 0; i < values.size(); ++i) sums[i / plane % sums.size()] += values[i];
  return sums;
}

void add_bias(Integers& values, const Shape& shape, const Integers& bias) {
  const std::size_t plane =
      values.empty() ? 1 : values.size() / static_cast<std::size_t>(shape[0] * shape[1]);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] += bias[i / plane % bias.size()];
}

/// Values and all gradients of one problem; what differs, or "".
std::string mismatch(const ConvCase& c, Device device = {}) {
  const ReferenceConv r = c.reference().value();
  const Shape x_shape = shape_of(c, r.n, r.c, r, &ReferenceAxis::in);
  const Shape w_shape = shape_of(c, r.o, r.c / r.g, r, &ReferenceAxis::kernel);
  const Shape y_shape = shape_of(c, r.n, r.o, r, &ReferenceAxis::out);
  Random random(static_cast<std::uint64_t>(c.seed));
  const Integers x = draw_integers(random, x_shape, c.layout), w = draw_integers(random, w_shape, c.layout);
  const Integers y = draw_integers(random, y_shape, c.layout);

  const Contractions wanted = gather_reference(r, x, w, y);
  if (!(wanted == scatter_reference(r, x, w, y))) return "the references disagree";

  // Of the op: its input and result stand in these slots of the form.
  const Shape& in_shape = c.transposed ? y_shape : x_shape;
  const Shape& out_shape = c.transposed ? x_shape : y_shape;
  const Integers& in = c.transposed ? y : x;
  const Integers& dout = c.transposed ? x : y;
  const Integers bias = draw_integers(random, {out_shape[1]}, c.layout);

  tenet::set_num_threads(c.threads);
  Tensor in_t = to_tensor(in, in_shape, c.f64, c.layout).to(device).requires_grad_();
  Tensor w_t = to_tensor(w, w_shape, c.f64, c.layout).to(device).requires_grad_();
  Tensor bias_t = to_tensor(bias, {out_shape[1]}, c.f64, c.layout).to(device).requires_grad_();
  const Tensor out_t = run(c, in_t, w_t, bias_t);
  if (out_t.shape() != out_shape)
    return "shape " + tenet::str(out_t.shape()) + ", wanted " + tenet::str(out_shape);
  out_t.backward(to_tensor(dout, out_shape, c.f64, c.layout).to(device));

  Integers out = c.transposed ? wanted.x : wanted.y;
  add_bias(out, out_shape, bias);
  std::string differs;
  if (to_integers(out_t.to(Device{})) != out) differs += " value";
  if (to_integers(in_t.grad().to(Device{})) != (c.transposed ? wanted.y : wanted.x))
    differs += " input-gradient";
  if (to_integers(w_t.grad().to(Device{})) != wanted.w) differs += " weight-gradient";
  if (to_integers(bias_t.grad().to(Device{})) != channel_sums(dout, out_shape)) differs += " bias-gradient";
  return differs;
}

/// Draws `n` problems and compares each; stops after a few failures.
void compare(std::int64_t n, bool transposed, int axes, std::uint64_t seed, Device device = {}) {
  if (const std::optional<ConvCase> replayed = replayed_conv_case()) {
    EXPECT_EQ(mismatch(*replayed, device), "") << replayed->str();
    return;
  }
  Random random(seed);
  int failures = 0;
  for (std::int64_t i = 0; i < n && failures < 5; ++i) {
    const ConvCase c = draw_conv_case(random, transposed, axes);
    std::string found;
    try {
      found = mismatch(c, device);
    } catch (const std::exception& error) {
      found = error.what();
    }
    if (found.empty()) continue;
    ++failures;
    ADD_FAILURE() << "differs:" << found << "\nTENET_CONV_CASE='" << c.str() << "'";
  }
  tenet::set_num_threads(2);
}

TEST(ConvRandom, Conv2dAndItsGradients) { compare(scaled(20000), false, 2, 1); }
TEST(ConvRandom, ConvTranspose2dAndItsGradients) { compare(scaled(20000), true, 2, 2); }
TEST(ConvRandom, OneAxis) {
  compare(scaled(1000), false, 1, 3);
  compare(scaled(1000), true, 1, 4);
}
TEST(ConvRandom, ThreeAxes) {
  compare(scaled(1000), false, 3, 5);
  compare(scaled(1000), true, 3, 6);
}

TEST(ConvRandom, OnACard) {
  if (!tenet::cuda::is_available()) GTEST_SKIP() << tenet::cuda::reason();
  const Device card{tenet::DeviceType::cuda, 0};
  compare(scaled(10000), false, 2, 1, card);
  compare(scaled(10000), true, 2, 2, card);
  compare(scaled(500), false, 1, 3, card);
  compare(scaled(500), true, 3, 6, card);
}

TEST(ConvRandom, ProblemsAreReadBackFromTheirLine) {
  Random random(7);
  for (int i = 0; i < 200; ++i) {
    const ConvCase c = draw_conv_case(random, i % 2 == 0, 1 + i % 3);
    EXPECT_EQ(ConvCase::parse(c.str()).str(), c.str());
  }
  EXPECT_THROW(ConvCase::parse("conv2d g1 in3x3"), std::runtime_error);
}

// What the generator promises: each fault that peers had is met often enough to be seen.
TEST(ConvRandom, ProblemsCoverWhatPeersGotWrong) {
  Random random(8);
  int both = 0, output_padding = 0, beyond_stride = 0, large_kernel = 0, empty = 0, grouped = 0,
      one_by_one = 0;
  constexpr int kDraws = 2000;
  for (int i = 0; i < kDraws; ++i) {
    const ConvCase c = draw_conv_case(random, true);
    both += c.s[0] > 1 && c.d[0] > 1 && c.s[1] > 1 && c.d[1] > 1;
    output_padding += c.op[0] + c.op[1] > 0;
    beyond_stride += c.op[0] >= c.s[0] || c.op[1] >= c.s[1];
    large_kernel += c.k[0] > c.in[0] || c.k[1] > c.in[1];
    empty += c.n * c.c * c.o == 0;
    grouped += c.g > 1;
    one_by_one += c.k[0] == 1 && c.k[1] == 1;
  }
  EXPECT_GT(both, kDraws * 40 / 100);
  EXPECT_GT(output_padding, kDraws * 20 / 100);
  EXPECT_GT(beyond_stride, kDraws * 3 / 100);
  EXPECT_GT(large_kernel, kDraws * 20 / 100);
  EXPECT_GT(empty, kDraws * 5 / 100);
  EXPECT_GT(grouped, kDraws * 50 / 100);
  EXPECT_GT(one_by_one, kDraws * 4 / 100);
}

}  // namespace
}  // namespace tenet_test
