#include "tenet/ops/conv/loop_kernels.h"

#include <algorithm>
#include <cstring>

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

template <class T>
TENET_HD void fill_row(T* to, std::int64_t n, T value) {
  for (std::int64_t i = 0; i < n; ++i) to[i] = value;
}

/// Rows are short: a call of memcpy for each would cost more than the copy.
template <class T>
TENET_HD void copy_row(T* __restrict to, const T* __restrict from, std::int64_t n, Every<1>) {
  constexpr std::int64_t lanes = 64 / sizeof(T);
  for (; n >= lanes; n -= lanes, to += lanes, from += lanes) std::memcpy(to, from, 64);
  if (n >= lanes / 2) {
    std::memcpy(to, from, 32);
    n -= lanes / 2, to += lanes / 2, from += lanes / 2;
  }
  if (n >= lanes / 4) {
    std::memcpy(to, from, 16);
    n -= lanes / 4, to += lanes / 4, from += lanes / 4;
  }
  for (; n > 0; --n) *to++ = *from++;
}

template <class T, class E>
TENET_HD void copy_row(T* __restrict to, const T* __restrict from, std::int64_t n, E every) {
  for (std::int64_t i = 0; i < n; ++i) to[i] = from[every(i)];
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

template <class T, class E>
TENET_HD void gather(const ConvGeometry& g, const Block& block, const T* x, T* columns, E every) {
  for (std::int64_t r = 0; r < block.rows; ++r, columns += block.positions) {
    const Tap t = tap_of(g, block.row + r);
    const ConvRange valid = g.axis[2].outputs(t.kw);
    for_rows(g, block, t, x, [&](std::int64_t from, std::int64_t begin, std::int64_t n, const T* row) {
      T* to = columns + begin;
      if (row == nullptr) return fill_row(to, n, T(0));
      const std::int64_t a = std::clamp(valid.begin - from, std::int64_t{0}, n);
      const std::int64_t b = std::clamp(valid.end - from, a, n);
      fill_row(to, a, T(0));
      if (a < b) copy_row(to + a, row + g.axis[2].position(from + a, t.kw), b - a, every);
      fill_row(to + b, n - b, T(0));
    });
  }
}

template <class T, class E>
TENET_HD void spread(const ConvGeometry& g, const Block& block, const T* columns, T* x, E every) {
  for (std::int64_t r = 0; r < block.rows; ++r, columns += block.positions) {
    const Tap t = tap_of(g, block.row + r);
    const ConvRange valid = g.axis[2].outputs(t.kw);
    for_rows(g, block, t, x, [&](std::int64_t from, std::int64_t begin, std::int64_t n, T* row) {
      const std::int64_t a = std::max(valid.begin, from), b = std::min(valid.end, from + n);
      if (row == nullptr || a >= b) return;
      T* __restrict to = row + g.axis[2].position(a, t.kw);
      const T* __restrict source = columns + begin + (a - from);
      for (std::int64_t i = 0; i < b - a; ++i) to[every(i)] += source[i];
    });
  }
}

/// The outputs that each tap of a row reads.
struct RowTaps {
  ConvRange valid[kThinWidth];
  explicit TENET_HD RowTaps(const ConvAxis& width) {
    for (std::int64_t k = 0; k < width.kernel; ++k) valid[k] = width.outputs(k);
  }
};

/// The row of outputs y += taps applied to a row of x.
template <class T, class E>
TENET_HD void apply_row(const ConvAxis& width, const RowTaps& taps, const T* x, const T* w, T* y, E every) {
  for (std::int64_t k = 0; k < width.kernel; ++k) {
    const ConvRange valid = taps.valid[k];
    if (valid.begin >= valid.end) continue;
    const T* __restrict from = x + width.position(valid.begin, k);
    T* __restrict to = y + valid.begin;
    for (std::int64_t i = 0; i < valid.end - valid.begin; ++i) to[i] += w[k] * from[every(i)];
  }
}

/// The row x += taps spread from a row of outputs y.
template <class T, class E>
TENET_HD void spread_row(const ConvAxis& width, const RowTaps& taps, const T* y, const T* w, T* x, E every) {
  for (std::int64_t k = 0; k < width.kernel; ++k) {
    const ConvRange valid = taps.valid[k];
    if (valid.begin >= valid.end) continue;
    T* __restrict to = x + width.position(valid.begin, k);
    const T* __restrict from = y + valid.begin;
    for (std::int64_t i = 0; i < valid.end - valid.begin; ++i) to[every(i)] += w[k] * from[i];
  }
}

/// Products of two rows are added into lanes, so that the sum has one order on every machine.
template <class T>
struct Lanes {
  static constexpr std::int64_t n = 128 / sizeof(T);
  alignas(64) T sum[n] = {};

  template <class E>
  TENET_HD void take(const T* __restrict x, const T* __restrict y, std::int64_t count, E every) {
    std::int64_t i = 0;
    for (; i + n <= count; i += n) {
      for (std::int64_t j = 0; j < n; ++j) sum[j] += x[every(i + j)] * y[i + j];
    }
    for (std::int64_t j = 0; j < count - i; ++j) sum[j] += x[every(i + j)] * y[i + j];
  }
  TENET_HD T total() {
    for (std::int64_t half = n / 2; half > 0; half /= 2) {
      for (std::int64_t j = 0; j < half; ++j) sum[j] += sum[j + half];
    }
    return sum[0];
  }
};

}  // namespace

