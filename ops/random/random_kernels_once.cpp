// Compiled once: the numbers must not differ between instruction-set levels.
#include <utility>

#include "tenet/backends/cpu/parallel.h"
#include "tenet/framework/core/dispatch.h"
#include "tenet/framework/core/random.h"
#include "tenet/ops/random/random_kernels.h"

namespace tenet::random_kernels {
namespace {

constexpr std::int64_t kGrain = 1 << 13;

template <class T, class F> void fill(std::int64_t n, std::byte* to, F at) {
  T* y = reinterpret_cast<T*>(to);
  cpu::parallel_for(n, kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) y[i] = at(static_cast<std::uint64_t>(i));
  });
}

/// Number i of the draw as an integer in [0, range): the upper half of a product, which needs no division.
/// Lemire 2019, ACM Trans. Model. Comput. Simul. 29(1), without the rejection of its last 2^-64.
std::uint64_t below(std::uint64_t range, Place place, std::uint64_t i) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::uint64_t>(Wide{bits_at(place.seed, place.offset, i)} * range >> 64);
}

}  // namespace

void run_uniform(DType dtype, Place place, std::int64_t n, std::byte* to) {
  dispatch_float(dtype, "rand", [&](auto tag) {
    using T = typename decltype(tag)::type;
    fill<T>(n, to, [place](std::uint64_t i) { return uniform_at<T>(place.seed, place.offset, i); });
  });
}

void run_normal(DType dtype, Place place, std::int64_t n, std::byte* to) {
  dispatch_float(dtype, "randn", [&](auto tag) {
    using T = typename decltype(tag)::type;
    fill<T>(n, to, [place](std::uint64_t i) { return normal_at<T>(place.seed, place.offset, i); });
  });
}

void run_integers(DType dtype, Place place, std::int64_t low, std::uint64_t range, std::int64_t n,
                  std::byte* to) {
  dispatch_number(dtype, "randint", [&](auto tag) {
    using T = typename decltype(tag)::type;
    fill<T>(n, to, [=](std::uint64_t i) {
      // Unsigned arithmetic wraps where low + range passes the largest int64 on the way.
      return static_cast<T>(
          static_cast<std::int64_t>(static_cast<std::uint64_t>(low) + below(range, place, i)));
    });
  });
}

void run_permutation(DType dtype, Place place, std::int64_t n, std::byte* to) {
  dispatch_number(dtype, "randperm", [&](auto tag) {
    using T = typename decltype(tag)::type;
    T* y = reinterpret_cast<T*>(to);
    for (std::int64_t i = 0; i < n; ++i) y[i] = static_cast<T>(i);
    for (std::int64_t i = n - 1; i > 0; --i) {
      std::swap(y[i],
                y[below(static_cast<std::uint64_t>(i) + 1, place, static_cast<std::uint64_t>(i))]);
    }
  });
}

}  // namespace tenet::random_kernels
