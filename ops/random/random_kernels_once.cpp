// Compiled once: the numbers must not differ between instruction-set levels.
#include <algorithm>
#include <utility>

#include "tenet/backends/cpu/parallel.h"
#include "tenet/framework/core/dispatch.h"
#include "tenet/framework/core/random.h"
#include "tenet/ops/random/random_kernels.h"

namespace tenet::random_kernels {
namespace {

constexpr std::int64_t kGrain = 1 << 12;  // counters handed out together

/// The numbers uniform_at, normal_at and bits_at give one by one, with the words of each counter made once:
/// make(words, y) writes the kPer numbers of a counter.
template <int kPer, class T, class F> void fill(Place place, std::int64_t n, std::byte* to, F make) {
  T* y = reinterpret_cast<T*>(to);
  cpu::parallel_for((n + kPer - 1) / kPer, kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t c = begin; c < end; ++c) {
      T numbers[kPer];
      make(philox(place.seed, place.offset + static_cast<std::uint64_t>(c)), numbers);
      std::copy_n(numbers, std::min<std::int64_t>(kPer, n - c * kPer), y + c * kPer);
    }
  });
}

std::uint64_t low_half(const PhiloxWords& w) { return join(w.word[0], w.word[1]); }
std::uint64_t high_half(const PhiloxWords& w) { return join(w.word[2], w.word[3]); }

/// 64 random bits as an integer in [0, range): the upper half of a product, which needs no division.
/// Lemire 2019, ACM Trans. Model. Comput. Simul. 29(1), without the rejection of its last 2^-64.
std::uint64_t below(std::uint64_t range, std::uint64_t bits) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::uint64_t>(Wide{bits} * range >> 64);
}

}  // namespace

void run_uniform(DType dtype, Place place, std::int64_t n, std::byte* to) {
  if (dtype == float32) {
    return fill<4, float>(place, n, to, [](const PhiloxWords& w, float* y) {
      for (int i = 0; i < 4; ++i) y[i] = uniform_float(w.word[i]);
    });
  }
  fill<2, double>(place, n, to, [](const PhiloxWords& w, double* y) {
    y[0] = uniform_double(low_half(w));
    y[1] = uniform_double(high_half(w));
  });
}

void run_normal(DType dtype, Place place, std::int64_t n, std::byte* to) {
  if (dtype == float32) {
    return fill<4, float>(place, n, to, [](const PhiloxWords& w, float* y) {
      const NormalPair<float> a = normal_pair(w.word[0], w.word[1]), b = normal_pair(w.word[2], w.word[3]);
      y[0] = a.first, y[1] = a.second, y[2] = b.first, y[3] = b.second;
    });
  }
  fill<2, double>(place, n, to, [](const PhiloxWords& w, double* y) {
    const NormalPair<double> pair = normal_pair(low_half(w), high_half(w));
    y[0] = pair.first, y[1] = pair.second;
  });
}

void run_integers(DType dtype, Place place, std::int64_t low, std::uint64_t range, std::int64_t n,
                  std::byte* to) {
  dispatch_number(dtype, "randint", [&](auto tag) {
    using T = typename decltype(tag)::type;
    // Unsigned arithmetic wraps where low + range passes the largest int64 on the way.
    const auto integer = [=](std::uint64_t bits) {
      return static_cast<T>(static_cast<std::int64_t>(static_cast<std::uint64_t>(low) + below(range, bits)));
    };
    fill<2, T>(place, n, to, [=](const PhiloxWords& w, T* y) {
      y[0] = integer(low_half(w));
      y[1] = integer(high_half(w));
    });
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
