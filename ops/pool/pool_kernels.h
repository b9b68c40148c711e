#pragma once

#include <algorithm>
#include <cstdint>

#include "tenet/backends/cpu/parallel.h"
#include "tenet/backends/kernel.h"
#include "tenet/ops/conv/geometry.h"
#include "tenet/ops/pool/windows.h"

namespace tenet::pool_kernels {

using pool::Windows;

// Rows [begin, end) of the rows of outputs of all planes; compiled once per instruction-set level.

/// y = the largest of each window, indices (if not null) its place in the plane.
template <cpu::Level L, class T>
void max_rows(const Windows& windows, const T* x, T* y, std::int64_t* indices, std::int64_t begin,
              std::int64_t end);

/// y = the sum of each window.
template <cpu::Level L, class T>
void sum_rows(const Windows& windows, const T* x, T* y, std::int64_t begin, std::int64_t end);

/// x += y over each window.
template <cpu::Level L, class T>
void spread_rows(const Windows& windows, const T* y, T* x, std::int64_t begin, std::int64_t end);

inline std::int64_t grain(std::int64_t work) {
  return std::max<std::int64_t>(1, (1 << 15) / std::max<std::int64_t>(work, 1));
}

template <class T>
void max(OnCpu, const ConvGeometry&, const Windows& windows, const T* x, T* y, std::int64_t* indices) {
  const auto kernel = cpu::at_level([]<cpu::Level L> { return &max_rows<L, T>; });
  cpu::parallel_for(
      windows.planes * windows.out_rows(), grain(windows.row_work()),
      [&](std::int64_t begin, std::int64_t end) { kernel(windows, x, y, indices, begin, end); });
}

template <class T> void sum(OnCpu, const ConvGeometry&, const Windows& windows, const T* x, T* y) {
  const auto kernel = cpu::at_level([]<cpu::Level L> { return &sum_rows<L, T>; });
  cpu::parallel_for(windows.planes * windows.out_rows(), grain(windows.row_work()),
                    [&](std::int64_t begin, std::int64_t end) { kernel(windows, x, y, begin, end); });
}

/// Windows of a plane overlap, so a plane is one task.
template <class T> void spread(OnCpu, const ConvGeometry&, const Windows& windows, const T* y, T* x) {
  const auto kernel = cpu::at_level([]<cpu::Level L> { return &spread_rows<L, T>; });
  const std::int64_t rows = windows.out_rows();
  cpu::parallel_for(
      windows.planes, grain(windows.row_work() * rows),
      [&](std::int64_t begin, std::int64_t end) { kernel(windows, y, x, begin * rows, end * rows); });
}

// The same on a card, which reads the geometry itself: pool_kernels.cu.
template <class T>
void max(OnCard, const ConvGeometry& g, const Windows&, const T* x, T* y, std::int64_t* indices);
template <class T> void sum(OnCard, const ConvGeometry& g, const Windows&, const T* x, T* y);
template <class T> void spread(OnCard, const ConvGeometry& g, const Windows&, const T* y, T* x);
/// x = the sum of y over the windows whose index, as max wrote it, is this input's place in its plane.
template <class T>
void put_back(OnCard, const ConvGeometry& g, std::int64_t planes, const T* y, const std::int64_t* indices,
              T* x);

}  // namespace tenet::pool_kernels
