// Comparisons and logic, elementwise with broadcasting. The result is bool; nothing here has a gradient.
#pragma once

#include "tenet/ops/elementwise/pointwise.h"

namespace tenet {
namespace pointwise {

template <Types kTypes> struct Predicate { static constexpr Types types = kTypes; };

struct Equal : Predicate<Types::any> {
  static constexpr const char* name = "eq";
  template <class V> TENET_HD bool f(V a, V b) const { return a == b; }
};
struct NotEqual : Predicate<Types::any> {
  static constexpr const char* name = "ne";
  template <class V> TENET_HD bool f(V a, V b) const { return a != b; }
};
struct Less : Predicate<Types::any> {
  static constexpr const char* name = "lt";
  template <class V> TENET_HD bool f(V a, V b) const { return a < b; }
};
struct LessEqual : Predicate<Types::any> {
  static constexpr const char* name = "le";
  template <class V> TENET_HD bool f(V a, V b) const { return a <= b; }
};
struct LogicalAnd : Predicate<Types::any> {
  static constexpr const char* name = "logical_and";
  template <class V> TENET_HD bool f(V a, V b) const { return (a != V(0)) && (b != V(0)); }
};
struct LogicalOr : Predicate<Types::any> {
  static constexpr const char* name = "logical_or";
  template <class V> TENET_HD bool f(V a, V b) const { return (a != V(0)) || (b != V(0)); }
};
struct LogicalXor : Predicate<Types::any> {
  static constexpr const char* name = "logical_xor";
  template <class V> TENET_HD bool f(V a, V b) const { return (a != V(0)) != (b != V(0)); }
};

#define TENET_PREDICATES(X)  \
  X(Equal, eq)               \
  X(NotEqual, ne)            \
  X(Less, lt)                \
  X(LessEqual, le)           \
  X(LogicalAnd, logical_and) \
  X(LogicalOr, logical_or)   \
  X(LogicalXor, logical_xor)

}  // namespace pointwise

#define TENET_DECLARE(Op, function)                  \
  Tensor function(const Tensor& a, const Tensor& b); \
  Tensor function(const Tensor& a, Scalar b);
TENET_PREDICATES(TENET_DECLARE)
#undef TENET_DECLARE
Tensor gt(const Tensor& a, const Tensor& b);
Tensor gt(const Tensor& a, Scalar b);
Tensor ge(const Tensor& a, const Tensor& b);
Tensor ge(const Tensor& a, Scalar b);
/// Whether each element is zero.
Tensor logical_not(const Tensor& x);
/// Whether each element is NaN.
Tensor isnan(const Tensor& x);

/// Whether a and b have the same shape, type and elements: one answer, where a == b gives a tensor.
/// NaN equals nothing.
bool equal(const Tensor& a, const Tensor& b);

/// Whether |a - b| <= atol + rtol |b| everywhere; shapes broadcast. NaNs are never close.
bool allclose(const Tensor& a, const Tensor& b, double rtol = 1e-5, double atol = 1e-8);

}  // namespace tenet
