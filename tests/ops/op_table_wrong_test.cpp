// Wrong calls: each raises the error its row names, with exactly its text, and changes nothing.
#include <gtest/gtest.h>

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

class EveryWrongCall : public testing::TestWithParam<std::string> {
 protected:
  const Op& op_ = op_named(GetParam());
};

TEST_P(EveryWrongCall, SaysSoAndChangesNothing) {
  EXPECT_FALSE(op_.wrong.empty());
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

std::vector<std::string> names_with_wrong_calls() {
  std::vector<std::string> names;
  for (const Op& op : op_table()) {
    if (!op.wrong.empty()) names.push_back(op.name);
  }
  return names;
}

INSTANTIATE_TEST_SUITE_P(Table, EveryWrongCall, testing::ValuesIn(names_with_wrong_calls()), op_name);

}  // namespace
}  // namespace tenet_test
