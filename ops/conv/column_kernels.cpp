#include "tenet/ops/conv/column_kernels.h"

#include <algorithm>

#include "tenet/ops/conv/row_kernels.h"

namespace tenet::conv_kernels {
namespace {

/// Elements 0, S, 2S, ... ; S == 0 stands for a stride known at run time.
template <int S>
struct Every {
  std::int64_t stride;
  TENET_HD std::int64_t operator()(std::int64_t i) const { return S > 0 ? i * S : i * stride; }
};

/// Calls f with the stride as a constant where a loop profits from it.
template <class F>
TENET_HD void with_stride(std::int64_t stride, F&& f) {
  if (stride == 1) {
    f(Every<1>{});
  } else if (stride == 2) {
    f(Every<2>{});
  } else {
    f(Every<0>{stride});
  }
}

/// Element `row` of the rows of a column matrix.
struct Tap {
  std::int64_t c, kd, kh, kw;
};

TENET_HD Tap tap_of(const ConvGeometry& g, std::int64_t row) {
  const std::int64_t kw = g.axis[2].kernel, kh = g.axis[1].kernel, kd = g.axis[0].kernel;
  return {row / kw / kh / kd, row / kw / kh % kd, row / kw % kh, row % kw};
}

/// Calls f(from, begin, n, row of x) for each row of outputs that a block's positions touch: outputs `from`
/// to from + n of it, which stand at column `begin`. The row of x is null where tap t lies in padding.
template <class T, class F>
TENET_HD void for_rows(const ConvGeometry& g, const Block& block, const Tap& t, T* x, F&& f) {
  const ConvAxis &depth = g.axis[0], &height = g.axis[1], &width = g.axis[2];
  std::int64_t from = block.position % width.out;
  std::int64_t oh = block.position / width.out % height.out, od = block.position / width.out / height.out;
  for (std::int64_t begin = 0; begin < block.positions;) {
    const std::int64_t n = std::min(width.out - from, block.positions - begin);
    const std::int64_t id = depth.position(od, t.kd), ih = height.position(oh, t.kh);
    const bool inside = id >= 0 && id < depth.in && ih >= 0 && ih < height.in;
    f(from, begin, n, inside ? x + ((t.c * depth.in + id) * height.in + ih) * width.in : nullptr);
    begin += n;
    from = 0;
    if (++oh == height.out) oh = 0, ++od;
  }
}

template <class T>
TENET_HD void gather(const ConvGeometry& g, const Block& block, const T* x, T* columns) {
  for (std::int64_t r = 0; r < block.rows; ++r, columns += block.positions) {
    const Tap t = tap_of(g, block.row + r);
    const ConvRange valid = g.axis[2].outputs(t.kw);
    for_rows(g, block, t, x, [&](std::int64_t from, std::int64_t begin, std::int64_t n, const T* row) {
      T* to = columns + begin;
      if (row == nullptr) return zero_row(to, n);
      const std::int64_t a = std::clamp(valid.begin - from, std::int64_t{0}, n);
      const std::int64_t b = std::clamp(valid.end - from, a, n);
      zero_row(to, a);
      if (a < b) gather_row(to + a, row + g.axis[2].position(from + a, t.kw), g.axis[2].stride, b - a);
      zero_row(to + b, n - b);
    });
  }
}

/// Put(x element, column element) for each column element and the element of x that it came from.
template <class T, class E, class Put>
TENET_HD void spread(const ConvGeometry& g, const Block& block, const T* columns, T* x, E every, Put put) {
  for (std::int64_t r = 0; r < block.rows; ++r, columns += block.positions) {
    const Tap t = tap_of(g, block.row + r);
    const ConvRange valid = g.axis[2].outputs(t.kw);
    for_rows(g, block, t, x, [&](std::int64_t from, std::int64_t begin, std::int64_t n, T* row) {
      const std::int64_t a = std::max(valid.begin, from), b = std::min(valid.end, from + n);
      if (row == nullptr || a >= b) return;
      T* __restrict to = row + g.axis[2].position(a, t.kw);
      const T* __restrict source = columns + begin + (a - from);
      for (std::int64_t i = 0; i < b - a; ++i) put(to[every(i)], source[i], t.c);
    });
  }
}

}  // namespace

template <cpu::Level L, class T>
void im2col(const ConvGeometry& g, const Block& block, const T* x, T* columns) {
  gather(g, block, x, columns);
}

template <cpu::Level L, class T>
void col2im(const ConvGeometry& g, const Block& block, const T* columns, T* x) {
  with_stride(g.axis[2].stride, [&](auto every) {
    spread(g, block, columns, x, every, [](T& to, T value, std::int64_t) { to += value; });
  });
}

template <cpu::Level L, class T>
void place(const ConvGeometry& g, const Block& block, const T* columns, const T* bias, T* x) {
  with_stride(g.axis[2].stride, [&](auto every) {
    spread(g, block, columns, x, every,
           [bias](T& to, T value, std::int64_t c) { to = bias != nullptr ? bias[c] + value : value; });
  });
}

#define TENET_COLUMNS(T)                                                                     \
  template void im2col<cpu::kThisLevel, T>(const ConvGeometry&, const Block&, const T*, T*); \
  template void col2im<cpu::kThisLevel, T>(const ConvGeometry&, const Block&, const T*, T*); \
  template void place<cpu::kThisLevel, T>(const ConvGeometry&, const Block&, const T*, const T*, T*);
TENET_COLUMNS(float)
TENET_COLUMNS(double)

}  // namespace tenet::conv_kernels
