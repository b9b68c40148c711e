// The table itself: no public op without a row, and no row that leaves out what ops get wrong most often.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "ops/op_checks.h"

namespace tenet_test {
namespace {

namespace fs = std::filesystem;

/// The text without comments.
std::string code_of(const fs::path& file) {
  std::ifstream in(file);
  std::stringstream text;
  text << in.rdbuf();
  return std::regex_replace(text.str(), std::regex("//[^\n]*"), "");
}

void collect(std::set<std::string>& names, const std::string& code, const std::regex& pattern) {
  for (std::sregex_iterator it(code.begin(), code.end(), pattern), end; it != end; ++it)
    names.insert((*it)[1]);
}

/// The functions of ops/**/*.h that users call: those that return tensors, answers or sizes, at file scope, and those
/// made from the lists of the pointwise tables; without a trailing _ (their in-place forms).
std::set<std::string> declared_ops() {
  const fs::path root = fs::path(TENET_TESTS_DIR).parent_path() / "ops";
  const std::regex function(R"((?:^|\n)(?:Tensor|bool|[A-Z]\w*Result|std::vector<Tensor>) (\w+)\()");
  const std::regex listed(R"(\n  X\(\w+, (\w+)[,)])");
  std::set<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    const std::string name = entry.path().filename().string();
    if (entry.path().extension() != ".h" || name.find("_kernels") != std::string::npos) continue;
    std::string code = code_of(entry.path());
    collect(names, code, listed);
    // Declarations inside namespaces of the library's own are no public ops.
    code =
        std::regex_replace(code, std::regex(R"(namespace (detail|pointwise|reduce) \{[^]*?\n\}\s*\n)"), "\n");
    code = std::regex_replace(code, std::regex(R"(namespace tenet::\w+ \{[^]*)"), "");
    collect(names, code, function);
  }
  return names;
}

/// Tensor's methods that compute or look: the closed list of framework/tensor/tensor.h from "Type, place, memory" on.
std::set<std::string> declared_methods() {
  std::ifstream in(fs::path(TENET_TESTS_DIR).parent_path() / "framework/tensor/tensor.h");
  std::stringstream text;
  text << in.rdbuf();
  const std::string all = text.str();
  const std::size_t from = all.find("// --- Type, place, memory"),
                    to = all.find("// --- For the library itself");
  EXPECT_NE(from, std::string::npos);
  EXPECT_NE(to, std::string::npos);
  std::set<std::string> names;
  collect(names, all.substr(from, to - from), std::regex(R"(\n  Tensor&? (\w+)\()"));
  return names;
}

// What is declared among the ops and has no row, with the test that has it instead.
const std::set<std::string>& without_row() {
  static const std::set<std::string> names = {
      "tensor",
      "from_memory",
      "empty",
      "empty_like",  // tests/ops/create: values from the program, or none at all
      "fill",
      "zero",
      "copy",             // rows fill_, zero_, copy_
      "singular_values",  // tests/ops/conv_matrix
      "operator_norm",
      "conv_apply",
      "conv_adjoint_input",
      "conv_adjoint_weight"};  // the contractions behind conv and conv_transpose
  return names;
}

std::string without_underscore(std::string name) {
  if (name.size() > 1 && name.back() == '_') name.pop_back();
  return name;
}

TEST(OpTable, HasARowForEveryPublicOp) {
  std::set<std::string> rows;
  for (const Op& op : op_table()) {
    EXPECT_TRUE(rows.insert(op.name).second) << op.name << " has two rows";
  }
  std::set<std::string> declared = declared_ops();
  EXPECT_GT(declared.size(), 60u) << "the pattern no longer finds the declarations";
  const std::set<std::string> methods = declared_methods();
  EXPECT_GT(methods.size(), 40u) << "the pattern no longer finds the methods";
  declared.insert(methods.begin(), methods.end());
  for (const std::string& name : declared) {
    const bool in_place = name != without_underscore(name);
    const std::string row = rows.count(name) ? name : without_underscore(name);
    if (without_row().count(row)) continue;
    ASSERT_TRUE(rows.count(row)) << name << " is declared but has no row in tests/ops/op_table_*.cpp";
    EXPECT_TRUE(!in_place || op_named(row).in_place) << "the row of " << row << " lacks the in-place form";
  }
}

bool has_zero_extent(const Input& input) {
  return std::find(input.shape.begin(), input.shape.end(), 0) != input.shape.end();
}

/// Whether some input of some sample, or an option "shape" of a factory, has the property.
template <class Property> bool some_sample(const Op& op, Property property) {
  return std::any_of(op.samples.begin(), op.samples.end(), [&](const Sample& sample) {
    return std::any_of(sample.inputs.begin(), sample.inputs.end(), property);
  });
}

TEST(OpTable, HasSamplesOfEverySort) {
  for (const Op& op : op_table()) {
    SCOPED_TRACE(op.name);
    ASSERT_FALSE(op.samples.empty());
    if (op.samples[0].inputs.empty()) continue;  // a factory
    EXPECT_NE(some_sample(op, has_zero_extent), op.no_empty != nullptr) << "zero extents";
    EXPECT_NE(some_sample(op, [](const Input& i) { return i.shape.empty(); }), op.no_scalar != nullptr)
        << "scalars";
  }
}

TEST(OpTable, WhatNeedsALayoutSaysSo) {
  for (const Op& op : op_table()) {
    EXPECT_TRUE(op.any_layout || !op.wrong.empty()) << op.name;
  }
}

TEST(OpTable, DrawsTheSameInputsForTheSameSeed) {
  const Sample sample{{real(3, 4), index_below(5, {6}), mask(7), distinct(8)}};
  for (DType dtype : kAll) {
    EXPECT_TRUE(same_bits(draw(sample, dtype, 3), draw(sample, dtype, 3)));
  }
  EXPECT_FALSE(same_bits(draw(sample, tenet::float32, 3), draw(sample, tenet::float32, 4)));
}

}  // namespace
}  // namespace tenet_test
