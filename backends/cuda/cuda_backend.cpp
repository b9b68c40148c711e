#include "tenet/backends/cuda/cuda_backend.h"

#include <cstdlib>
#include <string_view>
#include <vector>

#include "tenet/backends/cuda/gemm.h"
#include "tenet/backends/cuda/runtime.h"

namespace tenet::cuda {
namespace {

void* allocate_segment(int device, std::size_t bytes) {
  const DeviceGuard guard(device);
  void* segment = nullptr;
  const cudaError_t status = cudaMalloc(&segment, bytes);
  if (status == cudaErrorMemoryAllocation) {
    static_cast<void>(cudaGetLastError());
    return nullptr;
  }
  check(status, "cudaMalloc", device);
  return segment;
}

/// cudaFree waits for the card itself. Its status is of no use: the memory counts as given back.
void free_segment(int device, void* segment) noexcept try {
  const DeviceGuard guard(device);
  static_cast<void>(cudaFree(segment));
} catch (const std::exception&) {
  // The card cannot be reached; the driver takes its memory back.
}

std::size_t available(int device) {
  const DeviceGuard guard(device);
  std::size_t free = 0, total = 0;
  check(cudaMemGetInfo(&free, &total), "cudaMemGetInfo", device);
  return free;
}

CachingAllocator::Driver driver(int device) {
  return {.allocate = [device](std::size_t bytes) { return allocate_segment(device, bytes); },
          .free = [device](void* segment) { free_segment(device, segment); },
          .available = [device] { return available(device); },
          .order =
              [device](void* before, void* after) {
                if (is_capturing())
                  return;  // what is recorded runs later, in the order of the stream it is given to
                order_streams(device, static_cast<cudaStream_t>(before), static_cast<cudaStream_t>(after));
              }};
}

bool is_poisoned() {
  static const bool poisoned = [] {
    const char* poison = std::getenv("TENET_POISON");
    return poison != nullptr && std::string_view(poison) == "1";
  }();
  return poisoned;
}

/// What copy() needs to know of an address.
struct Place {
  enum { pageable, pinned, card } kind = pageable;
  int device = 0;
};

Place place_of(const void* memory, int device) {
  cudaPointerAttributes attributes{};
  check(cudaPointerGetAttributes(&attributes, memory), "cudaPointerGetAttributes", device);
  switch (attributes.type) {
    case cudaMemoryTypeDevice: return {Place::card, attributes.device};
    case cudaMemoryTypeManaged:
    case cudaMemoryTypeHost: return {Place::pinned, attributes.device};
    default: return {};
  }
}

}  // namespace

CudaBackend::CudaBackend(int device)
    : device_(device),
      memory_({DeviceType::cuda, static_cast<std::int8_t>(device)}, driver(device)),
      staging_(device) {}

void* CudaBackend::allocate(std::size_t bytes) {
  cudaStream_t stream = current_stream(device_);
  void* memory = memory_.allocate(bytes, stream);
  if (is_poisoned()) {
    const DeviceGuard guard(device_);
    check(cudaMemsetAsync(memory, 0xFF, bytes, stream), "cudaMemsetAsync", device_);
  }
  return memory;
}

void CudaBackend::free(void* memory, std::size_t) noexcept { memory_.free(memory, current_stream(device_)); }

void CudaBackend::copy(void* to, const void* from, std::size_t bytes) {
  if (bytes == 0) return;
  const DeviceGuard guard(device_);
  const Place target = place_of(to, device_), source = place_of(from, device_);
  cudaStream_t stream = current_stream(device_);
  const auto is_own = [&](const Place& place) {
    return place.kind == Place::card && place.device == device_;
  };
  if (!is_own(source) || !is_own(target)) {
    check_not_capturing(device_, "a copy between the card and elsewhere");
  }
  if (source.kind == Place::pageable && is_own(target)) return staging_.to_card(to, from, bytes, stream);
  if (is_own(source) && target.kind == Place::pageable) return staging_.to_host(to, from, bytes, stream);
  for (const Place& place : {target, source}) {  // another card's work is not in the order of this stream
    if (place.kind == Place::card && !is_own(place)) synchronize_card(place.device);
  }
  check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDefault, stream), "cudaMemcpyAsync", device_);
  if (!is_own(source) || !is_own(target))
    check(cudaStreamSynchronize(stream), "cudaStreamSynchronize", device_);
}

void CudaBackend::synchronize() { synchronize_card(device_); }

void CudaBackend::gemm(const Gemm& call) { cuda::gemm(device_, call); }

CudaBackend& cuda_backend(int device) {
  check_card(device);
  // Never destroyed: tensors in static variables outlive every destructor that could be written here.
  static const std::vector<CudaBackend*>* const all = [] {
    auto* made = new std::vector<CudaBackend*>;
    for (int card = 0; card < card_count(); ++card) made->push_back(new CudaBackend(card));
    return made;
  }();
  return *(*all)[static_cast<std::size_t>(device)];
}

}  // namespace tenet::cuda
