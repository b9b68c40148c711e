// The loops of the contractions, compiled once per instruction-set level.
#pragma once

#include "tenet/backends/cpu/loop.h"
#include "tenet/ops/conv/conv_kernels.h"

namespace tenet::conv_kernels {

/// columns[rows, positions] = what the block's outputs read of x, the first channel of a group; 0 for padding.
template <cpu::Level L, class T>
void im2col(const ConvGeometry& g, const Block& block, const T* x, T* columns);

/// Adds each column element to the element of x that im2col would have read.
template <cpu::Level L, class T>
void col2im(const ConvGeometry& g, const Block& block, const T* columns, T* x);

/// Rows [lines) of one channel of y = start + sum over the group's input channels x and their taps in w.
template <cpu::Level L, class T>
void thin_apply(const ConvGeometry& g, const T* x, const T* w, T start, ConvRange lines, T* y);

/// Rows [lines) of channel c of a group's x = start + sum over the group's outputs y and their weights w.
template <cpu::Level L, class T>
void thin_adjoint_input(const ConvGeometry& g, const T* w, const T* y, std::int64_t c, T start, ConvRange lines, T* x);

/// w[taps] += for one channel of x and one of y.
template <cpu::Level L, class T>
void thin_adjoint_weight(const ConvGeometry& g, const T* x, const T* y, T* w);

/// Kernel widths up to this have a thin path.
inline constexpr std::int64_t kThinWidth = 16;

template <class T>
struct Loops {
  decltype(&im2col<cpu::Level::baseline, T>) gather;
  decltype(&col2im<cpu::Level::baseline, T>) spread;
  decltype(&thin_apply<cpu::Level::baseline, T>) apply;
  decltype(&thin_adjoint_input<cpu::Level::baseline, T>) adjoint_input;
  decltype(&thin_adjoint_weight<cpu::Level::baseline, T>) adjoint_weight;
};

/// The loops for this machine.
template <class T>
Loops<T> loops() {
  return cpu::at_level([]<cpu::Level L> {
    return Loops<T>{&im2col<L, T>, &col2im<L, T>, &thin_apply<L, T>, &thin_adjoint_input<L, T>,
                    &thin_adjoint_weight<L, T>};
  });
}

}  // namespace tenet::conv_kernels
