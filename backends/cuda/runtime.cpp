#include "tenet/backends/cuda/runtime.h"

#include <utility>

#include "tenet/framework/core/error.h"

namespace tenet::cuda {
namespace {

struct Cards {
  int count = 0;
  std::string why_none;
};

const Cards& cards() {
  static const Cards found = [] {
    Cards cards;
    int driver_version = 0;
    const cudaError_t status = cudaGetDeviceCount(&cards.count);
    if (status != cudaSuccess) {
      cards.count = 0;
      static_cast<void>(cudaGetLastError());  // known here; no later call shall report it
    }
    static_cast<void>(cudaDriverGetVersion(&driver_version));
    cards.why_none = reason_for(status, cards.count, driver_version, CUDART_VERSION);
    return cards;
  }();
  return found;
}

std::string version(int number) { return cat(number / 1000, ".", number % 1000 / 10); }

/// A stream that does not wait for the legacy default stream, which other libraries use.
cudaStream_t default_stream(int device) {
  struct Default {
    std::once_flag once;
    cudaStream_t stream = nullptr;
  };
  // Never destroyed: tensors in static variables outlive every destructor.
  static Default* const all = new Default[static_cast<std::size_t>(card_count())];
  Default& one = all[device];
  std::call_once(one.once, [&] {
    const DeviceGuard guard(device);
    check(cudaStreamCreateWithFlags(&one.stream, cudaStreamNonBlocking), "cudaStreamCreateWithFlags", device);
  });
  return one.stream;
}

thread_local const StreamGuard* innermost = nullptr;
thread_local bool capturing = false;

}  // namespace

void check(cudaError_t status, const char* call, int device) {
  if (status == cudaSuccess) [[likely]]
    return;
  static_cast<void>(cudaGetLastError());  // the next call shall not report this one again
  fail<DeviceError>("cuda:", device, ": ", call, " failed: ", cudaGetErrorString(status), " (",
                    cudaGetErrorName(status), ").");
}

DeviceGuard::DeviceGuard(int device) : device_(device) {
  check(cudaGetDevice(&before_), "cudaGetDevice", device);
  if (before_ != device) check(cudaSetDevice(device), "cudaSetDevice", device);
}

DeviceGuard::~DeviceGuard() {
  if (before_ != device_) static_cast<void>(cudaSetDevice(before_));
}

int card_count() { return cards().count; }

const std::string& why_none() { return cards().why_none; }

std::string reason_for(cudaError_t status, int cards, int driver_version, int built_with) {
  if (status == cudaSuccess && cards > 0) return "";
  if (status == cudaErrorInsufficientDriver || status == cudaErrorStubLibrary) {
    if (driver_version == 0) return "no CUDA driver is installed.";
    return cat("the CUDA driver is too old: it is for CUDA ", version(driver_version),
               " and this build of Tenet for ", version(built_with), ". Update the driver.");
  }
  if (status == cudaErrorNoDevice || status == cudaSuccess) {
    return "there is a CUDA driver but no card (or CUDA_VISIBLE_DEVICES hides it).";
  }
  return cat("the CUDA driver says: ", cudaGetErrorString(status), " (", cudaGetErrorName(status), ").");
}

void check_card(int device) {
  if (device >= 0 && device < card_count()) [[likely]]
    return;
  if (card_count() == 0)
    fail<DeviceError>("cuda:", device, ": there is no such device: ", why_none(), " Use the CPU.");
  fail<DeviceError>("cuda:", device, ": there is no such device. The last one is cuda:", card_count() - 1,
                    ".");
}

cudaStream_t current_stream(int device) {
  for (const StreamGuard* guard = innermost; guard != nullptr; guard = guard->outer_) {
    if (guard->device_ == device) return guard->stream_;
  }
  check_card(device);
  return default_stream(device);
}

StreamGuard::StreamGuard(int device, cudaStream_t stream)
    : device_(device), stream_(stream), outer_(std::exchange(innermost, this)) {}

StreamGuard::~StreamGuard() { innermost = outer_; }

bool is_capturing() { return capturing; }
CaptureGuard::CaptureGuard() { capturing = true; }
CaptureGuard::~CaptureGuard() { capturing = false; }

void check_not_capturing(int device, const char* what) {
  if (!capturing) [[likely]]
    return;
  fail<DeviceError>("cuda:", device, ": a graph is being recorded, and ", what,
                    " cannot be part of it. Do that before or after, outside the function that is recorded.");
}

void synchronize_card(int device) {
  check_card(device);
  check_not_capturing(device, "waiting for the card");
  const DeviceGuard guard(device);
  check(cudaDeviceSynchronize(), "cudaDeviceSynchronize", device);
}

void order_streams(int device, cudaStream_t before, cudaStream_t after) noexcept try {
  const DeviceGuard guard(device);
  cudaEvent_t event = nullptr;
  bool ordered = cudaEventCreateWithFlags(&event, cudaEventDisableTiming) == cudaSuccess;
  ordered = ordered && cudaEventRecord(event, before) == cudaSuccess;
  ordered = ordered && cudaStreamWaitEvent(after, event, 0) == cudaSuccess;
  if (!ordered) static_cast<void>(cudaDeviceSynchronize());
  if (event != nullptr) static_cast<void>(cudaEventDestroy(event));
} catch (const DeviceError&) {
  // The card cannot be reached: nothing runs there any more.
}

Occupancies::Occupancies(std::function<Occupancy(int device)> find)
    : find_(std::move(find)), entries_(new Entry[static_cast<std::size_t>(card_count())]) {}

const Occupancy& Occupancies::of(int device) const {
  Entry& entry = entries_[static_cast<std::size_t>(device)];
  std::call_once(entry.once, [&] { entry.value = find_(device); });
  return entry.value;
}

}  // namespace tenet::cuda
