#include "tenet/ops/copy/copy_kernels.h"

#include <cstring>

#include "tenet/backends/loop_kernel.h"

namespace tenet::copy {

template <class To, class From>
TENET_HD void steps(const Cast<To, From>&, std::byte* const* data, const std::int64_t* strides,
                    std::int64_t n) {
  if (strides[0] == static_cast<std::int64_t>(sizeof(To)) &&
      strides[1] == static_cast<std::int64_t>(sizeof(From))) {
#if !TENET_DEVICE_CODE  // whose threads copy one element each
    if constexpr (std::is_same_v<To, From>) {
      std::memmove(data[0], data[1], static_cast<std::size_t>(n) * sizeof(To));
      return;
    }
#endif
    To* to = reinterpret_cast<To*>(data[0]);
    const From* from = reinterpret_cast<const From*>(data[1]);
    for (std::int64_t i = 0; i < n; ++i) to[i] = static_cast<To>(from[i]);
    return;
  }
  for (std::int64_t i = 0; i < n; ++i) {
    const From value = *reinterpret_cast<const From*>(data[1] + i * strides[1]);
    *reinterpret_cast<To*>(data[0] + i * strides[0]) = static_cast<To>(value);
  }
}

template <class T>
TENET_HD void steps(const Fill<T>& kernel, std::byte* const* data, const std::int64_t* strides,
                    std::int64_t n) {
  const T value = kernel.value;
  if (strides[0] == static_cast<std::int64_t>(sizeof(T))) {
    T* to = reinterpret_cast<T*>(data[0]);
    for (std::int64_t i = 0; i < n; ++i) to[i] = value;
    return;
  }
  for (std::int64_t i = 0; i < n; ++i) *reinterpret_cast<T*>(data[0] + i * strides[0]) = value;
}

}  // namespace tenet::copy

namespace tenet {
using namespace copy;

#define TENET_CAST(To, From) TENET_LOOP_KERNEL(Cast<To, From>)
#define TENET_CASTS(To)  \
  TENET_CAST(To, float)  \
  TENET_CAST(To, double) \
  TENET_CAST(To, std::int64_t) TENET_CAST(To, std::int32_t) TENET_CAST(To, std::uint8_t) TENET_CAST(To, bool)
#define TENET_FILL(T) TENET_LOOP_KERNEL(Fill<T>)
#define TENET_ALL(T) TENET_CASTS(T) TENET_FILL(T)
TENET_ALL(float)
TENET_ALL(double)
TENET_ALL(std::int64_t)
TENET_ALL(std::int32_t)
TENET_ALL(std::uint8_t)
TENET_ALL(bool)

}  // namespace tenet
