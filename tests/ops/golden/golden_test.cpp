// PyTorch as a second opinion: values and gradients of every op against tests/ops/golden/*.json.
//
// A number may differ from PyTorch's by tolerance * max(1, |PyTorch's|): 1e-12 in float64, 1e-5 in float32 (against
// the float64 result: the inputs are exact in both types). Integers and bools must be equal, NaN meets NaN.
#include <gtest/gtest.h>

#include <cmath>
#include <iomanip>
#include <set>
#include <sstream>

#include "ops/golden/golden.h"
#include "ops/op_checks.h"
#include "tenet/framework/autograd/backward.h"
#include "tenet/framework/core/error.h"

namespace tenet_test {
namespace {

Tensors converted(const Tensors& tensors, DType floating) {
  Tensors out;
  for (const Tensor& t : tensors)
    out.push_back(t.defined() && tenet::is_floating(t.dtype()) ? t.to(floating) : t);
  return out;
}

double tolerance_of(DType dtype) {
  return dtype == tenet::float64 ? 1e-12 : dtype == tenet::float32 ? 1e-5 : 0;
}

bool close(double found, double expected, double tolerance) {
  if (std::isnan(expected)) return std::isnan(found);
  if (std::isinf(expected)) return found == expected;
  return std::abs(found - expected) <= tolerance * std::max(1.0, std::abs(expected));
}

/// "" or where they differ. A gradient left undefined is one of zeros.
std::string difference(const Tensor& found, const Tensor& expected) {
  if (!found.defined() && !expected.defined()) return "";
  if (!found.defined()) return (expected != 0).any().item<bool>() ? "undefined" : "";
  if (!expected.defined()) return "defined, PyTorch's is not";
  if (found.shape() != expected.shape()) return tenet::cat(found.shape(), ", PyTorch has ", expected.shape());
  const bool same_kind = tenet::is_floating(found.dtype()) && tenet::is_floating(expected.dtype());
  if (found.dtype() != expected.dtype() && !same_kind) {
    return tenet::cat(found.dtype(), ", PyTorch has ", expected.dtype());
  }
  const Tensor x = found.detach().reshape({-1}), y = expected.reshape({-1});
  for (std::int64_t i = 0; i < x.numel(); ++i) {
    const auto a = x[i].item<double>(), b = y[i].item<double>();
    if (close(a, b, tolerance_of(found.dtype()))) continue;
    std::ostringstream text;
    text << std::setprecision(17) << "element " << i << " is " << a << ", PyTorch has " << b;
    return text.str();
  }
  return "";
}

void expect_close(const Tensors& found, const Tensors& expected, const char* what) {
  ASSERT_EQ(found.size(), expected.size()) << what;
  for (std::size_t k = 0; k < found.size(); ++k)
    EXPECT_EQ(difference(found[k], expected[k]), "") << what << ' ' << k;
}

Tensors outputs_of(const Op& op, const GoldenCase& c, Tensors& leaves) {
  if (!c.in_place) return op.call(leaves, c.options);
  Tensors written = leaves;
  written[0] = leaves[0].clone();  // no leaf, so that it may be written
  op.in_place(written, c.options);
  return {written[0]};
}

Tensors gradients_of(const Tensors& outputs, const Tensors& leaves, const Tensors& dys) {
  Tensors sources, wanted, weights, gradients(leaves.size());
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    if (!dys[i].defined() || !outputs[i].requires_grad()) continue;
    sources.push_back(outputs[i]);
    weights.push_back(dys[i]);
  }
  for (const Tensor& leaf : leaves) {
    if (leaf.requires_grad()) wanted.push_back(leaf);
  }
  if (sources.empty()) return gradients;
  const Tensors found = tenet::grad(sources, wanted, weights, {.allow_unused = true});
  for (std::size_t i = 0, next = 0; i < leaves.size(); ++i) {
    if (leaves[i].requires_grad()) gradients[i] = found[next++];
  }
  return gradients;
}

void check(const GoldenCase& c, DType floating) {
  SCOPED_TRACE(c.line + " op=" + c.op + " options=" + c.options.str() + " floating=" + tenet::name(floating));
  const Op& op = op_named(c.op);
  Tensors leaves = c.exact_types ? c.inputs : converted(c.inputs, floating);
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    leaves[i] = leaves[i].clone();
    if (!c.gradients.empty() && c.gradients[i].defined()) leaves[i].requires_grad_();
  }
  try {
    const Tensors outputs = outputs_of(op, c, leaves);
    expect_close(outputs, c.outputs, "output");
    for (std::size_t i = 0; c.exact_types && i < outputs.size(); ++i) {
      EXPECT_EQ(outputs[i].dtype(), c.outputs[i].dtype());
    }
    if (c.gradients.empty()) return;
    expect_close(gradients_of(outputs, leaves, converted(c.dys, outputs[0].dtype())), c.gradients,
                 "gradient");
  } catch (const std::exception& error) {
    ADD_FAILURE() << "raised: " << error.what();
  }
}

class Golden : public testing::TestWithParam<std::string> {};

TEST_P(Golden, AgreesInFloat64) {
  for (const GoldenCase& c : golden_cases(GetParam())) check(c, tenet::float64);
}

TEST_P(Golden, AgreesInFloat32) {
  for (const GoldenCase& c : golden_cases(GetParam())) {
    if (!c.exact_types) check(c, tenet::float32);
  }
}

std::string stem(const testing::TestParamInfo<std::string>& info) {
  return info.param.substr(0, info.param.find('.'));
}
INSTANTIATE_TEST_SUITE_P(Files, Golden, testing::ValuesIn(golden_files()), stem);

TEST(GoldenFiles, HaveEveryOpOrTheRowSaysWhyNot) {
  std::set<std::string> seen;
  for (const std::string& file : golden_files()) {
    for (const GoldenCase& c : golden_cases(file)) seen.insert(c.op);
  }
  for (const Op& op : op_table()) {
    EXPECT_NE(seen.count(op.name) > 0, op.no_golden != nullptr)
        << op.name << (op.no_golden ? " has golden cases after all" : " has no golden case");
  }
}

TEST(GoldenFiles, NeedNoMoreThanAMegabyte) {
  std::size_t cases = 0;
  for (const std::string& file : golden_files()) cases += golden_cases(file).size();
  EXPECT_GE(cases, 1500u);  // a file left behind would go unnoticed
}

}  // namespace
}  // namespace tenet_test
