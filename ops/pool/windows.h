// Windows sliding over planes, as the kernels see them: no size formula, only where each tap reads.
#pragma once

#include <cstdint>

namespace tenet::pool {

/// Outputs [begin, end) of an axis read, with one tap of the window, the inputs from, from + stride, ...
struct Tap {
  std::int64_t begin, end, from;
};

struct Axis {
  std::int64_t in, out, kernel, stride;
  const Tap* taps;  // one for each position in the window
};

/// Windows over planes of x [D, H, W], giving planes of y [OD, OH, OW].
struct Windows {
  std::int64_t planes;
  Axis axis[3];

  std::int64_t in_size() const { return axis[0].in * axis[1].in * axis[2].in; }
  std::int64_t out_rows() const { return axis[0].out * axis[1].out; }
  std::int64_t out_size() const { return out_rows() * axis[2].out; }
  std::int64_t row_work() const { return axis[2].out * axis[0].kernel * axis[1].kernel * axis[2].kernel; }
};

}  // namespace tenet::pool
