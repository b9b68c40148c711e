// The CUDA runtime as the rest of the backend sees it: checked calls, cards, streams.
#pragma once

#include <cuda_runtime.h>

#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "tenet/framework/core/cuda.h"

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
  int before_ = 0, device_;
};

/// Cards that can be used; 0 where there is no driver, an old one or no card, and why_none() says which. Found once, at
/// the first call. Never throws.
int card_count();
const std::string& why_none();

/// The rule of why_none(): what asking for the number of cards gave, and the versions of CUDA that the driver has (0: no
/// driver) and that this build was made with, as CUDA writes them (12040: 12.4).
std::string reason_for(cudaError_t status, int cards, int driver_version, int built_with);

/// Throws DeviceError unless there is such a card.
void check_card(int device);

/// The stream this thread gives its work to, by default the one stream of the card. Throws DeviceError.
cudaStream_t current_stream(int device);

/// Lets this thread give its work for a card to `stream` while the guard lives; guards end in the order opposite to
/// that of their making. Memory handed out meanwhile belongs to the stream, which must not be destroyed before the last
/// use of any. Work on different streams runs in any order: who hands memory from one to the other waits.
class StreamGuard {
 public:
  StreamGuard(int device, cudaStream_t stream);
  ~StreamGuard();
  StreamGuard(const StreamGuard&) = delete;

 private:
  friend cudaStream_t current_stream(int device);
  int device_;
  cudaStream_t stream_;
  const StreamGuard* outer_;
};

/// While it lives, what this thread gives a card is recorded and not done.
class CaptureGuard {
 public:
  CaptureGuard();
  ~CaptureGuard();
  CaptureGuard(const CaptureGuard&) = delete;
};

/// Throws DeviceError while this thread records a graph; `what`, which is not to be recorded, begins the sentence.
void check_not_capturing(int device, const char* what);

/// Waits until a card has done all it was given. Throws DeviceError, also for what went wrong there before.
void synchronize_card(int device);

/// What `after` is given from now on begins when `before` has done what it was given up to now. Never throws: where
/// the order cannot be had, it waits for the card.
void order_streams(int device, cudaStream_t before, cudaStream_t after) noexcept;

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
