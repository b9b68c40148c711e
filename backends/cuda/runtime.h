// The CUDA runtime as the rest of the backend sees it: checked calls, cards, streams.
#pragma once

#include <cuda_runtime.h>

#include <functional>
#include <memory>
#include <mutex>
#include <string>

namespace tenet::cuda {

/// Throws DeviceError naming the call, the device and the reason unless the status is cudaSuccess.
void check(cudaError_t status, const char* call, int device);

/// Makes a card the current one of this thread, and the one before again at its end. Throws DeviceError.
class DeviceGuard {
 public:
  explicit DeviceGuard(int device);
  ~DeviceGuard();
  DeviceGuard(const DeviceGuard&) = delete;

 private:
  int before_ = 0;
};

/// Cards that can be used; 0 where there is no driver, an old one or no card, and why_none() says which.
int card_count();
const std::string& why_none();

/// The stream this thread gives its work to, by default the one stream of the card. Throws DeviceError.
cudaStream_t current_stream(int device);

struct Occupancy {
  int block = 256;   // threads
  int blocks = 256;  // that run at once
};

/// Found for each card when it is first asked for. Safe from any thread.
class Occupancies {
 public:
  explicit Occupancies(std::function<Occupancy(int device)> find);
  const Occupancy& of(int device) const;

 private:
  struct Entry {
    std::once_flag once;
    Occupancy value;
  };
  std::function<Occupancy(int)> find_;
  std::unique_ptr<Entry[]> entries_;
};

}  // namespace tenet::cuda
