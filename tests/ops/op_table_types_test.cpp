// Every op takes the types its row names and no other, gives the types it says, and gradients of its inputs' shape
// and type.
#include <gtest/gtest.h>

#include <algorithm>

#include "ops/op_checks.h"
#include "tenet/framework/core/error.h"

namespace tenet_test {
namespace {

class EveryOpsTypes : public testing::TestWithParam<std::string> {
 protected:
  const Op& op_ = op_named(GetParam());
};

TEST_P(EveryOpsTypes, AreAsDocumented) {
  for (DType dtype : op_.types) {
    each_sample(op_, dtype, [&](const Sample& sample, const Tensors& inputs) {
      const Tensors outputs = value(op_, inputs, sample.options);
      for (std::size_t i = 0; i < outputs.size(); ++i) {
        EXPECT_EQ(outputs[i].dtype(), op_.result(dtype, sample.options, static_cast<int>(i)))
            << "output " << i;
      }
    });
  }
}

TEST_P(EveryOpsTypes, OthersAreRefused) {
  for (DType dtype : kAll) {
    if (std::find(op_.types.begin(), op_.types.end(), dtype) != op_.types.end()) continue;
    each_sample(op_, dtype, [&](const Sample& sample, const Tensors& inputs) {
      // A scalar takes part in the promotion: true - 2 is an int64 -1.
      if (!typed(sample) || sample.options.has("right") || sample.options.has("left")) return;
      try {
        op_.call(inputs, sample.options);
        ADD_FAILURE() << "accepted";
      } catch (const tenet::DTypeError& error) {
        EXPECT_NE(std::string(error.what()).find(": "), std::string::npos) << error.what();
      } catch (const tenet::Error& error) {
        ADD_FAILURE() << "raised another error: " << error.what();
      }
    });
  }
}

TEST_P(EveryOpsTypes, AndShapesOfGradientsAreThoseOfTheInputs) {
  for (DType dtype : kFloats) {
    if (std::find(op_.types.begin(), op_.types.end(), dtype) == op_.types.end()) continue;
    each_sample(op_, dtype, [&](const Sample& sample, const Tensors& inputs) {
      const Outcome outcome = run(op_, inputs, sample.options);
      for (std::size_t i = 0; i < inputs.size(); ++i) {
        const bool expected = (op_.gradient >> i & 1) && tenet::is_floating(inputs[i].dtype());
        ASSERT_EQ(outcome.gradients[i].defined(), expected) << "gradient of input " << i;
        if (!expected) continue;
        EXPECT_EQ(outcome.gradients[i].shape(), inputs[i].shape()) << "gradient of input " << i;
        EXPECT_EQ(outcome.gradients[i].dtype(), inputs[i].dtype()) << "gradient of input " << i;
      }
    });
  }
}

INSTANTIATE_TEST_SUITE_P(Table, EveryOpsTypes, testing::ValuesIn(op_names()), op_name);

}  // namespace
}  // namespace tenet_test
