// Windows on a card, an output or, for the spread, an input by one thread: nothing is added by two.
#include "tenet/ops/pool/pool_kernels.h"

#include <limits>

#include "tenet/backends/cuda/launch.h"

namespace tenet::pool_kernels {
namespace {

/// A flat index of a plane of outputs (or inputs), taken apart.
struct Place {
  std::int64_t plane, d, h, w;
};
TENET_HD Place place_of(std::int64_t i, std::int64_t depth, std::int64_t height, std::int64_t width) {
  return {i / width / height / depth, i / width / height % depth, i / width % height, i % width};
}

/// Calls f(input's place in the plane) for each input that a window reads, in order.
template <class F> TENET_HD void for_inputs(const ConvGeometry& g, const Place& out, F&& f) {
  const ConvAxis &depth = g.axis[0], &height = g.axis[1], &width = g.axis[2];
  for (std::int64_t kd = 0; kd < depth.kernel; ++kd) {
    const std::int64_t d = depth.position(out.d, kd);
    if (d < 0 || d >= depth.in) continue;
    for (std::int64_t kh = 0; kh < height.kernel; ++kh) {
      const std::int64_t h = height.position(out.h, kh);
      if (h < 0 || h >= height.in) continue;
      for (std::int64_t kw = 0; kw < width.kernel; ++kw) {
        const std::int64_t w = width.position(out.w, kw);
        if (w >= 0 && w < width.in) f((d * height.in + h) * width.in + w);
      }
    }
  }
}

/// Calls f(output's place in the plane) for each window that reads an input, once for each tap.
template <class F> TENET_HD void for_outputs(const ConvGeometry& g, const Place& in, F&& f) {
  const ConvAxis &depth = g.axis[0], &height = g.axis[1], &width = g.axis[2];
  for (std::int64_t kd = depth.kernel - 1; kd >= 0; --kd) {
    const std::int64_t d = depth.output(in.d, kd);
    for (std::int64_t kh = height.kernel - 1; d >= 0 && kh >= 0; --kh) {
      const std::int64_t h = height.output(in.h, kh);
      for (std::int64_t kw = width.kernel - 1; h >= 0 && kw >= 0; --kw) {
        const std::int64_t w = width.output(in.w, kw);
        if (w >= 0) f((d * height.out + h) * width.out + w);
      }
    }
  }
}

TENET_HD Place output_of(const ConvGeometry& g, std::int64_t i) {
  return place_of(i, g.axis[0].out, g.axis[1].out, g.axis[2].out);
}

template <class T> struct Largest {
  ConvGeometry g;
  const T* x;
  T* y;
  std::int64_t* indices;

  TENET_HD void operator()(std::int64_t i) const {
    const Place out = output_of(g, i);
    const T* plane = x + out.plane * g.in_size();
    std::int64_t best = -1;
    for_inputs(g, out, [&](std::int64_t at) {
      if (best < 0 || plane[at] > plane[best] || plane[at] != plane[at]) best = at;
    });
    y[i] = plane[best];
    if (indices != nullptr) indices[i] = best;
  }
};

template <class T> struct Total {
  ConvGeometry g;
  const T* x;
  T* y;

  TENET_HD void operator()(std::int64_t i) const {
    const Place out = output_of(g, i);
    const T* plane = x + out.plane * g.in_size();
    T sum = 0;
    for_inputs(g, out, [&](std::int64_t at) { sum += plane[at]; });
    y[i] = sum;
  }
};

template <class T> struct Spread {
  ConvGeometry g;
  const T* y;
  T* x;

  TENET_HD void operator()(std::int64_t i) const {
    const Place in = place_of(i, g.axis[0].in, g.axis[1].in, g.axis[2].in);
    const T* plane = y + in.plane * g.out_size();
    T sum = x[i];
    for_outputs(g, in, [&](std::int64_t at) { sum += plane[at]; });
    x[i] = sum;
  }
};

}  // namespace

template <class T>
void max(OnCard card, const ConvGeometry& g, const Windows& windows, const T* x, T* y,
         std::int64_t* indices) {
  cuda::for_each(card.device, windows.planes * g.out_size(), Largest<T>{g, x, y, indices});
}

template <class T> void sum(OnCard card, const ConvGeometry& g, const Windows& windows, const T* x, T* y) {
  cuda::for_each(card.device, windows.planes * g.out_size(), Total<T>{g, x, y});
}

template <class T> void spread(OnCard card, const ConvGeometry& g, const Windows& windows, const T* y, T* x) {
  cuda::for_each(card.device, windows.planes * g.in_size(), Spread<T>{g, y, x});
}

#define TENET_MAX(T) \
  template void max(OnCard, const ConvGeometry&, const Windows&, const T*, T*, std::int64_t*);
#define TENET_SUM(T)                                                            \
  template void sum(OnCard, const ConvGeometry&, const Windows&, const T*, T*); \
  template void spread(OnCard, const ConvGeometry&, const Windows&, const T*, T*);
TENET_MAX(float)
TENET_MAX(double)
TENET_MAX(std::int64_t)
TENET_MAX(std::int32_t)
TENET_MAX(std::uint8_t)
TENET_SUM(float)
TENET_SUM(double)

}  // namespace tenet::pool_kernels
