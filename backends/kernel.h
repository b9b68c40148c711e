// From a kernel, which is written once, to the code made of it for the device its operands lie on: that of a CPU
// level or, in builds with CUDA, of a card. Beside the registry the one file that knows which devices a build has.
//
// A loop kernel is a struct K with the name of its op, K::name, and a function, found by its type, that does n steps
// along one dimension; operand k goes from data[k] by strides[k] bytes:
//   TENET_HD void steps(const K& kernel, std::byte* const* data, const std::int64_t* strides, std::int64_t n);
// The function stands in a *_kernels.cpp, which is compiled for every level and for the card, and says there
// TENET_LOOP_KERNEL(K) for every K that is used.
#pragma once

#include "tenet/backends/cpu/loop.h"
#include "tenet/framework/core/error.h"

#if !defined(TENET_WITH_CUDA)
#define TENET_WITH_CUDA 0
#endif

namespace tenet {

namespace cpu {
/// steps() of one level.
template <Level L, class K>
void loop_steps(const void* kernel, std::byte* const* data, const std::int64_t* strides, std::int64_t n);
}  // namespace cpu

namespace cuda {
/// One step for every index of the loop, each by a thread of its own.
template <class K> void run_loop(const void* kernel, Loop& loop, Device device);
}  // namespace cuda

/// A kernel's code and its parameters, which must outlive it.
struct LoopKernel {
  const void* kernel;
  InnerLoop host;
#if TENET_WITH_CUDA
  void (*card)(const void* kernel, Loop& loop, Device device);
  const char* op;
#endif

  /// Throws DeviceError unless all operands lie on one device.
  void require_one([[maybe_unused]] std::initializer_list<Device> devices) const {
#if TENET_WITH_CUDA
    for (const Device& device : devices) {
      if (device != *devices.begin()) fail_devices(op, *devices.begin(), device);
    }
#endif
  }
};

template <class K> inline constexpr K kWithoutParameters{};

template <class K> LoopKernel loop_kernel(const K& kernel = kWithoutParameters<K>) {
  return {
    &kernel, cpu::at_level([]<cpu::Level L> { return &cpu::loop_steps<L, K>; }),
#if TENET_WITH_CUDA
        &cuda::run_loop<K>, K::name,
#endif
  };
}

/// Runs the kernel over the whole index space; steps are independent of each other.
inline void run(LoopKernel code, Loop& loop, [[maybe_unused]] Device device) {
#if TENET_WITH_CUDA
  if (device.type == DeviceType::cuda) return code.card(code.kernel, loop, device);
#endif
  cpu::run(loop, code.host, code.kernel);
}

/// Whether the host may read the memory: known to be so where there is no other device.
inline bool is_host([[maybe_unused]] Device device) {
#if TENET_WITH_CUDA
  return device.type == DeviceType::cpu;
#else
  return true;
#endif
}

/// Where a function runs that is written once for each kind of device.
struct OnCpu {};
struct OnCard {
  Device device;
};

/// f(OnCpu{}) or f(OnCard{device}); in builds without CUDA f need not exist for a card.
template <class F> decltype(auto) at_device([[maybe_unused]] Device device, F&& f) {
#if TENET_WITH_CUDA
  if (device.type == DeviceType::cuda) return f(OnCard{device});
#endif
  return f(OnCpu{});
}

}  // namespace tenet
