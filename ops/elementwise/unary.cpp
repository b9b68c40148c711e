#include "tenet/ops/elementwise/unary.h"

#include <algorithm>
#include <limits>

#include "tenet/framework/autograd/in_place.h"
#include "tenet/framework/core/dispatch.h"
#include "tenet/framework/core/strides.h"
#include "tenet/ops/copy/copy.h"
#include "tenet/ops/elementwise/compare.h"
#include "tenet/ops/elementwise/unary_kernels.h"

namespace tenet {
namespace pointwise {
namespace {

template <class F> struct UnaryRule {
  static constexpr const char* name = F::name;
  [[no_unique_address]] F f;

  static bool linear_in(InputMask) { return F::linear; }
  static double flops(const Record& r) { return static_cast<double>(count(r.output_shape(), name)); }

  Gradients backward(const Context& context, const Tensor& dy) const {
    constexpr bool reads = F::reads != kNothing;
    if (grad_enabled()) {
      const Tensor read = reads ? context.saved(0) : dy;
      return {dy * f.df(read, read)};
    }
    Tensor dx = Tensor::make_like(dy);
    run_pull(f, dx, dy, reads ? context.saved_block(0) : dy.impl());
    return {std::move(dx)};
  }
};

template <class F> Tensor unary(const F& f, const Tensor& x) {
  if (F::types == Types::floating && !is_floating(x.dtype())) return unary(f, x.to(float32));
  Tensor y = Tensor::make_like(x);
  run_value(f, y, x);
  if (recording(x)) {
    if constexpr (F::reads == kFirst) {
      record(UnaryRule<F>{f}, y, {x}, {x});
    } else if constexpr (F::reads == kOutput) {
      record(UnaryRule<F>{f}, y, {x}, {y});
    } else {
      record(UnaryRule<F>{f}, y, {x});
    }
  }
  return y;
}

/// Throws DTypeError unless a result of this type can be written into x.
void check_holds(const char* name, DType result, const Tensor& x) {
  if (can_hold(x.dtype(), result)) return;
  fail<DTypeError>(name, "_: the result is ", result, " and cannot be written into a ", x.dtype(),
                   " tensor. Use ", name, "(x), or convert with .to(tenet::float32) first.");
}

template <class F> Tensor& unary_in_place(const F& f, Tensor& x) {
  check_writable(x, F::name);
  if (F::types == Types::floating) check_holds(F::name, to_floating(x.dtype()), x);
  // What the gradient reads must be x as it was: the memory is about to change.
  if (recording(x)) return copy::take(x, unary(f, F::reads == kFirst ? x.clone() : x));
  run_value(f, x, x);
  bump_version(x);
  return x;
}

Clamp make_clamp(Scalar low, Scalar high, DType dtype) {
  Clamp f{{}, low.as<double>(), high.as<double>(), 0, 0};
  if (f.low > f.high) {
    fail<ValueError>("clamp: low is ", f.low, " and high is ", f.high, ". low must not exceed high.");
  }
  dispatch_all(dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    if constexpr (std::is_integral_v<T>) {
      const auto fitting = [](Scalar bound) {
        return std::clamp<std::int64_t>(bound.as<std::int64_t>(), std::numeric_limits<T>::lowest(),
                                        std::numeric_limits<T>::max());
      };
      f.whole_low = fitting(low);
      f.whole_high = fitting(high);
    }
  });
  return f;
}

}  // namespace
}  // namespace pointwise

using namespace pointwise;

#define TENET_DEFINE(Op, function, types)                     \
  Tensor function(const Tensor& x) { return unary(Op{}, x); } \
  Tensor& function##_(Tensor& x) { return unary_in_place(Op{}, x); }
TENET_UNARY_OPS(TENET_DEFINE)
#undef TENET_DEFINE

Tensor clamp(const Tensor& x, Scalar low, Scalar high) {
  // A floating bound lifts an integer tensor, as in any op with a scalar.
  const DType dtype = low.promote_with(high.promote_with(x.dtype()));
  return unary(make_clamp(low, high, dtype), x.to(dtype));
}
Tensor& clamp_(Tensor& x, Scalar low, Scalar high) {
  check_holds("clamp", low.promote_with(high.promote_with(x.dtype())), x);
  return unary_in_place(make_clamp(low, high, x.dtype()), x);
}

Tensor clamp(const Tensor& x, const Tensor& low, const Tensor& high) {
  if (!low.defined() && !high.defined()) fail<ValueError>("clamp: needs min, max or both.");
  for (const Tensor& bound : {low, high}) {
    if (bound.defined()) broadcast_shapes(x.shape(), bound.shape(), "clamp");  // throws in this op's name
  }
  const Tensor y = low.defined() ? where(x < low, low, x) : x;
  return high.defined() ? where(y > high, high, y) : y;
}

Tensor Tensor::operator-() const { return neg(*this); }
Tensor Tensor::abs() const { return tenet::abs(*this); }
Tensor Tensor::exp() const { return tenet::exp(*this); }
Tensor Tensor::log() const { return tenet::log(*this); }
Tensor Tensor::sqrt() const { return tenet::sqrt(*this); }
Tensor Tensor::square() const { return tenet::square(*this); }
Tensor Tensor::sin() const { return tenet::sin(*this); }
Tensor Tensor::cos() const { return tenet::cos(*this); }
Tensor Tensor::tanh() const { return tenet::tanh(*this); }
Tensor Tensor::sigmoid() const { return tenet::sigmoid(*this); }
Tensor Tensor::relu() const { return tenet::relu(*this); }
Tensor Tensor::clamp(Scalar low, Scalar high) const { return tenet::clamp(*this, low, high); }

}  // namespace tenet
