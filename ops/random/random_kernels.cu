#include "tenet/ops/random/random_kernels.h"

#include "tenet/backends/cuda/launch.h"
#include "tenet/framework/core/checked.h"
#include "tenet/ops/random/draw_kernels.h"

namespace tenet::random_kernels {
namespace {

template <class Draw, class T> struct Counter {
  Place place;
  std::int64_t n;
  T* y;
  Draw draw;

  TENET_HD void operator()(std::int64_t c) const {
    T numbers[Draw::kPer];
    draw(philox(place.seed, place.offset + static_cast<std::uint64_t>(c)), numbers);
    for (std::int64_t i = c * Draw::kPer; i < n && i < (c + 1) * Draw::kPer; ++i)
      y[i] = numbers[i % Draw::kPer];
  }
};

}  // namespace

template <class Draw, class T> void fill(OnCard card, Place place, std::int64_t n, T* y, const Draw& draw) {
  cuda::check_not_capturing(card.device.index, "random numbers, the same in every replay,");
  cuda::for_each(card.device, ceil_div(n, Draw::kPer), Counter<Draw, T>{place, n, y, draw});
}

#define TENET_FILL(Draw, T) template void fill(OnCard, Place, std::int64_t, T*, const Draw<T>&);
TENET_FILL(Uniform, float)
TENET_FILL(Uniform, double)
TENET_FILL(Normal, float)
TENET_FILL(Normal, double)
TENET_FILL(Integers, float)
TENET_FILL(Integers, double)
TENET_FILL(Integers, std::int64_t)
TENET_FILL(Integers, std::int32_t)
TENET_FILL(Integers, std::uint8_t)

}  // namespace tenet::random_kernels
