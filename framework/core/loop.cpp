#include "tenet/framework/core/loop.h"

namespace tenet {

void Loop::collapse() {
  int kept = 0;  // dimensions kept so far stand at the front
  for (int d = 0; d < sizes.size(); ++d) {
    if (sizes[d] == 1) continue;
    bool merges = kept > 0;
    for (int k = 0; merges && k < operands; ++k) {
      const Strides& s = strides[static_cast<std::size_t>(k)];
      merges = s[kept - 1] == s[d] * sizes[d];
    }
    const int to = merges ? kept - 1 : kept++;
    sizes[to] = merges ? sizes[to] * sizes[d] : sizes[d];
    for (int k = 0; k < operands; ++k) {
      Strides& s = strides[static_cast<std::size_t>(k)];
      s[to] = s[d];
    }
  }
  while (sizes.size() > kept) sizes.erase(sizes.size() - 1);
}

}  // namespace tenet
