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

/// columns = what the outputs read of x [N, C, in...]; 0 for padding.
template <class T> struct GatherColumn {
  ConvGeometry g;
  ColumnPart part;
  const T* x;
  T* columns;

  std::int64_t count() const { return part.rows * part.images * part.positions; }

  TENET_HD void operator()(std::int64_t i) const {
    Split index{i};
    const std::int64_t position = index.next(part.positions), image = index.next(part.images),
                       row = index.rest;
    Split tap{part.row + row}, out{part.position + position};
    const std::int64_t kw = tap.next(g.axis[2].kernel), kh = tap.next(g.axis[1].kernel);
    const std::int64_t kd = tap.next(g.axis[0].kernel), c = part.group * g.in_per_group() + tap.rest;
    const std::int64_t w = g.axis[2].position(out.next(g.axis[2].out), kw);
    const std::int64_t h = g.axis[1].position(out.next(g.axis[1].out), kh);
    const std::int64_t d = g.axis[0].position(out.rest, kd);
    const bool inside =
        d >= 0 && d < g.axis[0].in && h >= 0 && h < g.axis[1].in && w >= 0 && w < g.axis[2].in;
    const std::int64_t plane = (part.image + image) * g.in_channels + c;
    const std::int64_t at = ((plane * g.axis[0].in + d) * g.axis[1].in + h) * g.axis[2].in + w;
    columns[row * part.row_step + image * part.image_step + position] = inside ? x[at] : T(0);
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

/// An element of y = bias (0 if null) + conv(x, w).
template <class T> struct DirectApply {
  ConvGeometry g;
  const T *x, *w, *bias;
  T* y;

  std::int64_t count() const { return g.batch * g.out_channels * g.out_size(); }

  TENET_HD void operator()(std::int64_t i) const {
    Split index{i};
    const std::int64_t ow = index.next(g.axis[2].out), oh = index.next(g.axis[1].out);
    const std::int64_t od = index.next(g.axis[0].out), o = index.next(g.out_channels), image = index.rest;
    const std::int64_t channels = g.in_per_group();
    const T* planes = x + (image * g.groups + o / g.out_per_group()) * channels * g.in_size();
    const T* weights = w + o * g.rows();
    T sum = bias != nullptr ? bias[o] : T(0);
    for (std::int64_t c = 0; c < channels; ++c) {
      for_taps(g, od, oh, ow, [&](std::int64_t at, std::int64_t tap) {
        sum += planes[c * g.in_size() + at] * weights[c * g.taps() + tap];
      });
    }
    y[i] = sum;
  }
};

/// An element of x = bias (0 if null) + the adjoint of conv in its input, of y.
template <class T> struct DirectAdjointInput {
  ConvGeometry g;
  const T *w, *y, *bias;
  T* x;

  std::int64_t count() const { return g.batch * g.in_channels * g.in_size(); }

  TENET_HD void operator()(std::int64_t i) const {
    Split index{i};
    const std::int64_t iw = index.next(g.axis[2].in), ih = index.next(g.axis[1].in);
    const std::int64_t id = index.next(g.axis[0].in), channel = index.next(g.in_channels), image = index.rest;
    const std::int64_t group = channel / g.in_per_group(), c = channel % g.in_per_group();
    const std::int64_t outputs = g.out_per_group();
    const T* planes = y + (image * g.groups + group) * outputs * g.out_size();
    const T* weights = w + group * outputs * g.rows() + c * g.taps();
    T sum = bias != nullptr ? bias[channel] : T(0);
    for (std::int64_t o = 0; o < outputs; ++o) {
      for_readers(g, id, ih, iw, [&](std::int64_t tap, std::int64_t position) {
        sum += planes[o * g.out_size() + position] * weights[o * g.rows() + tap];
      });
    }
    x[i] = sum;
  }
};

/// The share of one of `lanes` lanes in an element of the weights' gradient: of the images and outputs lane, lane +
/// lanes, ... To partials [lanes, weights].
template <class T> struct DirectAdjointWeight {
  ConvGeometry g;
  const T *x, *y;
  T* partials;
  std::int64_t lanes;

  std::int64_t weights() const { return g.out_channels * g.rows(); }
  std::int64_t count() const { return weights() * lanes; }

  TENET_HD void operator()(std::int64_t i) const {
    Split index{i};
    const std::int64_t lane = index.next(lanes), weight = index.rest;  // side by side: neighbouring outputs
    Split tap{index.rest};
    const std::int64_t kw = tap.next(g.axis[2].kernel), kh = tap.next(g.axis[1].kernel);
    const std::int64_t kd = tap.next(g.axis[0].kernel), c = tap.next(g.in_per_group()), o = tap.rest;
    const std::int64_t channel = o / g.out_per_group() * g.in_per_group() + c;
    T sum = 0;
    for (std::int64_t at = lane; at < g.batch * g.out_size(); at += lanes) {
      Split out{at};
      const std::int64_t w = g.axis[2].position(out.next(g.axis[2].out), kw);
      const std::int64_t h = g.axis[1].position(out.next(g.axis[1].out), kh);
      const std::int64_t d = g.axis[0].position(out.next(g.axis[0].out), kd), image = out.rest;
      if (d < 0 || d >= g.axis[0].in || h < 0 || h >= g.axis[1].in || w < 0 || w >= g.axis[2].in) continue;
      const T* plane = x + (image * g.in_channels + channel) * g.in_size();
      sum += plane[(d * g.axis[1].in + h) * g.axis[2].in + w] *
             y[(image * g.out_channels + o) * g.out_size() + at % g.out_size()];
    }
    partials[lane * g.out_channels * g.rows() + weight] = sum;
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
