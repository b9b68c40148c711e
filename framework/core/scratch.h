#pragma once

#include "tenet/framework/core/backend.h"

namespace tenet {

/// Memory of the CPU's allocator for the time of a kernel, uninitialised; none for 0 bytes. Throws OutOfMemoryError.
template <class T> class Scratch {
 public:
  explicit Scratch(std::int64_t bytes)
      : bytes_(static_cast<std::size_t>(bytes)),
        data_(bytes > 0 ? static_cast<T*>(backend({}).allocate(bytes_)) : nullptr) {}
  ~Scratch() {
    if (data_ != nullptr) backend({}).free(data_, bytes_);
  }
  Scratch(const Scratch&) = delete;
  T* data() const { return data_; }

 private:
  std::size_t bytes_;
  T* data_;
};

}  // namespace tenet
