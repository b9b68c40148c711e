// Compiled once: the numbers must not differ between instruction-set levels.
#include <algorithm>
#include <utility>

#include "tenet/backends/cpu/parallel.h"
#include "tenet/framework/core/dispatch.h"
#include "tenet/ops/random/draw_kernels.h"
#include "tenet/ops/random/random_kernels.h"

namespace tenet::random_kernels {
namespace {

constexpr std::int64_t kGrain = 1 << 12;  // counters handed out together

}  // namespace

template <class Draw, class T> void fill(OnCpu, Place place, std::int64_t n, T* y, const Draw& draw) {
  constexpr int per = Draw::kPer;
  cpu::parallel_for((n + per - 1) / per, kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t c = begin; c < end; ++c) {
      T numbers[per];
      draw(philox(place.seed, place.offset + static_cast<std::uint64_t>(c)), numbers);
      std::copy_n(numbers, std::min<std::int64_t>(per, n - c * per), y + c * per);
    }
  });
}

void run_uniform(DType dtype, Place place, std::int64_t n, std::byte* to, Device device) {
  dispatch_float(dtype, "rand", [&](auto tag) {
    using T = typename decltype(tag)::type;
    at_device(device, [&](auto on) { fill(on, place, n, reinterpret_cast<T*>(to), Uniform<T>{}); });
  });
}

void run_normal(DType dtype, Place place, std::int64_t n, std::byte* to, Device device) {
  dispatch_float(dtype, "randn", [&](auto tag) {
    using T = typename decltype(tag)::type;
    at_device(device, [&](auto on) { fill(on, place, n, reinterpret_cast<T*>(to), Normal<T>{}); });
  });
}

void run_integers(DType dtype, Place place, std::int64_t low, std::uint64_t range, std::int64_t n,
                  std::byte* to, Device device) {
  dispatch_number(dtype, "randint", [&](auto tag) {
    using T = typename decltype(tag)::type;
    const Integers<T> draw{low, range};
    at_device(device, [&](auto on) { fill(on, place, n, reinterpret_cast<T*>(to), draw); });
  });
}

void run_permutation(DType dtype, Place place, std::int64_t n, std::byte* to) {
  dispatch_number(dtype, "randperm", [&](auto tag) {
    using T = typename decltype(tag)::type;
    T* y = reinterpret_cast<T*>(to);
    for (std::int64_t i = 0; i < n; ++i) y[i] = static_cast<T>(i);
    for (std::int64_t i = n - 1; i > 0; --i) {
      const auto k = static_cast<std::uint64_t>(i);
      std::swap(y[i], y[below(k + 1, bits_at(place.seed, place.offset, k))]);
    }
  });
}

}  // namespace tenet::random_kernels
