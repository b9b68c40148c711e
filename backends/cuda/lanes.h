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
#if TENET_EMULATED_CARD
  constexpr std::int64_t kTerms = 2;  // small problems meet every stage
#else
  constexpr std::int64_t kTerms = 32;
#endif
  constexpr std::int64_t kThreads = 1 << 18, kLanes = 1 << 16;
  return std::max<std::int64_t>(
      1, std::min({kThreads / std::max<std::int64_t>(outputs, 1), terms / kTerms, kLanes}));
}

inline constexpr std::int64_t kMerged = 32;  // lanes to one

/// take(read(i), i) for i = begin, begin + step, ... < end, in this order; several are read before the first is taken,
/// so that the card waits for memory once for all of them.
template <class Read, class Take>
TENET_HD void walk_ahead(std::int64_t begin, std::int64_t end, std::int64_t step, const Read& read,
                         const Take& take) {
  constexpr int kAhead = 8;
  decltype(read(begin)) values[kAhead];
  for (std::int64_t i = begin; i < end; i += kAhead * step) {
    for (int k = 0; k < kAhead; ++k) {
      if (i + k * step < end) values[k] = read(i + k * step);
    }
    for (int k = 0; k < kAhead; ++k) {
      if (i + k * step < end) take(values[k], i + k * step);
    }
  }
}

/// keep(output, lane, the lanes lane, lane + kept, ... of `lanes` merged) for every output and lane < kept.
template <class Acc, class Merge, class Keep> struct MergeLanes {
  const Acc* from;
  std::int64_t outputs, lanes, kept;
  Merge merge;
  Keep keep;

  TENET_HD void operator()(std::int64_t i) const {
    const std::int64_t first = i / outputs, output = i % outputs;
    Acc acc = from[first * outputs + output];
    for (std::int64_t lane = first + kept; lane < lanes; lane += kept)
      merge(acc, from[lane * outputs + output]);
    keep(output, first, acc);
  }
};

/// As an accumulator of the next stage.
template <class Acc> struct KeepLane {
  Acc* to;
  std::int64_t outputs;
  TENET_HD void operator()(std::int64_t output, std::int64_t lane, const Acc& acc) const {
    to[lane * outputs + output] = acc;
  }
};

/// Accumulators [lanes, outputs] on a card, and their merging to one for each output.
template <class Acc> class Lanes {
 public:
  Lanes(Device device, std::int64_t outputs, std::int64_t lanes)
      : device_(device),
        outputs_(outputs),
        lanes_(lanes),
        even_(outputs * lanes * size(), device),
        odd_(lanes > kMerged ? outputs * ceil_div(lanes, kMerged) * size() : 0, device) {}

  Acc* data() const { return even_.data(); }

  /// finish(output, 0, accumulator) for each output. merge(acc, other) and finish are TENET_HD.
  template <class Merge, class Finish> void merge(const Merge& merge, const Finish& finish) {
    Acc *from = even_.data(), *to = odd_.data();
    for (; lanes_ > kMerged; std::swap(from, to)) {
      const std::int64_t kept = ceil_div(lanes_, kMerged);
      for_each(device_, outputs_ * kept,
               MergeLanes<Acc, Merge, KeepLane<Acc>>{from, outputs_, lanes_, kept, merge, {to, outputs_}});
      lanes_ = kept;
    }
    for_each(device_, outputs_, MergeLanes<Acc, Merge, Finish>{from, outputs_, lanes_, 1, merge, finish});
  }

 private:
  static constexpr std::int64_t size() { return static_cast<std::int64_t>(sizeof(Acc)); }

  Device device_;
  std::int64_t outputs_, lanes_;
  Scratch<Acc> even_, odd_;
};

}  // namespace tenet::cuda
