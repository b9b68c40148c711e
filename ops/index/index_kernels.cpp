#include "tenet/ops/index/index_kernels.h"

#include "tenet/backends/loop_kernel.h"

namespace tenet::indexing {
namespace {

template <class T> TENET_HD T& at(std::byte* data, std::int64_t offset) {
  return *reinterpret_cast<T*>(data + offset);
}

/// Calls step(dense, indexed, m) such that each of n lanes is walked along in order: step does m lanes from there on.
/// `dense` and `indexed` are offsets in bytes into the operands of these numbers. Lane by lane where a lane's index
/// lies closer together than the lanes, else all lanes at once.
template <class Step>
TENET_HD void walk(const Lanes& lanes, std::byte* const* data, const std::int64_t* strides, std::int64_t n,
                   int dense, int indexed, Step step) {
  const auto lane_step = [&](std::int64_t k, std::int64_t i, std::int64_t m) {
    const std::int64_t position = at<const std::int64_t>(data[1], k * lanes.step[1] + i * strides[1]);
    step(k * lanes.step[dense] + i * strides[dense], i * strides[indexed] + position * lanes.step[indexed],
         m);
  };
  if (strides[1] == 0) {  // one index for all lanes: whole rows
    for (std::int64_t k = 0; k < lanes.count; ++k) lane_step(k, 0, n);
  } else if (strides[1] > lanes.step[1]) {
    for (std::int64_t i = 0; i < n; ++i) {
      for (std::int64_t k = 0; k < lanes.count; ++k) lane_step(k, i, 1);
    }
  } else {
    for (std::int64_t k = 0; k < lanes.count; ++k) {
      for (std::int64_t i = 0; i < n; ++i) lane_step(k, i, 1);
    }
  }
}

/// to[i] = f(to[i], from[i]).
template <class T, class F>
TENET_HD void along_row(std::byte* to, std::int64_t to_stride, std::byte* from, std::int64_t from_stride,
                        std::int64_t n, F f) {
  if (to_stride == static_cast<std::int64_t>(sizeof(T)) && from_stride == to_stride) {
    T* y = reinterpret_cast<T*>(to);
    const T* x = reinterpret_cast<const T*>(from);
    for (std::int64_t i = 0; i < n; ++i) y[i] = f(y[i], x[i]);
    return;
  }
  for (std::int64_t i = 0; i < n; ++i) {
    T& y = at<T>(to, i * to_stride);
    y = f(y, at<const T>(from, i * from_stride));
  }
}

}  // namespace

template <class Item>
TENET_HD void steps(const GatherLanes<Item>& kernel, std::byte* const* data, const std::int64_t* strides,
                    std::int64_t n) {
  walk(kernel.lanes, data, strides, n, 0, 2, [&](std::int64_t to, std::int64_t from, std::int64_t m) {
    along_row<Item>(data[0] + to, strides[0], data[2] + from, strides[2], m, [](Item, Item x) { return x; });
  });
}

template <class T>
TENET_HD void steps(const ScatterLanes<T>& kernel, std::byte* const* data, const std::int64_t* strides,
                    std::int64_t n) {
  walk(kernel.lanes, data, strides, n, 2, 0, [&](std::int64_t from, std::int64_t to, std::int64_t m) {
    along_row<T>(data[0] + to, strides[0], data[2] + from, strides[2], m,
                 [](T y, T x) { return static_cast<T>(y + x); });
  });
}

template <class Item>
TENET_HD void steps(const PutLanes<Item>& kernel, std::byte* const* data, const std::int64_t* strides,
                    std::int64_t n) {
  walk(kernel.lanes, data, strides, n, 2, 0, [&](std::int64_t from, std::int64_t to, std::int64_t m) {
    along_row<Item>(data[0] + to, strides[0], data[2] + from, strides[2], m, [](Item, Item x) { return x; });
  });
}

}  // namespace tenet::indexing

namespace tenet {
using namespace indexing;

#define TENET_MOVE(Item) TENET_LOOP_KERNEL(GatherLanes<Item>) TENET_LOOP_KERNEL(PutLanes<Item>)
#define TENET_SCATTER(T) TENET_LOOP_KERNEL(ScatterLanes<T>)
TENET_MOVE(std::uint8_t)
TENET_MOVE(std::uint32_t)
TENET_MOVE(std::uint64_t)
TENET_SCATTER(float)
TENET_SCATTER(double)
TENET_SCATTER(std::int64_t)
TENET_SCATTER(std::int32_t)
TENET_SCATTER(std::uint8_t)
TENET_SCATTER(bool)

}  // namespace tenet
