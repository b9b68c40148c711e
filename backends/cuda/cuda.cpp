// framework/core/cuda.h for builds with CUDA. (allow_tf32 stands where products are set up, in cublas_handle.cpp.)
#include "tenet/framework/core/cuda.h"

#include "tenet/backends/cuda/cuda_backend.h"
#include "tenet/backends/cuda/runtime.h"

namespace tenet::cuda {

bool is_available() { return card_count() > 0; }

std::string reason() { return why_none(); }

int device_count() { return card_count(); }

DeviceProperties properties(int device) {
  check_card(device);
  const DeviceGuard guard(device);
  cudaDeviceProp found{};
  check(cudaGetDeviceProperties(&found, device), "cudaGetDeviceProperties", device);
  std::size_t free = 0, total = 0;
  check(cudaMemGetInfo(&free, &total), "cudaMemGetInfo", device);
  return {.name = found.name,
          .major = found.major,
          .minor = found.minor,
          .multiprocessors = found.multiProcessorCount,
          .total_memory = static_cast<std::int64_t>(total),
          .free_memory = static_cast<std::int64_t>(free)};
}

void synchronize(Device device) {
  if (device.type == DeviceType::cuda) synchronize_card(device.index);
}

void empty_cache() {
  for (int device = 0; device < card_count(); ++device) cuda_backend(device).empty_cache();
}

}  // namespace tenet::cuda
