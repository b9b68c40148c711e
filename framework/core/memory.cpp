#include "tenet/framework/core/memory.h"

#include "tenet/framework/core/block_pool.h"

namespace tenet {

MemoryStats memory_stats(Device device) {
  MemoryStats stats = backend(device).memory_stats();
  if (device.type == DeviceType::cpu) stats.in_use += block_stats().in_use;
  return stats;
}

void reset_peak_memory(Device device) { backend(device).reset_peak(); }

}  // namespace tenet
