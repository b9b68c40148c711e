#include "tenet/ops/elementwise/binary.h"

#include <bit>

#include "tenet/framework/autograd/in_place.h"
#include "tenet/framework/autograd/pass.h"
#include "tenet/framework/core/strides.h"
#include "tenet/ops/copy/copy.h"
#include "tenet/ops/elementwise/binary_kernels.h"
#include "tenet/ops/elementwise/compare.h"
#include "tenet/ops/reduce/sum_to.h"

namespace tenet {
namespace pointwise {
namespace {

/// The bits of a set, lowest first.
template <unsigned Set, unsigned... Bit> constexpr auto bits_of() {
  if constexpr (Set == 0) {
    return std::integer_sequence<unsigned, Bit...>();
  } else {
    return bits_of<Set - std::bit_floor(Set), std::bit_floor(Set), Bit...>();
  }
}

/// What a record of a binary op kept of a, b and y: a bit set of Reads, and the values.
struct Kept {
  const Context& context;
  unsigned saved;

  int position(unsigned bit) const { return std::popcount(saved & (bit - 1)); }
  const TensorImpl* block(unsigned bit) const { return context.saved_block(position(bit)); }
  Tensor tensor(unsigned bit, unsigned reads) const {
    return reads & bit ? context.saved(position(bit)) : Tensor();
  }
};

/// The gradient towards a or b, before broadcasting is undone.
template <class F, bool kTowardsA> Tensor pull(const Tensor& dy, const Kept& kept) {
  constexpr unsigned reads = kTowardsA ? F::reads_a : F::reads_b;
  const auto derivative = [](const auto& a, const auto& b, const auto& y) {
    if constexpr (kTowardsA) {
      return F().da(a, b, y);
    } else {
      return F().db(a, b, y);
    }
  };
  if constexpr (std::is_same_v<decltype(derivative(dy, dy, dy)), One>) {
    return dy;
  } else {
    if (grad_enabled()) {
      const Tensor b = kept.tensor(kSecond, reads), y = kept.tensor(kOutput, reads);
      return dy * derivative(reads == kNothing ? dy : kept.tensor(kFirst, reads), b, y);
    }
    Tensor d = Tensor::make_like(dy);
    [&]<unsigned... Bit>(std::integer_sequence<unsigned, Bit...>) {
      run_binary_pull<F, kTowardsA>(d, dy, kept.block(Bit)...);
    }
    (bits_of<reads>());
    return d;
  }
}

template <class F> struct BinaryRule {
  static constexpr const char* name = F::name;
  std::uint8_t saved;  // a bit set of Reads: what was worth keeping

  static bool linear_in(InputMask active) { return F::linear_in(active); }
  static double flops(const Record& r) { return static_cast<double>(count(r.output_shape(), name)); }

  Gradients backward(const Context& context, const Tensor& dy) const {
    const Kept kept{context, saved};
    Tensor da, db;
    if (context.needs(0)) da = unbroadcast(context, 0, pull<F, true>(dy, kept));
    if (context.needs(1)) db = unbroadcast(context, 1, pull<F, false>(dy, kept));
    return {std::move(da), std::move(db)};
  }

 private:
  static Tensor unbroadcast(const Context& context, int i, Tensor d) {
    return context.fits_input(i, d) ? std::move(d) : sum_to(d, context.input_shape(i));
  }
};

template <class F> DType operand_type(const Tensor& a, const Tensor& b) {
  const DType dtype = promote(a, b);
  return F::types == Types::floating ? to_floating(dtype) : dtype;
}

/// A scalar operand; of a floating type where the op works in one, since an integer type may be too narrow for it.
template <class F> Tensor operand(Scalar value, const Tensor& other) {
  const DType dtype = F::types == Types::floating ? to_floating(other.dtype()) : other.dtype();
  return wrap(value, dtype, other.device());
}

template <class F> void record_binary(const Tensor& y, const Tensor& a, const Tensor& b) {
  const unsigned saved = (requires_history(a) ? F::reads_a : 0) | (requires_history(b) ? F::reads_b : 0);
  const BinaryRule<F> rule{static_cast<std::uint8_t>(saved)};
  switch (saved) {
    case kNothing: return record(rule, y, {a, b});
    case kFirst: return record(rule, y, {a, b}, {a});
    case kSecond: return record(rule, y, {a, b}, {b});
    case kFirst | kSecond: return record(rule, y, {a, b}, {a, b});
    case kSecond | kOutput: return record(rule, y, {a, b}, {b, y});
    default: return record(BinaryRule<F>{7}, y, {a, b}, {a, b, y});
  }
}

template <class F> void check_divisor(const Tensor& b) {
  if (!F::whole_divisor || is_floating(b.dtype()) || !(b == 0).any().item<bool>()) return;
  fail<ValueError>(F::name, ": an integer is divided by 0 (the divisor has shape ", b.shape(),
                   "). Convert with .to(tenet::float32) for inf and NaN there.");
}

template <class F> Tensor binary(const Tensor& a, const Tensor& b) {
  const DType dtype = operand_type<F>(a, b);
  if (a.dtype() != dtype || b.dtype() != dtype) return binary<F>(a.to(dtype), b.to(dtype));
  check_divisor<F>(b);
  Tensor y = a.same_shape(b)
                 ? Tensor::make_like(a)
                 : Tensor::make(broadcast_shapes(a.shape(), b.shape(), F::name), dtype, a.device());
  run_binary<F>(y, a, b);
  if (recording(a, b)) record_binary<F>(y, a, b);
  return y;
}

template <class F> Tensor& binary_in_place(Tensor& a, const Tensor& b) {
  check_writable(a, F::name);
  const DType dtype = operand_type<F>(a, b);
  if (!can_hold(a.dtype(), dtype)) {
    fail<DTypeError>(F::name, "_: the result is ", dtype, " and cannot be written into a ", a.dtype(),
                     " tensor. Use ", F::name, "(a, b), or convert a first.");
  }
  if (!a.same_shape(b) && broadcast_shapes(a.shape(), b.shape(), F::name) != a.shape()) {
    fail<ShapeError>(F::name, "_: the result has shape ", broadcast_shapes(a.shape(), b.shape(), F::name),
                     " and cannot be written into a tensor of shape ", a.shape(),
                     ". Only the other operand broadcasts in place.");
  }
  if (dtype != a.dtype()) return a.copy_(binary<F>(a, b));  // in the wider type; reads a copy of a in it
  if (recording(a, b)) {
    // What a gradient reads must be as it was: the memory of a, which b may share, is about to change.
    const unsigned reads = (requires_history(a) ? F::reads_a : 0) | (requires_history(b) ? F::reads_b : 0);
    const bool shared = a.impl()->owner == b.impl()->owner;
    return copy::take(a,
                      binary<F>(reads & kFirst ? a.clone() : a, shared && reads & kSecond ? b.clone() : b));
  }
  check_divisor<F>(b);
  if (b.dtype() == dtype && b.impl()->owner != a.impl()->owner) {
    run_binary<F>(a, a, b);
  } else {
    run_binary<F>(a, a, safe_source(b.to(dtype), a));
  }
  bump_version(a);
  return a;
}

}  // namespace
}  // namespace pointwise

using namespace pointwise;

void detail::accumulate(const Tensor& sum, const Tensor& x) { run_binary<Add>(sum, sum, x); }

#define TENET_DEFINE(Op, function, types)                                                 \
  Tensor function(const Tensor& a, const Tensor& b) { return binary<Op>(a, b); }          \
  Tensor function(const Tensor& a, Scalar b) { return binary<Op>(a, operand<Op>(b, a)); } \
  Tensor function(Scalar a, const Tensor& b) { return binary<Op>(operand<Op>(a, b), b); } \
  Tensor& function##_(Tensor& a, const Tensor& b) { return binary_in_place<Op>(a, b); }
TENET_BINARY_OPS(TENET_DEFINE)
#undef TENET_DEFINE

#define TENET_OPERATOR(symbol, function)                                                        \
  Tensor operator symbol(const Tensor& a, const Tensor& b) { return function(a, b); }           \
  Tensor operator symbol(const Tensor& a, Scalar b) { return function(a, b); }                  \
  Tensor operator symbol(Scalar a, const Tensor& b) { return function(a, b); }                  \
  Tensor& Tensor::function##_(const Tensor& other) { return tenet::function##_(*this, other); } \
  Tensor& Tensor::function##_(Scalar other) { return tenet::function##_(*this, wrap(other, *this)); }
TENET_OPERATOR(+, add)
TENET_OPERATOR(-, sub)
TENET_OPERATOR(*, mul)
TENET_OPERATOR(/, div)
#undef TENET_OPERATOR

Tensor Tensor::pow(const Tensor& exponent) const { return tenet::pow(*this, exponent); }
Tensor Tensor::pow(Scalar exponent) const { return tenet::pow(*this, exponent); }
Tensor& Tensor::pow_(const Tensor& exponent) { return tenet::pow_(*this, exponent); }
Tensor& Tensor::pow_(Scalar exponent) { return tenet::pow_(*this, wrap(exponent, *this)); }

}  // namespace tenet
