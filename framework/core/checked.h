// 64-bit arithmetic that reports overflow instead of wrapping.
#pragma once

#include <cstdint>

#include "tenet/framework/core/error.h"

namespace tenet {

inline std::int64_t checked_mul(std::int64_t a, std::int64_t b, const char* op) {
  std::int64_t product = 0;
  if (__builtin_mul_overflow(a, b, &product)) {
    fail<ShapeError>(op, ": ", a, " * ", b, " does not fit 64 bits. Use smaller sizes.");
  }
  return product;
}

inline std::int64_t checked_add(std::int64_t a, std::int64_t b, const char* op) {
  std::int64_t sum = 0;
  if (__builtin_add_overflow(a, b, &sum)) {
    fail<ShapeError>(op, ": ", a, " + ", b, " does not fit 64 bits. Use smaller sizes.");
  }
  return sum;
}

/// floor(a / b) for b > 0, also for negative a.
constexpr std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  return a / b - (a % b != 0 && a < 0 ? 1 : 0);
}
constexpr std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return -floor_div(-a, b); }

}  // namespace tenet
