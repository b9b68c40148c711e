// Windows on a card, an output or, for the spread, an input by one thread: nothing is added by two.
#include "tenet/ops/pool/pool_kernels.h"

#include <algorithm>

#include "tenet/backends/cuda/launch.h"
#include "tenet/framework/core/dispatch.h"
#include "tenet/ops/conv/card_geometry.cuh"

namespace tenet::pool_kernels {
namespace {

template <class Int> struct Place { Int plane, d, h, w; };
/// A flat index of planes of outputs (or inputs), taken apart.
template <class Int, class N>
TENET_HD Place<Int> place_of(Int i, const N& depth, const N& height, const N& width) {
  cuda::Split<Int> index{i};
  const Int w = index.next(width), h = index.next(height), d = index.next(depth);
  return {index.rest, d, h, w};
}

/// Calls f(input's place in the plane) for each input that a window reads, in order.
template <class N, class Int, class F>
TENET_HD void for_inputs(const BasicConvGeometry<N>& g, const Place<Int>& out, F&& f) {
  const auto &depth = g.axis[0], &height = g.axis[1], &width = g.axis[2];
  for (Int kd = 0; kd < depth.kernel; ++kd) {
    const Int d = depth.position(out.d, kd);
    if (d < 0 || d >= depth.in) continue;
    for (Int kh = 0; kh < height.kernel; ++kh) {
      const Int h = height.position(out.h, kh);
      if (h < 0 || h >= height.in) continue;
      for (Int kw = 0; kw < width.kernel; ++kw) {
        const Int w = width.position(out.w, kw);
        if (w >= 0 && w < width.in) f((d * height.in + h) * width.in + w);
      }
    }
  }
}

/// Calls f(output's place in the plane) for each window that reads an input, once for each tap.
template <class N, class Int, class F>
TENET_HD void for_outputs(const BasicConvGeometry<N>& g, const Place<Int>& in, F&& f) {
  const auto &depth = g.axis[0], &height = g.axis[1], &width = g.axis[2];
  for (Int kd = depth.kernel - 1; kd >= 0; --kd) {
    const Int d = depth.output(in.d, kd);
    for (Int kh = height.kernel - 1; d >= 0 && kh >= 0; --kh) {
      const Int h = height.output(in.h, kh);
      for (Int kw = width.kernel - 1; h >= 0 && kw >= 0; --kw) {
        const Int w = width.output(in.w, kw);
        if (w >= 0) f((d * height.out + h) * width.out + w);
      }
    }
  }
}

template <class N> TENET_HD auto output_of(const BasicConvGeometry<N>& g, std::int64_t i) {
  return place_of(static_cast<cuda::IntOf<N>>(i), g.axis[0].out, g.axis[1].out, g.axis[2].out);
}

template <class T, class N> struct Largest {
  BasicConvGeometry<N> g;
  const T* x;
  T* y;
  std::int64_t* indices;

  TENET_HD void operator()(std::int64_t i) const {
    using Int = cuda::IntOf<N>;
    const auto out = output_of(g, i);
    const T* plane = x + out.plane * g.in_size();
    Int best = -1;
    for_inputs(g, out, [&](Int at) {
      if (best < 0 || plane[at] > plane[best] || plane[at] != plane[at]) best = at;
    });
    y[i] = plane[best];
    if (indices != nullptr) indices[i] = best;
  }
};

template <class T, class N> struct Total {
  BasicConvGeometry<N> g;
  const T* x;
  T* y;

  TENET_HD void operator()(std::int64_t i) const {
    const auto out = output_of(g, i);
    const T* plane = x + out.plane * g.in_size();
    T sum = 0;
    for_inputs(g, out, [&](auto at) { sum += plane[at]; });
    y[i] = sum;
  }
};

template <class T, class N> struct Spread {
  BasicConvGeometry<N> g;
  const T* y;
  T* x;

  TENET_HD void operator()(std::int64_t i) const {
    const auto in = place_of(static_cast<cuda::IntOf<N>>(i), g.axis[0].in, g.axis[1].in, g.axis[2].in);
    const T* plane = y + in.plane * g.out_size();
    T sum = x[i];
    for_outputs(g, in, [&](auto at) { sum += plane[at]; });
    x[i] = sum;
  }
};

/// x = y where the window's index names this input.
template <class T, class N> struct PutBack {
  BasicConvGeometry<N> g;
  const T* y;
  const std::int64_t* indices;
  T* x;

  TENET_HD void operator()(std::int64_t i) const {
    const auto in = place_of(static_cast<cuda::IntOf<N>>(i), g.axis[0].in, g.axis[1].in, g.axis[2].in);
    const auto here = (in.d * g.axis[1].in + in.h) * g.axis[2].in + in.w, outputs = in.plane * g.out_size();
    T sum = 0;
    for_outputs(g, in, [&](auto at) { sum += indices[outputs + at] == here ? y[outputs + at] : T(0); });
    x[i] = sum;
  }
};

/// body(geometry in the index type that is large enough) for each output or input of all planes.
template <class Body>
void run(Device device, const ConvGeometry& g, std::int64_t planes, std::int64_t size, Body&& body) {
  const std::int64_t most = planes * std::max(g.in_size(), g.out_size());
  conv_kernels::with_index_type(g, most, [&]<class N>(TypeTag<N>) {
    cuda::for_each(device, planes * size, body(conv_kernels::geometry_of<N>(g)));
  });
}

}  // namespace

template <class T>
void max(OnCard card, const ConvGeometry& g, const Windows& windows, const T* x, T* y,
         std::int64_t* indices) {
  run(card.device, g, windows.planes, g.out_size(), [&]<class N>(const BasicConvGeometry<N>& same) {
    return Largest<T, N>{same, x, y, indices};
  });
}

template <class T> void sum(OnCard card, const ConvGeometry& g, const Windows& windows, const T* x, T* y) {
  run(card.device, g, windows.planes, g.out_size(), [&]<class N>(const BasicConvGeometry<N>& same) {
    return Total<T, N>{same, x, y};
  });
}

template <class T> void spread(OnCard card, const ConvGeometry& g, const Windows& windows, const T* y, T* x) {
  run(card.device, g, windows.planes, g.in_size(), [&]<class N>(const BasicConvGeometry<N>& same) {
    return Spread<T, N>{same, y, x};
  });
}

template <class T>
void put_back(OnCard card, const ConvGeometry& g, std::int64_t planes, const T* y,
              const std::int64_t* indices, T* x) {
  run(card.device, g, planes, g.in_size(), [&]<class N>(const BasicConvGeometry<N>& same) {
    return PutBack<T, N>{same, y, indices, x};
  });
}

#define TENET_MAX(T) \
  template void max(OnCard, const ConvGeometry&, const Windows&, const T*, T*, std::int64_t*);
#define TENET_SUM(T)                                                               \
  template void sum(OnCard, const ConvGeometry&, const Windows&, const T*, T*);    \
  template void spread(OnCard, const ConvGeometry&, const Windows&, const T*, T*); \
  template void put_back(OnCard, const ConvGeometry&, std::int64_t, const T*, const std::int64_t*, T*);
TENET_MAX(float)
TENET_MAX(double)
TENET_MAX(std::int64_t)
TENET_MAX(std::int32_t)
TENET_MAX(std::uint8_t)
TENET_SUM(float)
TENET_SUM(double)

}  // namespace tenet::pool_kernels
