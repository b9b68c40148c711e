// Element types and the rules by which they mix.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iosfwd>

namespace tenet {

enum class DType : std::uint8_t { float32, float64, int64, int32, uint8, boolean };

inline constexpr DType float32 = DType::float32;
inline constexpr DType float64 = DType::float64;
inline constexpr DType int64 = DType::int64;
inline constexpr DType int32 = DType::int32;
inline constexpr DType uint8 = DType::uint8;
inline constexpr DType boolean = DType::boolean;

/// "float32", "int64", "bool", ...
const char* name(DType dtype);

inline constexpr std::uint8_t kItemSizes[] = {4, 8, 8, 4, 1, 1};
constexpr std::size_t item_size(DType dtype) { return kItemSizes[static_cast<int>(dtype)]; }

constexpr bool is_floating(DType dtype) { return dtype <= DType::float64; }
constexpr bool is_integral(DType dtype) { return dtype > DType::float64 && dtype < DType::boolean; }

/// The type in which two tensors meet, as in PyTorch: bool < uint8 < int32 < int64 < float32 < float64.
constexpr DType promote(DType a, DType b) {
  constexpr int rank[] = {4, 5, 3, 2, 1, 0};
  return rank[static_cast<int>(a)] >= rank[static_cast<int>(b)] ? a : b;
}

/// The floating type an integer becomes where an op has no integer meaning (exp, mean, division).
constexpr DType to_floating(DType dtype) { return is_floating(dtype) ? dtype : float32; }

template <class T> struct DTypeOf;
template <> struct DTypeOf<float> { static constexpr DType value = DType::float32; };
template <> struct DTypeOf<double> { static constexpr DType value = DType::float64; };
template <> struct DTypeOf<std::int64_t> { static constexpr DType value = DType::int64; };
template <> struct DTypeOf<long long> { static constexpr DType value = DType::int64; };
template <> struct DTypeOf<std::int32_t> { static constexpr DType value = DType::int32; };
template <> struct DTypeOf<std::uint8_t> { static constexpr DType value = DType::uint8; };
template <> struct DTypeOf<bool> { static constexpr DType value = DType::boolean; };
template <class T> inline constexpr DType dtype_of = DTypeOf<T>::value;

std::ostream& operator<<(std::ostream& out, DType dtype);

}  // namespace tenet
