// What ops make of nothing, written out: the shape and values of the result (a sum is 0, all is true, a layer
// gives its bias), or a refusal where there is no answer; and the gradients of all inputs, which are zeros of the
// inputs' shapes where the values do not flow past what is empty.
#include <gtest/gtest.h>

#include <algorithm>

#include "ops/op_checks.h"
#include "support/expect.h"
#include "tenet/framework/core/error.h"

namespace tenet_test {
namespace {

constexpr double kBias = -1;  // stands for: each value is its channel's, of the last input

struct Case {
  std::string op;
  std::vector<Input> inputs;
  Options options;
  Shape shape;
  double value = 0;
};

/// The calls without elements in them that have a result.
const std::vector<Case>& results() {
  static const std::vector<Case> all = {
      {"sum", {real(0)}, {}, {}, 0},
      {"sum", {real(2, 0, 3)}, {{"dims", {1}}}, {2, 3}, 0},
      {"sum", {real(2, 0, 3)}, {{"dims", {0, -1}}, {"keepdim", true}}, {1, 0, 1}},
      {"sum", {real(2, 0)}, {{"dims", {1}}, {"keepdim", true}}, {2, 1}, 0},
      {"sum_to", {real(0, 3)}, {{"shape", {3}}}, {3}, 0},
      {"mean", {real(0, 3)}, {{"dims", {1}}}, {0}},
      {"var", {real(0, 3)}, {{"dims", {1}}}, {0}},
      {"amax", {real(0, 3)}, {{"dims", {1}}}, {0}},
      {"any", {real(2, 0)}, {{"dims", {1}}}, {2}, 0},
      {"all", {real(2, 0)}, {{"dims", {1}}}, {2}, 1},
      {"any", {real(0)}, {}, {}, 0},
      {"all", {real(0)}, {}, {}, 1},
      {"softmax", {real(2, 0)}, {{"dim", 1}}, {2, 0}},
      {"log_softmax", {real(0, 2)}, {{"dim", 1}}, {0, 2}},
      {"mse_loss", {real(0, 3), real(0, 3)}, {{"reduction", "sum"}}, {}, 0},
      {"mse_loss", {real(0, 1), real(2)}, {{"reduction", "none"}}, {0, 2}},
      {"nll_loss", {real(0, 3), index_below(3, {0})}, {{"reduction", "sum"}}, {}, 0},
      {"cross_entropy", {real(0, 3), index_below(3, {0})}, {{"reduction", "sum"}}, {}, 0},
      {"cross_entropy", {real(0, 3), index_below(3, {0})}, {{"reduction", "none"}}, {0}},
      {"cross_entropy", {real(0, 3), index_below(3, {0}), positive(3)}, {{"reduction", "sum"}}, {}, 0},
      {"cross_entropy",
       {real(0, 0), index_below(1, {0})},
       {{"reduction", "sum"}, {"label_smoothing", 0.5}},
       {},
       0},
      {"cross_entropy_of_probabilities", {real(0, 3), real(0, 3)}, {{"reduction", "sum"}}, {}, 0},
      {"cross_entropy_of_probabilities", {real(2, 0), real(2, 0)}, {{"reduction", "none"}}, {2}, 0},
      {"matmul", {real(2, 0), real(0, 3)}, {}, {2, 3}, 0},
      {"matmul", {real(0), real(0)}, {}, {}, 0},
      {"matmul", {real(4, 2, 0), real(4, 0, 3)}, {}, {4, 2, 3}, 0},
      {"matmul", {real(4, 2, 0), real(0)}, {}, {4, 2}, 0},
      {"matmul", {real(0, 2, 3), real(3, 4)}, {}, {0, 2, 4}},
      {"matmul", {real(2, 3), real(3, 0)}, {}, {2, 0}},
      {"linear", {real(2, 0), real(4, 0)}, {}, {2, 4}, 0},
      {"linear", {real(2, 0), real(4, 0), real(4)}, {}, {2, 4}, kBias},
      {"linear", {real(0, 3), real(4, 3), real(4)}, {}, {0, 4}},
      {"add", {real(0, 3), real(1, 3)}, {}, {0, 3}},
      {"mul", {real(2, 0), real()}, {}, {2, 0}},
      {"cat", {real(0, 3), real(0, 3)}, {{"dim", 0}}, {0, 3}},
      {"stack", {real(0, 3), real(0, 3)}, {{"dim", 1}}, {0, 2, 3}},
      {"pad", {real(2, 0)}, {{"widths", {1, 2}}}, {2, 3}, 0},
      {"scatter_add", {real(3), index_below(3, {0}), real(0)}, {{"dim", 0}}, {3}},
      {"gather", {real(3), index_below(3, {0})}, {{"dim", 0}}, {0}},
      {"index_select", {real(3, 2), index_below(3, {0})}, {{"dim", 0}}, {0, 2}},
      {"avg_pool2d", {real(0, 2, 4, 4)}, {{"kernel_size", 2}}, {0, 2, 2, 2}},
      {"max_pool2d", {real(2, 0, 4, 4)}, {{"kernel_size", 2}}, {2, 0, 2, 2}},
      {"unfold", {real(0, 2, 4, 4)}, {{"kernel_size", 2}}, {0, 8, 9}},
      // The convolutions: N, C with the weight's, O, then H and W where padding leaves room.
      {"conv2d", {real(0, 2, 5, 4), real(3, 2, 3, 2), real(3)}, {}, {0, 3, 3, 3}},
      {"conv2d", {real(2, 0, 5, 4), real(3, 0, 3, 2)}, {}, {2, 3, 3, 3}, 0},
      {"conv2d", {real(2, 0, 5, 4), real(3, 0, 3, 2), real(3)}, {{"stride", 2}}, {2, 3, 2, 2}, kBias},
      // Not the path of small kernels: a product of matrices with an inner extent of 0.
      {"conv2d", {real(2, 0, 5, 4), real(3, 0, 1, 1)}, {}, {2, 3, 5, 4}, 0},
      {"conv2d", {real(2, 0, 5, 4), real(3, 0, 1, 1), real(3)}, {}, {2, 3, 5, 4}, kBias},
      {"conv2d", {real(2, 2, 5, 4), real(0, 2, 3, 2), real(0)}, {}, {2, 0, 3, 3}},
      {"conv2d", {real(2, 2, 0, 4), real(3, 2, 3, 2), real(3)}, {{"padding", {2, 0}}}, {2, 3, 2, 3}, kBias},
      {"conv2d", {real(2, 2, 5, 0), real(3, 2, 3, 2)}, {{"padding", {0, 1}}}, {2, 3, 3, 1}, 0},
      {"conv", {real(0, 2, 5), real(3, 2, 2)}, {}, {0, 3, 4}},
      {"conv", {real(2, 0, 5), real(3, 0, 2), real(3)}, {}, {2, 3, 4}, kBias},
      {"conv", {real(1, 0, 3, 4, 3), real(2, 0, 2, 3, 2)}, {}, {1, 2, 2, 2, 2}, 0},
      {"conv_transpose2d", {real(0, 2, 3, 4), real(2, 3, 3, 2), real(3)}, {}, {0, 3, 5, 5}},
      {"conv_transpose2d", {real(1, 0, 3, 4), real(0, 3, 3, 2), real(3)}, {}, {1, 3, 5, 5}, kBias},
      {"conv_transpose2d", {real(1, 2, 3, 4), real(2, 0, 3, 2)}, {}, {1, 0, 5, 5}},
      {"conv_transpose", {real(2, 0, 3), real(0, 3, 2)}, {{"stride", 2}}, {2, 3, 6}, 0},
  };
  return all;
}

/// The calls that have no answer: an op's name and the inputs it refuses.
const std::vector<Case>& refusals() {
  static const std::vector<Case> all = {
      {"mean", {real(0)}, {}, {}},
      {"mean", {real(2, 0)}, {{"dims", {1}}}, {}},
      {"var", {real(0, 3)}, {{"dims", {0}}}, {}},
      {"amax", {real(2, 0)}, {{"dims", {1}}}, {}},
      {"max", {real(2, 0)}, {{"dim", 1}}, {}},
      {"argmax", {real(0)}, {}, {}},
      {"matmul", {real(2, 0), real(3, 2)}, {}, {}},
      {"linear", {real(2, 0), real(4, 3)}, {}, {}},
      {"avg_pool2d", {real(1, 2, 0, 4)}, {{"kernel_size", 2}}, {}},
      {"max_pool2d", {real(1, 2, 4, 0)}, {{"kernel_size", 2}}, {}},
      {"max_unpool2d", {real(1, 1, 0, 2), index_below(1, {1, 1, 0, 2})}, {{"kernel_size", 2}}, {}},
      {"conv2d", {real(2, 0, 5, 4), real(3, 2, 3, 2)}, {}, {}},
      {"conv2d", {real(2, 2, 0, 4), real(3, 2, 3, 2)}, {}, {}},
      {"conv2d", {real(2, 2, 5, 4), real(3, 2, 0, 2)}, {}, {}},
      {"conv2d", {real(2, 2, 5, 4), real(0, 2, 3, 2), real(3)}, {}, {}},
      {"conv_transpose2d", {real(1, 2, 0, 4), real(2, 3, 3, 2)}, {}, {}},
      {"conv_transpose2d", {real(1, 2, 3, 0), real(2, 3, 3, 2)}, {}, {}},
  };
  return all;
}

Sample sample_of(const Case& c) { return {c.inputs, c.options}; }
std::string line(const Case& c) { return repro(op_named(c.op), sample_of(c), tenet::float64); }

bool is_empty(const Input& input) {
  return std::find(input.shape.begin(), input.shape.end(), 0) != input.shape.end();
}

/// The bias of each element of a [N, O, ...] image, or of [N, O] features.
std::vector<double> spread(const Tensor& bias, const Shape& shape) {
  const std::vector<double> channels = values(bias);
  std::int64_t inner = 1, all = shape[0] * shape[1];
  for (int d = 2; d < shape.size(); ++d) inner *= shape[d];
  std::vector<double> out;
  for (std::int64_t i = 0; i < all * inner; ++i) {
    out.push_back(channels[static_cast<std::size_t>(i / inner % shape[1])]);
  }
  return out;
}

std::vector<double> expected(const Case& c, const Tensors& inputs) {
  if (c.value == kBias) return spread(inputs.back(), c.shape);
  if (c.op == "scatter_add") return values(inputs[0]);  // nothing is added
  std::int64_t n = 1;
  for (const std::int64_t extent : c.shape) n *= extent;
  return std::vector<double>(static_cast<std::size_t>(n), c.value);
}

/// Input i reaches the result without passing anything empty: the bias, or what is added to.
bool flows_past(const Case& c, std::size_t i) {
  return (c.value == kBias && i + 1 == c.inputs.size()) || (c.op == "scatter_add" && i == 0);
}

TEST(OpsOfNothing, GiveSumsAndProductsOfNoTerms) {
  for (const Case& c : results()) {
    SCOPED_TRACE(line(c));
    const Tensors inputs = draw(sample_of(c), tenet::float64);
    try {
      const Tensors outputs = value(op_named(c.op), inputs, c.options);
      EXPECT_EQ(outputs[0].shape(), c.shape);
      EXPECT_EQ(values(outputs[0]), expected(c, inputs));
    } catch (const tenet::Error& error) {
      ADD_FAILURE() << error.what();
    }
  }
}

TEST(OpsOfNothing, HaveZerosForGradients) {
  int zeros = 0, flowing = 0;
  for (const Case& c : results()) {
    SCOPED_TRACE(line(c));
    const Op& op = op_named(c.op);
    const Tensors inputs = draw(sample_of(c), tenet::float64);
    const Outcome outcome = run(op, inputs, c.options);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (!(op.gradient >> i & 1) || !tenet::is_floating(inputs[i].dtype())) continue;
      const Tensor& g = outcome.gradients[i];
      ASSERT_TRUE(g.defined()) << "of input " << i;
      EXPECT_EQ(g.shape(), inputs[i].shape()) << "of input " << i;
      const std::vector<double> all = values(g);
      const bool zero = std::all_of(all.begin(), all.end(), [](double v) { return v == 0; });
      EXPECT_EQ(zero, !flows_past(c, i)) << "of input " << i;
      ++(flows_past(c, i) ? flowing : zeros);
    }
  }
  EXPECT_GT(zeros, 50);
  EXPECT_GT(flowing, 4);
}

TEST(OpsOfNothing, RefuseWhatHasNoAnswer) {
  for (const Case& c : refusals()) {
    SCOPED_TRACE(line(c));
    ASSERT_TRUE(std::any_of(c.inputs.begin(), c.inputs.end(), is_empty));
    const Tensors inputs = draw(sample_of(c), tenet::float64);
    try {
      value(op_named(c.op), inputs, c.options);
      ADD_FAILURE() << "nothing was thrown";
    } catch (const tenet::ShapeError& error) {
      EXPECT_EQ(std::string(error.what()).rfind(c.op + ":", 0), 0u) << error.what();
    }
  }
}

}  // namespace
}  // namespace tenet_test
