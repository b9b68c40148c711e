// The contractions on a card. With few channels on either side each element is summed by a thread (for the weights: by
// lanes of threads); else by cuBLAS over columns, of as many images at once as the workspace holds.
#include "tenet/ops/conv/conv_kernels.h"

#include <algorithm>

#include "tenet/backends/cuda/lanes.h"
#include "tenet/framework/core/backend.h"
#include "tenet/ops/conv/card_kernels.cuh"
#include "tenet/ops/conv/column_kernels.h"

namespace tenet::conv_kernels {
namespace {

constexpr std::int64_t kFew = 4;  // channels of a group
#if TENET_EMULATED_CARD
constexpr std::int64_t kWorkspace = 4 << 10;  // bytes: small problems meet every cut
#else
constexpr std::int64_t kWorkspace = 64 << 20;
#endif

bool is_direct(const ConvGeometry& g) { return std::min(g.in_per_group(), g.out_per_group()) <= kFew; }

template <class Body> void run(Device device, const Body& body) {
  cuda::for_each(device, body.count(), body);
}

/// How a contraction is cut so that its columns fit the workspace.
struct Cut {
  std::int64_t images, rows, positions;

  Cut(const ConvGeometry& g, std::int64_t rows_, std::int64_t positions_, std::int64_t item)
      : rows(rows_), positions(positions_) {
    const std::int64_t bytes = std::max<std::int64_t>(rows * positions * item, 1);
    images = std::clamp<std::int64_t>(kWorkspace / bytes, 1, std::max<std::int64_t>(g.batch, 1));
  }
};

std::int64_t fitting(std::int64_t n, std::int64_t bytes_of_one) {
  return std::clamp<std::int64_t>(kWorkspace / std::max<std::int64_t>(bytes_of_one, 1), 1,
                                  std::max<std::int64_t>(n, 1));
}

template <class T>
void apply_columns(Device device, const ConvGeometry& g, const T* x, const T* w, T* y, double beta,
                   bool direct) {
  const std::int64_t size = g.out_size(), rows = g.rows(), outputs = g.out_per_group();
  const Cut cut(g, rows, fitting(size, rows * sizeof(T)), sizeof(T));
  const Scratch<T> columns(direct ? 0 : cut.images * rows * cut.positions * sizeof(T), device);
  for (std::int64_t image = 0; image < g.batch; image += cut.images) {
    const std::int64_t images = std::min(cut.images, g.batch - image);
    for (std::int64_t group = 0; group < g.groups; ++group) {
      for (std::int64_t at = 0; at < size; at += cut.positions) {
        const std::int64_t positions = std::min(cut.positions, size - at);
        const ColumnPart part{group, image, images, 0, rows, at, positions, positions, rows * positions};
        if (!direct) run(device, GatherColumn<T>{g, part, x, columns.data()});
        const T* planes = x + (image * g.groups + group) * g.in_per_group() * g.in_size() + at;
        backend(device).gemm({.m = outputs,
                              .n = positions,
                              .k = rows,
                              .a = w + group * outputs * rows,
                              .lda = rows,
                              .b = direct ? planes : columns.data(),
                              .ldb = direct ? size : positions,
                              .beta = beta,
                              .c = y + (image * g.groups + group) * outputs * size + at,
                              .ldc = size,
                              .dtype = dtype_of<T>,
                              .batch = images,
                              .stride_b = direct ? g.in_channels * size : part.image_step,
                              .stride_c = g.out_channels * size});
      }
    }
  }
}

template <class T>
void adjoint_input_columns(Device device, const ConvGeometry& g, const T* w, const T* y, const T* bias, T* x,
                           bool direct) {
  const std::int64_t size = g.out_size(), rows = g.rows(), outputs = g.out_per_group(), taps = g.taps();
  const std::int64_t channels = fitting(g.in_per_group(), taps * size * sizeof(T));
  const Cut cut(g, channels * taps, size, sizeof(T));
  const Scratch<T> columns(direct ? 0 : cut.images * cut.rows * size * sizeof(T), device);
  for (std::int64_t image = 0; image < g.batch; image += cut.images) {
    const std::int64_t images = std::min(cut.images, g.batch - image);
    for (std::int64_t group = 0; group < g.groups; ++group) {
      for (std::int64_t row = 0; row < rows; row += cut.rows) {
        const std::int64_t n = std::min(cut.rows, rows - row);
        const ColumnPart part{group, image, images, row, n, 0, size, size, n * size};
        backend(device).gemm(
            {.transpose_a = true,
             .m = n,
             .n = size,
             .k = outputs,
             .a = w + group * outputs * rows + row,
             .lda = rows,
             .b = y + (image * g.groups + group) * outputs * size,
             .ldb = size,
             .beta = direct && bias != nullptr ? 1. : 0.,
             .c = direct ? x + ((image * g.groups + group) * rows + row) * size : columns.data(),
             .ldc = size,
             .dtype = dtype_of<T>,
             .batch = images,
             .stride_b = g.out_channels * size,
             .stride_c = direct ? g.in_channels * size : part.image_step});
        if (!direct) run(device, SpreadColumn<T>{g, part, columns.data(), bias, x});
      }
    }
  }
}

/// The images of a cut lie side by side, so that one product sums over all of them.
template <class T>
void adjoint_weight_columns(Device device, const ConvGeometry& g, const T* x, const T* y, T* w) {
  const std::int64_t size = g.out_size(), rows = g.rows(), outputs = g.out_per_group();
  const Cut cut(g, rows + outputs, fitting(size, (rows + outputs) * sizeof(T)), sizeof(T));
  const Scratch<T> columns(cut.images * rows * cut.positions * sizeof(T), device);
  const Scratch<T> beside(cut.images * outputs * cut.positions * sizeof(T), device);
  for (std::int64_t group = 0; group < g.groups; ++group) {
    for (std::int64_t image = 0; image < g.batch; image += cut.images) {
      const std::int64_t images = std::min(cut.images, g.batch - image);
      for (std::int64_t at = 0; at < size; at += cut.positions) {
        const std::int64_t positions = std::min(cut.positions, size - at), all = images * positions;
        const ColumnPart part{group, image, images, 0, rows, at, positions, all, positions};
        run(device, GatherColumn<T>{g, part, x, columns.data()});
        const T* planes = y + (image * g.groups + group) * outputs * size + at;
        cuda::for_each(device, outputs * all,
                       SideBySide<T>{planes, beside.data(), images, positions, g.out_channels * size, size});
        backend(device).gemm({.transpose_b = true,
                              .m = outputs,
                              .n = rows,
                              .k = all,
                              .a = beside.data(),
                              .lda = all,
                              .b = columns.data(),
                              .ldb = all,
                              .beta = image > 0 || at > 0 ? 1. : 0.,
                              .c = w + group * outputs * rows,
                              .ldc = rows,
                              .dtype = dtype_of<T>});
      }
    }
  }
}

struct Add {
  template <class T> TENET_HD void operator()(T& sum, T other) const { sum += other; }
};

template <class T> struct Write {
  T* to;
  TENET_HD void operator()(std::int64_t i, std::int64_t, T sum) const { to[i] = sum; }
};

template <class T> struct Clear {
  T* to;
  TENET_HD void operator()(std::int64_t i) const { to[i] = T(0); }
};

template <int kBlock, class T>
void adjoint_weight_lanes(Device device, const ConvGeometry& g, const T* x, const T* y, T* w) {
  using Body = DirectAdjointWeight<T, kBlock>;
  const std::int64_t weights = g.out_channels * g.rows();
  const std::int64_t lanes = cuda::lanes_for(Body::sums(g), g.batch * g.out_size());
  if (lanes == 1) return run(device, Body{g, x, y, w, 1});
  cuda::Lanes<T> partials(device, weights, lanes);
  run(device, Body{g, x, y, partials.data(), lanes});
  partials.merge(Add{}, Write<T>{w});
}

/// f, a template over the channels that a thread sums side by side, for so many in a group.
template <class F> void with_block(std::int64_t channels, F&& f) {
  if (channels == 1) return f.template operator()<1>();
  if (channels <= 4) return f.template operator()<4>();
  f.template operator()<8>();
}

}  // namespace

template <class T>
void apply(OnCard card, const ConvGeometry& g, const T* x, const T* w, const T* bias, T* y, Path path) {
  if (g.batch == 0 || g.out_channels == 0) return;
  if (is_direct(g)) {
    return with_block(g.out_per_group(), [&]<int kBlock>() {
      run(card.device, DirectApply<T, kBlock>{g, x, w, bias, y});
    });
  }
  const std::int64_t all = g.batch * g.out_channels * g.out_size();
  if (bias != nullptr) cuda::for_each(card.device, all, FillBias<T>{bias, y, g.out_channels, g.out_size()});
  apply_columns(card.device, g, x, w, y, bias != nullptr ? 1. : 0., path == Path::matrix);
}

template <class T>
void adjoint_input(OnCard card, const ConvGeometry& g, const T* w, const T* y, const T* bias, T* x,
                   Path path) {
  if (g.batch == 0 || g.in_channels == 0 || g.in_size() == 0) return;
  if (is_direct(g)) {
    return with_block(g.in_per_group(), [&]<int kBlock>() {
      run(card.device, DirectAdjointInput<T, kBlock>{g, w, y, bias, x});
    });
  }
  const std::int64_t all = g.batch * g.in_channels * g.in_size();
  const bool filled = bias != nullptr && path == Path::matrix;
  if (filled) cuda::for_each(card.device, all, FillBias<T>{bias, x, g.in_channels, g.in_size()});
  adjoint_input_columns(card.device, g, w, y, bias, x, path == Path::matrix);
}

template <class T>
void adjoint_weight(OnCard card, const ConvGeometry& g, const T* x, const T* y, T* w, Path) {
  const std::int64_t weights = g.out_channels * g.rows();
  if (g.batch == 0) return cuda::for_each(card.device, weights, Clear<T>{w});
  if (weights == 0) return;
  if (is_direct(g)) {
    return with_block(g.out_per_group(),
                      [&]<int kBlock>() { adjoint_weight_lanes<kBlock>(card.device, g, x, y, w); });
  }
  adjoint_weight_columns(card.device, g, x, y, w);
}

/// Columns [N, C taps, positions] of images [N, C, in...] and back.
template <class T> void gather_columns(OnCard card, const ConvGeometry& g, const T* x, T* columns) {
  const ColumnPart all{0, 0, g.batch, 0, g.rows(), 0, g.out_size(), g.out_size(), g.rows() * g.out_size()};
  run(card.device, GatherColumn<T>{g, all, x, columns});
}

template <class T> void spread_columns(OnCard card, const ConvGeometry& g, const T* columns, T* x) {
  const ColumnPart all{0, 0, g.batch, 0, g.rows(), 0, g.out_size(), g.out_size(), g.rows() * g.out_size()};
  run(card.device, SpreadColumn<T>{g, all, columns, nullptr, x});
}

#define TENET_CONV(T)                                                                               \
  template void apply(OnCard, const ConvGeometry&, const T*, const T*, const T*, T*, Path);         \
  template void adjoint_input(OnCard, const ConvGeometry&, const T*, const T*, const T*, T*, Path); \
  template void adjoint_weight(OnCard, const ConvGeometry&, const T*, const T*, T*, Path);          \
  template void gather_columns(OnCard, const ConvGeometry&, const T*, T*);                          \
  template void spread_columns(OnCard, const ConvGeometry&, const T*, T*);
TENET_CONV(float)
TENET_CONV(double)

}  // namespace tenet::conv_kernels
