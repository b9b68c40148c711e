#include "tenet/ops/random/random.h"

#include <limits>

#include "tenet/framework/core/dispatch.h"
#include "tenet/ops/random/random_kernels.h"

namespace tenet {
namespace {

using random_kernels::Place;

/// A tensor written by run(place, tensor). The generator moves only when nothing can be wrong any more.
template <class F> Tensor drawn(const Shape& shape, DType dtype, const RandomOptions& options, F run) {
  Tensor y = Tensor::make(shape, dtype, options.device);
  if (options.requires_grad) y.requires_grad_();
  Generator& generator = options.generator != nullptr ? *options.generator : default_generator();
  const std::uint64_t seed = generator.seed();
  run(Place{seed, generator.reserve(static_cast<std::uint64_t>(y.numel()))}, y.numel(), y.impl()->data);
  return y;
}

DType floating_type(const char* op, const RandomOptions& options) {
  const DType dtype = options.dtype.value_or(float32);
  if (!is_floating(dtype)) {
    fail<DTypeError>(op, ": draws floating-point numbers but dtype is ", dtype,
                     ". Use float32 or float64, or randint for integers.");
  }
  return dtype;
}

/// The type of a draw from [low, last], if it holds them; a floating one holds all, or those below 2^digits if `exact`.
DType number_type(const char* op, std::int64_t low, std::int64_t last, bool exact,
                  const RandomOptions& options) {
  const DType dtype = options.dtype.value_or(int64);
  if (dtype == boolean)
    fail<DTypeError>(op, ": draws integers but dtype is bool. Use int64, or compare rand(...) < 0.5.");
  dispatch_number(dtype, op, [&](auto tag) {
    using T = typename decltype(tag)::type;
    using Limits = std::numeric_limits<T>;
    std::int64_t least = std::numeric_limits<std::int64_t>::min(),
                 most = std::numeric_limits<std::int64_t>::max();
    if constexpr (Limits::is_integer) {
      least = static_cast<std::int64_t>(Limits::min());
      most = static_cast<std::int64_t>(Limits::max());
    } else if (exact) {
      most = std::int64_t{1} << Limits::digits;
    }
    if (low >= least && last <= most) return;
    fail<ValueError>(op, ": ", dtype, " cannot hold the integers from ", low, " to ", last,
                     ". Use a larger dtype.");
  });
  return dtype;
}

}  // namespace

Tensor rand(const Shape& shape, RandomOptions options) {
  const DType dtype = floating_type("rand", options);
  return drawn(shape, dtype, options, [&](Place place, std::int64_t n, std::byte* to) {
    random_kernels::run_uniform(dtype, place, n, to, options.device);
  });
}

Tensor randn(const Shape& shape, RandomOptions options) {
  const DType dtype = floating_type("randn", options);
  return drawn(shape, dtype, options, [&](Place place, std::int64_t n, std::byte* to) {
    random_kernels::run_normal(dtype, place, n, to, options.device);
  });
}

Tensor randint(std::int64_t low, std::int64_t high, const Shape& shape, RandomOptions options) {
  if (high <= low) {
    fail<ValueError>("randint: there is no integer in [", low, ", ", high,
                     "). high must be greater than low.");
  }
  const DType dtype = number_type("randint", low, high - 1, false, options);
  const std::uint64_t range = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low);
  return drawn(shape, dtype, options, [&](Place place, std::int64_t n, std::byte* to) {
    random_kernels::run_integers(dtype, place, low, range, n, to, options.device);
  });
}

Tensor randperm(std::int64_t n, RandomOptions options) {
  if (n < 0) fail<ValueError>("randperm: n is ", n, " but must be 0 or more.");
  const DType dtype = number_type("randperm", 0, n == 0 ? 0 : n - 1, true, options);
  RandomOptions here = options;  // one swap after the other: on the host
  here.device = {};
  const Tensor y = drawn({n}, dtype, here, [&](Place place, std::int64_t count, std::byte* to) {
    random_kernels::run_permutation(dtype, place, count, to);
  });
  if (options.device == y.device()) return y;
  Tensor moved = y.detach().to(options.device);
  if (options.requires_grad) moved.requires_grad_();
  return moved;
}

}  // namespace tenet
