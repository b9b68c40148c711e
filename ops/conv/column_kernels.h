// Blocks of the column matrix, gathered and spread; compiled once per instruction-set level.
#pragma once

#include "tenet/backends/kernel.h"
#include "tenet/ops/conv/geometry.h"

namespace tenet::conv_kernels {

/// A part of the column matrix of one image and group: rows (c, kd, kh, kw) and positions (od, oh, ow),
/// flattened.
struct Block {
  std::int64_t row, rows;
  std::int64_t position, positions;
};

/// columns[rows, positions] = what the block's outputs read of x, the first channel of a group; 0 for
/// padding.
template <cpu::Level L, class T>
void im2col(const ConvGeometry& g, const Block& block, const T* x, T* columns);

/// Adds each column element to the element of x that im2col would have read.
template <cpu::Level L, class T>
void col2im(const ConvGeometry& g, const Block& block, const T* columns, T* x);

/// The same where every element of x is in exactly one column: x = bias of its channel (0 if null) + the
/// element.
template <cpu::Level L, class T>
void place(const ConvGeometry& g, const Block& block, const T* columns, const T* bias, T* x);

/// All columns [N, C taps, positions] of images [N, C, in...], and their sum back into images: conv_kernels.cu.
template <class T> void gather_columns(OnCard, const ConvGeometry& g, const T* x, T* columns);
template <class T> void spread_columns(OnCard, const ConvGeometry& g, const T* columns, T* x);

}  // namespace tenet::conv_kernels
