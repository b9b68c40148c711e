// Runs a function object for every index, each by a thread of the card. The only place where a kernel is launched.
#pragma once

#include "tenet/backends/cuda/launch_shape.h"
#include "tenet/backends/cuda/runtime.h"
#include "tenet/framework/core/host_device.h"

namespace tenet::cuda {

#if TENET_EMULATED_CARD

/// In tests: the stand-in for cuda_runtime.h runs the body on the host.
template <class Body> void for_each(Device device, std::int64_t n, const Body& body) {
  const DeviceGuard guard(device.index);
  emulated_launch(n, body);
}

#else

/// A thread does the indices of its number, its number plus that of all threads, ...: neighbours do neighbours.
template <class Body> __global__ void run_indices(std::int64_t n, const Body body) {
  const std::int64_t threads = std::int64_t{blockDim.x} * gridDim.x;
  for (std::int64_t i = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x; i < n; i += threads) body(i);
}

/// Threads of a block, and blocks that run at once on a card, for the best use of it.
template <class Body> const Occupancy& occupancy(int device) {
  static const Occupancies all([](int each) {
    const DeviceGuard guard(each);
    Occupancy best;
    int blocks = 0;
    check(cudaOccupancyMaxPotentialBlockSize(&blocks, &best.block, run_indices<Body>),
          "cudaOccupancyMaxPotentialBlockSize", each);
    best.blocks = blocks;
    return best;
  });
  return all.of(device);
}

/// body(i) for every i in [0, n), in any order and at once, on the device's current stream; returns when that is
/// asked for, not done. Body's operator() is const and TENET_HD; its parameters are at most 4 KB. Throws DeviceError.
template <class Body> void for_each(Device device, std::int64_t n, const Body& body) {
  static_assert(sizeof(Body) <= 4000, "what a kernel is given must fit 4 KB");
  if (n <= 0) return;
  const DeviceGuard guard(device.index);
  const Occupancy& best = occupancy<Body>(device.index);
  const LaunchShape shape = launch_shape(n, best.block, best.blocks);
  run_indices<<<shape.blocks, shape.block, 0, current_stream(device.index)>>>(n, body);
  check(cudaGetLastError(), "kernel launch", device.index);
}

#endif

}  // namespace tenet::cuda
