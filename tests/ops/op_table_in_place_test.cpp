// In-place forms: the same bits as the op itself, also through a view and recorded; and an error where writing has no
// meaning.
#include <gtest/gtest.h>

#include "ops/op_checks.h"
#include "tenet/framework/autograd/backward.h"
#include "tenet/framework/autograd/grad_mode.h"
#include "tenet/framework/core/error.h"
#include "tenet/ops/create/create.h"
#include "tenet/ops/elementwise/compare.h"

namespace tenet_test {
namespace {

class EveryInPlaceForm : public testing::TestWithParam<std::string> {
 protected:
  const Op& op_ = op_named(GetParam());

  /// Runs body for each sample whose result fits into its first input.
  template <class Body> void each_fitting(const std::vector<DType>& types, Body body) {
    int used = 0;
    for (DType dtype : types) {
      each_sample(op_, dtype, [&](const Sample& sample, const Tensors& inputs) {
        if (sample.options.has("right") || sample.options.has("left")) return;  // scalars have their own test
        const Tensor expected = value(op_, inputs, sample.options)[0];
        if (expected.shape() != inputs[0].shape() || expected.dtype() != inputs[0].dtype()) return;
        ++used;
        body(sample, inputs, expected);
      });
    }
    EXPECT_GT(used, 1) << "the row has no samples for an in-place form";
  }
};

TEST_P(EveryInPlaceForm, GivesTheSameBits) {
  each_fitting(op_.types, [&](const Sample& sample, Tensors inputs, const Tensor& expected) {
    inputs[0] = inputs[0].clone();
    const std::uint32_t version = inputs[0].version();
    const Tensor& returned = op_.in_place(inputs, sample.options);
    EXPECT_EQ(&returned, &inputs[0]);
    EXPECT_TRUE(same_bits({inputs[0]}, {expected}));
    EXPECT_EQ(inputs[0].version(), version + 1);
  });
}

TEST_P(EveryInPlaceForm, WritesThroughAView) {
  each_fitting(op_.types, [&](const Sample& sample, Tensors inputs, const Tensor& expected) {
    for (Layout layout : {Layout::transposed, Layout::strided, Layout::offset}) {
      const LaidOut out = lay_out(inputs[0], layout);
      const LaidOut wanted = lay_out(expected, layout);
      Tensors laid_out = inputs;
      laid_out[0] = out.view;
      op_.in_place(laid_out, sample.options);
      EXPECT_TRUE(same_bits({out.buffer}, {wanted.buffer})) << name(layout);
    }
  });
}

TEST_P(EveryInPlaceForm, HasTheSameGradients) {
  each_fitting(kFloats, [&](const Sample& sample, const Tensors& inputs, const Tensor& expected) {
    Tensors x = leaves(op_, inputs);
    const Tensor y = op_.call(x, sample.options)[0];
    if (!y.requires_grad()) return;
    const Tensor dy = expected.clone();
    Tensors wanted;
    for (const Tensor& leaf : x) {
      if (leaf.requires_grad()) wanted.push_back(leaf);
    }
    const Tensors before = tenet::grad({y}, wanted, {dy});
    Tensors written = x;
    written[0] = x[0].clone();  // no leaf, so that it may be written
    op_.in_place(written, sample.options);
    EXPECT_TRUE(same_bits(before, tenet::grad({written[0]}, wanted, {dy})));
    // Through a view the base outside gets dy untouched.
    Tensor base = tenet::zeros({2, expected.numel()}, {.dtype = expected.dtype()});
    base[0].view(x[0].shape()).copy_(x[0]);
    Tensors through = x;
    through[0] = base[0].view(x[0].shape());
    op_.in_place(through, sample.options);
    const Tensors after = tenet::grad({base[0].view(x[0].shape())}, wanted, {dy});
    for (std::size_t i = 0; i < before.size(); ++i) {
      EXPECT_TRUE(tenet::equal(before[i], after[i])) << "gradient " << i;  // -0 may have become 0 + -0
    }
  });
}

TEST_P(EveryInPlaceForm, RaisesForALeafAndForSharedElements) {
  each_fitting({tenet::float64}, [&](const Sample& sample, const Tensors& inputs, const Tensor&) {
    Tensors x = inputs;
    x[0] = inputs[0].clone().requires_grad_();
    const Tensor before = x[0].detach().clone();
    EXPECT_THROW(op_.in_place(x, sample.options), tenet::GradientError);
    if (inputs[0].numel() > 1) {
      Tensors shared = inputs;
      shared[0] = tenet::full({}, 1.0, {.dtype = tenet::float64}).expand(inputs[0].shape());
      const std::uint32_t version = shared[0].version();
      EXPECT_THROW(op_.in_place(shared, sample.options), tenet::ShapeError);
      EXPECT_EQ(shared[0].version(), version);
    }
    EXPECT_TRUE(same_bits({x[0].detach()}, {before}));
    EXPECT_EQ(x[0].version(), 0u);  // a clone is written by nobody
  });
}

std::vector<std::string> in_place_names() {
  std::vector<std::string> names;
  for (const Op& op : op_table()) {
    if (op.in_place) names.push_back(op.name);
  }
  return names;
}

INSTANTIATE_TEST_SUITE_P(Table, EveryInPlaceForm, testing::ValuesIn(in_place_names()), op_name);

}  // namespace
}  // namespace tenet_test
