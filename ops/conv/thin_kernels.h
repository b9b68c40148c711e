// The path for few channels per group, as in depthwise convolutions, where GEMM has nothing to reuse.
//
// Rows are packed into a form in which every tap reads neighbours: padded, and for a stride s dealt out into
// s phases (elements 0, s, 2s, ...; then 1, s + 1, ...). A row of the result is a sum of weighted, shifted
// rows.
#pragma once

#include "tenet/backends/cpu/level.h"
#include "tenet/ops/conv/geometry.h"

namespace tenet::conv_kernels {

inline constexpr std::int64_t kThinTerms = 512;  // rows summed into one, at most

/// Some rows (along H) of one depth of every plane of a group.
struct Band {
  std::int64_t depth;
  ConvRange rows;
};

// All pointers are to the first channel of one group (w: to its weights) of one image; scratch has room for
// the rows of a band. Defined per instruction-set level in thin_kernels.cpp.

/// The band of y = bias (0 if null) + conv(x, w).
template <cpu::Level L, class T>
void thin_apply(const ConvGeometry& g, Band band, const T* x, const T* w, const T* bias, T* y, T* scratch);

/// The band of x = bias (0 if null) + the adjoint of conv, of y.
template <cpu::Level L, class T>
void thin_adjoint_input(const ConvGeometry& g, Band band, const T* w, const T* y, const T* bias, T* x,
                        T* scratch);

/// dw += what the band of dy, one channel, and x give to the weights of that channel.
template <cpu::Level L, class T>
void thin_adjoint_weight(const ConvGeometry& g, Band band, const T* x, const T* y, T* w, T* scratch);

// Defined in thin_kernels_once.cpp.

/// Whether this path can and should be taken.
bool is_thin(const ConvGeometry& g);

/// The bytes of packed rows and of partial sums, for elements of `item` bytes.
std::int64_t thin_bytes(const ConvGeometry& g, std::int64_t item);

template <class T> void apply_thin(const ConvGeometry& g, const T* x, const T* w, const T* bias, T* y);
template <class T>
void adjoint_input_thin(const ConvGeometry& g, const T* w, const T* y, const T* bias, T* x);
template <class T> void adjoint_weight_thin(const ConvGeometry& g, const T* x, const T* y, T* w);

/// How far the taps of a row reach, in elements of a phase (along W) or in rows of y (along H).
TENET_HD constexpr std::int64_t thin_reach(const ConvAxis& a) { return (a.span() - 1) / a.stride; }

/// The elements of a packed phase: enough for every shift. The vectors at a row's end run on into the next one.
TENET_HD constexpr std::int64_t thin_phase(const ConvAxis& width) {
  const std::int64_t targets = (width.in + width.low) / width.stride + 1;
  return (targets > width.out ? targets : width.out) + thin_reach(width);
}

}  // namespace tenet::conv_kernels
