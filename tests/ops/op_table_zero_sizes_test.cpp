// Every dimension of every sample of every row, set to 0: the op gives the result of nothing, with gradients of the
// inputs' shapes, or refuses in its own name.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "ops/op_checks.h"
#include "support/expect.h"
#include "tenet/framework/core/error.h"

namespace tenet_test {
namespace {

/// The sample with dimension d, counted from the last, of every input that agrees with input `of` there set to 0; or of
/// that input alone.
Sample emptied(Sample sample, std::size_t of, int d, bool alone) {
  const auto extent = [d](const Input& input) { return input.shape.end() - 1 - d; };
  const std::int64_t old = *extent(sample.inputs[of]);
  for (std::size_t i = 0; i < sample.inputs.size(); ++i) {
    Input& input = sample.inputs[i];
    if (i != of && (alone || input.shape.size() <= d || *extent(input) != old)) continue;
    input.shape[input.shape.size() - 1 - d] = 0;
  }
  return sample;
}

bool has_nan(const Tensor& t) {
  if (!t.defined() || !tenet::is_floating(t.dtype())) return false;
  const std::vector<double> all = values(t);
  return std::any_of(all.begin(), all.end(), [](double v) { return v != v; });
}

bool all_empty(const Tensors& outputs) {
  return std::all_of(outputs.begin(), outputs.end(), [](const Tensor& y) { return y.numel() == 0; });
}

bool all_zero(const Tensor& t) {
  const std::vector<double> all = values(t);
  return std::all_of(all.begin(), all.end(), [](double v) { return v == 0; });
}

/// Whether input i must get a gradient: its row says so and some output records.
bool wanted(const Op& op, const Outcome& outcome, const Tensors& inputs, std::size_t i) {
  const bool records = std::any_of(outcome.outputs.begin(), outcome.outputs.end(),
                                   [](const Tensor& y) { return y.requires_grad(); });
  return records && (op.gradient >> i & 1) && tenet::is_floating(inputs[i].dtype());
}

/// What can be said of any op: the gradients fit the inputs, and what is made of nothing was written: where memory is
/// poisoned (TENET_POISON=1) it would else be NaN.
void expect_sound(const Op& op, const Sample& sample) {
  const Tensors inputs = draw(sample, tenet::float64);
  const Outcome outcome = run(op, inputs, sample.options);
  for (const Tensor& y : outcome.outputs) EXPECT_FALSE(has_nan(y) && !op.nan_of_nothing);
  for (std::size_t i = 0; i < outcome.gradients.size(); ++i) {
    const Tensor& gradient = outcome.gradients[i];
    EXPECT_EQ(gradient.defined(), wanted(op, outcome, inputs, i)) << "of input " << i;
    if (!gradient.defined()) continue;
    EXPECT_EQ(gradient.shape(), inputs[i].shape()) << "of input " << i;
    EXPECT_FALSE(has_nan(gradient)) << "of input " << i;
    EXPECT_TRUE(!all_empty(outcome.outputs) || all_zero(gradient)) << "of input " << i;
  }
}

/// Whether an error's text may begin so: with the op, or with the public op the row stands for or is made of.
bool names(const Op& op, const std::string& said) {
  static const std::map<std::string, std::set<std::string>> others = {
      {"conv", {"conv1d", "conv2d", "conv3d"}},
      {"conv_transpose", {"conv_transpose1d", "conv_transpose2d", "conv_transpose3d"}},
      {"max_pool2d_with_indices", {"max_pool2d"}},
      {"select", {"index"}},          // one position, as x[i] says
      {"advanced_index", {"index"}},  // the row "index" is that of x[...]
      {"cross_entropy_of_probabilities", {"cross_entropy"}},
      {"pad_reflect", {"pad"}},
      {"pad_replicate", {"pad"}},
      {"pad_circular", {"pad"}},
  };
  const auto found = others.find(op.name);
  return said == op.name || (found != others.end() && found->second.count(said));
}

struct Count {
  int done = 0, refused = 0;
};

void try_empty(const Op& op, const Sample& sample, Count& count) {
  SCOPED_TRACE(repro(op, sample, tenet::float64));
  try {
    expect_sound(op, sample);
    ++count.done;
  } catch (const tenet::Error& error) {
    ++count.refused;
    const std::string text = error.what();
    EXPECT_TRUE(names(op, text.substr(0, text.find(':')))) << text;
    EXPECT_EQ(text.back(), '.') << text;
  }
}

class EveryOpOfNothing : public testing::TestWithParam<std::string> {};

TEST_P(EveryOpOfNothing, GivesAResultOrRefuses) {
  const Op& op = op_named(GetParam());
  Count count;
  for (const Sample& sample : op.samples) {
    if (sample.big) continue;
    for (std::size_t i = 0; i < sample.inputs.size(); ++i) {
      for (int d = 0; d < sample.inputs[i].shape.size(); ++d) {
        for (const bool alone : {false, true}) try_empty(op, emptied(sample, i, d, alone), count);
      }
    }
  }
  const bool without_dimensions = std::all_of(op.samples.begin(), op.samples.end(), [](const Sample& sample) {
    return std::all_of(sample.inputs.begin(), sample.inputs.end(),
                       [](const Input& input) { return input.shape.empty(); });
  });
  if (without_dimensions) return;
  EXPECT_GT(count.done + count.refused, 0);
  if (op.no_empty == nullptr) {
    EXPECT_GT(count.done, 0) << "every emptied sample was refused";
  }
}

INSTANTIATE_TEST_SUITE_P(Table, EveryOpOfNothing, testing::ValuesIn(op_names()), op_name);

}  // namespace
}  // namespace tenet_test
