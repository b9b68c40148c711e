#include "tenet/framework/core/random.h"

namespace tenet {

void Generator::seed(std::uint64_t seed) {
  seed_.store(seed, std::memory_order_relaxed);
  offset_.store(0, std::memory_order_relaxed);
}

Generator& default_generator() {
  static constinit Generator generator(0);
  return generator;
}

void manual_seed(std::uint64_t seed) { default_generator().seed(seed); }

}  // namespace tenet
