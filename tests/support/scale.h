// How many random cases a test draws.
#pragma once

#include <cstdint>
#include <cstdlib>

namespace tenet_test {

/// n times the environment variable TENET_TEST_SCALE (1 if not set), at least 1.
inline std::int64_t scaled(std::int64_t n) {
  const char* text = std::getenv("TENET_TEST_SCALE");
  const double scaled = static_cast<double>(n) * (text == nullptr ? 1. : std::atof(text));
  return scaled < 1 ? 1 : static_cast<std::int64_t>(scaled);
}

}  // namespace tenet_test
