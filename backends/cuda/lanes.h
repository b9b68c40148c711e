// The second half of a two-stage sum: what lanes of threads made apart, put together in a fixed order.
#pragma once

#include <algorithm>
#include <utility>

#include "tenet/backends/cuda/launch.h"
#include "tenet/framework/core/checked.h"
#include "tenet/framework/core/scratch.h"

namespace tenet::cuda {

/// Lanes for each of `outputs` sums of `terms` terms: enough threads to fill a card, as long as each has work.
inline std::int64_t lanes_for(std::int64_t outputs, std::int64_t terms) {
  constexpr std::int64_t kThreads = 1 << 16, kLanes = 1 << 10, kTerms = 8;
  return std::max<std::int64_t>(
      1, std::min({kThreads / std::max<std::int64_t>(outputs, 1), terms / kTerms, kLanes}));
}

inline constexpr std::int64_t kMerged = 32;  // lanes to one

/// to[lane, output] = from[kMerged lane, output] and those that follow, in order.
template <class Acc, class Merge> struct MergeLanes {
  const Acc* from;
  Acc* to;
  std::int64_t outputs, lanes;
  Merge merge;

  TENET_HD void operator()(std::int64_t i) const {
    const std::int64_t first = i / outputs * kMerged, output = i % outputs;
    Acc acc = from[first * outputs + output];
    for (std::int64_t lane = first + 1; lane < first + kMerged && lane < lanes; ++lane) {
      merge(acc, from[lane * outputs + output]);
    }
    to[i] = acc;
  }
};

/// Accumulators [lanes, outputs] on a card, and their merging to [outputs].
template <class Acc> class Lanes {
 public:
  Lanes(Device device, std::int64_t outputs, std::int64_t lanes)
      : device_(device),
        outputs_(outputs),
        lanes_(lanes),
        even_(outputs * lanes * size(), device),
        odd_(lanes > 1 ? outputs * ceil_div(lanes, kMerged) * size() : 0, device) {}

  Acc* data() const { return even_.data(); }

  /// merge(acc, other) is TENET_HD.
  template <class Merge> Acc* merged(const Merge& merge) {
    Acc *from = even_.data(), *to = odd_.data();
    for (; lanes_ > 1; lanes_ = ceil_div(lanes_, kMerged), std::swap(from, to)) {
      for_each(device_, outputs_ * ceil_div(lanes_, kMerged),
               MergeLanes<Acc, Merge>{from, to, outputs_, lanes_, merge});
    }
    return from;
  }

 private:
  static constexpr std::int64_t size() { return static_cast<std::int64_t>(sizeof(Acc)); }

  Device device_;
  std::int64_t outputs_, lanes_;
  Scratch<Acc> even_, odd_;
};

}  // namespace tenet::cuda
