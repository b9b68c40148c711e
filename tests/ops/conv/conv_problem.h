// A drawn convolution problem as tensors, run through the public ops.
#pragma once

#include <gtest/gtest.h>

#include <cstring>

#include "support/conv_data.h"
#include "support/scale.h"
#include "tenet/framework/autograd/backward.h"
#include "tenet/framework/core/threads.h"
#include "tenet/ops/conv/conv2d.h"
#include "tenet/ops/conv/conv_transpose2d.h"
#include "tenet/ops/conv/solver.h"
#include "tenet/ops/elementwise/compare.h"

namespace tenet_test {

/// The tensors of a two-axis case; `dy` has the result's shape. Data is filled by make_problem.
struct ConvProblem {
  ConvCase c;
  Tensor x, w, bias, dy;

  Tensor run(const Tensor& input, const Tensor& weight, const Tensor& b = {}) const {
    return c.transposed ? tenet::conv_transpose2d(input, weight, b, c.transpose_options())
                        : tenet::conv2d(input, weight, b, c.options());
  }
  Tensor run() const { return run(x, w, bias); }

  /// Of the conv_transpose2d that leads a conv2d's result back to the input's size.
  tenet::ConvTransposeOptions back() const {
    tenet::ConvTransposeOptions options = c.transpose_options();
    options.output_padding = 0;
    options.output_size = tenet::Dims{c.in[0], c.in[1]};
    return options;
  }
};

/// fill(shape) gives the data of each tensor.
template <class Fill> ConvProblem make_problem(const ConvCase& c, Fill fill) {
  const ReferenceConv r = c.reference().value();
  const Shape big{r.n, r.c, r.h.in, r.w.in}, small{r.n, r.o, r.h.out, r.w.out};
  const Shape& out = c.transposed ? big : small;
  return {c, fill(c.transposed ? small : big), fill({r.o, r.c / r.g, r.h.kernel, r.w.kernel}), fill({out[1]}),
          fill(out)};
}

/// Whole numbers: every result of the op is exact.
inline ConvProblem integer_problem(const ConvCase& c) {
  Random random(static_cast<std::uint64_t>(c.seed));
  return make_problem(c, [&](const Shape& shape) {
    return to_tensor(draw_integers(random, shape, c.layout), shape, c.f64, c.layout);
  });
}

/// Numbers in [-1, 1) of every exponent that rounding meets.
inline ConvProblem real_problem(const ConvCase& c) {
  Random random(static_cast<std::uint64_t>(c.seed));
  std::uniform_real_distribution<double> uniform(-1, 1);
  return make_problem(c, [&](const Shape& shape) {
    Tensor t = Tensor::make(shape, tenet::float64);
    for (std::int64_t i = 0; i < t.numel(); ++i) t.data<double>()[i] = uniform(random);
    return with_layout(t.to(c.f64 ? tenet::float64 : tenet::float32), c.layout);
  });
}

inline bool same_bits(const Tensor& a, const Tensor& b) {
  const tenet::NoGradGuard no_grad;
  if (a.shape() != b.shape() || a.dtype() != b.dtype()) return false;
  const Tensor p = a.contiguous(), q = b.contiguous();
  if (p.numel() == 0) return true;
  const auto bytes = static_cast<std::size_t>(p.numel());
  return p.dtype() == tenet::float64
             ? std::memcmp(p.data<double>(), q.data<double>(), bytes * sizeof(double)) == 0
             : std::memcmp(p.data<float>(), q.data<float>(), bytes * sizeof(float)) == 0;
}

/// Draws n cases, half of them transposed, and expects check(case) to return what differs: "". Stops after a
/// few failures; each prints the line that repeats it alone.
template <class Draw, class Check>
void for_conv_cases(std::int64_t n, std::uint64_t seed, Draw draw_case, Check check) {
  Random random(seed);
  const std::optional<ConvCase> replayed = replayed_conv_case();
  int failures = 0;
  for (std::int64_t i = 0; i < (replayed ? 1 : n) && failures < 3; ++i) {
    const ConvCase c = replayed ? *replayed : draw_case(random, i % 2 == 1);
    std::string found;
    try {
      found = check(c);
    } catch (const std::exception& error) {
      found = error.what();
    }
    if (found.empty()) continue;
    ++failures;
    ADD_FAILURE() << found << "\nTENET_CONV_CASE='" << c.str() << "'";
  }
  tenet::set_num_threads(2);
}
template <class Check> void for_conv_cases(std::int64_t n, std::uint64_t seed, Check check) {
  for_conv_cases(
      n, seed, [](Random& random, bool transposed) { return draw_conv_case(random, transposed); }, check);
}

}  // namespace tenet_test
