// What the paths share: the scratch of a task, its place, and how many tasks go together.
#pragma once

#include <algorithm>

#include "tenet/framework/core/backend.h"

namespace tenet::conv_kernels {

/// Memory of the backend's, uninitialised; none for 0 bytes.
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

/// A flat index taken apart, last factor first.
struct Index {
  std::int64_t rest;
  std::int64_t next(std::int64_t n) {
    const std::int64_t i = rest % n;
    rest /= n;
    return i;
  }
};

/// Tasks handed out together, by the work in one.
inline std::int64_t grain(std::int64_t multiply_adds) {
  return std::max<std::int64_t>(1, (1 << 16) / std::max<std::int64_t>(multiply_adds, 1));
}

}  // namespace tenet::conv_kernels
