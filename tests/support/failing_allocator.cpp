#include "support/failing_allocator.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace {

constexpr std::size_t kSmall = 512;  // below it allocations succeed even where memory stays full

std::atomic<std::int64_t> left{0};  // allocations until one fails; 0 and below: it has failed
std::atomic<bool> armed{false};
std::atomic<bool> staying{false};       // full, once one has failed
std::atomic<std::size_t> too_large{0};  // what no longer fits
std::atomic<std::int64_t> news{0};

bool fails(std::size_t bytes) {
  if (!armed.load(std::memory_order_relaxed)) return false;
  const std::int64_t before = left.fetch_sub(1);
  if (before == 1) too_large = std::max(bytes, kSmall);
  return before == 1 || (before < 1 && staying && bytes >= too_large);
}

void* allocate(std::size_t bytes, std::size_t alignment) {
  void* memory = nullptr;
  if (fails(bytes)) return nullptr;
  return posix_memalign(&memory, alignment, bytes > 0 ? bytes : 1) == 0 ? memory : nullptr;
}

void* allocate_or_throw(std::size_t bytes, std::size_t alignment) {
  void* const memory = allocate(bytes, alignment);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

constexpr std::size_t kUsual = alignof(std::max_align_t);

void* usual_new(std::size_t bytes) {
  void* const memory = allocate_or_throw(bytes, kUsual);
  ++news;
  return memory;
}

void* usual_new_or_null(std::size_t bytes) {
  void* const memory = allocate(bytes, kUsual);
  if (memory != nullptr) ++news;
  return memory;
}

void usual_delete(void* memory) {
  if (memory != nullptr) --news;
  std::free(memory);
}

}  // namespace

namespace tenet_test {

FailNth::FailNth(std::int64_t n, Then then) {
  left = n;
  staying = then == Then::stays_full;
  armed = true;
}
FailNth::~FailNth() { armed = false; }
bool FailNth::failed() const { return left <= 0; }

std::int64_t live_news() { return news; }

}  // namespace tenet_test

void* operator new(std::size_t bytes) { return usual_new(bytes); }
void* operator new[](std::size_t bytes) { return usual_new(bytes); }
void* operator new(std::size_t bytes, std::align_val_t at) {
  return allocate_or_throw(bytes, static_cast<std::size_t>(at));
}
void* operator new[](std::size_t bytes, std::align_val_t at) {
  return allocate_or_throw(bytes, static_cast<std::size_t>(at));
}
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept { return usual_new_or_null(bytes); }
void* operator new[](std::size_t bytes, const std::nothrow_t&) noexcept { return usual_new_or_null(bytes); }
void operator delete(void* memory) noexcept { usual_delete(memory); }
void operator delete[](void* memory) noexcept { usual_delete(memory); }
void operator delete(void* memory, std::size_t) noexcept { usual_delete(memory); }
void operator delete[](void* memory, std::size_t) noexcept { usual_delete(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { usual_delete(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { usual_delete(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }

extern "C" void* aligned_alloc(std::size_t alignment, std::size_t bytes) noexcept {
  return allocate(bytes, alignment);
}
