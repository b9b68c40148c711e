// Integers that a kernel divides by: an index is taken apart by many divisions, and a card has no instruction for one.
#pragma once

#include <cstdint>

#include "tenet/framework/core/host_device.h"

namespace tenet::cuda {

/// An integer of 32 bits by which n in [0, 2^31) is divided with a multiplication and a shift; else an int32_t. With
/// 2^s >= d the least power of two and m = floor(2^32 (2^s - d) / d) + 1, n / d = floor((floor(m n / 2^32) + n) / 2^s)
/// (Granlund and Montgomery 1994, Division by Invariant Integers using Multiplication, section 4). Division by what
/// is not positive is undefined.
class FastInt {
 public:
  /// value is in the range of 32 bits.
  FastInt(std::int64_t value = 0) : value_(static_cast<std::int32_t>(value)) {
    if (value <= 0) return;
    while (shift_ < 31 && (std::int64_t{1} << shift_) < value) ++shift_;
    const auto difference = static_cast<std::uint64_t>((std::int64_t{1} << shift_) - value);
    multiplier_ = static_cast<std::uint32_t>((difference << 32) / static_cast<std::uint64_t>(value) + 1);
  }

  TENET_HD operator std::int32_t() const { return value_; }

  friend TENET_HD std::int32_t operator/(std::int32_t n, const FastInt& d) {
    const auto number = static_cast<std::uint32_t>(n);
    const auto high = static_cast<std::uint32_t>((std::uint64_t{number} * d.multiplier_) >> 32);
    return static_cast<std::int32_t>((high + number) >> d.shift_);
  }
  friend TENET_HD std::int32_t operator%(std::int32_t n, const FastInt& d) { return n - n / d * d.value_; }

 private:
  std::int32_t value_;
  std::uint32_t multiplier_ = 0, shift_ = 0;
};

/// Whether every number here is that of a FastInt, with room for sums of a few.
template <class... Numbers> bool fit_fast_ints(Numbers... numbers) {
#if TENET_EMULATED_CARD
  constexpr std::int64_t kLargest = 1 << 10;  // small problems meet both kinds of index
#else
  constexpr std::int64_t kLargest = 1 << 28;
#endif
  return ((numbers >= -kLargest && numbers <= kLargest) && ...);
}

/// The type in which N, a FastInt or an integer, is reckoned with.
template <class N> using IntOf = decltype(+N());

/// A flat index taken apart, last factor first.
template <class Int> struct Split {
  Int rest;
  template <class N> TENET_HD Int next(const N& n) {
    const Int quotient = rest / n, i = rest - quotient * n;
    rest = quotient;
    return i;
  }
};

}  // namespace tenet::cuda
