// What a row says about linearity is what the op's records declare, no more and no less, and it is true: values confirm
// it, and the gradient is the adjoint.
#include <gtest/gtest.h>

#include <cmath>

#include "ops/op_checks.h"
#include "tenet/framework/autograd/backward.h"
#include "tenet/framework/autograd/grad_mode.h"
#include "tenet/ops/elementwise/binary.h"

namespace tenet_test {
namespace {

class EveryOpsLinearity : public testing::TestWithParam<std::string> {
 protected:
  const Op& op_ = op_named(GetParam());

  /// Whether the row calls the op linear in these inputs together.
  bool said(InputSet set) const {
    for (InputSet linear : op_.linear) {
      if ((set & ~linear) == 0) return true;
    }
    return false;
  }

  /// Calls body(sample, inputs, set) for every set of inputs that have a gradient.
  template <class Body> void each_set(Body body) {
    each_sample(op_, tenet::float64, [&](const Sample& sample, const Tensors& inputs) {
      if (sample.big || op_.gradient == 0) return;
      for (InputSet set = 1; set < (1u << inputs.size()); ++set) {
        if ((set & ~op_.gradient) != 0) continue;
        SCOPED_TRACE("inputs of the set " + std::to_string(set));
        body(sample, inputs, set);
      }
    });
  }
};

/// Fresh leaves; those of the set require grad.
Tensors leaves_of(const Tensors& inputs, InputSet set) {
  Tensors leaves;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    leaves.push_back(inputs[i].detach());
    if (set >> i & 1) leaves.back().requires_grad_();
  }
  return leaves;
}

/// Whether every record on the way to the leaves is declared linear in all its inputs that lead to one.
bool declared(const tenet::Record* record) {
  if (record == nullptr || record->is_leaf()) return true;
  tenet::InputMask active = 0;
  bool all = true;
  for (int i = 0; i < record->input_count(); ++i) {
    if (record->input(i) == nullptr) continue;
    active |= 1u << i;
    all = all && declared(record->input(i));
  }
  return all && record->linear_in(active);
}

TEST_P(EveryOpsLinearity, IsDeclaredAsTheRowSays) {
  each_set([&](const Sample& sample, const Tensors& inputs, InputSet set) {
    for (const Tensor& y : op_.call(leaves_of(inputs, set), sample.options)) {
      if (!y.requires_grad()) continue;
      EXPECT_EQ(declared(tenet::history(y)), said(set)) << y.grad_fn();
    }
  });
}

Tensors shifted(const Tensors& x, const Tensors& v, InputSet set, double step) {
  Tensors out = x;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (set >> i & 1) out[i] = x[i] + v[i] * step;
  }
  return out;
}

double dot(const Tensor& a, const Tensor& b) {
  return (a.to(tenet::float64) * b.to(tenet::float64)).sum().item<double>();
}

TEST_P(EveryOpsLinearity, IsTrueAndTheGradientIsTheAdjoint) {
  each_set([&](const Sample& sample, const Tensors& x, InputSet set) {
    if (!said(set)) return;
    const Tensors v = draw(sample, tenet::float64, 4711);
    const Tensors at = leaves_of(x, set);
    const Tensor y = op_.call(at, sample.options)[0];
    const tenet::NoGradGuard no_grad;
    const auto moved = [&](double step) { return value(op_, shifted(x, v, set, step), sample.options)[0]; };
    const Tensor up = moved(1), down = moved(-1), here = y.detach();
    const Tensor dy = draw({{{y.shape()}}}, y.dtype(), 42)[0];
    // Rounding: of sums of up to a few hundred products of numbers below 4.
    const double tolerance = y.dtype() == tenet::float64 ? 1e-12 : 1e-5;
    if (y.numel() > 0) {
      EXPECT_LT((up - here * 2.0 + down).abs().amax().item<double>(), tolerance * 100) << "not linear";
    }
    if (!y.requires_grad()) return;
    Tensors wanted;
    for (const Tensor& leaf : at) {
      if (leaf.requires_grad()) wanted.push_back(leaf);
    }
    const Tensors dx = tenet::grad({y}, wanted, {dy}, {.allow_unused = true});
    double by_gradient = 0;
    for (std::size_t i = 0, next = 0; i < x.size(); ++i) {
      if (!(set >> i & 1)) continue;
      if (dx[next].defined()) by_gradient += dot(v[i], dx[next]);
      ++next;
    }
    const double by_value = dot(up - down, dy) / 2;
    EXPECT_NEAR(by_value, by_gradient, tolerance * 100 * (1 + std::abs(by_value)))
        << "<A v, dy> and <v, A^T dy>";
  });
}

std::vector<std::string> names_with_gradients() {
  std::vector<std::string> names;
  for (const Op& op : op_table()) {
    if (op.gradient != 0) names.push_back(op.name);
  }
  return names;
}

INSTANTIATE_TEST_SUITE_P(Table, EveryOpsLinearity, testing::ValuesIn(names_with_gradients()), op_name);

}  // namespace
}  // namespace tenet_test
