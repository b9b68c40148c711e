// An index space walked by up to five operands at once: what every elementwise kernel runs over.
#pragma once

#include <array>
#include <cstddef>

#include "tenet/framework/core/shape.h"

namespace tenet {

/// Sizes and, per operand, the first element and the strides in bytes. Operand 0 is the output.
struct Loop {
  static constexpr int kMaxOperands = 5;

  Shape sizes;
  int operands = 0;
  std::array<std::byte*, kMaxOperands> data{};
  std::array<Strides, kMaxOperands> strides{};

  /// Merges dimensions that every operand walks as one, and drops those of extent 1.
  void collapse();
};

/// Does n steps along one dimension: operand k goes from data[k] by strides[k] bytes.
using InnerLoop = void (*)(const void* functor, std::byte* const* data, const std::int64_t* strides,
                           std::int64_t n);

}  // namespace tenet
