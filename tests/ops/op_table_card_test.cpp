// Every op gives on a card what it gives on the CPU: numbers without a fraction to the bit, floats to a few roundings, as
// sums are made in another order there.
#include <gtest/gtest.h>

#include "ops/op_checks.h"
#include "support/expect.h"
#include "tenet/framework/core/cuda.h"

namespace tenet_test {
namespace {

using tenet::Device;

constexpr Device kCard{tenet::DeviceType::cuda, 0};
constexpr int kEpsilons = 64;

Tensors on(Device device, const Tensors& tensors) {
  Tensors moved;
  for (const Tensor& t : tensors) moved.push_back(t.defined() ? t.detach().to(device) : t);
  return moved;
}

/// The same elements, stored with the first and the last dimension exchanged.
Tensors turned(const Tensors& tensors) {
  Tensors views;
  for (const Tensor& t : tensors) {
    const bool flat = t.dim() < 2;
    views.push_back(flat ? t : t.transpose(0, -1).contiguous().transpose(0, -1));
  }
  return views;
}

/// Whether the op takes this operand from wherever it is: the source of a copy, and what names positions.
bool carries(const std::string& op, const Sample& sample, const Tensors& inputs, std::size_t i) {
  if (op == "advanced_index" || op == "index_put" || op == "masked_select") {
    return !sample.inputs[i].typed() || inputs[i].dim() == 0;
  }
  return op == "copy_";
}

class EveryOpOnACard : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (!tenet::cuda::is_available()) GTEST_SKIP() << tenet::cuda::reason();
  }

  void expect_same(const Sample& sample, const Tensors& inputs, const Tensors& on_card) {
    const Outcome here = run(op_, inputs, sample.options), there = run(op_, on_card, sample.options);
    for (const Tensor& y : there.outputs) {
      if (!inputs.empty() && y.dim() > 0) {  // equal() gives a bool
        EXPECT_EQ(y.device(), kCard);
      }
    }
    EXPECT_TRUE(same_within(kEpsilons, on({}, here.outputs), on({}, there.outputs))) << "outputs";
    EXPECT_TRUE(same_within(kEpsilons, on({}, here.gradients), on({}, there.gradients))) << "gradients";
  }

  const Op& op_ = op_named(GetParam());
};

TEST_P(EveryOpOnACard, GivesWhatItGivesOnTheCpu) {
  for (DType dtype : op_.types) {
    each_sample(op_, dtype, [&](const Sample& sample, const Tensors& inputs) {
      if (!sample.big || dtype == tenet::float32) expect_same(sample, inputs, on(kCard, inputs));
    });
  }
}

TEST_P(EveryOpOnACard, TakesEveryLayout) {
  if (!op_.any_layout) return;
  each_sample(op_, op_.types.front(), [&](const Sample& sample, const Tensors& inputs) {
    if (!sample.big) expect_same(sample, inputs, turned(on(kCard, inputs)));
  });
}

TEST_P(EveryOpOnACard, GivesTheSameBitsTwice) {
  each_sample(op_, op_.types.front(), [&](const Sample& sample, const Tensors& inputs) {
    const Tensors there = on(kCard, inputs);
    const Outcome once = run(op_, there, sample.options), again = run(op_, there, sample.options);
    if (inputs.empty()) return;  // draws differ
    EXPECT_TRUE(same_bits(on({}, once.outputs), on({}, again.outputs)));
    EXPECT_TRUE(same_bits(on({}, once.gradients), on({}, again.gradients)));
  });
}

TEST_P(EveryOpOnACard, RefusesOperandsOnTwoDevices) {
  each_sample(op_, op_.types.front(), [&](const Sample& sample, const Tensors& inputs) {
    for (std::size_t i = 1; i < inputs.size(); ++i) {
      const bool both = inputs[i].defined() && inputs[0].defined();
      if (!both || carries(op_.name, sample, inputs, i)) continue;
      Tensors mixed = on(kCard, inputs);
      mixed[i] = inputs[i];
      const std::string text = message<tenet::DeviceError>([&] { op_.call(mixed, sample.options); });
      EXPECT_NE(text.find("cuda:0"), std::string::npos) << "operand " << i << ": " << text;
      EXPECT_NE(text.find("cpu"), std::string::npos) << "operand " << i << ": " << text;
    }
  });
}

INSTANTIATE_TEST_SUITE_P(Table, EveryOpOnACard, testing::ValuesIn(op_names()), op_name);

}  // namespace
}  // namespace tenet_test
