#pragma once

#include <cstddef>
#include <cstdint>

#include "tenet/backends/kernel.h"
#include "tenet/framework/core/dtype.h"

namespace tenet::random_kernels {

/// Where a draw begins.
struct Place {
  std::uint64_t seed, offset;
};

/// The n numbers that `draw` makes of the counters from a place on.
template <class Draw, class T> void fill(OnCpu, Place place, std::int64_t n, T* y, const Draw& draw);
template <class Draw, class T> void fill(OnCard, Place place, std::int64_t n, T* y, const Draw& draw);  // .cu

/// n elements of a floating type to `to`.
void run_uniform(DType dtype, Place place, std::int64_t n, std::byte* to, Device device);
void run_normal(DType dtype, Place place, std::int64_t n, std::byte* to, Device device);
/// n elements of a number type, in [low, low + range).
void run_integers(DType dtype, Place place, std::int64_t low, std::uint64_t range, std::int64_t n,
                  std::byte* to, Device device);
/// 0, ..., n - 1 shuffled, of a number type, to the host's memory.
void run_permutation(DType dtype, Place place, std::int64_t n, std::byte* to);

}  // namespace tenet::random_kernels
