// Each thread holds, for every size class, two batches of free blocks: one it works on and a full
// spare. Only whole batches move between a thread and the shared lists, in constant time, so the
// lock is taken once in many calls at most (Bonwick and Adams 2001, "Magazines and Vmem", section
// 3).
#include "tenet/framework/core/block_pool.h"

#include <pthread.h>

#include <array>
#include <atomic>
#include <mutex>
#include <new>
#include <utility>

#include "tenet/framework/core/error.h"

namespace tenet {
namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr std::size_t kLargest = 0;  // every block from operator new: leaks and uses after free are found
#else
constexpr std::size_t kLargest = 4096;
#endif

constexpr std::align_val_t kAlignment{64};
constexpr std::array<std::size_t, 20> kSizes = {64,  128,  192,  256,  320,  384,  448,  512,  640,  768,
                                                896, 1024, 1280, 1536, 1792, 2048, 2560, 3072, 3584, 4096};
constexpr std::size_t kClasses = kSizes.size();

/// By (bytes + 63) / 64.
constexpr auto kClassOf = [] {
  std::array<std::uint8_t, 65> table{};
  for (std::size_t unit = 0, at = 0; unit < table.size(); ++unit) {
    if (unit * 64 > kSizes[at]) ++at;
    table[unit] = static_cast<std::uint8_t>(at);
  }
  return table;
}();

std::size_t class_of(std::size_t bytes) { return kClassOf[(bytes + 63) / 64]; }

/// Blocks in a full batch: 16 KiB of them, but no fewer than 8 and no more than 128.
constexpr auto kFull = [] {
  std::array<std::uint32_t, kClasses> table{};
  for (std::size_t i = 0; i < kClasses; ++i) {
    const std::size_t n = 16384 / kSizes[i];
    table[i] = static_cast<std::uint32_t>(n < 8 ? 8 : n > 128 ? 128 : n);
  }
  return table;
}();

struct Block {
  Block* next;        // in the batch
  Block* next_batch;  // of a batch's first block, in the shared list
  std::uint32_t count;
};

struct Batch {
  Block* first = nullptr;
  std::uint32_t count = 0;
};

struct ThreadLists {
  std::array<Batch, kClasses> working;
  std::array<Batch, kClasses> spare;    // full or empty
  std::atomic<std::int64_t> in_use{0};  // written by its thread; below zero if it frees others' blocks
  ThreadLists* previous = nullptr;
  ThreadLists* next = nullptr;
};

/// Trivially destroyed, so that the destructors of static variables can still allocate and free.
struct Shared {
  std::mutex mutex;
  std::array<Block*, kClasses> batches{};
  ThreadLists* threads = nullptr;
  std::int64_t in_use = 0;  // of threads that have ended
};

constinit Shared shared;
// One pointer, in the fastest kind of thread storage that the build allows.
constinit thread_local ThreadLists* lists __attribute__((tls_model(TENET_TLS_MODEL))) = nullptr;
constinit thread_local bool ended = false;  // this thread has given its lists away

void push_batch(std::size_t at, Batch batch) {
  if (batch.first == nullptr) return;
  batch.first->count = batch.count;
  batch.first->next_batch = shared.batches[at];
  shared.batches[at] = batch.first;
}

Batch pop_batch(std::size_t at) {
  Block* first = shared.batches[at];
  if (first == nullptr) return {};
  shared.batches[at] = first->next_batch;
  return {first, first->count};
}

Batch make_batch(std::size_t at) {
  const std::size_t size = kSizes[at];
  auto* memory = static_cast<char*>(::operator new(size* kFull[at], kAlignment));
  Batch batch;
  for (std::uint32_t i = kFull[at]; i-- > 0;) {  // so that blocks are handed out in address order
    batch.first = new (memory + i * size) Block{batch.first, nullptr, 0};
    ++batch.count;
  }
  return batch;
}

void* pop(Batch& batch) {
  Block* block = batch.first;
  batch.first = block->next;
  --batch.count;
  return block;
}

void push(Batch& batch, void* memory) {
  batch.first = new (memory) Block{batch.first, nullptr, 0};
  ++batch.count;
}

void count(std::atomic<std::int64_t>& in_use, std::int64_t bytes) {
  in_use.store(in_use.load(std::memory_order_relaxed) + bytes, std::memory_order_relaxed);
}

/// Gives the thread's lists away at its end.
struct ThreadEnd {
  ~ThreadEnd() {
    ThreadLists* const own = std::exchange(lists, nullptr);
    ended = true;
    std::lock_guard lock(shared.mutex);
    for (std::size_t i = 0; i < kClasses; ++i) {
      push_batch(i, own->working[i]);
      push_batch(i, own->spare[i]);
    }
    shared.in_use += own->in_use.load(std::memory_order_relaxed);
    (own->previous != nullptr ? own->previous->next : shared.threads) = own->next;
    if (own->next != nullptr) own->next->previous = own->previous;
    delete own;
  }
};

// A child forked while another thread has the lock would find it taken for ever.
[[maybe_unused]] const int registered =
    pthread_atfork([] { shared.mutex.lock(); }, [] { shared.mutex.unlock(); }, [] { shared.mutex.unlock(); });

/// The calling thread's lists, made at its first call; null once the thread has given them away.
ThreadLists* make_lists() {
  if (ended) return nullptr;
  auto* made = new ThreadLists;
  {
    std::lock_guard lock(shared.mutex);
    made->next = shared.threads;
    if (made->next != nullptr) made->next->previous = made;
    shared.threads = made;
  }
  lists = made;
  static thread_local ThreadEnd end;
  static_cast<void>(end);
  return made;
}

[[gnu::noinline]] void refill(ThreadLists& own, std::size_t at) {
  if (own.spare[at].first != nullptr) {
    std::swap(own.working[at], own.spare[at]);
    return;
  }
  {
    std::lock_guard lock(shared.mutex);
    own.working[at] = pop_batch(at);
  }
  if (own.working[at].first == nullptr) own.working[at] = make_batch(at);
}

[[gnu::noinline]] void make_room(ThreadLists& own, std::size_t at) {
  std::swap(own.working[at], own.spare[at]);
  if (own.working[at].first == nullptr) return;
  std::lock_guard lock(shared.mutex);
  push_batch(at, std::exchange(own.working[at], Batch{}));
}

/// For a thread that has given its lists away: straight from the shared ones.
void* allocate_shared(std::size_t at) {
  std::lock_guard lock(shared.mutex);
  Batch batch = pop_batch(at);
  if (batch.first == nullptr) batch = make_batch(at);
  void* const memory = pop(batch);
  push_batch(at, batch);
  shared.in_use += static_cast<std::int64_t>(kSizes[at]);
  return memory;
}

void free_shared(void* memory, std::size_t at) noexcept {
  std::lock_guard lock(shared.mutex);
  Batch batch;
  push(batch, memory);
  push_batch(at, batch);
  shared.in_use -= static_cast<std::int64_t>(kSizes[at]);
}

void count_large(std::int64_t bytes) {
  std::lock_guard lock(shared.mutex);
  shared.in_use += bytes;
}

[[gnu::noinline]] void* allocate_slowly(std::size_t bytes) try {
  if (bytes > kLargest) {
    void* const memory = ::operator new(bytes, kAlignment);
    count_large(static_cast<std::int64_t>(bytes));
    return memory;
  }
  const std::size_t at = class_of(bytes);
  ThreadLists* own = lists != nullptr ? lists : make_lists();
  if (own == nullptr) return allocate_shared(at);
  refill(*own, at);
  count(own->in_use, static_cast<std::int64_t>(kSizes[at]));
  return pop(own->working[at]);
} catch (const std::bad_alloc&) {
  fail<OutOfMemoryError>("cpu: out of memory: could not allocate ", bytes,
                         " bytes. Use smaller sizes or free tensors.");
}

[[gnu::noinline]] void free_slowly(void* memory, std::size_t bytes) noexcept {
  if (bytes > kLargest) {
    ::operator delete(memory, kAlignment);
    return count_large(-static_cast<std::int64_t>(bytes));
  }
  const std::size_t at = class_of(bytes);
  ThreadLists* own = lists;
  if (own == nullptr) return free_shared(memory, at);
  make_room(*own, at);
  count(own->in_use, -static_cast<std::int64_t>(kSizes[at]));
  push(own->working[at], memory);
}

}  // namespace

void* block_allocate(std::size_t bytes) {
  if (ThreadLists* own = lists; bytes <= kLargest && own != nullptr) [[likely]] {
    const std::size_t at = class_of(bytes);
    if (own->working[at].first != nullptr) [[likely]] {
      count(own->in_use, static_cast<std::int64_t>(kSizes[at]));
      return pop(own->working[at]);
    }
  }
  return allocate_slowly(bytes);
}

void block_free(void* memory, std::size_t bytes) noexcept {
  if (ThreadLists* own = lists; bytes <= kLargest && own != nullptr) [[likely]] {
    const std::size_t at = class_of(bytes);
    if (own->working[at].count < kFull[at]) [[likely]] {
      count(own->in_use, -static_cast<std::int64_t>(kSizes[at]));
      return push(own->working[at], memory);
    }
  }
  free_slowly(memory, bytes);
}

BlockStats block_stats() {
  std::lock_guard lock(shared.mutex);
  BlockStats stats{shared.in_use};
  for (const ThreadLists* own = shared.threads; own != nullptr; own = own->next) {
    stats.in_use += own->in_use.load(std::memory_order_relaxed);
  }
  return stats;
}

}  // namespace tenet
