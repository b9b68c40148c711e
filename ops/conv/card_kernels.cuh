// What the contractions on a card are made of: columns gathered and spread, and sums made directly. Each is a function
// of an index, so that it can be run by a thread of a card or, in a test, on the host. N is what its sizes are: for
// nearly all problems cuda::FastInt.
#pragma once

#include "tenet/backends/cuda/fast_int.h"
#include "tenet/framework/core/checked.h"
#include "tenet/framework/core/host_device.h"
#include "tenet/ops/conv/geometry.h"

namespace tenet::conv_kernels {

using cuda::IntOf;
using cuda::Split;

/// A part of the column matrices of some images of one group: rows (c, kd, kh, kw) and positions (od, oh, ow),
/// flattened. Element (row, image, position), each counted within the part, lies at row * row_step + image *
/// image_step + position. It holds whole channels.
template <class N> struct ColumnPart {
  N group, image, images;
  N row, rows;
  N position, positions;
  N row_step, image_step;
};

/// columns = what the outputs read of x [N, C, in...]; 0 for padding. An index is a channel of an output, with all its
/// taps: what it takes to know where they lie is worked out once.
template <class T, class N> struct GatherColumn {
  BasicConvGeometry<N> g;
  ColumnPart<N> part;
  const T* x;
  T* columns;

  std::int64_t count() const { return std::int64_t{1} * part.rows / g.taps() * part.images * part.positions; }

  TENET_HD void operator()(std::int64_t i) const {
    using Int = IntOf<N>;
    const auto &depth = g.axis[0], &height = g.axis[1], &width = g.axis[2];
    Split<Int> index{static_cast<Int>(i)};
    const Int position = index.next(part.positions), image = index.next(part.images);
    const Int channel = index.rest, c = part.group * g.in_per_group() + part.row / g.taps() + channel;
    Split<Int> out{part.position + position};
    const Int ow = out.next(width.out), oh = out.next(height.out), od = out.rest;
    const T* plane = x + ((part.image + image) * g.in_channels + c) * g.in_size();
    T* to = columns + channel * g.taps() * part.row_step + image * part.image_step + position;
    for (Int kd = 0; kd < depth.kernel; ++kd) {
      const Int d = depth.position(od, kd);
      for (Int kh = 0; kh < height.kernel; ++kh) {
        const Int h = height.position(oh, kh);
        const bool on_row = d >= 0 && d < depth.in && h >= 0 && h < height.in;
        for (Int kw = 0; kw < width.kernel; ++kw, to += part.row_step) {
          const Int w = width.position(ow, kw);
          const bool inside = on_row && w >= 0 && w < width.in;
          *to = inside ? plane[(d * height.in + h) * width.in + w] : T(0);
        }
      }
    }
  }
};

/// Calls f(row of the column matrix of one channel, position) for each output that reads the input (d, h, w).
template <class N, class Int, class F>
TENET_HD void for_readers(const BasicConvGeometry<N>& g, Int d, Int h, Int w, F&& f) {
  const auto &depth = g.axis[0], &height = g.axis[1], &width = g.axis[2];
  for (Int kd = 0; kd < depth.kernel; ++kd) {
    const Int od = depth.output(d, kd);
    for (Int kh = 0; od >= 0 && kh < height.kernel; ++kh) {
      const Int oh = height.output(h, kh);
      for (Int kw = 0; oh >= 0 && kw < width.kernel; ++kw) {
        const Int ow = width.output(w, kw);
        if (ow < 0) continue;
        f((kd * height.kernel + kh) * width.kernel + kw, (od * height.out + oh) * width.out + ow);
      }
    }
  }
}

/// x [N, C, in...] = bias of its channel (0 if null) + the columns that GatherColumn would have filled from it. The part
/// holds all positions.
template <class T, class N> struct SpreadColumn {
  BasicConvGeometry<N> g;
  ColumnPart<N> part;
  N channels;  // of the part
  const T* columns;
  const T* bias;
  T* x;

  std::int64_t count() const { return std::int64_t{1} * part.images * channels * g.in_size(); }

  TENET_HD void operator()(std::int64_t i) const {
    using Int = IntOf<N>;
    Split<Int> index{static_cast<Int>(i)};
    const Int w = index.next(g.axis[2].in), h = index.next(g.axis[1].in), d = index.next(g.axis[0].in);
    const Int channel = index.next(channels), image = index.rest;
    const Int c = part.group * g.in_per_group() + part.row / g.taps() + channel;
    const T* from = columns + image * part.image_step + channel * g.taps() * part.row_step;
    T sum = 0;
    for_readers(g, d, h, w, [&](Int row, Int position) { sum += from[row * part.row_step + position]; });
    const Int plane = (part.image + image) * g.in_channels + c;
    x[((plane * g.axis[0].in + d) * g.axis[1].in + h) * g.axis[2].in + w] =
        bias != nullptr ? bias[c] + sum : sum;
  }
};

/// Calls f(offset in the first of the group's planes of x, tap) for each input that the output (od, oh, ow) reads.
template <class N, class Int, class F>
TENET_HD void for_taps(const BasicConvGeometry<N>& g, Int od, Int oh, Int ow, F&& f) {
  const auto &depth = g.axis[0], &height = g.axis[1], &width = g.axis[2];
  for (Int kd = 0; kd < depth.kernel; ++kd) {
    const Int d = depth.position(od, kd);
    if (d < 0 || d >= depth.in) continue;
    for (Int kh = 0; kh < height.kernel; ++kh) {
      const Int h = height.position(oh, kh);
      if (h < 0 || h >= height.in) continue;
      for (Int kw = 0; kw < width.kernel; ++kw) {
        const Int w = width.position(ow, kw);
        if (w < 0 || w >= width.in) continue;
        f((d * height.in + h) * width.in + w, (kd * height.kernel + kh) * width.kernel + kw);
      }
    }
  }
}

/// Up to kBlock channels that a thread sums side by side, so that what it reads and where it lies serve all of them.
template <class Int, int kBlock> struct ChannelBlock {
  Int first, last;  // places from the first one to the last

  TENET_HD ChannelBlock(Int block, Int channels)
      : first(block * kBlock), last((channels - first < kBlock ? channels - first : kBlock) - 1) {}

  /// The channel of a place; beyond the last one, that one again.
  TENET_HD Int channel(int place) const { return first + (place < last ? place : last); }
  TENET_HD bool has(int place) const { return place <= last; }
};

/// Elements of y = bias (0 if null) + conv(x, w), of a block of channels.
template <class T, class N, int kBlock> struct DirectApply {
  BasicConvGeometry<N> g;
  N blocks;  // of a group's outputs
  const T *x, *w, *bias;
  T* y;

  DirectApply(const ConvGeometry& g_, const BasicConvGeometry<N>& same, const T* x_, const T* w_, const T* bias_, T* y_)
      : g(same), blocks(ceil_div(g_.out_per_group(), kBlock)), x(x_), w(w_), bias(bias_), y(y_) {}
  std::int64_t count() const { return std::int64_t{1} * g.batch * g.groups * blocks * g.out_size(); }

  TENET_HD void operator()(std::int64_t i) const {
    using Int = IntOf<N>;
    const Int channels = g.in_per_group(), outputs = g.out_per_group();
    Split<Int> index{static_cast<Int>(i)};
    const Int ow = index.next(g.axis[2].out), oh = index.next(g.axis[1].out), od = index.next(g.axis[0].out);
    const ChannelBlock<Int, kBlock> block(index.next(blocks), outputs);
    const Int group = index.next(g.groups), image = index.rest;
    const T* planes = x + (image * g.groups + group) * channels * g.in_size();
    const T* weights[kBlock];
    T sums[kBlock];
    for (int b = 0; b < kBlock; ++b) {
      const Int o = group * outputs + block.channel(b);
      weights[b] = w + o * g.rows();
      sums[b] = bias != nullptr ? bias[o] : T(0);
    }
    for_taps(g, od, oh, ow, [&](Int at, Int tap) {
      for (Int c = 0; c < channels; ++c) {
        const T value = planes[c * g.in_size() + at];
        for (int b = 0; b < kBlock; ++b) sums[b] += value * weights[b][c * g.taps() + tap];
      }
    });
    T* to = y + ((image * g.groups + group) * outputs + block.first) * g.out_size() +
            (od * g.axis[1].out + oh) * g.axis[2].out + ow;
    for (int b = 0; b < kBlock; ++b) {
      if (block.has(b)) to[b * g.out_size()] = sums[b];
    }
  }
};

/// Elements of x = bias (0 if null) + the adjoint of conv in its input, of y; of a block of channels.
template <class T, class N, int kBlock> struct DirectAdjointInput {
  BasicConvGeometry<N> g;
  N blocks;  // of a group's inputs
  const T *w, *y, *bias;
  T* x;

  DirectAdjointInput(const ConvGeometry& g_, const BasicConvGeometry<N>& same, const T* w_, const T* y_, const T* bias_,
                     T* x_)
      : g(same), blocks(ceil_div(g_.in_per_group(), kBlock)), w(w_), y(y_), bias(bias_), x(x_) {}
  std::int64_t count() const { return std::int64_t{1} * g.batch * g.groups * blocks * g.in_size(); }

  TENET_HD void operator()(std::int64_t i) const {
    using Int = IntOf<N>;
    const Int channels = g.in_per_group(), outputs = g.out_per_group();
    Split<Int> index{static_cast<Int>(i)};
    const Int iw = index.next(g.axis[2].in), ih = index.next(g.axis[1].in), id = index.next(g.axis[0].in);
    const ChannelBlock<Int, kBlock> block(index.next(blocks), channels);
    const Int group = index.next(g.groups), image = index.rest;
    const T* planes = y + (image * g.groups + group) * outputs * g.out_size();
    const T* weights[kBlock];
    T sums[kBlock];
    for (int b = 0; b < kBlock; ++b) {
      weights[b] = w + group * outputs * g.rows() + block.channel(b) * g.taps();
      sums[b] = bias != nullptr ? bias[group * channels + block.channel(b)] : T(0);
    }
    for_readers(g, id, ih, iw, [&](Int tap, Int at) {
      for (Int o = 0; o < outputs; ++o) {
        const T value = planes[o * g.out_size() + at];
        for (int b = 0; b < kBlock; ++b) sums[b] += value * weights[b][o * g.rows() + tap];
      }
    });
    T* to = x + ((image * g.groups + group) * channels + block.first) * g.in_size() +
            (id * g.axis[1].in + ih) * g.axis[2].in + iw;
    for (int b = 0; b < kBlock; ++b) {
      if (block.has(b)) to[b * g.in_size()] = sums[b];
    }
  }
};

/// The share of one of `lanes` lanes in elements of the weights' gradient, those of a block of output channels: of the
/// images and outputs lane, lane + lanes, ... To partials [lanes, weights].
template <class T, class N, int kBlock> struct DirectAdjointWeight {
  BasicConvGeometry<N> g;
  N blocks, rows, lanes;
  const T *x, *y;
  T* partials;

  DirectAdjointWeight(const ConvGeometry& g_, const BasicConvGeometry<N>& same, std::int64_t lanes_, const T* x_,
                      const T* y_, T* partials_)
      : g(same),
        blocks(ceil_div(g_.out_per_group(), kBlock)),
        rows(g_.rows()),
        lanes(lanes_),
        x(x_),
        y(y_),
        partials(partials_) {}
  std::int64_t count() const { return std::int64_t{1} * g.groups * blocks * rows * lanes; }

  TENET_HD void operator()(std::int64_t i) const {
    using Int = IntOf<N>;
    const auto &depth = g.axis[0], &height = g.axis[1], &width = g.axis[2];
    const Int outputs = g.out_per_group(), size = g.out_size();
    Split<Int> index{static_cast<Int>(i)};
    const Int lane = index.next(lanes), row = index.next(rows);  // neighbours: outputs side by side
    const ChannelBlock<Int, kBlock> block(index.next(blocks), outputs);
    const Int group = index.rest;
    Split<Int> tap{row};
    const Int kw = tap.next(width.kernel), kh = tap.next(height.kernel), kd = tap.next(depth.kernel);
    const T* planes = x + (group * g.in_per_group() + tap.rest) * g.in_size();
    const T* up[kBlock];
    T sums[kBlock] = {};
    for (int b = 0; b < kBlock; ++b) up[b] = y + (group * outputs + block.channel(b)) * size;
    for (Int at = lane; at < g.batch * size; at += lanes) {
      Split<Int> out{at};
      const Int ow = out.next(width.out), oh = out.next(height.out), od = out.next(depth.out), image = out.rest;
      const Int w = width.position(ow, kw), h = height.position(oh, kh), d = depth.position(od, kd);
      if (d < 0 || d >= depth.in || h < 0 || h >= height.in || w < 0 || w >= width.in) continue;
      const T value = planes[image * g.in_channels * g.in_size() + (d * height.in + h) * width.in + w];
      const Int place = at + image * (g.out_channels - 1) * size;  // y has all channels of an image together
      for (int b = 0; b < kBlock; ++b) sums[b] += value * up[b][place];
    }
    T* to = partials + (lane * g.out_channels + group * outputs + block.first) * rows + row;
    for (int b = 0; b < kBlock; ++b) {
      if (block.has(b)) to[b * rows] = sums[b];
    }
  }
};

/// y = the bias of its channel, planes of `size` elements.
template <class T, class N> struct FillBias {
  const T* bias;
  T* y;
  N channels, size;

  TENET_HD void operator()(std::int64_t i) const {
    y[i] = bias[static_cast<IntOf<N>>(i) / size % channels];
  }
};

/// to [channels, images, positions] = y of one group, which lies as [image, channel, position].
template <class T, class N> struct SideBySide {
  const T* y;
  T* to;
  N images, positions, image_step, channel_step;

  TENET_HD void operator()(std::int64_t i) const {
    Split<IntOf<N>> index{static_cast<IntOf<N>>(i)};
    const auto position = index.next(positions), image = index.next(images);
    to[i] = y[image * image_step + index.rest * channel_step + position];
  }
};

}  // namespace tenet::conv_kernels
