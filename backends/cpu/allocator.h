// Memory for elements: aligned blocks, kept for reuse when they come back.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>

#include "tenet/framework/core/backend.h"

namespace tenet::cpu {

/// Hands out 64-byte aligned blocks, rounded up to a size class: four classes per power of two, so
/// at most a quarter is lost. What comes back is kept for the next request of its class, for fresh
/// pages cost more than most kernels. Blocks above 1 GiB go back to the system at once.
///
/// What is kept never exceeds 256 MiB or the highest number of bytes that were ever in use,
/// whichever is more: a block that would exceed it empties the cache first. So a program's
/// footprint stays below twice its own peak (plus 256 MiB). A loop of steady shapes meets the limit
/// only if its phases fill different classes, each close to the peak.
///
/// Safe from any thread.
class CachingAllocator {
 public:
  static constexpr std::size_t kLargest = std::size_t{1} << 47;  // above: an error without a try
  static constexpr std::size_t kLargestKept = std::size_t{1} << 30;
  static constexpr std::int64_t kKeepAtLeast = std::int64_t{256} << 20;

  struct Options {
    bool keep = true;     // false: everything goes back to the system at once
    bool poison = false;  // fill what is handed out with 0xFF: every float in it is a NaN
    void* (*allocate)(std::size_t bytes) = system_allocate;  // null when there is none
    void (*free)(void* memory) = system_free;
  };

  explicit CachingAllocator(const Options& options) : options_(options) {}
  ~CachingAllocator() { empty_cache(); }
  CachingAllocator(const CachingAllocator&) = delete;
  CachingAllocator& operator=(const CachingAllocator&) = delete;

  /// Uninitialised memory. bytes > 0. Throws OutOfMemoryError when the system has none left, even
  /// after the cache was given back.
  void* allocate(std::size_t bytes);
  /// Takes back memory of allocate(bytes), with the same `bytes`.
  void free(void* memory, std::size_t bytes) noexcept;

  /// Returns all kept blocks to the system.
  void empty_cache() noexcept;
  /// Bytes are counted as handed out, in whole size classes.
  MemoryStats stats() const;
  /// Lets the peak start anew from what is in use now.
  void reset_peak();

  /// The bytes really set aside for a request.
  static std::size_t rounded(std::size_t bytes);

 private:
  struct Block {
    Block* next;
  };

  static void* system_allocate(std::size_t bytes);
  static void system_free(void* memory);
  friend CachingAllocator& allocator();

  Block* take(std::size_t bytes);
  void empty_cache_locked() noexcept;

  const Options options_;
  mutable std::mutex mutex_;
  std::array<Block*, 92> kept_{};  // by class, 64 bytes to 1 GiB
  MemoryStats stats_;
  std::int64_t highest_ = 0;  // like the peak, but never reset
};

/// The allocator of the CPU backend; never destroyed, and usable in a forked child. The environment
/// variable TENET_POISON=1 makes it poison. In an AddressSanitizer build it keeps nothing, so that
/// a use after free is found.
CachingAllocator& allocator();

}  // namespace tenet::cpu
