#pragma once

#include "tenet/framework/core/backend.h"

namespace tenet {

/// The bytes tensors hold on a device now, the most they held at once, and what is kept for reuse. On the CPU
/// in_use includes the small blocks that hold a tensor's header (and its elements, if they are few) and the
/// records of the tape; peak counts the large allocations alone.
MemoryStats memory_stats(Device device = {});

/// Peak counts from here again.
void reset_peak_memory(Device device = {});

}  // namespace tenet
