// What stands between the brackets of x[...]: integers, slices, `ellipsis`, `newaxis`.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>

namespace tenet {

/// Elements start, start + step, ... before stop; negative positions count from the end, and an empty
/// position means the end of the dimension, as in Python. Slice() takes all. step >= 1.
struct Slice {
  std::optional<std::int64_t> start;
  std::optional<std::int64_t> stop;
  std::int64_t step = 1;

  Slice() = default;
  Slice(std::optional<std::int64_t> start_, std::optional<std::int64_t> stop_ = {}, std::int64_t step_ = 1)
      : start(start_), stop(stop_), step(step_) {}
};

struct EllipsisTag {};
struct NewAxisTag {};
inline constexpr EllipsisTag ellipsis;  // as many whole dimensions as are missing
inline constexpr NewAxisTag newaxis;    // a new dimension of extent 1

class Index {
 public:
  enum class Kind : std::uint8_t { position, slice, all_others, new_axis };

  template <std::integral I> Index(I at) : kind(Kind::position), position(static_cast<std::int64_t>(at)) {}
  Index(Slice range) : kind(Kind::slice), slice(range) {}
  Index(EllipsisTag) : kind(Kind::all_others) {}
  Index(NewAxisTag) : kind(Kind::new_axis) {}

  Kind kind;
  std::int64_t position = 0;
  Slice slice;
};

}  // namespace tenet
