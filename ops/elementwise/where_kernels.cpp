#include "tenet/ops/elementwise/where_kernels.h"

namespace tenet::pointwise {

template <cpu::Level L, class Item>
void where_loop(const void*, std::byte* const* data, const std::int64_t* strides, std::int64_t n) {
  for (std::int64_t i = 0; i < n; ++i) {
    const bool taken = *reinterpret_cast<const bool*>(data[1] + i * strides[1]);
    const Item a = *reinterpret_cast<const Item*>(data[2] + i * strides[2]);
    const Item b = *reinterpret_cast<const Item*>(data[3] + i * strides[3]);
    *reinterpret_cast<Item*>(data[0] + i * strides[0]) = taken ? a : b;
  }
}

template void where_loop<cpu::kThisLevel, std::uint8_t>(const void*, std::byte* const*, const std::int64_t*,
                                                        std::int64_t);
template void where_loop<cpu::kThisLevel, std::uint32_t>(const void*, std::byte* const*, const std::int64_t*,
                                                         std::int64_t);
template void where_loop<cpu::kThisLevel, std::uint64_t>(const void*, std::byte* const*, const std::int64_t*,
                                                         std::int64_t);

}  // namespace tenet::pointwise
