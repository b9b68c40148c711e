// PyTorch's cases, as tests/ops/golden/make_golden.py wrote them.
#pragma once

#include <string>
#include <vector>

#include "ops/op_table.h"

namespace tenet_test {

struct GoldenCase {
  std::string op;
  Options options;
  Tensors inputs, outputs;
  Tensors dys, gradients;  // empty, or one per output and input, undefined where there is none
  bool in_place = false;
  bool exact_types = false;  // the types are the point: not to be run in float32 as well
  std::string line;          // where it stands
};

/// The cases of one file of tests/ops/golden. Throws std::runtime_error if it cannot be read.
std::vector<GoldenCase> golden_cases(const std::string& file);

/// The names of the files, sorted.
std::vector<std::string> golden_files();

}  // namespace tenet_test
