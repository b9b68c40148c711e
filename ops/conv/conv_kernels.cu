// The contractions on a card. With few channels each element is summed by a thread (for the weights: by lanes of
// threads); else by cuBLAS over columns, of as many images at once as the workspace holds.
#include "tenet/ops/conv/conv_kernels.h"

#include <algorithm>

#include "tenet/backends/cuda/lanes.h"
#include "tenet/framework/core/backend.h"
#include "tenet/framework/core/dispatch.h"
#include "tenet/ops/conv/card_geometry.cuh"
#include "tenet/ops/conv/card_kernels.cuh"
#include "tenet/ops/conv/column_kernels.h"

namespace tenet::conv_kernels {
namespace {

#if TENET_EMULATED_CARD
constexpr std::int64_t kWorkspace = 4 << 10;  // bytes: small problems meet every cut
#else
constexpr std::int64_t kWorkspace = 64 << 20;
#endif

/// Few outputs are summed by one thread in a single walk over what they read; few of both make products too thin for
/// cuBLAS. Few inputs alone make columns that are small beside the outputs.
bool is_direct(const ConvGeometry& g) {
  return g.out_per_group() <= 4 || (g.in_per_group() <= 4 && g.out_per_group() <= 16);
}

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
  std::int64_t elements() const { return images * rows * positions; }
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
  const Scratch<T> columns(direct ? 0 : cut.elements() * sizeof(T), device);
  with_index_type(g, cut.elements(), [&]<class N>(TypeTag<N>) {
    const auto same = geometry_of<N>(g);
    for (std::int64_t image = 0; image < g.batch; image += cut.images) {
      const std::int64_t images = std::min(cut.images, g.batch - image);
      for (std::int64_t group = 0; group < g.groups; ++group) {
        for (std::int64_t at = 0; at < size; at += cut.positions) {
          const std::int64_t positions = std::min(cut.positions, size - at), step = rows * positions;
          const ColumnPart<N> part{group, image, images, 0, rows, at, positions, positions, step};
          if (!direct) run(device, GatherColumn<T, N>{same, part, x, columns.data()});
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
                                .stride_b = direct ? g.in_channels * size : step,
                                .stride_c = g.out_channels * size});
        }
      }
    }
  });
}

template <class T>
void adjoint_input_columns(Device device, const ConvGeometry& g, const T* w, const T* y, const T* bias, T* x,
                           bool direct) {
  const std::int64_t size = g.out_size(), rows = g.rows(), outputs = g.out_per_group(), taps = g.taps();
  const Cut cut(g, fitting(g.in_per_group(), taps * size * sizeof(T)) * taps, size, sizeof(T));
  const Scratch<T> columns(direct ? 0 : cut.elements() * sizeof(T), device);
  with_index_type(g, cut.elements(), [&]<class N>(TypeTag<N>) {
    const auto same = geometry_of<N>(g);
    for (std::int64_t image = 0; image < g.batch; image += cut.images) {
      const std::int64_t images = std::min(cut.images, g.batch - image);
      for (std::int64_t group = 0; group < g.groups; ++group) {
        for (std::int64_t row = 0; row < rows; row += cut.rows) {
          const std::int64_t n = std::min(cut.rows, rows - row);
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
               .stride_c = direct ? g.in_channels * size : n * size});
          const ColumnPart<N> part{group, image, images, row, n, 0, size, size, n * size};
          if (!direct) run(device, SpreadColumn<T, N>{same, part, n / taps, columns.data(), bias, x});
        }
      }
    }
  });
}

