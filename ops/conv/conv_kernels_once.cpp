// The contractions: how they are cut into blocks and tasks. The loops stand in loop_kernels.cpp.
#include <algorithm>

#include "tenet/backends/cpu/parallel.h"
#include "tenet/framework/core/backend.h"
#include "tenet/framework/core/checked.h"
#include "tenet/ops/conv/conv_kernels.h"
#include "tenet/ops/conv/loop_kernels.h"

namespace tenet::conv_kernels {
namespace {

constexpr std::int64_t kColumnBytes = 512 << 10;  // a block of columns stays in the L2 cache
constexpr std::int64_t kPositions = 448;          // enough to pay for GEMM's packing of the other operand
constexpr std::int64_t kSmallTask = 1 << 16;      // multiply-adds below which tasks are handed out together
constexpr std::int64_t kLargeTask = 1 << 20;      // multiply-adds above which a lone task is cut in two
constexpr std::int64_t kThinChannels = 4;

/// The size of equal parts of n, multiples of `step` if more than one, each about `most` or less.
std::int64_t part(std::int64_t n, std::int64_t most, std::int64_t step = 1) {
  if (n <= most) return std::max<std::int64_t>(n, 1);
  return ceil_div(ceil_div(n, ceil_div(n, most)), step) * step;
}

/// The extents of the pieces of one contraction: a function of the geometry of an image alone.
struct Tiling {
  std::int64_t outputs;    // output channels of a group
  std::int64_t rows;       // of the column matrix, those of a block
  std::int64_t positions;  // of the column matrix
  std::int64_t task_rows;  // of the column matrix, those of a task, for contractions that make them
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
  const std::int64_t channels = part(g.in_per_group(), std::clamp<std::int64_t>(384 / taps, 1, std::max<std::int64_t>(fair, 1)));
  return {g.out_per_group(), block_rows(channels * taps, positions, item), positions, channels * taps};
}

/// Rows, which are columns of w, and output channels are shared out; each task runs over all images.
Tiling tile_adjoint_weight(const ConvGeometry& g, std::int64_t item) {
  const std::int64_t positions = part(g.out_size(), kPositions, 16);
  const std::int64_t most = std::min(kColumnBytes / item / positions, std::clamp<std::int64_t>(g.rows() / 4, 64, 384));
  const std::int64_t rows = part(g.rows(), std::max<std::int64_t>(most, 1), 4), outputs = g.out_per_group();
  const bool alone = rows >= g.rows() && g.groups == 1 && outputs >= 16;
  return {alone ? part(outputs, ceil_div(outputs, 2), 8) : std::max<std::int64_t>(outputs, 1), rows, positions, rows};
}

std::int64_t grain(std::int64_t multiply_adds) {
  return std::max<std::int64_t>(1, kSmallTask / std::max<std::int64_t>(multiply_adds, 1));
}

/// Memory of the backend's for the columns of one task.
template <class T>
class Columns {
 public:
  explicit Columns(std::int64_t elements)
      : bytes_(static_cast<std::size_t>(elements) * sizeof(T)),
        data_(bytes_ > 0 ? static_cast<T*>(backend({}).allocate(bytes_)) : nullptr) {}
  ~Columns() {
    if (data_ != nullptr) backend({}).free(data_, bytes_);
  }
  Columns(const Columns&) = delete;
  T* data() const { return data_; }

 private:
  std::size_t bytes_;
  T* data_;
};

/// The index of a task taken apart, last factor first.
struct Index {
  std::int64_t rest;
  std::int64_t next(std::int64_t n) {
    const std::int64_t i = rest % n;
    rest /= n;
    return i;
  }
};

template <class T>
void apply_blocks(const ConvGeometry& g, const T* x, const T* w, const T* bias, T* y, bool direct) {
  const Tiling t = tile_apply(g, sizeof(T));
  const std::int64_t size = g.out_size(), rows = g.rows(), outputs = g.out_per_group();
  const std::int64_t tiles = ceil_div(size, t.positions), parts = ceil_div(outputs, t.outputs);
  const Loops<T> loop = loops<T>();
  const auto run = [&](std::int64_t first, std::int64_t last) {
    const Columns<T> columns(direct ? 0 : t.rows * t.positions);
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
        if (!direct) loop.gather(g, block, from, columns.data());
        backend({}).gemm({.m = n_outputs, .n = block.positions, .k = block.rows,
                          .a = w + channel * rows + block.row, .lda = rows,
                          .b = direct ? from + block.row * size + position : columns.data(),
                          .ldb = direct ? size : block.positions,
                          .beta = filled || block.row > 0 ? 1. : 0., .c = to, .ldc = size, .dtype = dtype_of<T>});
      }
    }
  };
  cpu::parallel_for(g.batch * g.groups * parts * tiles, grain(t.outputs * rows * t.positions), run);
}

