// Two references for the convolution family, in 64-bit integers, written from the formula and not from the
// library. Each lists the products x[.] w[.] y[.] of the trilinear form in its own way: one walks over
// outputs and asks which inputs they read, the other over inputs and asks which outputs read them. Every
// contraction is a sum over that list, so with the first one y is gathered and x scattered, with the second
// the reverse.
#pragma once

#include <cstdint>
#include <vector>

namespace tenet_test {

using Integers = std::vector<std::int64_t>;

struct ReferenceAxis {
  std::int64_t in = 1, kernel = 1, stride = 1, dilation = 1, low = 0, high = 0, out = 1;
};

struct ReferenceConv {
  std::int64_t n = 1, c = 1, o = 1, g = 1;
  ReferenceAxis d, h, w;

  std::int64_t x_size() const { return n * c * d.in * h.in * w.in; }
  std::int64_t w_size() const { return o * (c / g) * d.kernel * h.kernel * w.kernel; }
  std::int64_t y_size() const { return n * o * d.out * h.out * w.out; }
};

/// Calls f(index in x, index in w, index in y) for each product; walks over y.
template <class F> void products_by_output(const ReferenceConv& r, F&& f) {
  const std::int64_t cg = r.c / r.g, og = r.o / r.g;
  std::int64_t iy = 0;
  for (std::int64_t n = 0; n < r.n; ++n)
    for (std::int64_t o = 0; o < r.o; ++o)
      for (std::int64_t od = 0; od < r.d.out; ++od)
        for (std::int64_t oh = 0; oh < r.h.out; ++oh)
          for (std::int64_t ow = 0; ow < r.w.out; ++ow, ++iy)
            for (std::int64_t c = 0; c < cg; ++c)
              for (std::int64_t kd = 0; kd < r.d.kernel; ++kd)
                for (std::int64_t kh = 0; kh < r.h.kernel; ++kh)
                  for (std::int64_t kw = 0; kw < r.w.kernel; ++kw) {
                    const std::int64_t id = od * r.d.stride + kd * r.d.dilation - r.d.low;
                    const std::int64_t ih = oh * r.h.stride + kh * r.h.dilation - r.h.low;
                    const std::int64_t iw = ow * r.w.stride + kw * r.w.dilation - r.w.low;
                    if (id < 0 || id >= r.d.in || ih < 0 || ih >= r.h.in || iw < 0 || iw >= r.w.in) continue;
                    const std::int64_t channel = o / og * cg + c;
                    f((((n * r.c + channel) * r.d.in + id) * r.h.in + ih) * r.w.in + iw,
                      (((o * cg + c) * r.d.kernel + kd) * r.h.kernel + kh) * r.w.kernel + kw, iy);
                  }
}

/// The (output, tap) pairs that read each input of one axis, found by trying every pair against a padded line
/// in which the inputs stand at low, low + 1, ...
inline std::vector<std::vector<std::pair<std::int64_t, std::int64_t>>> readers(const ReferenceAxis& a) {
  std::vector<std::vector<std::pair<std::int64_t, std::int64_t>>> of(static_cast<std::size_t>(a.in));
  for (std::int64_t i = 0; i < a.in; ++i) {
    const std::int64_t place = a.low + i;  // in the padded line
    for (std::int64_t k = 0; k < a.kernel; ++k) {
      for (std::int64_t o = 0, start = 0; o < a.out; ++o, start += a.stride) {
        if (start + k * a.dilation == place) of[static_cast<std::size_t>(i)].emplace_back(o, k);
      }
    }
  }
  return of;
}

/// The same products; walks over x.
template <class F> void products_by_input(const ReferenceConv& r, F&& f) {
  const auto ds = readers(r.d), hs = readers(r.h), ws = readers(r.w);
  const std::int64_t in_group = r.c / r.g, out_group = r.o / r.g;
  const std::int64_t w_plane = r.d.kernel * r.h.kernel * r.w.kernel, y_plane = r.d.out * r.h.out * r.w.out;
  std::int64_t ix = 0;
  for (std::int64_t image = 0; image < r.n; ++image) {
    for (std::int64_t channel = 0; channel < r.c; ++channel) {
      const std::int64_t group = channel / in_group;
      for (const auto& in_depth : ds)
        for (const auto& in_height : hs)
          for (const auto& in_width : ws) {
            for (std::int64_t o = group * out_group; o < (group + 1) * out_group; ++o)
              for (auto [od, kd] : in_depth)
                for (auto [oh, kh] : in_height)
                  for (auto [ow, kw] : in_width) {
                    const std::int64_t tap = kw + r.w.kernel * (kh + r.h.kernel * kd);
                    const std::int64_t place = ow + r.w.out * (oh + r.h.out * od);
                    f(ix, (o * in_group + channel % in_group) * w_plane + tap,
                      (image * r.o + o) * y_plane + place);
                  }
            ++ix;
          }
    }
  }
}

struct Contractions {
  Integers x, w, y;  // each from the other two
  friend bool operator==(const Contractions&, const Contractions&) = default;
};

/// All three contractions of integers x, w, y by one of the references: walk is products_by_...
template <class Walk>
Contractions contract_by(const ReferenceConv& r, const Integers& x, const Integers& w, const Integers& y,
                         Walk walk) {
  Contractions sums{Integers(x.size()), Integers(w.size()), Integers(y.size())};
  walk(r, [&](std::int64_t ix, std::int64_t iw, std::int64_t iy) {
    const auto a = static_cast<std::size_t>(ix), b = static_cast<std::size_t>(iw),
               c = static_cast<std::size_t>(iy);
    sums.x[a] += w[b] * y[c];
    sums.w[b] += x[a] * y[c];
    sums.y[c] += x[a] * w[b];
  });
  return sums;
}

inline Contractions gather_reference(const ReferenceConv& r, const Integers& x, const Integers& w,
                                     const Integers& y) {
  return contract_by(r, x, w, y, [](const ReferenceConv& conv, auto&& f) { products_by_output(conv, f); });
}
inline Contractions scatter_reference(const ReferenceConv& r, const Integers& x, const Integers& w,
                                      const Integers& y) {
  return contract_by(r, x, w, y, [](const ReferenceConv& conv, auto&& f) { products_by_input(conv, f); });
}

}  // namespace tenet_test
