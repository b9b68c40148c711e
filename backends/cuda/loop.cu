#include "tenet/backends/cuda/loop.h"

namespace tenet::cuda {

LoopIndex::LoopIndex(const Loop& loop) : rank(loop.sizes.size()) {
  for (int d = 0; d < rank; ++d) {
    sizes[d] = loop.sizes[d];
    total *= sizes[d];
    for (int k = 0; k < loop.operands; ++k) strides[k][d] = loop.strides[static_cast<std::size_t>(k)][d];
  }
  for (int d = 0; d < rank && total <= 0x7fffffff; ++d) fast[d] = FastInt(sizes[d]);
  for (int k = 0; k < loop.operands; ++k) data[k] = loop.data[static_cast<std::size_t>(k)];
}

}  // namespace tenet::cuda
