#include "tenet/backends/cpu/cpu_backend.h"

#include <cstring>

#include "tenet/backends/cpu/allocator.h"
#include "tenet/backends/cpu/gemm.h"
#include "tenet/backends/cpu/parallel.h"

namespace tenet::cpu {

CpuBackend::CpuBackend() { use_one_blas_thread(); }

void* CpuBackend::allocate(std::size_t bytes) { return allocator().allocate(bytes); }

void CpuBackend::free(void* memory, std::size_t bytes) noexcept { allocator().free(memory, bytes); }

void CpuBackend::copy(void* to, const void* from, std::size_t bytes) {
  constexpr std::int64_t kGrain = 1 << 20;
  parallel_for(static_cast<std::int64_t>(bytes), kGrain, [&](std::int64_t begin, std::int64_t end) {
    std::memcpy(static_cast<char*>(to) + begin, static_cast<const char*>(from) + begin,
                static_cast<std::size_t>(end - begin));
  });
}

void CpuBackend::gemm(const Gemm& call) { cpu::gemm(call); }

MemoryStats CpuBackend::memory_stats() const { return allocator().stats(); }

void CpuBackend::reset_peak() { allocator().reset_peak(); }

void CpuBackend::empty_cache() { allocator().empty_cache(); }

}  // namespace tenet::cpu
