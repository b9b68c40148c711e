// Pooling written from its definition: one window at a time, one position at a time.
#pragma once

#include <cmath>
#include <vector>

#include "tenet/tenet.h"

namespace tenet_test {

struct PoolCase {
  std::int64_t in[2], kernel[2], stride[2], padding[2], dilation[2];
  bool ceil_mode;

  /// Window o begins at o * stride - padding; with ceil_mode all that begin at or before the last element and do not
  /// lie inside the padded input as a whole are let in, one of them at most.
  std::int64_t out(int d) const {
    const std::int64_t room = in[d] + 2 * padding[d] - dilation[d] * (kernel[d] - 1) - 1;
    std::int64_t n = 0;
    while (n * stride[d] <= room) ++n;
    const bool one_more = ceil_mode && n * stride[d] < room + stride[d] && n * stride[d] - padding[d] < in[d];
    return one_more && n * stride[d] > room ? n + 1 : n;
  }

  std::string repro(std::int64_t i, std::uint64_t seed) const {
    const auto two = [](const std::int64_t* v) { return tenet::cat("{", v[0], ", ", v[1], "}"); };
    return tenet::cat("seed=", seed, " case=", i, " in=", two(in), " kernel=", two(kernel),
                      " stride=", two(stride), " padding=", two(padding), " dilation=", two(dilation),
                      " ceil_mode=", ceil_mode);
  }

  /// Calls f(row, column, inside) for every position of window (oh, ow).
  template <class F> void window(std::int64_t oh, std::int64_t ow, F f) const {
    for (std::int64_t p = 0; p < kernel[0]; ++p) {
      for (std::int64_t q = 0; q < kernel[1]; ++q) {
        const std::int64_t r = oh * stride[0] - padding[0] + p * dilation[0];
        const std::int64_t c = ow * stride[1] - padding[1] + q * dilation[1];
        f(r, c, r >= 0 && r < in[0] && c >= 0 && c < in[1]);
      }
    }
  }
};

/// A case whose windows all hold an element.
inline PoolCase draw_pool(tenet::Generator& generator, bool dilated) {
  const auto between = [&](std::int64_t low, std::int64_t high) {
    return tenet::randint(low, high + 1, {}, {.generator = &generator}).item<std::int64_t>();
  };
  PoolCase c;
  for (int d = 0; d < 2; ++d) {
    c.kernel[d] = between(1, 4);
    c.stride[d] = between(1, 4);
    c.dilation[d] = dilated ? between(1, 3) : 1;
    const std::int64_t span = c.dilation[d] * (c.kernel[d] - 1) + 1;
    c.padding[d] = between(0, c.kernel[d] / 2);
    c.in[d] = span + between(0, 7);
  }
  c.ceil_mode = between(0, 1) == 1;
  return c;
}

}  // namespace tenet_test
