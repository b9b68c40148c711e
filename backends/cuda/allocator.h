// Memory of a card, kept for reuse when it comes back. The policy alone: what it asks the driver for is passed in, so
// it knows nothing of CUDA and is tested without a card.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <set>

#include "tenet/framework/core/backend.h"

namespace tenet::cuda {

/// Gets segments from the driver and hands out blocks of them. A block belongs to the stream it was handed out for;
/// when it comes back, which is when the host lets go of it and not when the card has done with it, only that stream
/// gets it again: what the stream does next comes after what it was given before.
///
/// Sizes are rounded up to 512 bytes. Blocks up to 1 MiB lie in segments of 2 MiB, larger ones in segments of 20 MiB,
/// those from 10 MiB on in segments of their own (whole multiples of 2 MiB). The smallest free block that holds a
/// request is taken, and split where the rest is worth keeping; neighbours that are free become one block again.
///
/// Segments go back to the driver by empty_cache(), and when the driver has no memory left.
/// Safe from any thread.
class CachingAllocator {
 public:
  static constexpr std::size_t kLargest = std::size_t{1} << 47;  // above: an error without a try

  /// The driver. Only allocate may throw.
  struct Driver {
    std::function<void*(std::size_t bytes)> allocate;  // null where there is not so much; 512-byte aligned
    std::function<void(void* segment)> free;           // once the card works on it no longer
    std::function<std::size_t()> available;            // bytes the card has left
    /// What `after` is given from now on begins when all that `before` has been given is done.
    std::function<void(void* before, void* after)> order;
  };

  CachingAllocator(Device device, Driver driver) : device_(device), driver_(std::move(driver)) {}
  ~CachingAllocator() { empty_cache(); }
  CachingAllocator(const CachingAllocator&) = delete;
  CachingAllocator& operator=(const CachingAllocator&) = delete;

  /// Uninitialised memory for work on `stream`. bytes > 0. Throws OutOfMemoryError when the card has none left, even
  /// after the segments without a block in use were given back.
  void* allocate(std::size_t bytes, void* stream);
  /// Takes memory of allocate() back. `stream` is the one that was last given work on it.
  void free(void* memory, void* stream) noexcept;

  /// Returns every segment without a block in use, but those of streams that are held.
  void empty_cache() noexcept;
  /// From now on until release no segment of this stream goes back to the driver.
  void hold(void* stream);
  void release(void* stream);
  /// Bytes are counted as handed out, in whole blocks; cached is the rest of the segments.
  MemoryStats stats() const;
  /// Lets the peak start anew from what is in use now.
  void reset_peak();

  /// The bytes set aside for a request, unless the rest of its block is too small to split off.
  static std::size_t rounded(std::size_t bytes);
  /// The bytes asked of the driver for a rounded size that no free block holds.
  static std::size_t segment_size(std::size_t rounded);

 private:
  /// In this order, the first that is not less than {stream, small, size, null} fits best.
  struct FreeBlock {
    void* stream;
    bool small;
    std::size_t size;
    char* memory;
    friend auto operator<=>(const FreeBlock&, const FreeBlock&) = default;
  };
  using FreeBlocks = std::set<FreeBlock>;
  struct Block {
    FreeBlock itself;
    char* segment;
    FreeBlocks::node_type node;  // while in use, so that giving it back allocates nothing
    bool in_use() const { return !node.empty(); }
  };
  using Blocks = std::map<char*, Block>;

  FreeBlocks::iterator find(std::size_t size, void* stream);
  FreeBlocks::iterator grow(std::size_t size, void* stream);
  FreeBlocks::iterator add_segment(char* segment, std::size_t size, bool small, void* stream);
  char* take(FreeBlocks::iterator best, std::size_t size);
  void split(Blocks::iterator block, std::size_t size);
  static bool can_join(Blocks::iterator left, Blocks::iterator right);
  void join(Blocks::iterator left, Blocks::iterator right);
  void empty_cache_locked() noexcept;
  [[noreturn]] void fail_for(std::size_t bytes, const MemoryStats& stats) const;

  const Device device_;
  const Driver driver_;
  mutable std::mutex mutex_;
  Blocks blocks_;    // all of them, by address
  FreeBlocks free_;  // those not in use
  std::set<void*> held_;
  MemoryStats stats_;
};

}  // namespace tenet::cuda
