// Right gradients in float32, where differences have few digits: at random points gradcheck must not call one wrong.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "ops/op_checks.h"
#include "support/scale.h"
#include "tenet/framework/autograd/gradcheck.h"

namespace tenet_test {
namespace {

/// One random case: a row, a sample of it, the seed its inputs are drawn with.
struct Case {
  const Op& op;
  const Sample& sample;
  std::uint64_t seed;

  std::string line() const { return repro(op, sample, tenet::float32, seed); }

  /// The draw makes no sense to the op: all labels happen to be the ignored one, or a mask takes nothing.
  bool refused() const {
    try {
      const Tensors outputs = op.call(draw(sample, tenet::float32, seed), sample.options);
      return std::all_of(outputs.begin(), outputs.end(), [](const Tensor& y) { return y.numel() == 0; });
    } catch (const tenet::Error&) {
      return true;
    }
  }

  tenet::GradcheckReport check() const {
    const Tensors inputs = draw(sample, tenet::float32, seed);
    Tensors varied;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (op.gradient >> i & 1) varied.push_back(inputs[i]);
    }
    const auto f = [&](const Tensors& moved) {
      Tensors x = inputs, outputs;
      for (std::size_t i = 0, next = 0; i < x.size(); ++i) {
        if (op.gradient >> i & 1) x[i] = moved[next++];
      }
      for (const Tensor& y : op.call(x, sample.options)) {
        if (tenet::is_floating(y.dtype())) outputs.push_back(y);
      }
      return outputs;
    };
    return tenet::gradcheck(f, varied, {.full = true});
  }
};

/// Whether there is anything to compare: a case without elements would count as right.
bool has_elements(const Op& op, const Sample& sample) {
  try {
    for (const Tensor& y : op.call(draw(sample, tenet::float32), sample.options)) {
      if (tenet::is_floating(y.dtype()) && y.numel() > 0) return true;
    }
    return false;
  } catch (const tenet::Error&) {
    return true;  // the draw's fault: another seed will do
  }
}

bool some_elements(const Input& input) {
  return std::find(input.shape.begin(), input.shape.end(), 0) == input.shape.end();
}

std::vector<std::pair<const Op*, const Sample*>> differentiable_samples() {
  std::vector<std::pair<const Op*, const Sample*>> found;
  for (const Op& op : op_table()) {
    for (const Sample& sample : op.samples) {
      if (op.gradient == 0 || sample.big || !has_elements(op, sample)) continue;
      if (!std::all_of(sample.inputs.begin(), sample.inputs.end(), some_elements)) continue;
      found.emplace_back(&op, &sample);
    }
  }
  return found;
}

std::set<std::string> differentiable_ops() {
  std::set<std::string> names;
  for (const Op& op : op_table()) {
    if (op.gradient != 0) names.insert(op.name);
  }
  return names;
}

TEST(Float32Gradients, AreNeverCalledWrong) {
  auto samples = differentiable_samples();
  std::mt19937 random(11);
  std::shuffle(samples.begin(), samples.end(), random);
  std::map<tenet::Verdict, int> verdicts;
  std::set<std::string> covered;
  const std::int64_t n = scaled(1000);
  for (std::int64_t i = 0; i < n; ++i) {
    const auto [op, sample] = samples[static_cast<std::size_t>(i) % samples.size()];
    Case one{*op, *sample, 1000 + static_cast<std::uint64_t>(i)};
    while (one.refused()) one.seed += 1'000'000;
    const tenet::GradcheckReport report = one.check();
    ++verdicts[report.verdict];
    EXPECT_GT(report.compared, 0) << "nothing was compared: " << one.line();
    covered.insert(op->name);
    EXPECT_NE(report.verdict, tenet::Verdict::fail) << one.line() << '\n' << report;
    if (report.verdict != tenet::Verdict::pass) {
      std::cout << tenet::name(report.verdict) << ": " << one.line() << '\n';
    }
  }
  const int undecided = verdicts[tenet::Verdict::inconclusive] + verdicts[tenet::Verdict::kink];
  EXPECT_LE(undecided, std::max<std::int64_t>(n / 100, 1)) << "of " << n;
  EXPECT_GE(n < 1000 ? samples.size() : static_cast<std::size_t>(n), samples.size())
      << "not every sample had its turn";
  if (n >= 1000) {
    EXPECT_EQ(covered, differentiable_ops()) << "an op was not checked at all";
  }
}

}  // namespace
}  // namespace tenet_test
