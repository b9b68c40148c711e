// A card as a Backend.
#pragma once

#include "tenet/backends/cuda/allocator.h"
#include "tenet/backends/cuda/staging.h"
#include "tenet/framework/core/backend.h"

namespace tenet::cuda {

/// Memory by CachingAllocator, products by cuBLAS, all on the calling thread's current stream of the card. Everything
/// but the contracts' exceptions throws DeviceError for what CUDA reports. Safe from any thread.
class CudaBackend : public Backend {
 public:
  /// There is such a card.
  explicit CudaBackend(int device);
  const char* name() const override { return "cuda"; }
  /// 512-byte aligned. With TENET_POISON=1 in the environment, full of 0xFF.
  void* allocate(std::size_t bytes) override;
  void free(void* memory, std::size_t bytes) noexcept override;
  /// Between any two of: memory of this card, of another, of the host (pinned or not). What the host sees is as if it
  /// had been done at once: it may change the memory copied from, and read the memory copied to.
  void copy(void* to, const void* from, std::size_t bytes) override;
  void synchronize() override;
  void gemm(const Gemm& call) override;
  MemoryStats memory_stats() const override { return memory_.stats(); }
  void reset_peak() override { memory_.reset_peak(); }
  /// Returns the memory kept for reuse to the driver.
  void empty_cache() { memory_.empty_cache(); }
  /// Keeps the memory of a stream from empty_cache, and from going back when there is no more, until release.
  void hold(void* stream) { memory_.hold(stream); }
  void release(void* stream) { memory_.release(stream); }

 private:
  const int device_;
  CachingAllocator memory_;
  Staging staging_;
};

/// The backend of a card, made at the first call. Throws DeviceError where there is no such card, with the reason.
CudaBackend& cuda_backend(int device);

}  // namespace tenet::cuda
