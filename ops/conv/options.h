// What a convolution is asked to do. Values are one per spatial axis, in the order D, H, W, or one for all.
#pragma once

#include <concepts>
#include <initializer_list>
#include <string_view>

#include "tenet/framework/core/shape.h"

namespace tenet {

/// One number for all spatial axes, or one for each: {.stride = 2}, {.stride = {2, 1}}.
class PerAxis {
 public:
  PerAxis() = default;  // not given
  template <std::integral I> PerAxis(I value) : values_{static_cast<std::int64_t>(value)} {}
  PerAxis(std::initializer_list<std::int64_t> values) : values_(values) {}
  PerAxis(const Dims& values) : values_(values) {}

  bool given() const { return !values_.empty(); }
  const Dims& values() const { return values_; }

 private:
  Dims values_;
};

/// Zeros around the input, before (low) and after (high) each axis:
///   {.padding = 1}                 on every side
///   {.padding = {1, 0}}            per axis, on both its sides
///   {.padding = {{0, 1}, {2, 1}}}  per axis: {low, high}
///   {.padding = "valid"}           none
///   {.padding = "same"}            as much as makes out = ceil(in / stride):
///                                  low + high = max((out - 1) stride + dilation (kernel - 1) + 1 - in, 0),
///                                  low = floor of half of it
/// A transposed convolution has that much less output. Its "same" is the adjoint of exactly that on
/// in * stride (or output_size): out = in * stride.
class Padding {
 public:
  struct LowHigh {
    std::int64_t low, high;
  };

  Padding() : Padding(0) {}
  template <std::integral I> Padding(I both) : low_{static_cast<std::int64_t>(both)}, high_(low_) {}
  Padding(std::initializer_list<std::int64_t> both) : low_(both), high_(both) {}
  Padding(const Dims& both) : low_(both), high_(both) {}
  Padding(std::initializer_list<LowHigh> sides);
  Padding(const Dims& low, const Dims& high);
  /// "same" or "valid"; anything else is a ValueError.
  Padding(const char* name) : Padding(std::string_view(name)) {}
  Padding(std::string_view name);

  bool same() const { return same_; }
  const Dims& low() const { return low_; }
  const Dims& high() const { return high_; }

 private:
  Dims low_, high_;
  bool same_ = false;
};

struct ConvOptions {
  PerAxis stride = 1;
  Padding padding = 0;
  PerAxis dilation = 1;
  std::int64_t groups = 1;
};

/// In PyTorch's order. output_padding, in [0, max(stride, dilation)), adds extent after each axis: the sizes
/// that differ by less than a stride all become one size in the convolution, and it says which is meant.
/// output_size names the result's extents in its place.
struct ConvTransposeOptions {
  PerAxis stride = 1;
  Padding padding = 0;
  PerAxis output_padding = 0;
  std::int64_t groups = 1;
  PerAxis dilation = 1;
  PerAxis output_size = {};
};

}  // namespace tenet
