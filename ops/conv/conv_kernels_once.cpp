// The choice of a path, and the contractions by blocks of columns: how they are cut and shared out.
#include <algorithm>

#include "tenet/backends/cpu/loop.h"
#include "tenet/framework/core/checked.h"
#include "tenet/ops/conv/column_kernels.h"
#include "tenet/ops/conv/conv_kernels.h"
#include "tenet/ops/conv/task_kernels.h"
#include "tenet/ops/conv/thin_kernels.h"

namespace tenet::conv_kernels {
namespace {

constexpr std::int64_t kColumnBytes = 512 << 10;  // a block of columns stays in the L2 cache
constexpr std::int64_t kPositions = 448;          // enough to pay for GEMM's packing of the other operand
constexpr std::int64_t kLargeTask = 1 << 20;      // multiply-adds above which a lone task is cut in two
constexpr std::int64_t kParts = 8;                // of a sum, at most

/// The size of equal parts of n, multiples of `step` if more than one, each about `most` or less.
std::int64_t part(std::int64_t n, std::int64_t most, std::int64_t step = 1) {
  if (n <= most) return std::max<std::int64_t>(n, 1);
  return ceil_div(ceil_div(n, ceil_div(n, most)), step) * step;
}

/// The extents of the pieces of one contraction: a function of the geometry of an image alone, but for `parts`.
struct Tiling {
  std::int64_t outputs;    // output channels of a group
  std::int64_t rows;       // of the column matrix, those of a block
  std::int64_t positions;  // of the column matrix
  std::int64_t task_rows;  // of the column matrix, those of a task, for contractions that make them
  std::int64_t parts = 1;  // of a sum over all images, each made on its own before they are added

