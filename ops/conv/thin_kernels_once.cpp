// How the thin path is shared out: a task is a band of rows of one group of one image, for the weights all
// bands of one output channel.
#include <algorithm>

#include "tenet/backends/cpu/loop.h"
#include "tenet/framework/core/checked.h"
#include "tenet/ops/conv/task_kernels.h"
#include "tenet/ops/conv/thin_kernels.h"

namespace tenet::conv_kernels {
namespace {

constexpr std::int64_t kMostChannels = 4;        // per group, of x and of y
constexpr std::int64_t kMostStride = 4;          // along a row: packed phases that may go unused
constexpr std::int64_t kPackedBytes = 64 << 10;  // packed rows should stay close
constexpr std::int64_t kMostBytes = 4 << 20;
constexpr std::int64_t kMostExtent = 1 << 20;

/// Elements of scratch for bands of so many rows, the most of the three contractions.
std::int64_t scratch_elements(const ConvGeometry& g, std::int64_t rows, std::int64_t lanes) {
  const ConvAxis &depth = g.axis[0], &height = g.axis[1], &width = g.axis[2];
  const std::int64_t size = thin_phase(width);
  const std::int64_t of_x =
      g.in_per_group() * depth.kernel * ((rows - 1) * height.stride + height.span()) * size * width.stride;
  const std::int64_t of_y =
      g.out_per_group() * depth.kernel * ((rows - 1) / height.stride + 2 + thin_reach(height)) * size;
  const std::int64_t aligned = ceil_div(size, lanes) * lanes;
  return std::max(of_x + rows * aligned, of_y + size) + 2 * lanes;
}

/// Rows in a band: few enough to stay in the cache, enough to be worth a task.
std::int64_t band_rows(const ConvGeometry& g, std::int64_t lanes, std::int64_t item) {
  const std::int64_t most = std::max(g.axis[1].out, g.axis[1].in);
  std::int64_t rows = 1;
  while (rows < most && scratch_elements(g, 2 * rows, lanes) * item <= kPackedBytes) rows *= 2;
  return rows;
}

/// What a task packs its rows into.
std::int64_t packed_bytes(const ConvGeometry& g, std::int64_t item) {
  return scratch_elements(g, band_rows(g, 64 / item, item), 64 / item) * item;
}

/// The task's bands of one plane.
struct Bands {
  std::int64_t depths, height, rows, per_depth;

