// Rows are short: a call of memcpy or memset for each would cost more than the copy. These stay inline, by
// whole vectors; the empty assembly keeps the compiler from seeing a memcpy in the loop after all.
#pragma once

#include <cstdint>
#include <cstring>

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

}  // namespace tenet::conv_kernels
