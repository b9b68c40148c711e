// What a *_kernels.cpp includes to say, in namespace tenet, TENET_LOOP_KERNEL(K): the code of a loop kernel for what
// the file is compiled for, a CPU level or (TENET_DEVICE_CODE) a card.
#pragma once

#include "tenet/backends/kernel.h"
#include "tenet/framework/core/host_device.h"

#if TENET_DEVICE_CODE
#include "tenet/backends/cuda/loop.h"
#define TENET_LOOP_KERNEL(...) template void cuda::run_loop<__VA_ARGS__>(const void*, Loop&, Device);
#else
#define TENET_LOOP_KERNEL(...)                                                                \
  template void cpu::loop_steps<cpu::kThisLevel, __VA_ARGS__>(const void*, std::byte* const*, \
                                                              const std::int64_t*, std::int64_t);

namespace tenet::cpu {
template <Level L, class K>
void loop_steps(const void* kernel, std::byte* const* data, const std::int64_t* strides, std::int64_t n) {
  steps(*static_cast<const K*>(kernel), data, strides, n);
}
}  // namespace tenet::cpu
#endif
