// The arithmetic of a launch, apart from CUDA so that it is tested without a card.
#pragma once

#include <algorithm>
#include <cstdint>

namespace tenet::cuda {

struct LaunchShape {
  unsigned blocks, block;  // blocks of so many threads
};

/// Enough blocks for n indices, but no more than a few times what runs at once: threads then do several indices each.
/// block > 0, resident > 0: the blocks that run at once. n > 0.
inline LaunchShape launch_shape(std::int64_t n, int block, int resident) {
  constexpr std::int64_t kWaves = 4;  // evens out blocks that take longer
  const std::int64_t wanted = (n - 1) / block + 1;
  const std::int64_t most = std::min<std::int64_t>(kWaves * resident, 0x7fffffff);
  return {static_cast<unsigned>(std::min(wanted, most)), static_cast<unsigned>(block)};
}

}  // namespace tenet::cuda
