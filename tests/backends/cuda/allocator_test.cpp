#include "tenet/backends/cuda/allocator.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tenet/framework/core/error.h"

namespace tenet::cuda {
namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20;
constexpr Device kCard{DeviceType::cuda, 3};

/// A driver with a fixed number of bytes. Its addresses are only counted, never touched.
struct Card {
  std::size_t left = 4096 * kMiB;
  std::uintptr_t next = std::uintptr_t{1} << 44;
  std::map<void*, std::size_t> segments;
  int allocations = 0;
  std::vector<std::pair<void*, void*>> ordered;
  CachingAllocator memory{
      kCard,
      {.allocate = [this](std::size_t bytes) { return allocate(bytes); },
       .free =
           [this](void* segment) {
             left += segments.at(segment);
             segments.erase(segment);
           },
       .available = [this] { return left; },
       .order = [this](void* before, void* after) { ordered.emplace_back(before, after); }}};

  /// Segments lie side by side, as they may on a card: blocks of two must not be joined.
  void* allocate(std::size_t bytes) {
    ++allocations;
    if (bytes > left) return nullptr;
    left -= bytes;
    void* segment = reinterpret_cast<void*>(next);
    next += bytes;
    segments[segment] = bytes;
    return segment;
  }
};

int streams[2];
void* const kFirst = &streams[0];
void* const kSecond = &streams[1];

std::ptrdiff_t distance(void* a, void* b) { return static_cast<char*>(b) - static_cast<char*>(a); }

TEST(CudaAllocator, Sizes) {
  EXPECT_EQ(CachingAllocator::rounded(1), 512u);
  EXPECT_EQ(CachingAllocator::rounded(512), 512u);
  EXPECT_EQ(CachingAllocator::rounded(513), 1024u);
  EXPECT_EQ(CachingAllocator::segment_size(512), 2 * kMiB);
  EXPECT_EQ(CachingAllocator::segment_size(kMiB), 2 * kMiB);
  EXPECT_EQ(CachingAllocator::segment_size(kMiB + 512), 20 * kMiB);
  EXPECT_EQ(CachingAllocator::segment_size(10 * kMiB - 512), 20 * kMiB);
  EXPECT_EQ(CachingAllocator::segment_size(10 * kMiB), 10 * kMiB);
  EXPECT_EQ(CachingAllocator::segment_size(11 * kMiB + 512), 12 * kMiB);
}

TEST(CudaAllocator, BlocksOfASegmentLieSideBySide) {
  Card card;
  void* a = card.memory.allocate(100, kFirst);
  void* b = card.memory.allocate(513, kFirst);
  void* c = card.memory.allocate(1, kFirst);
  EXPECT_EQ(distance(a, b), 512);
  EXPECT_EQ(distance(b, c), 1024);
  EXPECT_EQ(card.allocations, 1);
  EXPECT_EQ(card.memory.stats().in_use, 2048);
  EXPECT_EQ(card.memory.stats().cached, static_cast<std::int64_t>(2 * kMiB) - 2048);
  card.memory.free(b, kFirst);
  EXPECT_EQ(card.memory.allocate(1024, kFirst), b) << "the smallest block that holds it";
  EXPECT_EQ(card.memory.stats().allocations, 4);
}

TEST(CudaAllocator, TheSmallestBlockThatFitsIsTaken) {
  Card card;
  std::vector<void*> blocks;
  for (std::size_t bytes : {2048, 512, 1024, 512, 4096, 512})
    blocks.push_back(card.memory.allocate(bytes, kFirst));
  for (std::size_t i : {std::size_t{0}, std::size_t{2}, std::size_t{4}}) card.memory.free(blocks[i], kFirst);
  EXPECT_EQ(card.memory.allocate(700, kFirst), blocks[2]);
  EXPECT_EQ(card.memory.allocate(2000, kFirst), blocks[0]);
  EXPECT_EQ(card.memory.allocate(2049, kFirst), blocks[4]);
}

TEST(CudaAllocator, NeighboursBecomeOneBlockAgain) {
  Card card;
  for (const auto& order : {std::vector<std::size_t>{0, 1, 2}, {2, 1, 0}, {0, 2, 1}, {1, 0, 2}}) {
    std::vector<void*> blocks;
    for (int i = 0; i < 3; ++i) blocks.push_back(card.memory.allocate(600 * 1024, kFirst));
    for (std::size_t i : order) card.memory.free(blocks[i], kFirst);
    void* whole = card.memory.allocate(kMiB, kFirst);
    EXPECT_EQ(whole, blocks[0]);
    card.memory.free(whole, kFirst);
    EXPECT_EQ(card.allocations, 1);
    EXPECT_EQ(card.memory.stats().cached, static_cast<std::int64_t>(2 * kMiB));
  }
}

TEST(CudaAllocator, SegmentsStayApart) {
  Card card;
  void* a = card.memory.allocate(10 * kMiB, kFirst);
  void* b = card.memory.allocate(10 * kMiB, kFirst);
  EXPECT_EQ(distance(a, b), static_cast<std::ptrdiff_t>(10 * kMiB)) << "side by side";
  card.memory.free(a, kFirst);
  card.memory.free(b, kFirst);
  card.memory.allocate(20 * kMiB, kFirst);
  EXPECT_EQ(card.allocations, 3) << "two segments are not one block";
  card.memory.empty_cache();
  EXPECT_EQ(card.segments.size(), 1u);
}

// A rest of a large block that only small ones could use stays with it, so that it fits the same request again.
TEST(CudaAllocator, LargeBlocksAreSplitWhereTheRestIsLarge) {
  Card card;
  void* a = card.memory.allocate(12 * kMiB - kMiB, kFirst);
  EXPECT_EQ(card.memory.stats().in_use, static_cast<std::int64_t>(12 * kMiB)) << "1 MiB is not split off";
  card.memory.free(a, kFirst);
  a = card.memory.allocate(11 * kMiB - 512, kFirst);
  EXPECT_EQ(card.memory.stats().in_use, static_cast<std::int64_t>(11 * kMiB - 512)) << "more than 1 MiB is";
  EXPECT_EQ(card.allocations, 1);
}

TEST(CudaAllocator, AStreamGetsOnlyItsOwnBlocks) {
  Card card;
  void* a = card.memory.allocate(1000, kFirst);
  card.memory.free(a, kFirst);
  void* b = card.memory.allocate(1000, kSecond);
  EXPECT_NE(a, b);
  EXPECT_TRUE(card.ordered.empty());
  card.memory.free(b, kFirst);
  const std::pair<void*, void*> order(kFirst, kSecond);
  EXPECT_EQ(card.ordered, std::vector{order}) << "it comes back to its stream when the other is done with it";
  EXPECT_EQ(card.memory.allocate(1000, kSecond), b);
}

TEST(CudaAllocator, PeakIsTheMostInUseSinceItsReset) {
  Card card;
  void* a = card.memory.allocate(2048, kFirst);
  void* b = card.memory.allocate(4096, kFirst);
  card.memory.free(b, kFirst);
  EXPECT_EQ(card.memory.stats().peak, 6144);
  card.memory.reset_peak();
  EXPECT_EQ(card.memory.stats().peak, 2048);
  card.memory.free(a, kFirst);
  EXPECT_EQ(card.memory.stats().in_use, 0);
  EXPECT_EQ(card.memory.stats().peak, 2048);
}

TEST(CudaAllocator, AHeldStreamKeepsItsSegments) {
  Card card;
  card.memory.hold(kSecond);
  for (void* stream : {kFirst, kSecond}) card.memory.free(card.memory.allocate(512, stream), stream);
  card.memory.empty_cache();
  EXPECT_EQ(card.segments.size(), 1u);
  card.left = 0;
  EXPECT_THROW(card.memory.allocate(512, kFirst), OutOfMemoryError) << "not given to another stream either";
  EXPECT_NO_THROW(card.memory.free(card.memory.allocate(512, kSecond), kSecond));
  card.memory.release(kSecond);
  card.memory.empty_cache();
  EXPECT_TRUE(card.segments.empty());
}

TEST(CudaAllocator, EmptyCacheReturnsWhatHasNoBlockInUse) {
  Card card;
  void* a = card.memory.allocate(1000, kFirst);
  void* b = card.memory.allocate(30 * kMiB, kFirst);
  card.memory.free(b, kFirst);
  EXPECT_EQ(card.segments.size(), 2u);
  card.memory.empty_cache();
  EXPECT_EQ(card.segments.size(), 1u);
  EXPECT_EQ(card.memory.stats().cached, static_cast<std::int64_t>(2 * kMiB) - 1024);
  card.memory.free(a, kFirst);
  card.memory.empty_cache();
  EXPECT_TRUE(card.segments.empty());
  EXPECT_EQ(card.memory.stats().cached, 0);
}

std::string text_of(CachingAllocator& memory, std::size_t bytes) {
  try {
    memory.allocate(bytes, kFirst);
    return "";
  } catch (const OutOfMemoryError& error) {
    return error.what();
  }
}

TEST(CudaAllocator, FreesItsCacheBeforeItFails) {
  Card card;
  card.left = 32 * kMiB;
  void* a = card.memory.allocate(30 * kMiB, kFirst);
  card.memory.free(a, kFirst);
  void* b = card.memory.allocate(12 * kMiB, kSecond);
  EXPECT_EQ(card.allocations, 3) << "one that failed";
  EXPECT_EQ(card.segments.size(), 1u);
  card.memory.allocate(100, kFirst);
  EXPECT_EQ(text_of(card.memory, 20 * kMiB),
            "cuda:3: out of memory: could not allocate 20971520 bytes (12583424 in use, 2096640 cached, "
            "18874368 free on "
            "the card). Use smaller sizes or free tensors.");
  EXPECT_EQ(card.allocations, 6) << "tried twice";
  card.memory.free(b, kSecond);
  EXPECT_EQ(text_of(card.memory, 20 * kMiB), "") << "a failure changes nothing";
  EXPECT_NE(text_of(card.memory, std::size_t{1} << 60), "");
  EXPECT_EQ(card.allocations, 8) << "what no card has is not asked for";
}

/// Blocks in use must lie apart, inside segments, and be counted; at the end all is one block again.
TEST(CudaAllocator, RandomUse) {
  Card card;
  std::mt19937 random(7);
  std::map<char*, std::pair<std::size_t, void*>> used;
  for (int turn = 0; turn < 20000; ++turn) {
    if (used.size() < 40 && random() % 2 == 0) {
      const std::size_t bytes = 1 + random() % (random() % 8 == 0   ? 24 * kMiB
                                                : random() % 4 == 0 ? 3 * kMiB
                                                                    : 5000);
      void* stream = random() % 4 == 0 ? kSecond : kFirst;
      char* block = static_cast<char*>(card.memory.allocate(bytes, stream));
      ASSERT_EQ(reinterpret_cast<std::uintptr_t>(block) % 512, 0u);
      const auto after = used.lower_bound(block);
      const bool apart =
          (after == used.end() || block + bytes <= after->first) &&
          (after == used.begin() || std::prev(after)->first + std::prev(after)->second.first <= block);
      ASSERT_TRUE(apart);
      const auto segment = std::prev(card.segments.upper_bound(block));
      ASSERT_LE(block + bytes, static_cast<char*>(segment->first) + segment->second);
      used[block] = {bytes, stream};
    } else if (!used.empty()) {
      const auto one = std::next(used.begin(), static_cast<std::ptrdiff_t>(random() % used.size()));
      card.memory.free(one->first, one->second.second);
      used.erase(one);
    }
    if (turn % 3000 == 0) card.memory.empty_cache();
    const MemoryStats stats = card.memory.stats();
    ASSERT_EQ(static_cast<std::size_t>(stats.in_use + stats.cached), 4096 * kMiB - card.left);
  }
  for (const auto& [block, what] : used) card.memory.free(block, what.second);
  EXPECT_EQ(card.memory.stats().in_use, 0);
  card.memory.empty_cache();
  EXPECT_TRUE(card.segments.empty());
}

TEST(CudaAllocator, FromManyThreads) {
  Card card;
  const auto work = [&](void* stream) {
    std::vector<void*> mine;
    for (int i = 0; i < 3000; ++i) {
      mine.push_back(card.memory.allocate(static_cast<std::size_t>(1 + i % 50 * 1000), stream));
      if (mine.size() < 20) continue;
      card.memory.free(mine[static_cast<std::size_t>(i % 20)], stream);
      mine.erase(mine.begin() + i % 20);
    }
    for (void* block : mine) card.memory.free(block, stream);
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back(work, i % 2 == 0 ? kFirst : kSecond);
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(card.memory.stats().in_use, 0);
  EXPECT_EQ(card.memory.stats().allocations, 12000);
  card.memory.empty_cache();
  EXPECT_TRUE(card.segments.empty());
}

}  // namespace
}  // namespace tenet::cuda
