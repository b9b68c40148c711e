#include "tenet/ops/elementwise/where_kernels.h"

#include "tenet/backends/loop_kernel.h"

namespace tenet::pointwise {

template <class Item>
TENET_HD void steps(const Where<Item>&, std::byte* const* data, const std::int64_t* strides, std::int64_t n) {
  for (std::int64_t i = 0; i < n; ++i) {
    const bool taken = *reinterpret_cast<const bool*>(data[1] + i * strides[1]);
    const Item a = *reinterpret_cast<const Item*>(data[2] + i * strides[2]);
    const Item b = *reinterpret_cast<const Item*>(data[3] + i * strides[3]);
    *reinterpret_cast<Item*>(data[0] + i * strides[0]) = taken ? a : b;
  }
}

}  // namespace tenet::pointwise

namespace tenet {
using namespace pointwise;

TENET_LOOP_KERNEL(Where<std::uint8_t>)
TENET_LOOP_KERNEL(Where<std::uint32_t>)
TENET_LOOP_KERNEL(Where<std::uint64_t>)

}  // namespace tenet
