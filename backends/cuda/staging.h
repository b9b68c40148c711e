// Copies between a card and memory of the host that may be paged out, by way of memory that may not.
#pragma once

#include <cuda_runtime.h>

#include <array>
#include <cstddef>
#include <mutex>

namespace tenet::cuda {

/// Two pinned buffers of a card, got when first needed and kept: while the card copies one, the host copies the other.
/// Where the system has no pinned memory left, and for small copies, the driver copies by its own means.
/// Safe from any thread.
class Staging {
 public:
  static constexpr std::size_t kBytes = std::size_t{4} << 20;  // of a buffer
  static constexpr std::size_t kSmall = std::size_t{64} << 10;

  explicit Staging(int device) : device_(device) {}
  Staging(const Staging&) = delete;

  /// Returns when the host's memory is free to change; the card's has arrived for all that `stream` is given next.
  /// Throws DeviceError.
  void to_card(void* to, const void* from, std::size_t bytes, cudaStream_t stream);
  /// After all that `stream` was given before. Returns when the bytes are there. Throws DeviceError.
  void to_host(void* to, const void* from, std::size_t bytes, cudaStream_t stream);

 private:
  struct Buffer {
    char* memory = nullptr;
    cudaEvent_t done = nullptr;  // with the last copy from or to it
  };

  bool has_buffers();
  void wait(const Buffer& buffer) const;
  void begin(const Buffer& buffer, void* to, const void* from, std::size_t bytes, cudaStream_t stream) const;
  void copy_directly(void* to, const void* from, std::size_t bytes, cudaStream_t stream) const;

  const int device_;
  std::mutex mutex_;
  bool tried_ = false;
  std::array<Buffer, 2> buffers_;  // never freed: the driver may be gone when static variables end
};

}  // namespace tenet::cuda
