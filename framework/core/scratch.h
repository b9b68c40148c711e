#pragma once

#include "tenet/framework/core/backend.h"

namespace tenet {

/// Memory of a device's allocator for the time of a kernel, uninitialised; none for 0 bytes. Throws OutOfMemoryError.
template <class T> class Scratch {
 public:
  explicit Scratch(std::int64_t bytes, Device device = {})
      : bytes_(static_cast<std::size_t>(bytes)),
        device_(device),
        data_(bytes > 0 ? static_cast<T*>(backend(device).allocate(bytes_)) : nullptr) {}
  ~Scratch() {
    if (data_ != nullptr) backend(device_).free(data_, bytes_);
  }
  Scratch(const Scratch&) = delete;
  T* data() const { return data_; }

 private:
  std::size_t bytes_;
  Device device_;
  T* data_;
};

}  // namespace tenet
