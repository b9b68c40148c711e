// Random numbers by counter: number i of a draw is a function of (seed, offset, i), so it does not
// depend on threads, on order, or on the device.
//
// Generator: Philox4x32-10. Salmon, Moraes, Dror, Shaw 2011, "Parallel random numbers: as easy as
// 1, 2, 3", SC11, section 4.3; checked against the known answers published with Random123.
#pragma once

#include <atomic>
#include <cmath>
#include <cstdint>
#include <type_traits>

#include "tenet/framework/core/host_device.h"

namespace tenet {

struct PhiloxWords {
  std::uint32_t word[4];
  friend constexpr bool operator==(const PhiloxWords&, const PhiloxWords&) = default;
};
struct PhiloxKey {
  std::uint32_t word[2];
};

/// 128 random bits for a counter of 128 bits and a key of 64.
TENET_HD constexpr PhiloxWords philox(PhiloxWords counter, PhiloxKey key) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t p0 = std::uint64_t{0xD2511F53} * counter.word[0];
    const std::uint64_t p1 = std::uint64_t{0xCD9E8D57} * counter.word[2];
    counter = {{static_cast<std::uint32_t>(p1 >> 32) ^ counter.word[1] ^ key.word[0],
                static_cast<std::uint32_t>(p1),
                static_cast<std::uint32_t>(p0 >> 32) ^ counter.word[3] ^ key.word[1],
                static_cast<std::uint32_t>(p0)}};
    key.word[0] += 0x9E3779B9;  // the golden ratio
    key.word[1] += 0xBB67AE85;  // sqrt(3) - 1
  }
  return counter;
}

/// The same for a key and a counter of 64 bits.
TENET_HD constexpr PhiloxWords philox(std::uint64_t key, std::uint64_t counter) {
  return philox({{static_cast<std::uint32_t>(counter), static_cast<std::uint32_t>(counter >> 32), 0, 0}},
                {{static_cast<std::uint32_t>(key), static_cast<std::uint32_t>(key >> 32)}});
}

TENET_HD constexpr std::uint64_t join(std::uint32_t low, std::uint32_t high) {
  return std::uint64_t{high} << 32 | low;
}

/// [0, 1), from the upper 24 bits: every multiple of 2^-24, equally often.
TENET_HD constexpr float uniform_float(std::uint32_t bits) {
  return static_cast<float>(bits >> 8) * 0x1p-24f;
}
/// [0, 1), from the upper 53 bits.
TENET_HD constexpr double uniform_double(std::uint64_t bits) {
  return static_cast<double>(bits >> 11) * 0x1p-53;
}

template <class T> struct NormalPair { T first, second; };

/// Two independent N(0, 1) from two independent words. Box and Muller 1958, Ann. Math. Stat. 29(2).
/// The logarithm's argument lies in (0, 1] and has all bits of its word: |value| <= 6.7 for float,
/// 9.5 for double.
TENET_HD NormalPair<float> normal_pair(std::uint32_t a, std::uint32_t b) {
  const float radius = std::sqrt(-2 * std::log((static_cast<float>(a) + 1) * 0x1p-32f));
  const float angle = 6.28318530717958648f * uniform_float(b);
  return {radius * std::cos(angle), radius * std::sin(angle)};
}
TENET_HD NormalPair<double> normal_pair(std::uint64_t a, std::uint64_t b) {
  const double radius = std::sqrt(-2 * std::log((static_cast<double>(a) + 1) * 0x1p-64));
  const double angle = 6.28318530717958648 * uniform_double(b);
  return {radius * std::cos(angle), radius * std::sin(angle)};
}

/// How many numbers of type T one counter gives: 4 floats, 2 doubles or 64-bit integers.
template <class T> inline constexpr std::uint64_t kPerCounter = 16 / sizeof(T);

// Number i of the draw that begins at counter `offset` of the stream `key`. A draw of n numbers
// that reserved n counters shares none with another draw; it uses the first n / kPerCounter<T> of
// them. REQUIRES: T is float or double.

TENET_HD constexpr std::uint64_t bits_at(std::uint64_t key, std::uint64_t offset, std::uint64_t i) {
  const PhiloxWords random = philox(key, offset + i / 2);
  return i % 2 == 0 ? join(random.word[0], random.word[1]) : join(random.word[2], random.word[3]);
}

/// [0, 1).
template <class T> TENET_HD constexpr T uniform_at(std::uint64_t key, std::uint64_t offset, std::uint64_t i) {
  if constexpr (std::is_same_v<T, float>) {
    return uniform_float(philox(key, offset + i / 4).word[i % 4]);
  } else {
    return uniform_double(bits_at(key, offset, i));
  }
}

/// N(0, 1). Its last bits are those of the device's log, sin and cos.
template <class T> TENET_HD T normal_at(std::uint64_t key, std::uint64_t offset, std::uint64_t i) {
  const PhiloxWords random = philox(key, offset + i / kPerCounter<T>);
  if constexpr (std::is_same_v<T, float>) {
    const std::uint64_t pair = i / 2 % 2 * 2;
    const NormalPair<float> normal = normal_pair(random.word[pair], random.word[pair + 1]);
    return i % 2 == 0 ? normal.first : normal.second;
  } else {
    const NormalPair<double> normal =
        normal_pair(join(random.word[0], random.word[1]), join(random.word[2], random.word[3]));
    return i % 2 == 0 ? normal.first : normal.second;
  }
}

/// A place in a stream of random numbers. Two with equal seed and offset give equal numbers.
/// Safe from any thread; draws from several threads share no counter, but who gets which is then a
/// matter of timing: give each thread a generator of its own to have the same numbers every time.
class Generator {
 public:
  explicit constexpr Generator(std::uint64_t seed) : seed_(seed) {}
  Generator(const Generator&) = delete;
  Generator& operator=(const Generator&) = delete;

  /// Starts the stream of `seed` at its beginning.
  void seed(std::uint64_t seed);
  std::uint64_t seed() const { return seed_.load(std::memory_order_relaxed); }

  /// Takes n counters of the stream and returns the first.
  std::uint64_t reserve(std::uint64_t n) { return offset_.fetch_add(n, std::memory_order_relaxed); }

  /// The next counter. Seed and offset are a generator's whole state.
  std::uint64_t offset() const { return offset_.load(std::memory_order_relaxed); }
  void set_offset(std::uint64_t offset) { offset_.store(offset, std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> seed_;
  std::atomic<std::uint64_t> offset_{0};
};

/// The generator of every draw that names no other. Its seed is 0 until manual_seed is called.
Generator& default_generator();

/// default_generator().seed(seed).
void manual_seed(std::uint64_t seed);

}  // namespace tenet
