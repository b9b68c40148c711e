// The one place that knows which backends exist.
#include "tenet/backends/cpu/cpu_backend.h"
#include "tenet/framework/core/error.h"

namespace tenet {
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
  fail<DeviceError>(
      "device: this build of Tenet has no CUDA backend. Configure with -DTENET_CUDA=ON, or "
      "use the CPU.");
}

}  // namespace tenet