/// The images of a cut lie side by side, so that one product sums over all of them.
template <class T>
void adjoint_weight_columns(Device device, const ConvGeometry& g, const T* x, const T* y, T* w) {
  const std::int64_t size = g.out_size(), rows = g.rows(), outputs = g.out_per_group();
  const Cut cut(g, rows + outputs, fitting(size, (rows + outputs) * sizeof(T)), sizeof(T));
  const Scratch<T> columns(cut.images * rows * cut.positions * sizeof(T), device);
  const Scratch<T> beside(cut.images * outputs * cut.positions * sizeof(T), device);
  with_index_type(g, cut.elements(), [&]<class N>(TypeTag<N>) {
    const auto same = geometry_of<N>(g);
    for (std::int64_t group = 0; group < g.groups; ++group) {
      for (std::int64_t image = 0; image < g.batch; image += cut.images) {
        const std::int64_t images = std::min(cut.images, g.batch - image);
        for (std::int64_t at = 0; at < size; at += cut.positions) {
          const std::int64_t positions = std::min(cut.positions, size - at), all = images * positions;
          const ColumnPart<N> part{group, image, images, 0, rows, at, positions, all, positions};
          run(device, GatherColumn<T, N>{same, part, x, columns.data()});
          const T* planes = y + (image * g.groups + group) * outputs * size + at;
          cuda::for_each(
              device, outputs * all,
              SideBySide<T, N>{planes, beside.data(), images, positions, g.out_channels * size, size});
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
  });
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

/// How many channels a thread sums side by side, of so many in a group.
int block_of(std::int64_t channels) { return channels == 1 ? 1 : channels <= 4 ? 4 : 8; }

/// f with block_of(channels), and the geometry in the index type that holds `more` too.
template <class F> void with_block(const ConvGeometry& g, std::int64_t channels, std::int64_t more, F&& f) {
  with_index_type(g, more, [&]<class N>(TypeTag<N>) {
    const auto same = geometry_of<N>(g);
    switch (block_of(channels)) {
      case 1: return f.template operator()<1>(same);
      case 4: return f.template operator()<4>(same);
      default: return f.template operator()<8>(same);
    }
  });
}

template <class T>
void adjoint_weight_lanes(Device device, const ConvGeometry& g, const T* x, const T* y, T* w) {
  const std::int64_t weights = g.out_channels * g.rows(), terms = g.batch * g.out_size();
  const std::int64_t blocks = ceil_div(g.out_per_group(), block_of(g.out_per_group()));
  const std::int64_t lanes = cuda::lanes_for(g.groups * blocks * g.rows(), terms);
  with_block(g, g.out_per_group(), weights * lanes,
             [&]<int kBlock, class N>(const BasicConvGeometry<N>& same) {
               using Body = DirectAdjointWeight<T, N, kBlock>;
               if (lanes == 1) return run(device, Body(g, same, 1, x, y, w));
               cuda::Lanes<T> partials(device, weights, lanes);
               run(device, Body(g, same, lanes, x, y, partials.data()));
               partials.merge(Add{}, Write<T>{w});
             });
}

template <class T>
void fill_bias(Device device, const ConvGeometry& g, const T* bias, T* to, std::int64_t channels,
               std::int64_t size) {
  with_index_type(g, 0, [&]<class N>(TypeTag<N>) {
    cuda::for_each(device, g.batch * channels * size, FillBias<T, N>{bias, to, channels, size});
  });
}

}  // namespace

template <class T>
void apply(OnCard card, const ConvGeometry& g, const T* x, const T* w, const T* bias, T* y, Path path) {
  if (g.batch == 0 || g.out_channels == 0) return;
  if (is_direct(g)) {
    return with_block(g, g.out_per_group(), 0, [&]<int kBlock, class N>(const BasicConvGeometry<N>& same) {
      run(card.device, DirectApply<T, N, kBlock>(g, same, x, w, bias, y));
    });
  }
  if (bias != nullptr) fill_bias(card.device, g, bias, y, g.out_channels, g.out_size());
  apply_columns(card.device, g, x, w, y, bias != nullptr ? 1. : 0., path == Path::matrix);
}

template <class T>
void adjoint_input(OnCard card, const ConvGeometry& g, const T* w, const T* y, const T* bias, T* x,
                   Path path) {
  if (g.batch == 0 || g.in_channels == 0 || g.in_size() == 0) return;
  if (is_direct(g)) {
    return with_block(g, g.in_per_group(), 0, [&]<int kBlock, class N>(const BasicConvGeometry<N>& same) {
      run(card.device, DirectAdjointInput<T, N, kBlock>(g, same, w, y, bias, x));
    });
  }
  const bool filled = bias != nullptr && path == Path::matrix;
  if (filled) fill_bias(card.device, g, bias, x, g.in_channels, g.in_size());
  adjoint_input_columns(card.device, g, w, y, bias, x, path == Path::matrix);
}

template <class T>
void adjoint_weight(OnCard card, const ConvGeometry& g, const T* x, const T* y, T* w, Path) {
  const std::int64_t weights = g.out_channels * g.rows();
  if (g.batch == 0) return cuda::for_each(card.device, weights, Clear<T>{w});
  if (weights == 0) return;
  if (is_direct(g)) return adjoint_weight_lanes(card.device, g, x, y, w);
  adjoint_weight_columns(card.device, g, x, y, w);
}

/// Calls f(geometry, all columns of all images of [N, C taps, positions]).
template <class F> void with_all_columns(const ConvGeometry& g, F&& f) {
  const std::int64_t size = g.out_size(), step = g.rows() * size;
  with_index_type(g, g.batch * step, [&]<class N>(TypeTag<N>) {
    f(geometry_of<N>(g), ColumnPart<N>{0, 0, g.batch, 0, g.rows(), 0, size, size, step});
  });
}

/// Columns [N, C taps, positions] of images [N, C, in...] and back.
template <class T> void gather_columns(OnCard card, const ConvGeometry& g, const T* x, T* columns) {
  with_all_columns(g, [&]<class N>(const BasicConvGeometry<N>& same, const ColumnPart<N>& all) {
    run(card.device, GatherColumn<T, N>{same, all, x, columns});
  });
}

template <class T> void spread_columns(OnCard card, const ConvGeometry& g, const T* columns, T* x) {
  with_all_columns(g, [&]<class N>(const BasicConvGeometry<N>& same, const ColumnPart<N>& all) {
    run(card.device, SpreadColumn<T, N>{same, all, g.in_channels, columns, nullptr, x});
  });
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