  Bands(const ConvGeometry& g, std::int64_t item, std::int64_t depths_, std::int64_t height_)
      : depths(depths_),
        height(height_),
        rows(std::min(height_, band_rows(g, 64 / item, item))),
        per_depth(ceil_div(height_, rows)) {}
  std::int64_t count() const { return depths * per_depth; }
  Band at(std::int64_t i) const {
    const std::int64_t row = i % per_depth * rows;
    return {i / per_depth, {row, std::min(row + rows, height)}};
  }
};

/// The sum over the images is made in parts, so that a task reads neighbouring planes.
std::int64_t weight_parts(const ConvGeometry& g) {
  const std::int64_t copies = kPartials / std::max<std::int64_t>(g.out_channels * g.rows(), 1);
  return std::clamp<std::int64_t>(copies, 1, std::max<std::int64_t>(g.batch, 1));
}

}  // namespace

bool is_thin(const ConvGeometry& g) {
  if (g.in_per_group() > kMostChannels || g.out_per_group() > kMostChannels || g.axis[2].stride > kMostStride)
    return false;
  std::int64_t taps = 1;
  for (const ConvAxis& a : g.axis) {
    const std::int64_t extent = std::max({a.in + a.low, a.out, a.span()});
    if (extent > kMostExtent || a.kernel > kThinTerms) return false;
    taps *= a.kernel;
  }
  if (std::max(g.in_per_group(), g.out_per_group()) * taps > kThinTerms) return false;
  return scratch_elements(g, 1, 8) * 8 <= kMostBytes;
}

std::int64_t thin_bytes(const ConvGeometry& g, std::int64_t item) {
  return packed_bytes(g, item) + (weight_parts(g) - 1) * g.out_channels * g.rows() * item;
}

template <class T> void apply_thin(const ConvGeometry& g, const T* x, const T* w, const T* bias, T* y) {
  const Bands bands(g, sizeof(T), g.axis[0].out, g.axis[1].out);
  const std::int64_t inputs = g.in_per_group() * g.in_size(), outputs = g.out_per_group();
  const auto kernel = cpu::at_level([]<cpu::Level L> { return &thin_apply<L, T>; });
  const auto run = [&](std::int64_t first, std::int64_t last) {
    const Scratch<T> scratch(packed_bytes(g, sizeof(T)));
    for (std::int64_t task = first; task < last; ++task) {
      Index index{task};
      const Band band = bands.at(index.next(bands.count()));
      const std::int64_t plane = index.rest, group = plane % g.groups;  // plane: (image, group)
      kernel(g, band, x + plane * inputs, w + group * outputs * g.rows(),
             bias != nullptr ? bias + group * outputs : bias, y + plane * outputs * g.out_size(),
             scratch.data());
    }
  };
  share(g.batch * g.groups * bands.count(), outputs * g.rows() * bands.rows * g.axis[2].out, run);
}

template <class T>
void adjoint_input_thin(const ConvGeometry& g, const T* w, const T* y, const T* bias, T* x) {
  const Bands bands(g, sizeof(T), g.axis[0].in, g.axis[1].in);
  const std::int64_t channels = g.in_per_group(), outputs = g.out_per_group();
  const auto kernel = cpu::at_level([]<cpu::Level L> { return &thin_adjoint_input<L, T>; });
  const auto run = [&](std::int64_t first, std::int64_t last) {
    const Scratch<T> scratch(packed_bytes(g, sizeof(T)));
    for (std::int64_t task = first; task < last; ++task) {
      Index index{task};
      const Band band = bands.at(index.next(bands.count()));
      const std::int64_t plane = index.rest, group = plane % g.groups;
      kernel(g, band, w + group * outputs * g.rows(), y + plane * outputs * g.out_size(),
             bias != nullptr ? bias + group * channels : bias, x + plane * channels * g.in_size(),
             scratch.data());
    }
  };
  share(g.batch * g.groups * bands.count(), outputs * g.rows() * g.out_size() / bands.count(), run);
}

template <class T> void adjoint_weight_thin(const ConvGeometry& g, const T* x, const T* y, T* w) {
  const Bands bands(g, sizeof(T), g.axis[0].out, g.axis[1].out);
  const std::int64_t parts = weight_parts(g), weights = g.out_channels * g.rows();
  const auto kernel = cpu::at_level([]<cpu::Level L> { return &thin_adjoint_weight<L, T>; });
  const Scratch<T> partials((parts - 1) * weights * sizeof(T));  // the first is made in w
  const auto run = [&](std::int64_t first, std::int64_t last) {
    const Scratch<T> scratch(packed_bytes(g, sizeof(T)));
    for (std::int64_t task = first; task < last; ++task) {
      Index index{task};
      const std::int64_t o = index.next(g.out_channels), which = index.rest;
      T* to = (which == 0 ? w : partials.data() + (which - 1) * weights) + o * g.rows();
      std::fill_n(to, g.rows(), T(0));
      for (std::int64_t image = which * g.batch / parts; image < (which + 1) * g.batch / parts; ++image) {
        const T* from = x + (image * g.groups + o / g.out_per_group()) * g.in_per_group() * g.in_size();
        for (std::int64_t i = 0; i < bands.count(); ++i) {
          kernel(g, bands.at(i), from, y + (image * g.out_channels + o) * g.out_size(), to, scratch.data());
        }
      }
    }
  };
  share(g.out_channels * parts, g.batch * g.rows() * g.out_size() / parts, run);
  add_parts(w, partials.data(), parts, weights);
}

#define TENET_THIN(T)                                                                         \
  template void apply_thin<T>(const ConvGeometry&, const T*, const T*, const T*, T*);         \
  template void adjoint_input_thin<T>(const ConvGeometry&, const T*, const T*, const T*, T*); \
  template void adjoint_weight_thin<T>(const ConvGeometry&, const T*, const T*, T*);
TENET_THIN(float)
TENET_THIN(double)

}  // namespace tenet::conv_kernels
