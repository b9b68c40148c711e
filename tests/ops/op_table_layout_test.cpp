// Every op gives the same bits for the same elements, wherever they lie (but see Op::layout_epsilons), however often it runs and on however
// many threads.
#include <gtest/gtest.h>

#include "ops/op_checks.h"
#include "tenet/framework/core/threads.h"

namespace tenet_test {
namespace {

class EveryOpsBits : public testing::TestWithParam<std::string> {
 protected:
  const Op& op_ = op_named(GetParam());
};

/// The elements are the same as those of `inputs`, which are contiguous.
void expect_same(const Op& op, const Options& options, const Tensors& inputs, const Tensors& laid_out,
                 int epsilons) {
  const Outcome expected = run(op, inputs, options);
  const Outcome found = run(op, laid_out, options);
  EXPECT_TRUE(same_within(epsilons, expected.outputs, found.outputs)) << "outputs";
  EXPECT_TRUE(same_within(epsilons, expected.gradients, found.gradients)) << "gradients";
}

void check_layout(const Op& op, const Options& options, const Tensors& inputs, Layout layout,
                  std::size_t which) {
  SCOPED_TRACE(std::string("layout=") + name(layout) + " of input " +
               (which == inputs.size() ? "all" : std::to_string(which)));
  Tensors contiguous = inputs, laid_out = inputs, buffers, before;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (which != i && which != inputs.size()) continue;
    const LaidOut out = lay_out(inputs[i], layout);
    laid_out[i] = out.view;
    contiguous[i] = out.view.clone();
    buffers.push_back(out.buffer);
    before.push_back(out.buffer.clone());
  }
  expect_same(op, options, contiguous, laid_out, op.layout_epsilons);
  EXPECT_TRUE(same_bits(before, buffers)) << "the op wrote into its input, or around it";
}

TEST_P(EveryOpsBits, DoNotDependOnTheLayout) {
  if (!op_.any_layout) return;  // OpTable.WhatNeedsALayoutSaysSo
  for (DType dtype : op_.types) {
    each_sample(op_, dtype, [&](const Sample& sample, const Tensors& inputs) {
      if (sample.big && dtype != tenet::float32) return;
      for (Layout layout : kLayouts) {
        for (std::size_t which = 0; which <= inputs.size(); ++which) {
          if (inputs.size() < 2 && which == inputs.size()) continue;
          check_layout(op_, sample.options, inputs, layout, which);
        }
      }
    });
  }
}

TEST_P(EveryOpsBits, AreTheSameTwice) {
  for (DType dtype : op_.types) {
    each_sample(op_, dtype, [&](const Sample& sample, const Tensors& inputs) {
      expect_same(op_, sample.options, inputs, inputs, 0);
    });
  }
}

TEST_P(EveryOpsBits, DoNotDependOnTheNumberOfThreads) {
  const int before = tenet::num_threads();
  for (DType dtype : op_.types) {
    each_sample(op_, dtype, [&](const Sample& sample, const Tensors& inputs) {
      tenet::set_num_threads(1);
      const Outcome expected = run(op_, inputs, sample.options);
      for (int threads : {2, 3}) {
        tenet::set_num_threads(threads);
        const Outcome found = run(op_, inputs, sample.options);
        EXPECT_TRUE(same_bits(expected.outputs, found.outputs)) << threads << " threads, outputs";
        EXPECT_TRUE(same_bits(expected.gradients, found.gradients)) << threads << " threads, gradients";
      }
    });
  }
  tenet::set_num_threads(before);
}

INSTANTIATE_TEST_SUITE_P(Table, EveryOpsBits, testing::ValuesIn(op_names()), op_name);

}  // namespace
}  // namespace tenet_test
