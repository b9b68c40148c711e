#pragma once

#include "tenet/backends/kernel.h"
#include "tenet/framework/core/dispatch.h"

namespace tenet::indexing {

/// What lies along the indexed dimension, which every lane walks itself: `count` steps, in bytes per operand.
/// Operands: the output, the index (int64), the input.
struct Lanes {
  std::int64_t count = 0;
  std::int64_t step[3] = {};
};

/// out = input at index, element by element along each lane.
template <class Item> struct GatherLanes {
  static constexpr const char* name = "gather";
  Lanes lanes;
};
/// The output at index += input, in the order of the lane.
template <class T> struct ScatterLanes {
  static constexpr const char* name = "scatter_add";
  Lanes lanes;
};
/// The output at index = input, in the order of the lane: the last one stays.
template <class Item> struct PutLanes {
  static constexpr const char* name = "index_put";
  Lanes lanes;
};

/// A loop over lanes.
struct LaneLoop {
  Loop loop;
  Lanes lanes;
  Device device;
};

inline void run_gather(std::size_t item, LaneLoop over) {
  dispatch_size(item, [&](auto tag) {
    const GatherLanes<typename decltype(tag)::type> kernel{over.lanes};
    run(loop_kernel(kernel), over.loop, over.device);
  });
}

inline void run_put(std::size_t item, LaneLoop over) {
  dispatch_size(item, [&](auto tag) {
    const PutLanes<typename decltype(tag)::type> kernel{over.lanes};
    run(loop_kernel(kernel), over.loop, over.device);
  });
}

inline void run_scatter(DType dtype, LaneLoop over) {
  dispatch_all(dtype, [&](auto tag) {
    const ScatterLanes<typename decltype(tag)::type> kernel{over.lanes};
    run(loop_kernel(kernel), over.loop, over.device);
  });
}

}  // namespace tenet::indexing