template <class T>
void adjoint_input_blocks(const ConvGeometry& g, const T* w, const T* y, const T* bias, T* x, bool direct) {
  const Tiling t = tile_adjoint_input(g, sizeof(T));
  const std::int64_t size = g.out_size(), rows = g.rows(), outputs = g.out_per_group(), taps = g.taps();
  const std::int64_t parts = ceil_div(rows, t.task_rows);
  const Loops<T> loop = loops<T>();
  const auto run = [&](std::int64_t first, std::int64_t last) {
    const Columns<T> columns(direct ? 0 : t.rows * t.positions);
    for (std::int64_t task = first; task < last; ++task) {
      Index index{task};
      const std::int64_t row = index.next(parts) * t.task_rows, group = index.next(g.groups), image = index.rest;
      const std::int64_t end = std::min(row + t.task_rows, rows);
      const T* from = y + (image * g.groups + group) * outputs * size;
      T* to = x + (image * g.groups + group) * g.in_per_group() * g.in_size();
      for (std::int64_t c = row / taps; c < end / taps; ++c) {
        std::fill_n(to + c * g.in_size(), g.in_size(), bias != nullptr ? bias[group * g.in_per_group() + c] : T(0));
      }
      for (Block block{}; block.position < size; block.position += t.positions) {
        block.positions = std::min(t.positions, size - block.position);
        for (block.row = row; block.row < end; block.row += t.rows) {
          block.rows = std::min(t.rows, end - block.row);
          backend({}).gemm({.transpose_a = true, .m = block.rows, .n = block.positions, .k = outputs,
                            .a = w + group * outputs * rows + block.row, .lda = rows,
                            .b = from + block.position, .ldb = size, .beta = direct ? 1. : 0.,
                            .c = direct ? to + block.row * size + block.position : columns.data(),
                            .ldc = direct ? size : block.positions, .dtype = dtype_of<T>});
          if (!direct) loop.spread(g, block, columns.data(), to);
        }
      }
    }
  };
  cpu::parallel_for(g.batch * g.groups * parts, grain(t.task_rows * outputs * size), run);
}

template <class T>
void adjoint_weight_blocks(const ConvGeometry& g, const T* x, const T* y, T* w, bool direct) {
  const Tiling t = tile_adjoint_weight(g, sizeof(T));
  const std::int64_t size = g.out_size(), rows = g.rows(), outputs = g.out_per_group();
  const std::int64_t blocks = ceil_div(rows, t.rows), parts = ceil_div(outputs, t.outputs);
  const Loops<T> loop = loops<T>();
  const auto run = [&](std::int64_t first, std::int64_t last) {
    const Columns<T> columns(direct ? 0 : t.rows * t.positions);
    for (std::int64_t task = first; task < last; ++task) {
      Index index{task};
      Block block{index.next(blocks) * t.rows, 0, 0, 0};
      const std::int64_t o = index.next(parts) * t.outputs, group = index.rest;
      block.rows = std::min(t.rows, rows - block.row);
      for (std::int64_t image = 0; image < g.batch; ++image) {
        const T* from = x + (image * g.groups + group) * g.in_per_group() * g.in_size();
        for (block.position = 0; block.position < size; block.position += t.positions) {
          block.positions = std::min(t.positions, size - block.position);
          if (!direct) loop.gather(g, block, from, columns.data());
          backend({}).gemm({.transpose_b = true, .m = std::min(t.outputs, outputs - o), .n = block.rows,
                            .k = block.positions,
                            .a = y + ((image * g.groups + group) * outputs + o) * size + block.position, .lda = size,
                            .b = direct ? from + block.row * size + block.position : columns.data(),
                            .ldb = direct ? size : block.positions,
                            .beta = image > 0 || block.position > 0 ? 1. : 0.,
                            .c = w + (group * outputs + o) * rows + block.row, .ldc = rows, .dtype = dtype_of<T>});
        }
      }
    }
  };
  cpu::parallel_for(g.groups * parts * blocks, grain(g.batch * t.outputs * t.rows * size), run);
}

/// Rows of a plane that make a task of the thin path.
std::int64_t thin_lines(std::int64_t lines, std::int64_t multiply_adds_per_line) {
  return part(lines, std::max<std::int64_t>(1, kLargeTask / std::max<std::int64_t>(multiply_adds_per_line, 1)));
}

template <class T>
void apply_thin(const ConvGeometry& g, const T* x, const T* w, const T* bias, T* y) {
  const std::int64_t lines = g.axis[0].out * g.axis[1].out, work = g.rows() * g.axis[2].out;
  const std::int64_t step = thin_lines(lines, work), parts = ceil_div(lines, step);
  const Loops<T> loop = loops<T>();
  cpu::parallel_for(g.batch * g.out_channels * parts, grain(work * step), [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t task = first; task < last; ++task) {
      Index index{task};
      const std::int64_t line = index.next(parts) * step, o = index.next(g.out_channels), image = index.rest;
      const std::int64_t channel = image * g.in_channels + o / g.out_per_group() * g.in_per_group();
      loop.apply(g, x + channel * g.in_size(), w + o * g.rows(), bias != nullptr ? bias[o] : T(0),
                 {line, std::min(line + step, lines)}, y + (image * g.out_channels + o) * g.out_size());
    }
  });
}

