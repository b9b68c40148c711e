// Cards: whether there are any, which, and what concerns them as a whole. Defined by the registry of backends.
#pragma once

#include <cstdint>
#include <string>

#include "tenet/framework/core/device.h"

namespace tenet::cuda {

struct DeviceProperties {
  std::string name;
  int major = 0, minor = 0;  // of the compute capability
  int multiprocessors = 0;
  std::int64_t total_memory = 0, free_memory = 0;  // bytes; free for every program, now
};

/// Whether tensors can be on a card. False, not an error, where this build has no CUDA backend, or the machine no
/// driver, one too old, or no card. Found at the first call, which may take a while. Never throws.
bool is_available();

/// Why is_available() is false, as a sentence; empty where it is true.
std::string reason();

/// 0 where is_available() is false. Never throws.
int device_count();

/// Throws DeviceError unless there is such a card.
DeviceProperties properties(int device = 0);

/// Waits until all that a device was given is done; the CPU is always done. Throws DeviceError, also for what went
/// wrong on the card before.
void synchronize(Device device = {DeviceType::cuda, 0});

/// Lets float32 products on cards use TF32: 10 bits of mantissa instead of 23, and several times faster. At first off.
/// For all threads, from their next product on.
void allow_tf32(bool allow);
bool allows_tf32();

/// Gives the memory kept for reuse back, on every card.
void empty_cache();

}  // namespace tenet::cuda
