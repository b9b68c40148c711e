#include "tenet/backends/cuda/staging.h"

#include <algorithm>
#include <cstring>

#include "tenet/backends/cuda/runtime.h"

namespace tenet::cuda {

bool Staging::has_buffers() {
  if (tried_) return buffers_[1].done != nullptr;
  tried_ = true;
  for (Buffer& buffer : buffers_) {
    void* memory = nullptr;
    if (cudaHostAlloc(&memory, kBytes, cudaHostAllocDefault) != cudaSuccess) {
      static_cast<void>(cudaGetLastError());
      return false;
    }
    buffer.memory = static_cast<char*>(memory);
    check(cudaEventCreateWithFlags(&buffer.done, cudaEventDisableTiming), "cudaEventCreateWithFlags",
          device_);
  }
  return true;
}

void Staging::wait(const Buffer& buffer) const {
  check(cudaEventSynchronize(buffer.done), "cudaEventSynchronize", device_);
}

void Staging::begin(const Buffer& buffer, void* to, const void* from, std::size_t bytes,
                    cudaStream_t stream) const {
  check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDefault, stream), "cudaMemcpyAsync", device_);
  check(cudaEventRecord(buffer.done, stream), "cudaEventRecord", device_);
}

void Staging::copy_directly(void* to, const void* from, std::size_t bytes, cudaStream_t stream) const {
  check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDefault, stream), "cudaMemcpyAsync", device_);
  check(cudaStreamSynchronize(stream), "cudaStreamSynchronize", device_);
}

void Staging::to_card(void* to, const void* from, std::size_t bytes, cudaStream_t stream) {
  if (bytes <= kSmall) return copy_directly(to, from, bytes, stream);
  std::lock_guard lock(mutex_);
  if (!has_buffers()) return copy_directly(to, from, bytes, stream);
  std::size_t turn = 0;
  for (std::size_t at = 0; at < bytes; at += kBytes, turn ^= 1) {
    const std::size_t n = std::min(kBytes, bytes - at);
    wait(buffers_[turn]);
    std::memcpy(buffers_[turn].memory, static_cast<const char*>(from) + at, n);
    begin(buffers_[turn], static_cast<char*>(to) + at, buffers_[turn].memory, n, stream);
  }
}

void Staging::to_host(void* to, const void* from, std::size_t bytes, cudaStream_t stream) {
  if (bytes <= kSmall) return copy_directly(to, from, bytes, stream);
  std::lock_guard lock(mutex_);
  if (!has_buffers()) return copy_directly(to, from, bytes, stream);
  const auto fetch = [&](std::size_t at, const Buffer& buffer) {
    if (at >= bytes) return;
    begin(buffer, buffer.memory, static_cast<const char*>(from) + at, std::min(kBytes, bytes - at), stream);
  };
  for (const Buffer& buffer : buffers_) wait(buffer);  // another stream may still read them
  fetch(0, buffers_[0]);
  std::size_t turn = 0;
  for (std::size_t at = 0; at < bytes; at += kBytes, turn ^= 1) {
    fetch(at + kBytes, buffers_[turn ^ 1]);
    wait(buffers_[turn]);
    std::memcpy(static_cast<char*>(to) + at, buffers_[turn].memory, std::min(kBytes, bytes - at));
  }
}

}  // namespace tenet::cuda
