#include "tenet/backends/cuda/allocator.h"

#include <algorithm>
#include <utility>

#include "tenet/framework/core/error.h"

namespace tenet::cuda {
namespace {

constexpr std::size_t kUnit = 512;
constexpr std::size_t kMiB = std::size_t{1} << 20;
constexpr std::size_t kSmall = kMiB;             // the largest of the small blocks
constexpr std::size_t kSmallSegment = 2 * kMiB;  // and the unit of large segments
constexpr std::size_t kSharedSegment = 20 * kMiB;
constexpr std::size_t kAlone = 10 * kMiB;  // from here on a block has a segment of its own

std::size_t round_up(std::size_t bytes, std::size_t unit) { return (bytes + unit - 1) / unit * unit; }

bool is_small(std::size_t rounded) { return rounded <= kSmall; }

/// A rest of a large block that a small request could not use either is left where it is.
bool is_worth_keeping(std::size_t rest, bool small) { return small ? rest >= kUnit : rest > kSmall; }

}  // namespace

std::size_t CachingAllocator::rounded(std::size_t bytes) { return round_up(bytes, kUnit); }

std::size_t CachingAllocator::segment_size(std::size_t rounded) {
  if (is_small(rounded)) return kSmallSegment;
  return rounded < kAlone ? kSharedSegment : round_up(rounded, kSmallSegment);
}

void* CachingAllocator::allocate(std::size_t bytes, void* stream) {
  return without_bad_alloc("cuda allocator", [&]() -> void* {
    std::unique_lock lock(mutex_);
    if (bytes <= kLargest) {
      const std::size_t size = rounded(bytes);
      auto best = find(size, stream);
      if (best == free_.end()) best = grow(size, stream);
      if (best != free_.end()) return take(best, size);
    }
    const MemoryStats stats = stats_;
    lock.unlock();
    fail_for(bytes, stats);
  });
}

void CachingAllocator::fail_for(std::size_t bytes, const MemoryStats& stats) const {
  fail<OutOfMemoryError>(device_, ": out of memory: could not allocate ", bytes, " bytes (", stats.in_use,
                         " in use, ", stats.cached, " cached, ", driver_.available(),
                         " free on the card). Use smaller sizes or free tensors.");
}

CachingAllocator::FreeBlocks::iterator CachingAllocator::find(std::size_t size, void* stream) {
  const bool small = is_small(size);
  const auto best = free_.lower_bound({stream, small, size, nullptr});
  const bool fits = best != free_.end() && best->stream == stream && best->small == small;
  return fits ? best : free_.end();
}

CachingAllocator::FreeBlocks::iterator CachingAllocator::grow(std::size_t size, void* stream) {
  const std::size_t bytes = segment_size(size);
  void* segment = driver_.allocate(bytes);
  if (segment == nullptr) {
    empty_cache_locked();
    segment = driver_.allocate(bytes);
  }
  if (segment == nullptr) return free_.end();
  try {
    return add_segment(static_cast<char*>(segment), bytes, is_small(size), stream);
  } catch (...) {
    driver_.free(segment);
    throw;
  }
}

CachingAllocator::FreeBlocks::iterator CachingAllocator::add_segment(char* segment, std::size_t size,
                                                                     bool small, void* stream) {
  const FreeBlock whole{stream, small, size, segment};
  const auto entry = blocks_.try_emplace(segment, Block{whole, segment, {}}).first;
  try {
    const auto at = free_.insert(whole).first;
    stats_.cached += static_cast<std::int64_t>(size);
    return at;
  } catch (...) {
    blocks_.erase(entry);
    throw;
  }
}

char* CachingAllocator::take(FreeBlocks::iterator best, std::size_t size) {
  const auto block = blocks_.find(best->memory);
  if (is_worth_keeping(best->size - size, best->small)) split(block, size);
  Block& taken = block->second;
  taken.node = free_.extract(best);
  taken.node.value() = taken.itself;
  const auto bytes = static_cast<std::int64_t>(taken.itself.size);
  ++stats_.allocations;
  stats_.in_use += bytes;
  stats_.cached -= bytes;
  stats_.peak = std::max(stats_.peak, stats_.in_use);
  return block->first;
}

/// Cuts a free block, which is about to be taken (its entry among the free ones still has the old size).
void CachingAllocator::split(Blocks::iterator block, std::size_t size) {
  FreeBlock& first = block->second.itself;
  const FreeBlock rest{first.stream, first.small, first.size - size, first.memory + size};
  const auto entry = blocks_.try_emplace(rest.memory, Block{rest, block->second.segment, {}}).first;
  try {
    free_.insert(rest);
  } catch (...) {
    blocks_.erase(entry);
    throw;
  }
  first.size = size;
}

void CachingAllocator::free(void* memory, void* stream) noexcept {
  std::lock_guard lock(mutex_);
  auto block = blocks_.find(static_cast<char*>(memory));
  if (stream != block->second.itself.stream) driver_.order(stream, block->second.itself.stream);
  const auto bytes = static_cast<std::int64_t>(block->second.itself.size);
  stats_.in_use -= bytes;
  stats_.cached += bytes;
  FreeBlocks::node_type node = std::move(block->second.node);
  const auto next = std::next(block);
  if (next != blocks_.end() && can_join(block, next)) {
    free_.erase(next->second.itself);
    join(block, next);
  }
  if (block != blocks_.begin() && can_join(std::prev(block), block)) {
    const auto previous = std::prev(block);
    free_.erase(previous->second.itself);
    join(previous, block);
    block = previous;
  }
  node.value() = block->second.itself;
  free_.insert(std::move(node));
}

bool CachingAllocator::can_join(Blocks::iterator left, Blocks::iterator right) {
  return !left->second.in_use() && !right->second.in_use() && left->second.segment == right->second.segment;
}

void CachingAllocator::join(Blocks::iterator left, Blocks::iterator right) {
  left->second.itself.size += right->second.itself.size;
  blocks_.erase(right);
}

void CachingAllocator::hold(void* stream) {
  std::lock_guard lock(mutex_);
  held_.insert(stream);
}

void CachingAllocator::release(void* stream) {
  std::lock_guard lock(mutex_);
  held_.erase(stream);
}

void CachingAllocator::empty_cache() noexcept {
  std::lock_guard lock(mutex_);
  empty_cache_locked();
}

void CachingAllocator::empty_cache_locked() noexcept {
  for (auto at = blocks_.begin(); at != blocks_.end();) {
    const auto next = std::next(at);
    const Block& block = at->second;
    const bool starts = block.segment == at->first;
    const bool ends = next == blocks_.end() || next->second.segment != block.segment;
    if (starts && ends && !block.in_use() && !held_.contains(block.itself.stream)) {
      stats_.cached -= static_cast<std::int64_t>(block.itself.size);
      free_.erase(block.itself);
      driver_.free(at->first);
      blocks_.erase(at);
    }
    at = next;
  }
}

MemoryStats CachingAllocator::stats() const {
  std::lock_guard lock(mutex_);
  return stats_;
}

void CachingAllocator::reset_peak() {
  std::lock_guard lock(mutex_);
  stats_.peak = stats_.in_use;
}

}  // namespace tenet::cuda
