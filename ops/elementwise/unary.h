// Pointwise ops of one tensor: the table.
//
// Integers given to an op that has no integer meaning (exp, sqrt, ...) become float32, as in PyTorch.
// Each entry `Name` with `name` gives name(x) and name_(x); the gradient is dx = dy * df(x, y).
#pragma once

#include "tenet/ops/elementwise/pointwise.h"

namespace tenet {
namespace pointwise {

template <Types kTypes, Reads kReads> struct Unary {
  static constexpr Types types = kTypes;
  static constexpr Reads reads = kReads;  // kFirst: df reads x; kOutput: df reads y
  static constexpr bool linear = false;
};

/// -x. d(-x) = -1.
struct Neg : Unary<Types::number, kNothing> {
  static constexpr const char* name = "neg";
  static constexpr bool linear = true;
  template <class V> TENET_HD V f(V x) const { return static_cast<V>(-modular(x)); }
  template <class V> TENET_HD V df(const V& x, const V&) const { return constant(x, -1); }
};

/// |x|. d|x| = sign(x), 0 at 0.
struct Abs : Unary<Types::number, kFirst> {
  static constexpr const char* name = "abs";
  template <class V> TENET_HD V f(V x) const {
    return x < V(0) ? static_cast<V>(-modular(x)) : x == V(0) ? V(0) : x;
  }
  template <class V> TENET_HD V df(const V& x, const V&) const {
    return select(x > 0, constant(x, 1), select(x < 0, constant(x, -1), constant(x, 0)));
  }
};

/// e^x. d e^x = e^x.
struct Exp : Unary<Types::floating, kOutput> {
  static constexpr const char* name = "exp";
  template <class V> TENET_HD V f(V x) const { return std::exp(x); }
  template <class V> TENET_HD V df(const V&, const V& y) const { return y; }
};

/// The natural logarithm. d log(x) = 1 / x.
struct Log : Unary<Types::floating, kFirst> {
  static constexpr const char* name = "log";
  template <class V> TENET_HD V f(V x) const { return std::log(x); }
  template <class V> TENET_HD V df(const V& x, const V&) const { return 1 / x; }
};

/// The square root. d sqrt(x) = 1 / (2 sqrt(x)).
struct Sqrt : Unary<Types::floating, kOutput> {
  static constexpr const char* name = "sqrt";
  template <class V> TENET_HD V f(V x) const { return std::sqrt(x); }
  template <class V> TENET_HD V df(const V&, const V& y) const { return 1 / (2 * y); }
};

/// x^2. d x^2 = 2x.
struct Square : Unary<Types::number, kFirst> {
  static constexpr const char* name = "square";
  template <class V> TENET_HD V f(V x) const { return static_cast<V>(modular(x) * modular(x)); }
  template <class V> TENET_HD V df(const V& x, const V&) const { return 2 * x; }
};

/// d sin(x) = cos(x).
struct Sin : Unary<Types::floating, kFirst> {
  static constexpr const char* name = "sin";
  template <class V> TENET_HD V f(V x) const { return std::sin(x); }
  template <Number V> TENET_HD V df(const V& x, const V&) const { return std::cos(x); }
  Tensor df(const Tensor& x, const Tensor&) const { return x.cos(); }
};

/// d cos(x) = -sin(x).
struct Cos : Unary<Types::floating, kFirst> {
  static constexpr const char* name = "cos";
  template <class V> TENET_HD V f(V x) const { return std::cos(x); }
  template <Number V> TENET_HD V df(const V& x, const V&) const { return -std::sin(x); }
  Tensor df(const Tensor& x, const Tensor&) const { return -x.sin(); }
};

/// d tanh(x) = 1 - tanh(x)^2.
struct Tanh : Unary<Types::floating, kOutput> {
  static constexpr const char* name = "tanh";
  template <class V> TENET_HD V f(V x) const { return std::tanh(x); }
  template <class V> TENET_HD V df(const V&, const V& y) const { return 1 - y * y; }
};

/// s(x) = 1 / (1 + e^-x). d s(x) = s(x) (1 - s(x)).
struct Sigmoid : Unary<Types::floating, kOutput> {
  static constexpr const char* name = "sigmoid";
  template <class V> TENET_HD V f(V x) const {
    const V e = std::exp(x < V(0) ? x : -x);  // never overflows
    return x < V(0) ? e / (1 + e) : 1 / (1 + e);
  }
  template <class V> TENET_HD V df(const V&, const V& y) const { return y * (1 - y); }
};

/// max(x, 0). d relu(x) = 1 where x > 0, else 0.
struct Relu : Unary<Types::number, kOutput> {
  static constexpr const char* name = "relu";
  template <class V> TENET_HD V f(V x) const { return x < V(0) ? V(0) : x; }  // NaN stays NaN
  template <class V> TENET_HD V df(const V&, const V& y) const {
    return select(y > 0, constant(y, 1), constant(y, 0));
  }
};

/// min(max(x, low), high). d clamp(x) = 1 where low <= x <= high, else 0.
struct Clamp : Unary<Types::number, kFirst> {
  static constexpr const char* name = "clamp";
  double low, high;
  std::int64_t whole_low, whole_high;  // for integers: within the range of x's type
  template <class V> TENET_HD V f(V x) const {
    constexpr bool floating = std::is_floating_point_v<V>;
    const V lo = floating ? static_cast<V>(low) : static_cast<V>(whole_low);
    const V hi = floating ? static_cast<V>(high) : static_cast<V>(whole_high);
    const V raised = x < lo ? lo : x;
    return raised > hi ? hi : raised;
  }
  template <class V> TENET_HD V df(const V& x, const V&) const {
    return select(x >= low, select(x <= high, constant(x, 1), constant(x, 0)), constant(x, 0));
  }
};

// The list: X(entry, function, the types its kernels are made for). Entries with parameters of their
// own stand apart: their functions are declared by hand below.
#define TENET_UNARY_OPS(X)    \
  X(Neg, neg, NUMBERS)        \
  X(Abs, abs, NUMBERS)        \
  X(Exp, exp, FLOATS)         \
  X(Log, log, FLOATS)         \
  X(Sqrt, sqrt, FLOATS)       \
  X(Square, square, NUMBERS)  \
  X(Sin, sin, FLOATS)         \
  X(Cos, cos, FLOATS)         \
  X(Tanh, tanh, FLOATS)       \
  X(Sigmoid, sigmoid, FLOATS) \
  X(Relu, relu, NUMBERS)
#define TENET_UNARY_PARAMETRIC_OPS(X) X(Clamp, clamp, NUMBERS)

}  // namespace pointwise

#define TENET_DECLARE(Op, function, types) \
  Tensor function(const Tensor& x);        \
  Tensor& function##_(Tensor& x);          \
  inline Tensor& function##_(Tensor&& x) { return function##_(x); }
TENET_UNARY_OPS(TENET_DECLARE)
#undef TENET_DECLARE

/// x limited to [low, high]; a bound beyond what x's integer type holds is its end. Throws ValueError if low > high;
/// in place, DTypeError if a bound is floating and x is not.
Tensor clamp(const Tensor& x, Scalar low, Scalar high);
Tensor& clamp_(Tensor& x, Scalar low, Scalar high);
/// The same with bounds for each element, which broadcast; an undefined one does not limit, and where they cross the
/// result is high. Gradients: dy to x where it is within, else to the bound. Throws ValueError if both are undefined.
Tensor clamp(const Tensor& x, const Tensor& low, const Tensor& high);

}  // namespace tenet
