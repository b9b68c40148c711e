#pragma once

#include <optional>

#include "tenet/framework/core/device.h"
#include "tenet/framework/core/dtype.h"

namespace tenet {

class Generator;

/// How a factory makes its tensor. An empty dtype means: what the values suggest (see each factory).
struct TensorOptions {
  std::optional<DType> dtype = {};
  Device device = {};
  bool requires_grad = false;
};

/// The same for factories that draw; no generator means the global one.
struct RandomOptions {
  std::optional<DType> dtype = {};
  Device device = {};
  bool requires_grad = false;
  Generator* generator = nullptr;
};

struct BackwardOptions {
  bool retain_graph = false;  // keep what backward read, so that it can run again
};

struct GradOptions {
  std::optional<bool> retain_graph = {};  // default: create_graph
  bool create_graph = false;              // record the gradients, so that they can be differentiated
  bool allow_unused = false;              // an input the outputs do not depend on: undefined, not an error
};

}  // namespace tenet
