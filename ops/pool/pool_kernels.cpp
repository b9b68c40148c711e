#include "tenet/ops/pool/pool_kernels.h"

#include <limits>

#include "tenet/framework/core/host_device.h"

namespace tenet::pool_kernels {
namespace {

using pool::Axis;
using pool::Tap;

/// Calls row(plane, output row in the plane) for rows [begin, end).
template <class F> TENET_HD void for_rows(const Windows& w, std::int64_t begin, std::int64_t end, F&& row) {
  for (std::int64_t r = begin; r < end; ++r) row(r / w.out_rows(), r % w.out_rows());
}

/// Calls f(at, tap of the width) for each tap that reads input for this row of outputs: output tap.begin reads
/// element `at` of the plane, those after it every stride-th from there.
template <class F> TENET_HD void for_taps(const Windows& w, std::int64_t row, F&& f) {
  const Axis &depth = w.axis[0], &height = w.axis[1], &width = w.axis[2];
  const std::int64_t od = row / height.out, oh = row % height.out;
  for (std::int64_t kd = 0; kd < depth.kernel; ++kd) {
    const Tap& d = depth.taps[kd];
    if (od < d.begin || od >= d.end) continue;
    const std::int64_t id = d.from + (od - d.begin) * depth.stride;
    for (std::int64_t kh = 0; kh < height.kernel; ++kh) {
      const Tap& h = height.taps[kh];
      if (oh < h.begin || oh >= h.end) continue;
      const std::int64_t ih = h.from + (oh - h.begin) * height.stride;
      for (std::int64_t kw = 0; kw < width.kernel; ++kw) {
        f((id * height.in + ih) * width.in + width.taps[kw].from, width.taps[kw]);
      }
    }
  }
}

/// Elements 0, S, 2S, ...; S == 0 stands for a stride known at run time.
template <int S> struct Every {
  std::int64_t stride;
  TENET_HD std::int64_t operator()(std::int64_t i) const { return S > 0 ? i * S : i * stride; }
};

/// Calls f with the stride of the rows as a constant where a loop profits from it.
template <class F> TENET_HD void with_stride(std::int64_t stride, F&& f) {
  if (stride == 1) {
    f(Every<1>{});
  } else if (stride == 2) {
    f(Every<2>{});
  } else {
    f(Every<0>{stride});
  }
}

template <class T> TENET_HD constexpr T lowest() {
  return std::numeric_limits<T>::has_infinity ? -std::numeric_limits<T>::infinity()
                                              : std::numeric_limits<T>::lowest();
}

template <class T, class E>
TENET_HD void max_row(const T* __restrict x, T* __restrict y, std::int64_t n, E every) {
  for (std::int64_t o = 0; o < n; ++o) {
    const T value = x[every(o)];
    y[o] = value > y[o] || value != value ? value : y[o];
  }
}

/// The same; i[o] is the place of y[o], or -1 before the first element. `at` is the place of x.
template <class T, class E>
TENET_HD void max_row(const T* __restrict x, T* __restrict y, std::int64_t* __restrict i, std::int64_t at,
                      std::int64_t n, E every) {
  for (std::int64_t o = 0; o < n; ++o) {
    const T value = x[every(o)];
    const bool taken = value > y[o] || value != value || i[o] < 0;
    y[o] = taken ? value : y[o];
    i[o] = taken ? at + every(o) : i[o];
  }
}

}  // namespace

template <cpu::Level L, class T>
void max_rows(const Windows& w, const T* x, T* y, std::int64_t* indices, std::int64_t begin,
              std::int64_t end) {
  const std::int64_t n = w.axis[2].out;
  with_stride(w.axis[2].stride, [&](auto every) {
    for_rows(w, begin, end, [&](std::int64_t plane, std::int64_t row) {
      const std::int64_t first = plane * w.out_size() + row * n;
      const T* from = x + plane * w.in_size();
      for (std::int64_t o = 0; o < n; ++o) y[first + o] = lowest<T>();
      if (indices == nullptr) {
        return for_taps(w, row, [&](std::int64_t at, const Tap& tap) {
          max_row(from + at, y + first + tap.begin, tap.end - tap.begin, every);
        });
      }
      for (std::int64_t o = 0; o < n; ++o) indices[first + o] = -1;
      for_taps(w, row, [&](std::int64_t at, const Tap& tap) {
        const std::int64_t to = first + tap.begin;
        max_row(from + at, y + to, indices + to, at, tap.end - tap.begin, every);
      });
    });
  });
}

template <cpu::Level L, class T>
void sum_rows(const Windows& w, const T* x, T* y, std::int64_t begin, std::int64_t end) {
  const std::int64_t n = w.axis[2].out;
  with_stride(w.axis[2].stride, [&](auto every) {
    for_rows(w, begin, end, [&](std::int64_t plane, std::int64_t row) {
      T* __restrict to = y + plane * w.out_size() + row * n;
      for (std::int64_t o = 0; o < n; ++o) to[o] = 0;
      for_taps(w, row, [&](std::int64_t at, const Tap& tap) {
        const T* __restrict from = x + plane * w.in_size() + at;
        for (std::int64_t o = tap.begin; o < tap.end; ++o) to[o] += from[every(o - tap.begin)];
      });
    });
  });
}

template <cpu::Level L, class T>
void spread_rows(const Windows& w, const T* y, T* x, std::int64_t begin, std::int64_t end) {
  const std::int64_t n = w.axis[2].out;
  with_stride(w.axis[2].stride, [&](auto every) {
    for_rows(w, begin, end, [&](std::int64_t plane, std::int64_t row) {
      const T* __restrict from = y + plane * w.out_size() + row * n;
      for_taps(w, row, [&](std::int64_t at, const Tap& tap) {
        T* __restrict to = x + plane * w.in_size() + at;
        for (std::int64_t o = tap.begin; o < tap.end; ++o) to[every(o - tap.begin)] += from[o];
      });
    });
  });
}

#define TENET_MAX(T)                                                                                    \
  template void max_rows<cpu::kThisLevel, T>(const Windows&, const T*, T*, std::int64_t*, std::int64_t, \
                                             std::int64_t);
#define TENET_SUM(T)                                                                                    \
  template void sum_rows<cpu::kThisLevel, T>(const Windows&, const T*, T*, std::int64_t, std::int64_t); \
  template void spread_rows<cpu::kThisLevel, T>(const Windows&, const T*, T*, std::int64_t, std::int64_t);
TENET_MAX(float)
TENET_MAX(double)
TENET_MAX(std::int64_t)
TENET_MAX(std::int32_t)
TENET_MAX(std::uint8_t)
TENET_SUM(float)
TENET_SUM(double)

}  // namespace tenet::pool_kernels
