// What the contractions on a card are made of: columns gathered and spread, and sums made directly. Each is a function
// of an index, so that it can be run by a thread of a card or, in a test, on the host.
#pragma once

#include "tenet/framework/core/host_device.h"
#include "tenet/ops/conv/geometry.h"

namespace tenet::conv_kernels {

/// A flat index taken apart, last factor first.
struct Split {
  std::int64_t rest;
  TENET_HD std::int64_t next(std::int64_t n) {
    const std::int64_t i = rest % n;
    rest /= n;
    return i;
  }
};

/// A part of the column matrices of some images of one group: rows (c, kd, kh, kw) and positions (od, oh, ow),
/// flattened. Element (row, image, position), each counted within the part, lies at row * row_step + image *
/// image_step + position.
struct ColumnPart {
  std::int64_t group, image, images;
  std::int64_t row, rows;
  std::int64_t position, positions;
  std::int64_t row_step, image_step;
};

/// columns = what the outputs read of x [N, C, in...]; 0 for padding. An index is a channel of an output, with all its
/// taps: what it takes to know where they lie is worked out once. The part holds whole channels.
template <class T> struct GatherColumn {
  ConvGeometry g;
  ColumnPart part;
  const T* x;
  T* columns;

  std::int64_t count() const { return part.rows / g.taps() * part.images * part.positions; }

  TENET_HD void operator()(std::int64_t i) const {
    const ConvAxis &depth = g.axis[0], &height = g.axis[1], &width = g.axis[2];
    Split index{i};
    const std::int64_t position = index.next(part.positions), image = index.next(part.images);
    const std::int64_t channel = index.rest, c = part.group * g.in_per_group() + part.row / g.taps() + channel;
    Split out{part.position + position};
    const std::int64_t ow = out.next(width.out), oh = out.next(height.out), od = out.rest;
    const T* plane = x + ((part.image + image) * g.in_channels + c) * g.in_size();
    T* to = columns + channel * g.taps() * part.row_step + image * part.image_step + position;
    for (std::int64_t kd = 0; kd < depth.kernel; ++kd) {
      const std::int64_t d = depth.position(od, kd);
      for (std::int64_t kh = 0; kh < height.kernel; ++kh) {
        const std::int64_t h = height.position(oh, kh);
        const bool on_row = d >= 0 && d < depth.in && h >= 0 && h < height.in;
        for (std::int64_t kw = 0; kw < width.kernel; ++kw, to += part.row_step) {
          const std::int64_t w = width.position(ow, kw);
          const bool inside = on_row && w >= 0 && w < width.in;
          *to = inside ? plane[(d * height.in + h) * width.in + w] : T(0);
        }
      }
    }
  }
};

/// Calls f(row of the column matrix of one channel, position) for each output that reads the input (d, h, w).
template <class F>
TENET_HD void for_readers(const ConvGeometry& g, std::int64_t d, std::int64_t h, std::int64_t w, F&& f) {
  const ConvAxis &depth = g.axis[0], &height = g.axis[1], &width = g.axis[2];
  for (std::int64_t kd = 0; kd < depth.kernel; ++kd) {
    const std::int64_t od = depth.output(d, kd);
    for (std::int64_t kh = 0; od >= 0 && kh < height.kernel; ++kh) {
      const std::int64_t oh = height.output(h, kh);
      for (std::int64_t kw = 0; oh >= 0 && kw < width.kernel; ++kw) {
        const std::int64_t ow = width.output(w, kw);
        if (ow < 0) continue;
        f((kd * height.kernel + kh) * width.kernel + kw, (od * height.out + oh) * width.out + ow);
      }
    }
  }
}

/// x [N, C, in...] = bias of its channel (0 if null) + the columns that GatherColumn would have filled from it. The part
/// holds whole channels and all positions.
template <class T> struct SpreadColumn {
  ConvGeometry g;
  ColumnPart part;
  const T* columns;
  const T* bias;
  T* x;

  std::int64_t count() const { return part.images * (part.rows / g.taps()) * g.in_size(); }

  TENET_HD void operator()(std::int64_t i) const {
    Split index{i};
    const std::int64_t w = index.next(g.axis[2].in), h = index.next(g.axis[1].in),
                       d = index.next(g.axis[0].in);
    const std::int64_t channel = index.next(part.rows / g.taps()), image = index.rest;
    const std::int64_t c = part.group * g.in_per_group() + part.row / g.taps() + channel;
    const T* from = columns + image * part.image_step + channel * g.taps() * part.row_step;
    T sum = 0;
    for_readers(g, d, h, w, [&](std::int64_t row, std::int64_t position) {
      sum += from[row * part.row_step + position];
    });
    const std::int64_t plane = (part.image + image) * g.in_channels + c;
    x[((plane * g.axis[0].in + d) * g.axis[1].in + h) * g.axis[2].in + w] =
        bias != nullptr ? bias[c] + sum : sum;
  }
};

/// Calls f(offset in the first of the group's planes of x, tap) for each input that the output (od, oh, ow) reads.
template <class F>
TENET_HD void for_taps(const ConvGeometry& g, std::int64_t od, std::int64_t oh, std::int64_t ow, F&& f) {
  const ConvAxis &depth = g.axis[0], &height = g.axis[1], &width = g.axis[2];
  for (std::int64_t kd = 0; kd < depth.kernel; ++kd) {
    const std::int64_t d = depth.position(od, kd);
    if (d < 0 || d >= depth.in) continue;
    for (std::int64_t kh = 0; kh < height.kernel; ++kh) {
      const std::int64_t h = height.position(oh, kh);
      if (h < 0 || h >= height.in) continue;
      for (std::int64_t kw = 0; kw < width.kernel; ++kw) {
        const std::int64_t w = width.position(ow, kw);
        if (w < 0 || w >= width.in) continue;
        f((d * height.in + h) * width.in + w, (kd * height.kernel + kh) * width.kernel + kw);
      }
    }
  }
}

/// Up to kBlock channels that a thread sums side by side, so that what it reads and where it lies serve all of them.
template <int kBlock> struct ChannelBlock {
  std::int64_t first, last;  // places from the first one to the last

  TENET_HD ChannelBlock(std::int64_t block, std::int64_t channels)
      : first(block * kBlock), last((channels - first < kBlock ? channels - first : kBlock) - 1) {}
  TENET_HD static std::int64_t count(std::int64_t channels) { return (channels - 1) / kBlock + 1; }

  /// The channel of a place; beyond the last one, that one again.
  TENET_HD std::int64_t channel(int place) const { return first + (place < last ? place : last); }
  TENET_HD bool has(int place) const { return place <= last; }
};

/// Elements of y = bias (0 if null) + conv(x, w), of a block of channels.
template <class T, int kBlock> struct DirectApply {
  ConvGeometry g;
  const T *x, *w, *bias;
  T* y;

  std::int64_t blocks() const { return ChannelBlock<kBlock>::count(g.out_per_group()); }
  std::int64_t count() const { return g.batch * g.groups * blocks() * g.out_size(); }

  TENET_HD void operator()(std::int64_t i) const {
    const std::int64_t channels = g.in_per_group(), outputs = g.out_per_group();
    Split index{i};
    const std::int64_t position = index.next(g.out_size());
    const ChannelBlock<kBlock> block(index.next(ChannelBlock<kBlock>::count(outputs)), outputs);
    const std::int64_t group = index.next(g.groups), image = index.rest;
    Split out{position};
    const std::int64_t ow = out.next(g.axis[2].out), oh = out.next(g.axis[1].out), od = out.rest;
    const T* planes = x + (image * g.groups + group) * channels * g.in_size();
    const T* weights[kBlock];
    T sums[kBlock];
    for (int b = 0; b < kBlock; ++b) {
      const std::int64_t o = group * outputs + block.channel(b);
      weights[b] = w + o * g.rows();
      sums[b] = bias != nullptr ? bias[o] : T(0);
    }
    for_taps(g, od, oh, ow, [&](std::int64_t at, std::int64_t tap) {
      for (std::int64_t c = 0; c < channels; ++c) {
        const T value = planes[c * g.in_size() + at];
        for (int b = 0; b < kBlock; ++b) sums[b] += value * weights[b][c * g.taps() + tap];
      }
    });
    T* to = y + ((image * g.groups + group) * outputs + block.first) * g.out_size() + position;
    for (int b = 0; b < kBlock; ++b) {
      if (block.has(b)) to[b * g.out_size()] = sums[b];
    }
  }
};

/// Elements of x = bias (0 if null) + the adjoint of conv in its input, of y; of a block of channels.
template <class T, int kBlock> struct DirectAdjointInput {
  ConvGeometry g;
  const T *w, *y, *bias;
  T* x;

  std::int64_t blocks() const { return ChannelBlock<kBlock>::count(g.in_per_group()); }
  std::int64_t count() const { return g.batch * g.groups * blocks() * g.in_size(); }

  TENET_HD void operator()(std::int64_t i) const {
    const std::int64_t channels = g.in_per_group(), outputs = g.out_per_group();
    Split index{i};
    const std::int64_t position = index.next(g.in_size());
    const ChannelBlock<kBlock> block(index.next(ChannelBlock<kBlock>::count(channels)), channels);
    const std::int64_t group = index.next(g.groups), image = index.rest;
    Split in{position};
    const std::int64_t iw = in.next(g.axis[2].in), ih = in.next(g.axis[1].in), id = in.rest;
    const T* planes = y + (image * g.groups + group) * outputs * g.out_size();
    const T* weights[kBlock];
    T sums[kBlock];
    for (int b = 0; b < kBlock; ++b) {
      weights[b] = w + group * outputs * g.rows() + block.channel(b) * g.taps();
      sums[b] = bias != nullptr ? bias[group * channels + block.channel(b)] : T(0);
    }
    for_readers(g, id, ih, iw, [&](std::int64_t tap, std::int64_t at) {
      for (std::int64_t o = 0; o < outputs; ++o) {
        const T value = planes[o * g.out_size() + at];
        for (int b = 0; b < kBlock; ++b) sums[b] += value * weights[b][o * g.rows() + tap];
      }
    });
    T* to = x + ((image * g.groups + group) * channels + block.first) * g.in_size() + position;
    for (int b = 0; b < kBlock; ++b) {
      if (block.has(b)) to[b * g.in_size()] = sums[b];
    }
  }
};

/// The share of one of `lanes` lanes in elements of the weights' gradient, those of a block of output channels: of the
/// images and outputs lane, lane + lanes, ... To partials [lanes, weights].
template <class T, int kBlock> struct DirectAdjointWeight {
  ConvGeometry g;
  const T *x, *y;
  T* partials;
  std::int64_t lanes;

  /// Sums that go side by side.
  static std::int64_t sums(const ConvGeometry& g) {
    return g.groups * ChannelBlock<kBlock>::count(g.out_per_group()) * g.rows();
  }
  std::int64_t count() const { return sums(g) * lanes; }

  TENET_HD void operator()(std::int64_t i) const {
    const std::int64_t outputs = g.out_per_group();
    Split index{i};
    const std::int64_t lane = index.next(lanes), row = index.next(g.rows());  // neighbours: outputs side by side
    const ChannelBlock<kBlock> block(index.next(ChannelBlock<kBlock>::count(outputs)), outputs);
    const std::int64_t group = index.rest;
    Split tap{row};
    const std::int64_t kw = tap.next(g.axis[2].kernel), kh = tap.next(g.axis[1].kernel);
    const std::int64_t kd = tap.next(g.axis[0].kernel), channel = group * g.in_per_group() + tap.rest;
    const T* up[kBlock];
    T sums[kBlock] = {};
    for (int b = 0; b < kBlock; ++b) up[b] = y + (group * outputs + block.channel(b)) * g.out_size();
    for (std::int64_t at = lane; at < g.batch * g.out_size(); at += lanes) {
      Split out{at};
      const std::int64_t position = out.next(g.out_size()), image = out.rest;
      out.rest = position;
      const std::int64_t w = g.axis[2].position(out.next(g.axis[2].out), kw);
      const std::int64_t h = g.axis[1].position(out.next(g.axis[1].out), kh);
      const std::int64_t d = g.axis[0].position(out.rest, kd);
      if (d < 0 || d >= g.axis[0].in || h < 0 || h >= g.axis[1].in || w < 0 || w >= g.axis[2].in) continue;
      const T* plane = x + (image * g.in_channels + channel) * g.in_size();
      const T value = plane[(d * g.axis[1].in + h) * g.axis[2].in + w];
      for (int b = 0; b < kBlock; ++b) {
        sums[b] += value * up[b][image * g.out_channels * g.out_size() + position];
      }
    }
    T* to = partials + lane * g.out_channels * g.rows() + row;
    for (int b = 0; b < kBlock; ++b) {
      if (block.has(b)) to[(group * outputs + block.channel(b)) * g.rows()] = sums[b];
    }
  }
};

/// y = the bias of its channel, planes of `size` elements.
template <class T> struct FillBias {
  const T* bias;
  T* y;
  std::int64_t channels, size;

  TENET_HD void operator()(std::int64_t i) const { y[i] = bias[i / size % channels]; }
};

/// to [channels, images, positions] = y of one group, which lies as [image, channel, position].
template <class T> struct SideBySide {
  const T* y;
  T* to;
  std::int64_t images, positions, image_step, channel_step;

  TENET_HD void operator()(std::int64_t i) const {
    Split index{i};
    const std::int64_t position = index.next(positions), image = index.next(images);
    to[i] = y[image * image_step + index.rest * channel_step + position];
  }
};

}  // namespace tenet::conv_kernels
