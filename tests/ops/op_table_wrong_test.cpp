// Wrong calls: each raises the error its row names, with exactly its text, and changes nothing.
#include <gtest/gtest.h>

#include <set>

#include "ops/op_checks.h"
#include "tenet/framework/autograd/grad_mode.h"
#include "tenet/framework/core/error.h"
#include "tenet/ops/create/create.h"

namespace tenet_test {
namespace {

/// "ShapeError: matmul: ..." or "" if nothing was raised.
template <class Call> std::string raised(Call call) {
  try {
    call();
    return "";
  } catch (const tenet::ShapeError& e) {
    return std::string("ShapeError: ") + e.what();
  } catch (const tenet::DTypeError& e) {
    return std::string("DTypeError: ") + e.what();
  } catch (const tenet::ValueError& e) {
    return std::string("ValueError: ") + e.what();
  } catch (const tenet::IndexError& e) {
    return std::string("IndexError: ") + e.what();
  } catch (const tenet::GradientError& e) {
    return std::string("GradientError: ") + e.what();
  } catch (const tenet::OutOfMemoryError& e) {
    return std::string("OutOfMemoryError: ") + e.what();
  } catch (const tenet::Error& e) {
    return std::string("Error: ") + e.what();
  }
}

/// Whose wrong calls the generic ones below cover.
const std::set<std::string> kNothingElseIsWrong = {"clone",     "contiguous",  "equal",  "isnan",
                                                   "full_like", "logical_not", "to",     "to_integer",
                                                   "ones_like", "zeros_like",  "nonzero"};

class EveryUndefinedTensor : public testing::TestWithParam<std::string> {};

TEST_P(EveryUndefinedTensor, IsRefused) {
  const Op& op = op_named(GetParam());
  for (const Sample& sample : op.samples) {
    Tensors inputs = draw(sample, op.types[0]);
    if (inputs.empty()) continue;  // a factory
    inputs[0] = Tensor();
    EXPECT_EQ(raised([&] { op.call(inputs, sample.options); }),
              "ValueError: tensor: an undefined tensor was used. Make one with tenet::zeros, tenet::randn, "
              "...; grad() "
              "is undefined until a backward pass arrived.");
  }
}

INSTANTIATE_TEST_SUITE_P(Table, EveryUndefinedTensor, testing::ValuesIn(op_names()), op_name);

class EveryWrongCall : public testing::TestWithParam<std::string> {
 protected:
  const Op& op_ = op_named(GetParam());
};

TEST_P(EveryWrongCall, SaysSoAndChangesNothing) {
  EXPECT_EQ(op_.wrong.empty(), kNothingElseIsWrong.count(op_.name) == 1) << "its row has wrong calls";
  for (std::size_t i = 0; i < op_.wrong.size(); ++i) {
    const Wrong& wrong = op_.wrong[i];
    SCOPED_TRACE("op=" + op_.name + " wrong call " + std::to_string(i) + " options=" + wrong.options.str());
    Tensors inputs = wrong.inputs(), before;
    std::vector<std::uint32_t> versions;
    for (Tensor& x : inputs) {
      if (tenet::is_floating(x.dtype()) && !wrong.in_place) {
        x.requires_grad_();
        x.set_grad(tenet::full_like(x, 7));
      }
      before.push_back(x.detach().clone());
      versions.push_back(x.version());
    }
    Tensors passed = inputs;
    EXPECT_EQ(raised([&] {
                wrong.in_place ? (void)op_.in_place(passed, wrong.options)
                               : (void)op_.call(passed, wrong.options);
              }),
              wrong.error + ": " + wrong.text);
    for (std::size_t k = 0; k < inputs.size(); ++k) {
      EXPECT_TRUE(same_bits({inputs[k].detach()}, {before[k]})) << "input " << k;
      EXPECT_EQ(inputs[k].version(), versions[k]) << "input " << k;
      EXPECT_EQ(inputs[k].grad_fn(), "") << "input " << k;
      EXPECT_EQ(inputs[k].strides(), passed[k].strides()) << "input " << k;
      if (inputs[k].grad().defined()) {
        EXPECT_TRUE(same_bits({inputs[k].grad()}, {tenet::full_like(inputs[k].detach(), 7)}))
            << "gradient " << k;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Table, EveryWrongCall, testing::ValuesIn(op_names()), op_name);

}  // namespace
}  // namespace tenet_test
