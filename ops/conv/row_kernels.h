// Rows are short: a call of memcpy or memset for each would cost more than the copy. These stay inline, by
// whole vectors; the empty assembly keeps the compiler from seeing a memcpy in the loop after all.
#pragma once

#include <cstdint>
#include <cstring>
#include <utility>

#include "tenet/framework/core/host_device.h"

namespace tenet::conv_kernels {

template <class T> TENET_HD void copy_row(T* to, const T* from, std::int64_t n) {
  constexpr std::int64_t lanes = 64 / sizeof(T);
  for (; n >= lanes; n -= lanes, to += lanes, from += lanes) {
    std::memcpy(to, from, 64);
    asm("" : "+r"(to));
  }
  if (n >= lanes / 2) {
    std::memcpy(to, from, 32);
    n -= lanes / 2, to += lanes / 2, from += lanes / 2;
  }
  if (n >= lanes / 4) {
    std::memcpy(to, from, 16);
    n -= lanes / 4, to += lanes / 4, from += lanes / 4;
  }
  if (n >= 1) to[0] = from[0];  // at most three are left
  if (n >= 2) to[1] = from[1];
  if (n >= 3) to[2] = from[2];
}

template <class T> TENET_HD void zero_row(T* to, std::int64_t n) {
  constexpr std::int64_t lanes = 64 / sizeof(T);
  const char zeros[64] = {};
  for (; n >= lanes; n -= lanes, to += lanes) {
    std::memcpy(to, zeros, 64);
    asm("" : "+r"(to));
  }
  copy_row(to, reinterpret_cast<const T*>(zeros), n);
}

/// to[i] = from[i * stride].
template <class T>
TENET_HD void gather_row(T* __restrict to, const T* __restrict from, std::int64_t stride, std::int64_t n) {
  if (stride == 1) {
    copy_row(to, from, n);
  } else if (stride == 2) {
    for (std::int64_t i = 0; i < n; ++i) to[i] = from[2 * i];
  } else {
    for (std::int64_t i = 0; i < n; ++i) to[i] = from[i * stride];
  }
}

/// f(N) with n as a compile-time constant, 1 to Most.
template <int Most, class F> TENET_HD void for_constant(std::int64_t n, F&& f) {
  [&]<int... I>(std::integer_sequence<int, I...>) {
    (void)((I + 1 == n && (f(std::integral_constant<int, I + 1>()), true)) || ...);
  }
  (std::make_integer_sequence<int, Most>());
}

/// `count` rows of N elements, the rows `to_pitch` and `from_pitch` apart.
template <int N, class T>
TENET_HD void copy_short_rows(T* to, std::int64_t to_pitch, const T* from, std::int64_t from_pitch,
                              std::int64_t count) {
  for (; count > 0; --count, to += to_pitch, from += from_pitch) std::memcpy(to, from, N * sizeof(T));
}

/// gather_row, `count` times. Rows of up to a vector are copied by a loop made for their length: in small
/// images nearly all are that short, and looking at the length would take longer than the copy.
template <class T>
TENET_HD void gather_rows(T* to, std::int64_t to_pitch, const T* from, std::int64_t from_pitch,
                          std::int64_t stride, std::int64_t n, std::int64_t count) {
  constexpr int kShort = 64 / sizeof(T);
  if (stride == 1 && n <= kShort && count > 1) {
    return for_constant<kShort>(
        n, [&](auto length) { copy_short_rows<length()>(to, to_pitch, from, from_pitch, count); });
  }
  for (; count > 0; --count, to += to_pitch, from += from_pitch) gather_row(to, from, stride, n);
}

}  // namespace tenet::conv_kernels
