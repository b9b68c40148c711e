#include "tenet/ops/conv_matrix/as_sparse.h"

#include "tenet/ops/conv_matrix/problem.h"
#include "tenet/ops/copy/copy.h"
#include "tenet/ops/create/create.h"
#include "tenet/ops/index/index.h"

namespace tenet {
namespace {

/// Where the entries of the matrix stand, and which element of the kernel each of them is.
struct Entries {
  std::vector<std::int64_t> begins = {0}, columns, taps;

  /// The row of output channel o at position (d, h, w).
  void add_row(const ConvGeometry& g, std::int64_t o, const std::int64_t (&at)[3]) {
    const std::int64_t first_channel = o / g.out_per_group() * g.in_per_group();
    for (std::int64_t c = 0; c < g.in_per_group(); ++c)
      add_plane(g, (first_channel + c) * g.in_size(), (o * g.in_per_group() + c) * g.taps(), at);
    begins.push_back(static_cast<std::int64_t>(columns.size()));
  }

 private:
  void add_plane(const ConvGeometry& g, std::int64_t column, std::int64_t tap, const std::int64_t (&at)[3]) {
    const auto [d, h, w] = g.axis;
    for (std::int64_t i = 0; i < d.kernel; ++i) {
      for (std::int64_t j = 0; j < h.kernel; ++j) {
        for (std::int64_t k = 0; k < w.kernel; ++k, ++tap) {
          const std::int64_t z = d.position(at[0], i), y = h.position(at[1], j), x = w.position(at[2], k);
          if (z < 0 || z >= d.in || y < 0 || y >= h.in || x < 0 || x >= w.in) continue;
          columns.push_back(column + (z * h.in + y) * w.in + x);
          taps.push_back(tap);
        }
      }
    }
  }
};

Tensor indices(const std::vector<std::int64_t>& values, Device device) {
  const Tensor t = empty({static_cast<std::int64_t>(values.size())}, {.dtype = int64});
  std::copy(values.begin(), values.end(), t.data<std::int64_t>());
  return t.to(device);
}

}  // namespace

CsrMatrix as_sparse(const Tensor& kernel, const Dims& input_size, const ConvOptions& options) {
  const ConvGeometry g = conv_matrix::solve("as_sparse", kernel, input_size, options);
  Entries entries;
  for (std::int64_t o = 0; o < g.out_channels; ++o) {
    for (std::int64_t d = 0; d < g.axis[0].out; ++d) {
      for (std::int64_t h = 0; h < g.axis[1].out; ++h) {
        for (std::int64_t w = 0; w < g.axis[2].out; ++w) entries.add_row(g, o, {d, h, w});
      }
    }
  }
  return {{g.out_channels * g.out_size(), g.in_channels * g.in_size()},
          indices(entries.begins, kernel.device()),
          indices(entries.columns, kernel.device()),
          index_select(kernel.reshape({-1}), 0, indices(entries.taps, kernel.device()))};
}

Tensor CsrMatrix::to_dense() const {
  const Tensor crow = on_host(crow_indices), columns = on_host(col_indices), at = empty_like(columns);
  const auto *begin = crow.data<const std::int64_t>(), *column = columns.data<const std::int64_t>();
  for (std::int64_t row = 0; row < shape[0]; ++row) {
    for (std::int64_t k = begin[row]; k < begin[row + 1]; ++k)
      at.data<std::int64_t>()[k] = row * shape[1] + column[k];
  }
  const Tensor flat = zeros({count(shape, "to_dense")}, {.dtype = values.dtype(), .device = values.device()});
  return scatter_add(flat, 0, at.to(values.device()), values).reshape(shape);
}

}  // namespace tenet
