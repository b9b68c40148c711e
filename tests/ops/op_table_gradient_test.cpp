// gradcheck of every row: orders 1 and 2 in float64, order 1 in float32, and step 1 exactly where the row says linear.
#include <gtest/gtest.h>

#include <algorithm>

#include "ops/op_checks.h"
#include "tenet/framework/autograd/gradcheck.h"

namespace tenet_test {
namespace {

class EveryOpsGradient : public testing::TestWithParam<std::string> {
 protected:
  const Op& op_ = op_named(GetParam());

  /// Calls body(sample, inputs) for samples that are small and lose no digits on the way (a cast to float32).
  template <class Body> void each_small_sample(DType dtype, Body body) {
    each_sample(op_, dtype, [&](const Sample& sample, const Tensors& inputs) {
      if (sample.big || (dtype == tenet::float64 && op_.result(dtype, sample.options, 0) == tenet::float32))
        return;
      body(sample, inputs);
    });
  }

  /// The op's floating outputs, seen as a function of the inputs that have a gradient; the others stand still.
  auto function(const Sample& sample, const Tensors& inputs, InputSet of) const {
    return [this, &sample, inputs, of](const Tensors& varied) {
      Tensors x = inputs, outputs;
      for (std::size_t i = 0, next = 0; i < x.size(); ++i) {
        if (of >> i & 1) x[i] = varied[next++];
      }
      for (const Tensor& y : op_.call(x, sample.options)) {
        if (tenet::is_floating(y.dtype())) outputs.push_back(y);
      }
      return outputs;
    };
  }

  tenet::GradcheckReport check(const Sample& sample, const Tensors& inputs, InputSet of, int order) const {
    Tensors varied;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (of >> i & 1) varied.push_back(inputs[i]);
    }
    // Entry by entry: a sum over many outputs would drown in float32's rounding.
    return tenet::gradcheck(function(sample, inputs, of), varied, {.order = order, .full = true});
  }

  InputSet differentiable(const Tensors& inputs) const { return op_.gradient & ((1u << inputs.size()) - 1); }

  bool linear_in(std::size_t i) const {
    return std::any_of(op_.linear.begin(), op_.linear.end(), [i](InputSet set) { return set >> i & 1; });
  }
};

TEST_P(EveryOpsGradient, IsRightToTheSecondOrder) {
  each_small_sample(tenet::float64, [&](const Sample& sample, const Tensors& inputs) {
    const tenet::GradcheckReport report = check(sample, inputs, differentiable(inputs), 2);
    EXPECT_EQ(report.verdict, tenet::Verdict::pass) << report;
  });
}

TEST_P(EveryOpsGradient, IsRightInFloat32) {
  each_small_sample(tenet::float32, [&](const Sample& sample, const Tensors& inputs) {
    const tenet::GradcheckReport report = check(sample, inputs, differentiable(inputs), 1);
    EXPECT_EQ(report.verdict, tenet::Verdict::pass) << report;
  });
}

TEST_P(EveryOpsGradient, IsCheckedWithStepOneWhereLinear) {
  std::int64_t compared = 0;
  each_small_sample(tenet::float64, [&](const Sample& sample, const Tensors& inputs) {
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (!(op_.gradient >> i & 1)) continue;
      const tenet::GradcheckReport report = check(sample, inputs, 1u << i, 1);
      EXPECT_EQ(report.exact_steps, linear_in(i) ? report.compared : 0) << "input " << i << ": " << report;
      compared += report.compared;
    }
  });
  EXPECT_GT(compared, 0) << "nothing was compared";
}

std::vector<std::string> names_with_gradients() {
  std::vector<std::string> names;
  for (const Op& op : op_table()) {
    if (op.gradient != 0) names.push_back(op.name);
  }
  return names;
}

INSTANTIATE_TEST_SUITE_P(Table, EveryOpsGradient, testing::ValuesIn(names_with_gradients()), op_name);

}  // namespace
}  // namespace tenet_test
