// The one place that knows which backends exist.
#include <atomic>
#include <charconv>

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
bool is_capturing() { return false; }
struct Graph::State {};
Graph::Graph(const std::function<void()>&, Device device) { cuda_backend(device.index); }
Graph::Graph(Graph&&) noexcept = default;
Graph& Graph::operator=(Graph&&) noexcept = default;
Graph::~Graph() = default;
void Graph::replay() { cuda_backend(0); }

}  // namespace cuda
#endif

namespace {
// Made while the library loads: a fork in the middle of it would hang the child.
[[maybe_unused]] Backend& made_early = backend(Device{});
}  // namespace

Device to_device(std::string_view name) {
  const std::size_t colon = std::min(name.find(':'), name.size());
  const std::string_view type = name.substr(0, colon), number = name.substr(colon);
  std::int8_t index = 0;
  const auto [end, error] =
      std::from_chars(number.data() + (number.empty() ? 0 : 1), number.data() + number.size(), index);
  const bool numbered = error == std::errc() && end == number.data() + number.size() && index >= 0;
  if (type == "cpu" && (number.empty() || number == ":0")) return {};
  if (type == "cuda" && (number.empty() || numbered)) return {DeviceType::cuda, index};
  fail<ValueError>("device: ", "\"", name,
                   "\" names no device. Use \"cpu\", \"cuda\", or \"cuda:1\" for the second card.");
}

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