template <cpu::Level L, class T>
void im2col(const ConvGeometry& g, const Block& block, const T* x, T* columns) {
  with_stride(g.axis[2].stride, [&](auto every) { gather(g, block, x, columns, every); });
}

template <cpu::Level L, class T>
void col2im(const ConvGeometry& g, const Block& block, const T* columns, T* x) {
  with_stride(g.axis[2].stride, [&](auto every) { spread(g, block, columns, x, every); });
}

template <cpu::Level L, class T>
void thin_apply(const ConvGeometry& g, const T* x, const T* w, T start, ConvRange lines, T* y) {
  const ConvAxis &depth = g.axis[0], &height = g.axis[1], &width = g.axis[2];
  const RowTaps taps(width);
  with_stride(width.stride, [&](auto every) {
    for (std::int64_t line = lines.begin; line < lines.end; ++line) {
      T* row = y + line * width.out;
      fill_row(row, width.out, start);
      const T* weights = w;
      for (std::int64_t plane = 0; plane < g.in_per_group() * depth.kernel; ++plane) {
        const std::int64_t c = plane / depth.kernel, id = depth.position(line / height.out, plane % depth.kernel);
        for (std::int64_t kh = 0; kh < height.kernel; ++kh, weights += width.kernel) {
          const std::int64_t ih = height.position(line % height.out, kh);
          if (id < 0 || id >= depth.in || ih < 0 || ih >= height.in) continue;
          apply_row(width, taps, x + ((c * depth.in + id) * height.in + ih) * width.in, weights, row, every);
        }
      }
    }
  });
}

template <cpu::Level L, class T>
void thin_adjoint_input(const ConvGeometry& g, const T* w, const T* y, std::int64_t c, T start, ConvRange lines, T* x) {
  const ConvAxis &depth = g.axis[0], &height = g.axis[1], &width = g.axis[2];
  const RowTaps taps(width);
  with_stride(width.stride, [&](auto every) {
    for (std::int64_t line = lines.begin; line < lines.end; ++line) {
      T* row = x + line * width.in;
      fill_row(row, width.in, start);
      for (std::int64_t plane = 0; plane < g.out_per_group() * depth.kernel; ++plane) {
        const std::int64_t o = plane / depth.kernel, kd = plane % depth.kernel;
        const std::int64_t od = depth.output(line / height.in, kd);
        const T* weights = w + o * g.rows() + (c * depth.kernel + kd) * height.kernel * width.kernel;
        for (std::int64_t kh = 0; od >= 0 && kh < height.kernel; ++kh, weights += width.kernel) {
          const std::int64_t oh = height.output(line % height.in, kh);
          if (oh < 0) continue;
          spread_row(width, taps, y + ((o * depth.out + od) * height.out + oh) * width.out, weights, row, every);
        }
      }
    }
  });
}

template <cpu::Level L, class T>
void thin_adjoint_weight(const ConvGeometry& g, const T* x, const T* y, T* w) {
  const ConvAxis &depth = g.axis[0], &height = g.axis[1], &width = g.axis[2];
  with_stride(width.stride, [&](auto every) {
    for (std::int64_t tap = 0; tap < g.taps(); ++tap) {
      const Tap t = tap_of(g, tap);
      const ConvRange od = depth.outputs(t.kd), oh = height.outputs(t.kh), ow = width.outputs(t.kw);
      Lanes<T> lanes;
      for (std::int64_t d = od.begin; d < od.end && ow.begin < ow.end; ++d) {
        for (std::int64_t h = oh.begin; h < oh.end; ++h) {
          const T* row = x + (depth.position(d, t.kd) * height.in + height.position(h, t.kh)) * width.in;
          lanes.take(row + width.position(ow.begin, t.kw), y + (d * height.out + h) * width.out + ow.begin,
                     ow.end - ow.begin, every);
        }
      }
      w[tap] += lanes.total();
    }
  });
}

#define TENET_CONV_LOOPS(T)                                                                                         \
  template void im2col<cpu::kThisLevel, T>(const ConvGeometry&, const Block&, const T*, T*);                        \
  template void col2im<cpu::kThisLevel, T>(const ConvGeometry&, const Block&, const T*, T*);                        \
  template void thin_apply<cpu::kThisLevel, T>(const ConvGeometry&, const T*, const T*, T, ConvRange, T*);          \
  template void thin_adjoint_input<cpu::kThisLevel, T>(const ConvGeometry&, const T*, const T*, std::int64_t, T,    \
                                                       ConvRange, T*);                                              \
  template void thin_adjoint_weight<cpu::kThisLevel, T>(const ConvGeometry&, const T*, const T*, T*);
TENET_CONV_LOOPS(float)
TENET_CONV_LOOPS(double)

}  // namespace tenet::conv_kernels
