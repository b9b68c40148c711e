// The CPU as a Backend.
#pragma once

#include "tenet/framework/core/backend.h"

namespace tenet::cpu {

/// Memory by CachingAllocator, products by CBLAS. Safe from any thread.
class CpuBackend : public Backend {
 public:
  CpuBackend();
  const char* name() const override { return "cpu"; }
  void* allocate(std::size_t bytes) override;
  void free(void* memory, std::size_t bytes) noexcept override;
  void copy(void* to, const void* from, std::size_t bytes) override;
  void gemm(const Gemm& call) override;
  MemoryStats memory_stats() const override;
  void reset_peak() override;
  /// Returns the memory kept for reuse to the system.
  void empty_cache();
};

}  // namespace tenet::cpu
