#pragma once

#include <concepts>
#include <cstdint>
#include <type_traits>

#include "tenet/framework/core/dtype.h"

namespace tenet {

/// A number written in the program: remembers whether it was a bool, an integer or floating.
/// As in PyTorch it takes part in type promotion by that kind alone: float32 tensor * 2 is float32.
class Scalar {
 public:
  template <class T>
    requires std::is_arithmetic_v<T>
  constexpr Scalar(T value) {
    if constexpr (std::same_as<T, bool>) {
      kind_ = boolean;
      integer_ = value;
    } else if constexpr (std::integral<T>) {
      kind_ = tenet::int64;
      integer_ = static_cast<std::int64_t>(value);
    } else {
      kind_ = float64;
      floating_ = static_cast<double>(value);
    }
  }

  constexpr bool is_floating() const { return kind_ == float64; }
  constexpr bool is_bool() const { return kind_ == boolean; }

  template <class T> constexpr T as() const {
    return kind_ == float64 ? static_cast<T>(floating_) : static_cast<T>(integer_);
  }

  /// The type this number has on its own: bool, int64, or the default float32.
  constexpr DType dtype() const { return kind_ == float64 ? float32 : kind_; }

  /// The type of `tensor op scalar`: the tensor's, unless the scalar is of a higher kind.
  constexpr DType promote_with(DType tensor) const {
    if (kind_ == float64) return to_floating(tensor);
    if (kind_ == tenet::int64 && tensor == boolean) return tenet::int64;
    return tensor;
  }

 private:
  DType kind_ = tenet::int64;
  union {
    std::int64_t integer_ = 0;
    double floating_;
  };
};

}  // namespace tenet
