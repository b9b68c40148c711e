// Pointwise ops of two tensors: the table. Operands broadcast as in NumPy and meet in their promoted
// type; the gradients are da = sum_to(dy * da(a, b, y), a's shape), db likewise.
#pragma once

#include "tenet/ops/elementwise/pointwise.h"

namespace tenet {
namespace pointwise {

template <Types kTypes, unsigned kReadsA, unsigned kReadsB> struct Binary {
  static constexpr Types types = kTypes;
  static constexpr unsigned reads_a = kReadsA;  // what da reads
  static constexpr unsigned reads_b = kReadsB;  // what db reads
  static constexpr bool whole_divisor = false;  // whether an integer b must not be 0
  /// Whether the op is linear in the operands of the mask taken together.
  static bool linear_in(unsigned) { return false; }
};

/// a + b. da = 1, db = 1.
struct Add : Binary<Types::any, kNothing, kNothing> {
  static constexpr const char* name = "add";
  static bool linear_in(unsigned) { return true; }
  template <class V> TENET_HD V f(V a, V b) const { return static_cast<V>(modular(a) + modular(b)); }
  template <class V> TENET_HD One da(const V&, const V&, const V&) const { return {}; }
  template <class V> TENET_HD One db(const V&, const V&, const V&) const { return {}; }
};

/// a - b. da = 1, db = -1.
struct Sub : Binary<Types::number, kNothing, kNothing> {
  static constexpr const char* name = "sub";
  static bool linear_in(unsigned) { return true; }
  template <class V> TENET_HD V f(V a, V b) const { return static_cast<V>(modular(a) - modular(b)); }
  template <class V> TENET_HD One da(const V&, const V&, const V&) const { return {}; }
  template <class V> TENET_HD V db(const V& a, const V&, const V&) const { return constant(a, -1); }
};

/// a b. da = b, db = a.
struct Mul : Binary<Types::any, kSecond, kFirst> {
  static constexpr const char* name = "mul";
  static bool linear_in(unsigned active) { return active != 3; }
  template <class V> TENET_HD V f(V a, V b) const {
    if constexpr (std::is_same_v<V, bool>) {
      return a && b;
    } else {
      return static_cast<V>(modular(a) * modular(b));
    }
  }
  template <class V> TENET_HD V da(const V&, const V& b, const V&) const { return b; }
  template <class V> TENET_HD V db(const V& a, const V&, const V&) const { return a; }
};

/// a / b, floating for integers too. da = 1 / b, db = -y / b.
struct Div : Binary<Types::floating, kSecond, kSecond | kOutput> {
  static constexpr const char* name = "div";
  static bool linear_in(unsigned active) { return active == 1; }
  template <class V> TENET_HD V f(V a, V b) const { return a / b; }
  template <class V> TENET_HD V da(const V&, const V& b, const V&) const { return 1 / b; }
  template <class V> TENET_HD V db(const V&, const V& b, const V& y) const { return -y / b; }
};

/// a^b. da = b a^(b-1), 0 where b = 0; db = y log(a), 0 where a = 0 and b >= 0.
struct Pow : Binary<Types::number, kFirst | kSecond, kFirst | kSecond | kOutput> {
  static constexpr const char* name = "pow";
  template <class V> TENET_HD V f(V a, V b) const {
    if constexpr (std::is_floating_point_v<V>) {
      return std::pow(a, b);
    } else {  // by squaring; a negative exponent leaves 1, -1 or 0
      V result = 1;
      if (b < V(0))
        return a == V(1) ? V(1) : a == static_cast<V>(-1) ? static_cast<V>(b % 2 == 0 ? 1 : -1) : V(0);
      for (; b > V(0); b = static_cast<V>(b / 2), a = static_cast<V>(a * a)) {
        if (b % 2 != 0) result = static_cast<V>(result * a);
      }
      return result;
    }
  }
  template <Number V> TENET_HD V da(const V& a, const V& b, const V&) const {
    return b == V(0) ? V(0) : b * std::pow(a, b - 1);
  }
  template <Number V> TENET_HD V db(const V& a, const V& b, const V& y) const {
    return a == V(0) && b >= V(0) ? V(0) : y * std::log(a);
  }
  Tensor da(const Tensor& a, const Tensor& b, const Tensor&) const {
    return select(b == 0, constant(a, 0), b * a.pow(b - 1));
  }
  Tensor db(const Tensor& a, const Tensor& b, const Tensor& y) const {
    const Tensor flat = (a == 0) * (b >= 0);
    return select(flat, constant(a, 0), y * select(flat, constant(a, 1), a).log());
  }
};

/// Whether a / b, which left this rest when rounded towards 0, was rounded up.
template <class V> TENET_HD bool rounded_up(V rest, V b) {
  return rest != V(0) && (rest < V(0)) != (b < V(0));
}
/// Whether integers cannot be divided by b: nothing by 0, and the lowest not by -1.
template <class V> TENET_HD bool undivided(V b) {
  return b == V(0) || (std::is_signed_v<V> && b == static_cast<V>(-1));
}

/// The larger of a and b; NaN if either is. Where they are equal each gets half the gradient.
struct Maximum : Binary<Types::any, kFirst | kSecond, kFirst | kSecond> {
  static constexpr const char* name = "maximum";
  template <class V> TENET_HD V f(V a, V b) const { return a != a || a > b ? a : b; }
  template <class V> TENET_HD V da(const V& a, const V& b, const V&) const {
    return select(a == b, constant(a, 0.5), select(a > b, constant(a, 1), constant(a, 0)));
  }
  template <class V> TENET_HD V db(const V& a, const V& b, const V& y) const { return da(b, a, y); }
};

/// The smaller of a and b; NaN if either is. Where they are equal each gets half the gradient.
struct Minimum : Binary<Types::any, kFirst | kSecond, kFirst | kSecond> {
  static constexpr const char* name = "minimum";
  template <class V> TENET_HD V f(V a, V b) const { return a != a || a < b ? a : b; }
  template <class V> TENET_HD V da(const V& a, const V& b, const V&) const {
    return select(a == b, constant(a, 0.5), select(a < b, constant(a, 1), constant(a, 0)));
  }
  template <class V> TENET_HD V db(const V& a, const V& b, const V& y) const { return da(b, a, y); }
};

/// floor(a / b), as Python's //: infinite or NaN where a floating b is 0. Integers: ValueError where b is 0. da = db = 0.
struct FloorDivide : Binary<Types::number, kNothing, kNothing> {
  static constexpr const char* name = "floor_divide";
  static constexpr bool whole_divisor = true;
  template <class V> TENET_HD V f(V a, V b) const {
    if constexpr (std::is_floating_point_v<V>) {
      if (b == V(0)) return a / b;
      const V rest = std::fmod(a, b);
      const V whole = (a - rest) / b - (rounded_up(rest, b) ? V(1) : V(0));  // an integer but for rounding
      return whole == V(0) ? std::copysign(V(0), a / b) : std::round(whole);
    } else {
      if (undivided(b)) return b == V(0) ? V(0) : static_cast<V>(-modular(a));
      return static_cast<V>(a / b - (rounded_up(static_cast<V>(a % b), b) ? 1 : 0));
    }
  }
  template <class V> TENET_HD V da(const V& a, const V&, const V&) const { return constant(a, 0); }
  template <class V> TENET_HD V db(const V& a, const V&, const V&) const { return constant(a, 0); }
};

/// a - b floor(a / b), as Python's %: of b's sign; NaN where a floating b is 0. Integers: ValueError where b is 0.
/// da = 1, db = -floor(a / b).
struct Remainder : Binary<Types::number, kNothing, kFirst | kSecond | kOutput> {
  static constexpr const char* name = "remainder";
  static constexpr bool whole_divisor = true;
  template <class V> TENET_HD V f(V a, V b) const {
    V rest;
    if constexpr (std::is_floating_point_v<V>) {
      rest = std::fmod(a, b);
    } else {
      rest = undivided(b) ? V(0) : static_cast<V>(a % b);
    }
    return rounded_up(rest, b) ? static_cast<V>(rest + b) : rest;
  }
  template <class V> TENET_HD One da(const V&, const V&, const V&) const { return {}; }
  template <class V> TENET_HD V db(const V& a, const V& b, const V& y) const { return (y - a) / b; }
};

// The list: X(entry, function, the types its kernels are made for).
#define TENET_BINARY_OPS(X)             \
  X(Add, add, ALL)                      \
  X(Sub, sub, NUMBERS)                  \
  X(Mul, mul, ALL)                      \
  X(Div, div, FLOATS)                   \
  X(Pow, pow, NUMBERS)                  \
  X(Maximum, maximum, ALL)              \
  X(Minimum, minimum, ALL)              \
  X(FloorDivide, floor_divide, NUMBERS) \
  X(Remainder, remainder, NUMBERS)

}  // namespace pointwise

#define TENET_DECLARE(Op, function, types)           \
  Tensor function(const Tensor& a, const Tensor& b); \
  Tensor function(const Tensor& a, Scalar b);        \
  Tensor function(Scalar a, const Tensor& b);        \
  Tensor& function##_(Tensor& a, const Tensor& b);
TENET_BINARY_OPS(TENET_DECLARE)
#undef TENET_DECLARE

}  // namespace tenet
