#include "tenet/ops/conv/thin_kernels.h"

#include <algorithm>
#include <cstring>
#include <type_traits>

#include "tenet/ops/conv/row_kernels.h"

namespace tenet::conv_kernels {
namespace {

template <class T> struct Simd {
  static constexpr std::int64_t lanes = 64 / sizeof(T);
  typedef T Vector __attribute__((vector_size(64)));
  typedef std::conditional_t<sizeof(T) == 4, std::int32_t, std::int64_t> Bits
      __attribute__((vector_size(64)));
};

/// Taps summed at once: enough sums to keep the adders busy, few enough for the registers.
constexpr int kTogether = 9;

/// A packed row, by its distance from where the others of the sum lie, and its weight.
template <class T> struct Term {
  std::int64_t offset;
  T weight;
};

/// N vectors, the last of which may be cut by width, of what combine() says.
template <int N, class T>
TENET_HD void combine_vectors(const T* base, const Term<T>* terms, std::int64_t n, T start, T* to,
                              std::int64_t width) {
  using V = typename Simd<T>::Vector;
  constexpr std::int64_t lanes = Simd<T>::lanes;
  V sum[N];
  for (int j = 0; j < N; ++j) sum[j] = V{} + start;
  for (std::int64_t t = 0; t < n; ++t) {
    for (int j = 0; j < N; ++j) {
      V v;
      std::memcpy(&v, base + terms[t].offset + j * lanes, sizeof v);
      sum[j] += terms[t].weight * v;
    }
  }
  for (int j = 0; j < N - 1; ++j) std::memcpy(to + j * lanes, &sum[j], sizeof(V));
  T last[lanes];
  std::memcpy(last, &sum[N - 1], sizeof(V));
  copy_row(to + (N - 1) * lanes, last, std::min(width - (N - 1) * lanes, lanes));
}

/// to[0, width) = start + the sum of the weighted rows base + offset. Reads on to the end of the last vector.
template <class T>
TENET_HD void combine(const T* base, const Term<T>* terms, std::int64_t n, T start, T* to,
                      std::int64_t width) {
  constexpr std::int64_t lanes = Simd<T>::lanes;
  for (; width > 0; width -= 4 * lanes, base += 4 * lanes, to += 4 * lanes) {
    if (width > 3 * lanes) {
      combine_vectors<4>(base, terms, n, start, to, width);
    } else if (width > 2 * lanes) {
      combine_vectors<3>(base, terms, n, start, to, width);
    } else if (width > lanes) {
      combine_vectors<2>(base, terms, n, start, to, width);
    } else {
      combine_vectors<1>(base, terms, n, start, to, width);
    }
  }
}

/// The positions j of a phase, counted from the first padding, that lie in the row: j stride + phase - low.
TENET_HD ConvRange inside(const ConvAxis& a, std::int64_t phase) {
  const std::int64_t begin = a.low > phase ? (a.low - phase - 1) / a.stride + 1 : 0;
  const std::int64_t end = a.in + a.low > phase ? (a.in + a.low - phase - 1) / a.stride + 1 : 0;
  return {begin, std::max(begin, end)};
}

/// A row of n elements with zeros around, `size` elements in all.
template <class T>
TENET_HD void pack_row(const T* row, std::int64_t n, std::int64_t before, std::int64_t size, T* to) {
  zero_row(to, before);
  copy_row(to + before, row, n);
  zero_row(to + before + n, size - before - n);
}

/// The rows of x that a band of outputs reads, packed for planes (c, kd): rows [0, rows) of a plane hold
/// phases of `size` elements each. Rows of padding are zeros.
template <class T> struct PackedInput {
  const ConvGeometry& g;
  std::int64_t size, row_size, rows, planes;

  TENET_HD PackedInput(const ConvGeometry& geometry, const Band& band)
      : g(geometry),
        size(thin_phase(g.axis[2])),
        row_size(size * g.axis[2].stride),
        rows((band.rows.end - band.rows.begin - 1) * g.axis[1].stride + g.axis[1].span()),
        planes(g.in_per_group() * g.axis[0].kernel) {}

  TENET_HD std::int64_t depth(const Band& band, std::int64_t plane) const {
    return g.axis[0].position(band.depth, plane % g.axis[0].kernel);
  }
  TENET_HD bool has(const Band& band, std::int64_t plane) const {
    return depth(band, plane) >= 0 && depth(band, plane) < g.axis[0].in;
  }
  /// Where a tap finds its element for the band's first output.
  TENET_HD std::int64_t offset(std::int64_t plane, std::int64_t kh, std::int64_t kw) const {
    const std::int64_t distance = kw * g.axis[2].dilation, stride = g.axis[2].stride;
    return (plane * rows + kh * g.axis[1].dilation) * row_size + distance % stride * size + distance / stride;
  }
  TENET_HD void pack(const Band& band, const T* x, T* to) const {
    const ConvAxis &height = g.axis[1], &width = g.axis[2];
    for (std::int64_t plane = 0; plane < planes; ++plane) {
      if (!has(band, plane)) continue;
      const T* from =
          x + (plane / g.axis[0].kernel * g.axis[0].in + depth(band, plane)) * height.in * width.in;
      for (std::int64_t r = 0; r < rows; ++r) {
        const std::int64_t ih = height.position(band.rows.begin, 0) + r;
        pack_phases(ih >= 0 && ih < height.in ? from + ih * width.in : nullptr,
                    to + (plane * rows + r) * row_size);
      }
    }
  }

 private:
  TENET_HD void pack_phases(const T* row, T* to) const {
    const ConvAxis& width = g.axis[2];
    if (row == nullptr) return zero_row(to, row_size);
    for (std::int64_t phase = 0; phase < width.stride; ++phase, to += size) {
      const ConvRange in = inside(width, phase);
      const std::int64_t begin = std::min(in.begin, size), end = std::min(in.end, size);
      zero_row(to, begin);
      gather_row(to + begin, row + begin * width.stride + phase - width.low, width.stride, end - begin);
      zero_row(to + end, size - end);
    }
  }
};

/// The rows of y that a band of x reads, packed for planes (o, kd), with zeros around and for rows beyond.
template <class T> struct PackedOutput {
  const ConvGeometry& g;
  std::int64_t size, first, rows, planes;  // first: the row of y that row 0 of a plane holds

  TENET_HD PackedOutput(const ConvGeometry& geometry, const Band& band)
      : g(geometry),
        size(thin_phase(g.axis[2])),
        first((band.rows.begin + g.axis[1].low) / g.axis[1].stride - thin_reach(g.axis[1])),
        rows((band.rows.end - 1 + g.axis[1].low) / g.axis[1].stride - first + 1),
        planes(g.out_per_group() * g.axis[0].kernel) {}

  TENET_HD std::int64_t depth(const Band& band, std::int64_t plane) const {
    return g.axis[0].output(band.depth, plane % g.axis[0].kernel);
  }
  TENET_HD void pack(const Band& band, const T* y, T* to) const {
    const ConvAxis &height = g.axis[1], &width = g.axis[2];
    for (std::int64_t plane = 0; plane < planes; ++plane) {
      const std::int64_t od = depth(band, plane);
      if (od < 0) continue;
      const T* from = y + (plane / g.axis[0].kernel * g.axis[0].out + od) * height.out * width.out;
      for (std::int64_t oh = first; oh < first + rows; ++oh) {
        const bool real = oh >= 0 && oh < height.out;
        pack_row(from + (real ? oh : 0) * width.out, real ? width.out : 0, thin_reach(width), size,
                 to + (plane * rows + oh - first) * size);
      }
    }
  }
  /// The terms of the rows of channel c in one phase of height and of width; returns their number.
  TENET_HD std::int64_t terms(const Band& band, const T* w, std::int64_t c, std::int64_t phase_h,
                              std::int64_t phase_w, Term<T>* to) const {
    const ConvAxis &height = g.axis[1], &width = g.axis[2];
    std::int64_t n = 0;
    for (std::int64_t plane = 0; plane < planes; ++plane) {
      const std::int64_t o = plane / g.axis[0].kernel, kd = plane % g.axis[0].kernel;
      if (depth(band, plane) < 0) continue;
      const T* weight = w + o * g.rows() + (c * g.axis[0].kernel + kd) * height.kernel * width.kernel;
      for (std::int64_t tap = 0; tap < height.kernel * width.kernel; ++tap) {
        const std::int64_t h = tap / width.kernel * height.dilation, v = tap % width.kernel * width.dilation;
        if (h % height.stride != phase_h || v % width.stride != phase_w) continue;
        to[n++] = {(plane * rows - h / height.stride) * size + thin_reach(width) - v / width.stride,
                   weight[tap]};
      }
    }
    return n;
  }
};

/// sums[k] += products of N shifted rows of x with one row of y, whose last vector `mask` cuts: beyond the
/// row x may hold what no tap reads, even infinities.
template <int N, class T>
TENET_HD void multiply_rows(const T* x, const std::int64_t* offsets, const T* y, std::int64_t vectors,
                            const typename Simd<T>::Bits& mask, typename Simd<T>::Vector* sums) {
  for (std::int64_t i = 0; i < vectors; ++i, x += Simd<T>::lanes, y += Simd<T>::lanes) {
    typename Simd<T>::Vector v, u;
    std::memcpy(&v, y, sizeof v);
    for (int k = 0; k < N; ++k) {
      std::memcpy(&u, x + offsets[k], sizeof u);
      if (i == vectors - 1) u = (typename Simd<T>::Vector)((typename Simd<T>::Bits)u & mask);
      sums[k] += u * v;
    }
  }
}

/// w[0, N) += for N taps, over the rows of a band: those of x lie `step` apart, those of y one behind the
/// other.
template <int N, class T>
TENET_HD void weigh_taps(const T* x, std::int64_t step, const std::int64_t* offsets, const T* y,
                         std::int64_t rows, std::int64_t width, T* w) {
  constexpr std::int64_t lanes = Simd<T>::lanes;
  const std::int64_t vectors = (width + lanes - 1) / lanes;
  typename Simd<T>::Bits mask = {};
  for (std::int64_t j = 0; j < width - (vectors - 1) * lanes; ++j) mask[j] = -1;
  typename Simd<T>::Vector sums[N] = {};
  for (std::int64_t r = 0; r < rows; ++r) {
    multiply_rows<N, T>(x + r * step, offsets, y + r * vectors * lanes, vectors, mask, sums);
  }
  for (int k = 0; k < N; ++k) {
    T sum = 0;
    for (std::int64_t j = 0; j < lanes; ++j) sum += sums[k][j];
    w[k] += sum;
  }
}

}  // namespace

template <cpu::Level L, class T>
void thin_apply(const ConvGeometry& g, Band band, const T* x, const T* w, const T* bias, T* y, T* scratch) {
  const ConvAxis &height = g.axis[1], &width = g.axis[2];
  const PackedInput<T> packed(g, band);
  packed.pack(band, x, scratch);
  Term<T> terms[kThinTerms];
  for (std::int64_t o = 0; o < g.out_per_group(); ++o) {
    std::int64_t n = 0;
    for (std::int64_t plane = 0; plane < packed.planes; ++plane) {
      const T* weight = w + o * g.rows() + plane * height.kernel * width.kernel;
      for (std::int64_t tap = 0; packed.has(band, plane) && tap < height.kernel * width.kernel; ++tap) {
        terms[n++] = {packed.offset(plane, tap / width.kernel, tap % width.kernel), weight[tap]};
      }
    }
    const T* base = scratch;
    for (std::int64_t oh = band.rows.begin; oh < band.rows.end;
         ++oh, base += height.stride * packed.row_size) {
      T* row = y + ((o * g.axis[0].out + band.depth) * height.out + oh) * width.out;
      combine(base, terms, n, bias != nullptr ? bias[o] : T(0), row, width.out);
    }
  }
}

template <cpu::Level L, class T>
void thin_adjoint_input(const ConvGeometry& g, Band band, const T* w, const T* y, const T* bias, T* x,
                        T* scratch) {
  const ConvAxis &height = g.axis[1], &width = g.axis[2];
  const PackedOutput<T> packed(g, band);
  packed.pack(band, y, scratch);
  T* __restrict result = scratch + packed.planes * packed.rows * packed.size;
  Term<T> terms[kThinTerms];
  for (std::int64_t c = 0; c < g.in_per_group(); ++c) {
    T* plane = x + (c * g.axis[0].in + band.depth) * height.in * width.in;
    for (std::int64_t phase = 0; phase < height.stride * width.stride; ++phase) {
      const std::int64_t phase_h = phase / width.stride, phase_w = phase % width.stride;
      const std::int64_t n = packed.terms(band, w, c, phase_h, phase_w, terms);
      const ConvRange targets = inside(width, phase_w);
      for (std::int64_t ih = band.rows.begin; ih < band.rows.end; ++ih) {
        if ((ih + height.low) % height.stride != phase_h) continue;
        const T* base =
            scratch + ((ih + height.low) / height.stride - packed.first) * packed.size + targets.begin;
        T* row = plane + ih * width.in;
        combine(base, terms, n, bias != nullptr ? bias[c] : T(0), width.stride == 1 ? row : result,
                targets.end - targets.begin);
        T* __restrict to = row + targets.begin * width.stride + phase_w - width.low;
        if (width.stride == 2) {
          for (std::int64_t j = 0; j < targets.end - targets.begin; ++j) to[2 * j] = result[j];
        } else if (width.stride > 2) {
          for (std::int64_t j = 0; j < targets.end - targets.begin; ++j) to[j * width.stride] = result[j];
        }
      }
    }
  }
}

template <cpu::Level L, class T>
void thin_adjoint_weight(const ConvGeometry& g, Band band, const T* x, const T* y, T* w, T* scratch) {
  constexpr std::int64_t lanes = Simd<T>::lanes;
  const ConvAxis &height = g.axis[1], &width = g.axis[2];
  const PackedInput<T> packed(g, band);
  packed.pack(band, x, scratch);
  T* rows_of_y = scratch + packed.planes * packed.rows * packed.row_size;
  const std::int64_t rows = band.rows.end - band.rows.begin, size = (width.out + lanes - 1) / lanes * lanes;
  for (std::int64_t r = 0; r < rows; ++r) {
    pack_row(y + (band.depth * height.out + band.rows.begin + r) * width.out, width.out, 0, size,
             rows_of_y + r * size);
  }
  const std::int64_t step = height.stride * packed.row_size;
  for (std::int64_t plane = 0; plane < packed.planes; ++plane) {
    if (!packed.has(band, plane)) continue;
    const std::int64_t taps = height.kernel * width.kernel;
    for (std::int64_t tap = 0; tap < taps; tap += kTogether) {
      const std::int64_t n = std::min<std::int64_t>(taps - tap, kTogether);
      std::int64_t offsets[kTogether];
      for (std::int64_t k = 0; k < n; ++k) {
        offsets[k] = packed.offset(plane, (tap + k) / width.kernel, (tap + k) % width.kernel);
      }
      for_constant<kTogether>(n, [&](auto count) {
        weigh_taps<count()>(scratch, step, offsets, rows_of_y, rows, width.out, w + plane * taps + tap);
      });
    }
  }
}

#define TENET_THIN(T)                                                                                       \
  template void thin_apply<cpu::kThisLevel, T>(const ConvGeometry&, Band, const T*, const T*, const T*, T*, \
                                               T*);                                                         \
  template void thin_adjoint_input<cpu::kThisLevel, T>(const ConvGeometry&, Band, const T*, const T*,       \
                                                       const T*, T*, T*);                                   \
  template void thin_adjoint_weight<cpu::kThisLevel, T>(const ConvGeometry&, Band, const T*, const T*, T*,  \
                                                        T*);
TENET_THIN(float)
TENET_THIN(double)

}  // namespace tenet::conv_kernels
