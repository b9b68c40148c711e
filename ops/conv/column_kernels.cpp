#include "tenet/ops/conv/column_kernels.h"

#include <algorithm>

#include "tenet/ops/conv/row_kernels.h"

namespace tenet::conv_kernels {
namespace {

/// put(to[i * stride], from[i]).
template <class T, class Put>
TENET_HD void spread_row(T* __restrict to, const T* __restrict from, std::int64_t stride, std::int64_t n,
                         Put put) {
  if (stride == 1) {
    for (std::int64_t i = 0; i < n; ++i) put(to[i], from[i]);
  } else if (stride == 2) {
    for (std::int64_t i = 0; i < n; ++i) put(to[2 * i], from[i]);
  } else {
    for (std::int64_t i = 0; i < n; ++i) put(to[i * stride], from[i]);
  }
}

/// What a row of the column matrix stands for.
struct Tap {
  std::int64_t c, kd, kh, kw;
};

TENET_HD Tap tap_of(const ConvGeometry& g, std::int64_t row) {
  const std::int64_t kw = g.axis[2].kernel, kh = g.axis[1].kernel, kd = g.axis[0].kernel;
  return {row / kw / kh / kd, row / kw / kh % kd, row / kw % kh, row % kw};
}

/// Rows of outputs whose inputs lie equally far apart.
struct Rows {
  std::int64_t from, n;  // outputs [from, from + n) of each row
  std::int64_t begin;    // the column of the first; the rows' columns follow one another
  std::int64_t count;
};

/// Calls f(rows, row of x) for the rows of outputs that a block's positions touch, as many at once as lie in
/// one depth. The row of x, which tap t reads for the first of them, is null where t lies in padding.
template <class T, class F>
TENET_HD void for_rows(const ConvGeometry& g, const Block& block, const Tap& t, T* x, F&& f) {
  const ConvAxis &depth = g.axis[0], &height = g.axis[1], &width = g.axis[2];
  const ConvRange valid = height.outputs(t.kh);
  std::int64_t from = block.position % width.out;
  std::int64_t oh = block.position / width.out % height.out, od = block.position / width.out / height.out;
  for (std::int64_t begin = 0; begin < block.positions;) {
    const std::int64_t left = block.positions - begin, id = depth.position(od, t.kd);
    const bool whole = from == 0 && left >= width.out;
    const bool inside = id >= 0 && id < depth.in && oh >= valid.begin && oh < valid.end;
    const std::int64_t change = inside ? valid.end : oh < valid.begin ? valid.begin : height.out;
    const std::int64_t n = std::min(width.out - from, left);
    const std::int64_t count = whole ? std::min(change - oh, left / width.out) : 1;
    f(Rows{from, n, begin, count},
      inside ? x + ((t.c * depth.in + id) * height.in + height.position(oh, t.kh)) * width.in : nullptr);
    begin += n * count;
    from = 0;
    oh += count;
    if (oh == height.out) oh = 0, ++od;
  }
}

/// Calls put_for(channel)(element of x, column element) for each of the block's elements that lies in x.
template <class T, class PutFor>
TENET_HD void spread(const ConvGeometry& g, const Block& block, const T* columns, T* x, PutFor put_for) {
  const ConvAxis& width = g.axis[2];
  const std::int64_t pitch = g.axis[1].stride * width.in;
  for (std::int64_t r = 0; r < block.rows; ++r, columns += block.positions) {
    const Tap t = tap_of(g, block.row + r);
    const ConvRange valid = width.outputs(t.kw);
    const auto put = put_for(t.c);
    for_rows(g, block, t, x, [&](const Rows& rows, T* row) {
      const std::int64_t a = std::max(valid.begin, rows.from), b = std::min(valid.end, rows.from + rows.n);
      if (row == nullptr || a >= b) return;
      T* to = row + width.position(a, t.kw);
      const T* from = columns + rows.begin + (a - rows.from);
      for (std::int64_t i = 0; i < rows.count; ++i, to += pitch, from += rows.n) {
        spread_row(to, from, width.stride, b - a, put);
      }
    });
  }
}

}  // namespace

template <cpu::Level L, class T>
void im2col(const ConvGeometry& g, const Block& block, const T* x, T* columns) {
  const ConvAxis& width = g.axis[2];
  const std::int64_t pitch = g.axis[1].stride * width.in;
  for (std::int64_t r = 0; r < block.rows; ++r, columns += block.positions) {
    const Tap t = tap_of(g, block.row + r);
    const ConvRange valid = width.outputs(t.kw);
    for_rows(g, block, t, x, [&](const Rows& rows, const T* row) {
      T* to = columns + rows.begin;
      if (row == nullptr) return zero_row(to, rows.n * rows.count);
      const std::int64_t a = std::clamp(valid.begin - rows.from, std::int64_t{0}, rows.n);
      const std::int64_t b = std::clamp(valid.end - rows.from, a, rows.n);
      if (a < b) {
        gather_rows(to + a, rows.n, row + width.position(rows.from + a, t.kw), pitch, width.stride, b - a,
                    rows.count);
      }
      for (std::int64_t i = 0; i < rows.count && b - a < rows.n; ++i, to += rows.n) {
        std::fill_n(to, a, T(0));
        std::fill(to + b, to + rows.n, T(0));
      }
    });
  }
}

template <cpu::Level L, class T>
void col2im(const ConvGeometry& g, const Block& block, const T* columns, T* x) {
  spread(g, block, columns, x, [](std::int64_t) { return [](T& to, T value) { to += value; }; });
}

template <cpu::Level L, class T>
void place(const ConvGeometry& g, const Block& block, const T* columns, const T* bias, T* x) {
  spread(g, block, columns, x, [bias](std::int64_t c) {
    const T start = bias != nullptr ? bias[c] : T(0);
    return [start](T& to, T value) { to = start + value; };
  });
}

#define TENET_COLUMNS(T)                                                                     \
  template void im2col<cpu::kThisLevel, T>(const ConvGeometry&, const Block&, const T*, T*); \
  template void col2im<cpu::kThisLevel, T>(const ConvGeometry&, const Block&, const T*, T*); \
  template void place<cpu::kThisLevel, T>(const ConvGeometry&, const Block&, const T*, const T*, T*);
TENET_COLUMNS(float)
TENET_COLUMNS(double)

}  // namespace tenet::conv_kernels
