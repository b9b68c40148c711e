#include "tenet/backends/cpu/allocator.h"

#include <pthread.h>

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "tenet/framework/core/error.h"

namespace tenet::cpu {
namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr bool kKeep = false;
#else
constexpr bool kKeep = true;
#endif

constexpr std::size_t kAlignment = 64;
constexpr std::size_t kSmallest = 256;  // below four times the alignment, classes are its multiples

/// Quarter steps between powers of two: (4 + q) * 2^(p - 2) for q from 0 to 3.
std::size_t step(std::size_t bytes) {
  return bytes <= kSmallest ? kAlignment : std::bit_floor(bytes - 1) / 4;
}

/// Which class a rounded size is. Up to 256 bytes: 0 to 3; then four for each power of two.
std::size_t class_of(std::size_t rounded) {
  if (rounded <= kSmallest) return rounded / kAlignment - 1;
  const std::size_t quarter = step(rounded);
  const auto power = static_cast<std::size_t>(std::countr_zero(quarter / kAlignment));
  return 4 * power + rounded / quarter - 1;
}

}  // namespace

std::size_t CachingAllocator::rounded(std::size_t bytes) {
  const std::size_t unit = bytes <= kLargestKept ? step(bytes) : 4096;
  return (bytes + unit - 1) / unit * unit;
}

void* CachingAllocator::system_allocate(std::size_t bytes) { return std::aligned_alloc(kAlignment, bytes); }
void CachingAllocator::system_free(void* memory) { std::free(memory); }

void* CachingAllocator::allocate(std::size_t bytes) {
  const std::size_t size = bytes <= kLargest ? rounded(bytes) : 0;
  std::unique_lock lock(mutex_);
  void* memory = size > 0 ? take(size) : nullptr;
  if (memory == nullptr) {
    const std::int64_t in_use = stats_.in_use;
    lock.unlock();
    fail<OutOfMemoryError>("cpu: out of memory: could not allocate ", bytes, " bytes (", in_use,
                           " in use). Use smaller sizes or free tensors.");
  }
  ++stats_.allocations;
  stats_.in_use += static_cast<std::int64_t>(size);
  stats_.peak = std::max(stats_.peak, stats_.in_use);
  highest_ = std::max(highest_, stats_.in_use);
  lock.unlock();
  if (options_.poison) std::memset(memory, 0xFF, size);
  return memory;
}

CachingAllocator::Block* CachingAllocator::take(std::size_t size) {
  if (size <= kLargestKept) {
    Block*& first = kept_[class_of(size)];
    if (Block* block = first) {
      first = block->next;
      stats_.cached -= static_cast<std::int64_t>(size);
      return block;
    }
  }
  void* memory = options_.allocate(size);
  if (memory == nullptr && stats_.cached > 0) {
    empty_cache_locked();
    memory = options_.allocate(size);
  }
  return static_cast<Block*>(memory);
}

void CachingAllocator::free(void* memory, std::size_t bytes) noexcept {
  const std::size_t size = rounded(bytes);
  const auto signed_size = static_cast<std::int64_t>(size);
  std::unique_lock lock(mutex_);
  stats_.in_use -= signed_size;
  if (!options_.keep || size > kLargestKept) {
    lock.unlock();
    return options_.free(memory);
  }
  if (stats_.cached + signed_size > std::max(kKeepAtLeast, highest_)) empty_cache_locked();
  Block*& first = kept_[class_of(size)];
  auto* block = static_cast<Block*>(memory);
  block->next = first;
  first = block;
  stats_.cached += signed_size;
}

void CachingAllocator::empty_cache() noexcept {
  std::lock_guard lock(mutex_);
  empty_cache_locked();
}

void CachingAllocator::empty_cache_locked() noexcept {
  for (Block*& first : kept_) {
    while (Block* block = first) {
      first = block->next;
      options_.free(block);
    }
  }
  stats_.cached = 0;
}

MemoryStats CachingAllocator::stats() const {
  std::lock_guard lock(mutex_);
  return stats_;
}

void CachingAllocator::reset_peak() {
  std::lock_guard lock(mutex_);
  stats_.peak = stats_.in_use;
}

CachingAllocator& allocator() {
  static CachingAllocator& instance = []() -> CachingAllocator& {
    const char* poison = std::getenv("TENET_POISON");
    const bool poisoned = poison != nullptr && std::string_view(poison) == "1";
    auto* made = new CachingAllocator({.keep = kKeep, .poison = poisoned});
    // A child forked while another thread has the lock would find it taken for ever.
    pthread_atfork([] { allocator().mutex_.lock(); }, [] { allocator().mutex_.unlock(); },
                   [] { allocator().mutex_.unlock(); });
    return *made;
  }();
  return instance;
}

// Made while the library loads: a fork in the middle of it would hang the child.
[[maybe_unused]] static CachingAllocator& made_early = allocator();

}  // namespace tenet::cpu
