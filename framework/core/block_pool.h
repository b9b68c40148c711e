// Small blocks of memory: tensor headers with their elements, records of the tape.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tenet {

struct BlockStats {
  std::int64_t in_use = 0;  // bytes handed out and not yet returned, as rounded up
};

/// 64-byte aligned memory, uninitialised. Up to 4096 bytes it comes from lists of the calling
/// thread, without a lock, in steps of 64 bytes up to 512 and of an eighth to a quarter above;
/// larger blocks come from operator new. Throws OutOfMemoryError. Safe from any thread, and before
/// main and after it.
///
/// Small blocks stay with the pool for good. A thread keeps some of what it freed, and gives the
/// rest, and all of it at its end, to a list that every thread draws on.
void* block_allocate(std::size_t bytes);

/// Takes back memory of block_allocate(bytes), with the same `bytes`, in whatever thread.
void block_free(void* memory, std::size_t bytes) noexcept;

/// Exact while no other thread allocates or frees.
BlockStats block_stats();

}  // namespace tenet
