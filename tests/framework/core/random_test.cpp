#include "tenet/framework/core/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <set>
#include <thread>
#include <vector>

namespace tenet {
namespace {

// Random123 1.14, tests/kat_vectors: "philox4x32 10".
static_assert(philox(PhiloxWords{{0, 0, 0, 0}}, PhiloxKey{{0, 0}}) ==
              PhiloxWords{{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}});
static_assert(philox(PhiloxWords{{~0u, ~0u, ~0u, ~0u}}, PhiloxKey{{~0u, ~0u}}) ==
              PhiloxWords{{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}});
static_assert(philox(PhiloxWords{{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}},
                     PhiloxKey{{0xa4093822, 0x299f31d0}}) ==
              PhiloxWords{{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}});

TEST(Random, KnownAnswersAtRunTimeToo) {
  const PhiloxWords zero = philox(std::uint64_t{0}, std::uint64_t{0});
  EXPECT_EQ(zero, (PhiloxWords{{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}}));
}

TEST(Random, ElementsAreTheWordsOfTheirCounters) {
  EXPECT_EQ(bits_at(0, 0, 0), 0xe169c58d6627e8d5u);
  EXPECT_EQ(bits_at(0, 0, 1), 0x9b00dbd8bc57ac4cu);
  for (std::uint64_t i = 0; i < 64; ++i) {
    EXPECT_EQ(bits_at(5, 1, i), bits_at(5, 0, i + 2)) << "an offset of 1 is one counter";
    EXPECT_EQ(uniform_at<double>(5, 1, i), uniform_at<double>(5, 0, i + 2));
    EXPECT_EQ(uniform_at<float>(5, 1, i), uniform_at<float>(5, 0, i + 4));
    EXPECT_EQ(normal_at<double>(5, 1, i), normal_at<double>(5, 0, i + 2));
    EXPECT_EQ(normal_at<float>(5, 1, i), normal_at<float>(5, 0, i + 4));
  }
}

TEST(Random, UniformsLieInTheHalfOpenInterval) {
  EXPECT_EQ(uniform_float(0), 0.0f);
  EXPECT_EQ(uniform_float(~0u), 1 - 0x1p-24f);
  EXPECT_EQ(uniform_double(0), 0.0);
  EXPECT_EQ(uniform_double(~std::uint64_t{0}), 1 - 0x1p-53);
}

TEST(Random, NormalsAreFiniteAtTheEndsOfTheirWords) {
  EXPECT_NEAR(normal_pair(0u, 0u).first, 6.6604, 1e-3);
  EXPECT_EQ(normal_pair(~0u, 0u).first, 0);
  EXPECT_NEAR(normal_pair(std::uint64_t{0}, std::uint64_t{0}).first, 9.4190, 1e-3);
  EXPECT_EQ(normal_pair(~std::uint64_t{0}, std::uint64_t{0}).first, 0);
}

/// Mean, variance, third and fourth moment of at(0), at(1), ...
template <class At> std::vector<double> moments(At at) {
  constexpr int kCount = 400000;
  std::vector<double> sums(4);
  for (int i = 0; i < kCount; ++i) {
    double power = 1;
    for (double& sum : sums) sum += power *= static_cast<double>(at(static_cast<std::uint64_t>(i)));
  }
  for (double& sum : sums) sum /= kCount;
  return sums;
}

template <class T> void check_moments() {
  const auto uniform = moments([](std::uint64_t i) { return uniform_at<T>(3, 0, i) - T{0.5}; });
  EXPECT_NEAR(uniform[0], 0, 0.002);
  EXPECT_NEAR(uniform[1], 1.0 / 12, 0.0006);
  const auto normal = moments([](std::uint64_t i) { return normal_at<T>(3, 0, i); });
  EXPECT_NEAR(normal[0], 0, 0.007);
  EXPECT_NEAR(normal[1], 1, 0.01);
  EXPECT_NEAR(normal[2], 0, 0.03);
  EXPECT_NEAR(normal[3], 3, 0.08);
  const auto pairs =
      moments([](std::uint64_t i) { return normal_at<T>(3, 0, i) * normal_at<T>(3, 0, i + 1); });
  EXPECT_NEAR(pairs[0], 0, 0.007) << "neighbours are independent";
}

TEST(Random, MomentsOfFloats) { check_moments<float>(); }
TEST(Random, MomentsOfDoubles) { check_moments<double>(); }

TEST(Random, SeedsGiveDifferentStreams) {
  std::set<std::uint64_t> seen;
  for (std::uint64_t seed = 0; seed < 1000; ++seed) seen.insert(bits_at(seed, 0, 0));
  seen.insert(bits_at(std::uint64_t{1} << 32, 0, 0));
  seen.insert(bits_at(0, std::uint64_t{1} << 32, 0));
  EXPECT_EQ(seen.size(), 1002u);
}

TEST(Generator, ReservesCountersOneAfterAnother) {
  Generator generator(9);
  EXPECT_EQ(generator.seed(), 9u);
  EXPECT_EQ(generator.reserve(10), 0u);
  EXPECT_EQ(generator.reserve(0), 10u);
  EXPECT_EQ(generator.reserve(5), 10u);
  EXPECT_EQ(generator.offset(), 15u);
  generator.set_offset(3);
  EXPECT_EQ(generator.reserve(1), 3u);
  generator.seed(4);
  EXPECT_EQ(generator.seed(), 4u);
  EXPECT_EQ(generator.offset(), 0u);
}

TEST(Generator, TheDefaultOneStartsAtSeed0AndCanBeSeeded) {
  EXPECT_EQ(default_generator().seed(), 0u);
  default_generator().reserve(7);
  manual_seed(42);
  EXPECT_EQ(default_generator().seed(), 42u);
  EXPECT_EQ(default_generator().offset(), 0u);
  manual_seed(0);
}

TEST(Generator, ThreadsShareNoCounter) {
  Generator generator(0);
  std::vector<std::vector<std::uint64_t>> firsts(4);
  std::vector<std::thread> threads;
  for (std::vector<std::uint64_t>& mine : firsts) {
    threads.emplace_back([&generator, &mine] {
      for (int i = 0; i < 1000; ++i) mine.push_back(generator.reserve(3));
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::vector<std::uint64_t> all;
  for (const auto& mine : firsts) all.insert(all.end(), mine.begin(), mine.end());
  std::sort(all.begin(), all.end());
  for (std::size_t i = 0; i < all.size(); ++i) ASSERT_EQ(all[i], 3 * i);
}

}  // namespace
}  // namespace tenet
