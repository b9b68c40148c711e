// For scripts/check_instructions: chains of a thousand ops on 8 floats, `argv[2]` of them.
#include <cstdlib>
#include <string>

#include "tenet/tenet.h"

int main(int, char** argv) {
  const std::string what = argv[1];
  tenet::set_num_threads(1);
  const tenet::Tensor x = tenet::ones({8}, {.requires_grad = true}),
                      w = tenet::ones({8}, {.requires_grad = true});
  const tenet::Tensor dy = tenet::ones({8});
  for (int chains = std::atoi(argv[2]); chains > 0; --chains) {
    const tenet::GradModeGuard mode(what != "forward");
    tenet::Tensor y = x;
    for (int i = 0; i < 1000; ++i) y = y * w;
    if (what == "backward") y.backward(dy);
  }
}