  std::int64_t bytes(std::int64_t item) const { return rows * positions * item; }
};

std::int64_t block_rows(std::int64_t rows, std::int64_t positions, std::int64_t item) {
  return part(rows, std::max<std::int64_t>(kColumnBytes / item / positions, 1));
}

/// Positions and output channels are shared out; each task runs over all rows.
Tiling tile_apply(const ConvGeometry& g, std::int64_t item) {
  const std::int64_t positions = part(g.out_size(), kPositions, 16), outputs = g.out_per_group();
  const bool alone = positions >= g.out_size() && g.groups == 1 && outputs >= 32 &&
                     outputs * g.rows() * positions > kLargeTask;
  return {alone ? part(outputs, ceil_div(outputs, 2), 8) : std::max<std::int64_t>(outputs, 1),
          block_rows(g.rows(), positions, item), positions, g.rows()};
}

/// Input channels are shared out, since tiles of positions overlap in x; each task runs over all positions.
Tiling tile_adjoint_input(const ConvGeometry& g, std::int64_t item) {
  const std::int64_t positions = part(g.out_size(), kPositions, 16), taps = g.taps();
  const std::int64_t fair = g.groups == 1 ? ceil_div(g.in_per_group(), 2) : g.in_per_group();
  const std::int64_t channels =
      part(g.in_per_group(), std::clamp<std::int64_t>(384 / taps, 1, std::max<std::int64_t>(fair, 1)));
  return {g.out_per_group(), block_rows(channels * taps, positions, item), positions, channels * taps};
}

/// Rows, which are columns of w, are shared out. Where that makes few tasks and w is small, so is the sum over
/// images and positions.
Tiling tile_adjoint_weight(const ConvGeometry& g, std::int64_t item) {
  const std::int64_t positions = part(g.out_size(), kPositions, 16);
  const std::int64_t most =
      std::min(kColumnBytes / item / positions, std::clamp<std::int64_t>(g.rows() / 4, 64, 384));
  const std::int64_t rows = part(g.rows(), std::max<std::int64_t>(most, 1), 4);
  const std::int64_t terms = g.batch * ceil_div(g.out_size(), positions);
  const std::int64_t copies = kPartials / std::max<std::int64_t>(g.out_channels * g.rows(), 1);
  const bool few = ceil_div(g.rows(), rows) * g.groups < kParts;
  return {std::max<std::int64_t>(g.out_per_group(), 1), rows, positions, rows,
          few ? std::clamp<std::int64_t>(std::min(terms, copies), 1, kParts) : 1};
}

template <class T>
void apply_blocks(const ConvGeometry& g, const T* x, const T* w, const T* bias, T* y, Path path) {
  const Tiling t = tile_apply(g, sizeof(T));
  const std::int64_t size = g.out_size(), rows = g.rows(), outputs = g.out_per_group();
  const std::int64_t tiles = ceil_div(size, t.positions), parts = ceil_div(outputs, t.outputs);
  const bool direct = path == Path::matrix;
  const auto gather = cpu::at_level([]<cpu::Level L> { return &im2col<L, T>; });
  const auto run = [&](std::int64_t first, std::int64_t last) {
    const Scratch<T> columns(direct ? 0 : t.bytes(sizeof(T)));
    for (std::int64_t task = first; task < last; ++task) {
      Index index{task};
      const std::int64_t position = index.next(tiles) * t.positions, o = index.next(parts) * t.outputs;
      const std::int64_t group = index.next(g.groups), image = index.rest;
      const std::int64_t channel = group * outputs + o, n_outputs = std::min(t.outputs, outputs - o);
      const T* from = x + (image * g.groups + group) * g.in_per_group() * g.in_size();
      T* to = y + (image * g.out_channels + channel) * size + position;
      Block block{0, 0, position, std::min(t.positions, size - position)};
      const bool filled = bias != nullptr || rows == 0;
      for (std::int64_t i = 0; filled && i < n_outputs; ++i) {
        std::fill_n(to + i * size, block.positions, bias != nullptr ? bias[channel + i] : T(0));
      }
      for (; block.row < rows; block.row += t.rows) {
        block.rows = std::min(t.rows, rows - block.row);
        if (!direct) gather(g, block, from, columns.data());
        backend({}).gemm({.m = n_outputs,
                          .n = block.positions,
                          .k = block.rows,
                          .a = w + channel * rows + block.row,
                          .lda = rows,
                          .b = direct ? from + block.row * size + position : columns.data(),
                          .ldb = direct ? size : block.positions,
                          .beta = filled || block.row > 0 ? 1. : 0.,
                          .c = to,
                          .ldc = size,
                          .dtype = dtype_of<T>});
      }
    }
  };
  share(g.batch * g.groups * parts * tiles, t.outputs * rows * t.positions, run);
}

template <class T>
void adjoint_input_blocks(const ConvGeometry& g, const T* w, const T* y, const T* bias, T* x, Path path) {
  const Tiling t = tile_adjoint_input(g, sizeof(T));
  const std::int64_t size = g.out_size(), rows = g.rows(), outputs = g.out_per_group(), taps = g.taps();
  const std::int64_t parts = ceil_div(rows, t.task_rows);
  const bool direct = path == Path::matrix, disjoint = path == Path::disjoint;
  const auto spread = cpu::at_level([]<cpu::Level L> { return &col2im<L, T>; });
  const auto put = cpu::at_level([]<cpu::Level L> { return &place<L, T>; });
  const auto run = [&](std::int64_t first, std::int64_t last) {
    const Scratch<T> columns(direct ? 0 : t.bytes(sizeof(T)));
    for (std::int64_t task = first; task < last; ++task) {
      Index index{task};
      const std::int64_t row = index.next(parts) * t.task_rows, group = index.next(g.groups),
                         image = index.rest;
      const std::int64_t end = std::min(row + t.task_rows, rows);
      const T* from = y + (image * g.groups + group) * outputs * size;
      T* to = x + (image * g.groups + group) * g.in_per_group() * g.in_size();
      const T* start = bias != nullptr ? bias + group * g.in_per_group() : nullptr;
      for (std::int64_t c = row / taps; c < end / taps && !disjoint; ++c) {
        std::fill_n(to + c * g.in_size(), g.in_size(), start != nullptr ? start[c] : T(0));
      }
      for (Block block{}; block.position < size; block.position += t.positions) {
        block.positions = std::min(t.positions, size - block.position);
        for (block.row = row; block.row < end; block.row += t.rows) {
          block.rows = std::min(t.rows, end - block.row);
          backend({}).gemm({.transpose_a = true,
                            .m = block.rows,
                            .n = block.positions,
                            .k = outputs,
                            .a = w + group * outputs * rows + block.row,
                            .lda = rows,
                            .b = from + block.position,
                            .ldb = size,
                            .beta = direct ? 1. : 0.,
                            .c = direct ? to + block.row * size + block.position : columns.data(),
                            .ldc = direct ? size : block.positions,
                            .dtype = dtype_of<T>});
          if (disjoint)
            put(g, block, columns.data(), start, to);
          else if (!direct)
            spread(g, block, columns.data(), to);
        }
      }
    }
  };
  share(g.batch * g.groups * parts, t.task_rows * outputs * size, run);
}

template <class T>
void adjoint_weight_blocks(const ConvGeometry& g, const T* x, const T* y, T* w, Path path) {
  const Tiling t = tile_adjoint_weight(g, sizeof(T));
  const std::int64_t size = g.out_size(), rows = g.rows(), outputs = g.out_per_group();
  const std::int64_t blocks = ceil_div(rows, t.rows), tiles = ceil_div(size, t.positions);
  const std::int64_t terms = g.batch * tiles, weights = g.out_channels * rows;
  const bool direct = path == Path::matrix;
  const auto gather = cpu::at_level([]<cpu::Level L> { return &im2col<L, T>; });
  const Scratch<T> partials((t.parts - 1) * weights * sizeof(T));  // the first is made in w
  const auto run = [&](std::int64_t first, std::int64_t last) {
    const Scratch<T> columns(direct ? 0 : t.bytes(sizeof(T)));
    for (std::int64_t task = first; task < last; ++task) {
      Index index{task};
      Block block{index.next(blocks) * t.rows, 0, 0, 0};
      const std::int64_t group = index.next(g.groups), which = index.rest;
      block.rows = std::min(t.rows, rows - block.row);
      const std::int64_t begin = which * terms / t.parts, end = (which + 1) * terms / t.parts;
      T* to = (which == 0 ? w : partials.data() + (which - 1) * weights) + group * outputs * rows + block.row;
      for (std::int64_t term = begin; term < end; ++term) {
        const std::int64_t plane = term / tiles * g.groups + group;  // of one image
        const T* from = x + plane * g.in_per_group() * g.in_size();
        block.position = term % tiles * t.positions;
        block.positions = std::min(t.positions, size - block.position);
        if (!direct) gather(g, block, from, columns.data());
        backend({}).gemm({.transpose_b = true,
                          .m = outputs,
                          .n = block.rows,
                          .k = block.positions,
                          .a = y + plane * outputs * size + block.position,
                          .lda = size,
                          .b = direct ? from + block.row * size + block.position : columns.data(),
                          .ldb = direct ? size : block.positions,
                          .beta = term > begin ? 1. : 0.,
                          .c = to,
                          .ldc = rows,
                          .dtype = dtype_of<T>});
      }
    }
  };
  share(g.groups * blocks * t.parts, terms * outputs * t.rows * t.positions / t.parts, run);
  add_parts(w, partials.data(), t.parts, weights);
}

}  // namespace

Path choose_path(const ConvGeometry& g) {
  const auto all = [&](auto test) { return test(g.axis[0]) && test(g.axis[1]) && test(g.axis[2]); };
  if (all([](const ConvAxis& a) { return a.is_identity(); })) return Path::matrix;
  if (is_thin(g)) return Path::thin;
  return all([](const ConvAxis& a) { return a.is_disjoint(); }) ? Path::disjoint : Path::columns;
}

template <class T>
void apply(OnCpu, const ConvGeometry& g, const T* x, const T* w, const T* bias, T* y, Path path) {
  if (g.batch == 0 || g.out_channels == 0) return;
  if (path == Path::thin) return apply_thin(g, x, w, bias, y);
  apply_blocks(g, x, w, bias, y, path);
}

template <class T>
void adjoint_input(OnCpu, const ConvGeometry& g, const T* w, const T* y, const T* bias, T* x, Path path) {
  if (g.batch == 0 || g.in_channels == 0 || g.in_size() == 0) return;
  if (path == Path::thin) return adjoint_input_thin(g, w, y, bias, x);
  adjoint_input_blocks(g, w, y, bias, x, path);
}

template <class T>
void adjoint_weight(OnCpu, const ConvGeometry& g, const T* x, const T* y, T* w, Path path) {
  if (g.batch == 0) std::fill_n(w, g.out_channels * g.rows(), T(0));
  if (g.batch == 0 || g.out_channels == 0 || g.rows() == 0) return;
  if (path == Path::thin) return adjoint_weight_thin(g, x, y, w);
  adjoint_weight_blocks(g, x, y, w, path);
}

#define TENET_CONV(T)                                                                                 \
  template void apply<T>(OnCpu, const ConvGeometry&, const T*, const T*, const T*, T*, Path);         \
  template void adjoint_input<T>(OnCpu, const ConvGeometry&, const T*, const T*, const T*, T*, Path); \
  template void adjoint_weight<T>(OnCpu, const ConvGeometry&, const T*, const T*, T*, Path);
TENET_CONV(float)
TENET_CONV(double)

std::int64_t scratch_bytes(const ConvGeometry& g, DType dtype) {
  const auto item = static_cast<std::int64_t>(item_size(dtype));
  const Path path = choose_path(g);
  if (path == Path::thin) return thin_bytes(g, item);
  const Tiling weight = tile_adjoint_weight(g, item);
  std::int64_t columns = 0;
  for (const Tiling& t : {tile_apply(g, item), tile_adjoint_input(g, item), weight}) {
    columns = std::max(columns, t.bytes(item));
  }
  return (path == Path::matrix ? 0 : columns) + (weight.parts - 1) * g.out_channels * g.rows() * item;
}

}  // namespace tenet::conv_kernels