template <class T>
void adjoint_input_thin(const ConvGeometry& g, const T* w, const T* y, const T* bias, T* x) {
  const std::int64_t lines = g.axis[0].in * g.axis[1].in;
  const std::int64_t work = g.out_per_group() * g.taps() * g.out_size() / lines;
  const std::int64_t step = thin_lines(lines, work), parts = ceil_div(lines, step), outputs = g.out_per_group();
  const Loops<T> loop = loops<T>();
  cpu::parallel_for(g.batch * g.in_channels * parts, grain(work * step), [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t task = first; task < last; ++task) {
      Index index{task};
      const std::int64_t line = index.next(parts) * step, c = index.next(g.in_channels), image = index.rest;
      const std::int64_t group = c / g.in_per_group();
      loop.adjoint_input(g, w + group * outputs * g.rows(), y + (image * g.groups + group) * outputs * g.out_size(),
                         c % g.in_per_group(), bias != nullptr ? bias[c] : T(0), {line, std::min(line + step, lines)},
                         x + (image * g.in_channels + c) * g.in_size());
    }
  });
}

template <class T>
void adjoint_weight_thin(const ConvGeometry& g, const T* x, const T* y, T* w) {
  const Loops<T> loop = loops<T>();
  const auto run = [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t task = first; task < last; ++task) {
      const std::int64_t o = task / g.in_per_group(), c = o / g.out_per_group() * g.in_per_group() + task % g.in_per_group();
      T* to = w + task * g.taps();
      std::fill_n(to, g.taps(), T(0));
      for (std::int64_t image = 0; image < g.batch; ++image) {
        loop.adjoint_weight(g, x + (image * g.in_channels + c) * g.in_size(),
                            y + (image * g.out_channels + o) * g.out_size(), to);
      }
    }
  };
  cpu::parallel_for(g.out_channels * g.in_per_group(), grain(g.batch * g.taps() * g.out_size()), run);
}

}  // namespace

Path choose_path(const ConvGeometry& g) {
  if (g.axis[0].is_identity() && g.axis[1].is_identity() && g.axis[2].is_identity()) return Path::matrix;
  const bool thin = g.in_per_group() <= kThinChannels && g.out_per_group() <= kThinChannels;
  return thin && g.axis[2].kernel <= kThinWidth ? Path::thin : Path::columns;
}

template <class T>
void apply(const ConvGeometry& g, const T* x, const T* w, const T* bias, T* y, Path path) {
  if (g.batch == 0 || g.out_channels == 0) return;
  if (path == Path::thin) return apply_thin(g, x, w, bias, y);
  apply_blocks(g, x, w, bias, y, path == Path::matrix);
}

template <class T>
void adjoint_input(const ConvGeometry& g, const T* w, const T* y, const T* bias, T* x, Path path) {
  if (g.batch == 0 || g.in_channels == 0 || g.in_size() == 0) return;
  if (path == Path::thin) return adjoint_input_thin(g, w, y, bias, x);
  adjoint_input_blocks(g, w, y, bias, x, path == Path::matrix);
}

template <class T>
void adjoint_weight(const ConvGeometry& g, const T* x, const T* y, T* w, Path path) {
  if (g.batch == 0) std::fill_n(w, g.out_channels * g.rows(), T(0));
  if (g.batch == 0 || g.out_channels == 0 || g.rows() == 0) return;
  if (path == Path::thin) return adjoint_weight_thin(g, x, y, w);
  adjoint_weight_blocks(g, x, y, w, path == Path::matrix);
}

#define TENET_CONV(T)                                                                             \
  template void apply<T>(const ConvGeometry&, const T*, const T*, const T*, T*, Path);            \
  template void adjoint_input<T>(const ConvGeometry&, const T*, const T*, const T*, T*, Path);    \
  template void adjoint_weight<T>(const ConvGeometry&, const T*, const T*, T*, Path);
TENET_CONV(float)
TENET_CONV(double)

std::int64_t scratch_bytes(const ConvGeometry& g, DType dtype) {
  if (choose_path(g) != Path::columns) return 0;
  const auto item = static_cast<std::int64_t>(item_size(dtype));
  std::int64_t most = 0;
  for (const Tiling& t : {tile_apply(g, item), tile_adjoint_input(g, item), tile_adjoint_weight(g, item)}) {
    most = std::max(most, t.rows * t.positions * item);
  }
  return most;
}

}  // namespace tenet::conv_kernels
