// The one place that knows which backends exist.
#include <atomic>

#include "tenet/backends/cpu/cpu_backend.h"
#include "tenet/framework/core/cuda.h"
#include "tenet/framework/core/error.h"
#if TENET_WITH_CUDA
#include "tenet/backends/cuda/cuda_backend.h"
#endif

namespace tenet {

#if !TENET_WITH_CUDA
namespace cuda {
namespace {

std::atomic<bool> tf32{false};

[[noreturn]] Backend& cuda_backend(int) {
  fail<DeviceError>(
      "device: this build of Tenet has no CUDA backend. Configure with -DTENET_CUDA=ON, or "
      "use the CPU.");
}

}  // namespace

bool is_available() { return false; }
std::string reason() { return "this build of Tenet has no CUDA backend. Configure with -DTENET_CUDA=ON."; }
int device_count() { return 0; }
DeviceProperties properties(int device) { cuda_backend(device); }
void synchronize(Device device) {
  if (device.type == DeviceType::cuda) cuda_backend(device.index);
}
void allow_tf32(bool allow) { tf32 = allow; }
bool allows_tf32() { return tf32; }
void empty_cache() {}

}  // namespace cuda
#endif

namespace {
// Made while the library loads: a fork in the middle of it would hang the child.
[[maybe_unused]] Backend& made_early = backend(Device{});
}  // namespace

Backend& backend(Device device) {
  if (device.type == DeviceType::cpu) {
    // Never destroyed: tensors in static variables outlive every destructor that could be written
    // here.
    static Backend& instance = *new cpu::CpuBackend;
    return instance;
  }
  return cuda::cuda_backend(device.index);
}

}  // namespace tenet
