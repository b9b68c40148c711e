#pragma once

#include <cstddef>
#include <cstdint>

#include "tenet/framework/core/dtype.h"

namespace tenet::random_kernels {

/// Where a draw begins.
struct Place {
  std::uint64_t seed, offset;
};

/// n elements of a floating type to `to`.
void run_uniform(DType dtype, Place place, std::int64_t n, std::byte* to);
void run_normal(DType dtype, Place place, std::int64_t n, std::byte* to);
/// n elements of a number type, in [low, low + range).
void run_integers(DType dtype, Place place, std::int64_t low, std::uint64_t range, std::int64_t n,
                  std::byte* to);
/// 0, ..., n - 1 shuffled, of a number type.
void run_permutation(DType dtype, Place place, std::int64_t n, std::byte* to);

}  // namespace tenet::random_kernels
