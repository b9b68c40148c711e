// What a draw makes of the words of a counter, on every device.
#pragma once

#include "tenet/framework/core/host_device.h"
#include "tenet/framework/core/random.h"

namespace tenet::random_kernels {

TENET_HD std::uint64_t low_half(const PhiloxWords& w) { return join(w.word[0], w.word[1]); }
TENET_HD std::uint64_t high_half(const PhiloxWords& w) { return join(w.word[2], w.word[3]); }

/// 64 random bits as an integer in [0, range): the upper half of a product, which needs no division.
/// Lemire 2019, ACM Trans. Model. Comput. Simul. 29(1), without the rejection of its last 2^-64.
TENET_HD std::uint64_t below(std::uint64_t range, std::uint64_t bits) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::uint64_t>(Wide{bits} * range >> 64);
}

// Each writes the kPer numbers of a counter, those that uniform_at, normal_at and bits_at give one by one.

template <class T> struct Uniform;
template <> struct Uniform<float> {
  static constexpr int kPer = 4;
  TENET_HD void operator()(const PhiloxWords& w, float* y) const {
    for (int i = 0; i < 4; ++i) y[i] = uniform_float(w.word[i]);
  }
};
template <> struct Uniform<double> {
  static constexpr int kPer = 2;
  TENET_HD void operator()(const PhiloxWords& w, double* y) const {
    y[0] = uniform_double(low_half(w));
    y[1] = uniform_double(high_half(w));
  }
};

template <class T> struct Normal;
template <> struct Normal<float> {
  static constexpr int kPer = 4;
  TENET_HD void operator()(const PhiloxWords& w, float* y) const {
    const NormalPair<float> a = normal_pair(w.word[0], w.word[1]), b = normal_pair(w.word[2], w.word[3]);
    y[0] = a.first, y[1] = a.second, y[2] = b.first, y[3] = b.second;
  }
};
template <> struct Normal<double> {
  static constexpr int kPer = 2;
  TENET_HD void operator()(const PhiloxWords& w, double* y) const {
    const NormalPair<double> pair = normal_pair(low_half(w), high_half(w));
    y[0] = pair.first, y[1] = pair.second;
  }
};

template <class T> struct Integers {
  static constexpr int kPer = 2;
  std::int64_t low;
  std::uint64_t range;

  TENET_HD void operator()(const PhiloxWords& w, T* y) const {
    y[0] = integer(low_half(w));
    y[1] = integer(high_half(w));
  }

 private:
  /// Unsigned arithmetic wraps where low + range passes the largest int64 on the way.
  TENET_HD T integer(std::uint64_t bits) const {
    return static_cast<T>(static_cast<std::int64_t>(static_cast<std::uint64_t>(low) + below(range, bits)));
  }
};

}  // namespace tenet::random_kernels
