// What a device must offer. Small on purpose: it never grows with ops, whose kernels live with the op.
#pragma once

#include <cstddef>
#include <cstdint>

#include "tenet/framework/core/device.h"
#include "tenet/framework/core/dtype.h"

namespace tenet {

struct MemoryStats {
  std::int64_t in_use = 0;       // bytes handed out and not yet returned
  std::int64_t peak = 0;         // the highest in_use since start or the last reset_peak()
  std::int64_t cached = 0;       // bytes kept for reuse
  std::int64_t allocations = 0;  // calls so far
};

/// C[M,N] = op(A)[M,K] * op(B)[K,N] + beta * C, all row-major; op transposes where asked.
/// lda, ldb and ldc are the distances between rows as stored. With beta == 0, C is not read.
/// `batch` such products: matrix i lies i * stride elements on; no two C overlap.
struct Gemm {
  bool transpose_a = false, transpose_b = false;
  std::int64_t m = 0, n = 0, k = 0;
  const void* a = nullptr;
  std::int64_t lda = 0;
  const void* b = nullptr;
  std::int64_t ldb = 0;
  double beta = 0;
  void* c = nullptr;
  std::int64_t ldc = 0;
  DType dtype = float32;
  std::int64_t batch = 1, stride_a = 0, stride_b = 0, stride_c = 0;
};

class Backend {
 public:
  virtual ~Backend() = default;
  virtual const char* name() const = 0;
  /// 64-byte aligned memory, uninitialised. Throws OutOfMemoryError naming the size. bytes > 0.
  virtual void* allocate(std::size_t bytes) = 0;
  /// Returns memory of allocate(bytes) with the same `bytes`. Never throws.
  virtual void free(void* memory, std::size_t bytes) noexcept = 0;
  virtual void copy(void* to, const void* from, std::size_t bytes) = 0;
  virtual void synchronize() {}
  virtual void gemm(const Gemm& call) = 0;
  virtual MemoryStats memory_stats() const = 0;
  virtual void reset_peak() = 0;
};

/// The backend of a device; DeviceError when this build has none. Defined in backends/registry.cpp.
Backend& backend(Device device);

}  // namespace tenet
