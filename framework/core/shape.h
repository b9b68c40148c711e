// The extents of a tensor, held inline: no allocation, 64-bit, at most 8 dimensions.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <span>
#include <string>
#include <vector>

namespace tenet {

/// A short list of 64-bit integers: a shape, strides, or a list of dimensions.
/// Throws ShapeError when made with more than kMaxRank entries.
class Dims {
 public:
  static constexpr int kMaxRank = 8;
  using value_type = std::int64_t;

  constexpr Dims() = default;
  Dims(std::initializer_list<std::int64_t> values) : Dims(std::span(values.begin(), values.size())) {}
  Dims(const std::vector<std::int64_t>& values) : Dims(std::span(values)) {}
  explicit Dims(std::span<const std::int64_t> values);
  static Dims filled(std::int64_t rank, std::int64_t value);

  constexpr int size() const { return rank_; }
  constexpr bool empty() const { return rank_ == 0; }
  constexpr std::int64_t& operator[](std::int64_t i) { return values_[static_cast<std::size_t>(i)]; }
  constexpr std::int64_t operator[](std::int64_t i) const { return values_[static_cast<std::size_t>(i)]; }
  constexpr std::int64_t& back() { return values_[static_cast<std::size_t>(rank_ - 1)]; }
  constexpr std::int64_t back() const { return values_[static_cast<std::size_t>(rank_ - 1)]; }
  constexpr std::int64_t* begin() { return values_.data(); }
  constexpr std::int64_t* end() { return values_.data() + rank_; }
  constexpr const std::int64_t* begin() const { return values_.data(); }
  constexpr const std::int64_t* end() const { return values_.data() + rank_; }

  void push_back(std::int64_t value);
  void insert(std::int64_t position, std::int64_t value);
  void erase(std::int64_t position);

  friend bool operator==(const Dims& a, const Dims& b) {
    if (a.rank_ != b.rank_) return false;
    for (int i = 0; i < a.rank_; ++i) {
      if (a[i] != b[i]) return false;
    }
    return true;
  }

 private:
  int rank_ = 0;
  std::array<std::int64_t, kMaxRank> values_{};
};

using Shape = Dims;
using Strides = Dims;

/// The number of elements: the product of the extents, 1 for a scalar.
/// Throws ShapeError naming `op` if an extent is negative or the product does not fit 64 bits.
std::int64_t count(const Shape& shape, const char* op = "shape");

/// "[2, 3, 4]"
std::string str(const Dims& dims);
std::ostream& operator<<(std::ostream& out, const Dims& dims);

}  // namespace tenet
