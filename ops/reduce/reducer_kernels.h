// What a fold is made of, on every device.
#pragma once

#include <limits>
#include <type_traits>

#include "tenet/framework/core/dispatch.h"
#include "tenet/framework/core/host_device.h"
#include "tenet/framework/core/loop.h"

namespace tenet::reduce {

enum class Kind { sum, max, argmax, any, all };

/// What is kept (operands y, x) and what is folded away (operand x); strides in bytes, both collapsed.
struct Plan {
  Loop kept;
  Loop folded;

  std::int64_t outputs() const { return count(kept.sizes); }
  std::int64_t elements() const { return count(folded.sizes); }
};

inline constexpr std::size_t kAccBytes = 16;  // the size of every accumulator, at most

// A reducer: how an accumulator starts, takes an element, takes another accumulator, becomes the output.

template <class T> struct Sum {
  using Acc = std::conditional_t<std::is_floating_point_v<T>, double, std::int64_t>;
  using Out = std::conditional_t<std::is_floating_point_v<T>, T, std::int64_t>;
  static constexpr bool lanes = true;
  TENET_HD static Acc start() { return 0; }
  TENET_HD static void take(Acc& acc, T x, std::int64_t) { acc += static_cast<Acc>(x); }
  TENET_HD static void merge(Acc& acc, Acc other) { acc += other; }
  TENET_HD static Out out(Acc acc) { return static_cast<Out>(acc); }
};

template <class T> struct Max {
  using Acc = T;
  using Out = T;
  static constexpr bool lanes = true;
  TENET_HD static Acc start() {
    if constexpr (std::is_floating_point_v<T>) {
      return -std::numeric_limits<T>::infinity();
    } else {
      return std::numeric_limits<T>::lowest();
    }
  }
  TENET_HD static void take(Acc& acc, T x, std::int64_t) { acc = x > acc || x != x ? x : acc; }
  TENET_HD static void merge(Acc& acc, Acc other) { take(acc, other, 0); }
  TENET_HD static Out out(Acc acc) { return acc; }
};

template <class T> struct ArgMax {
  struct Acc {
    T value;
    std::int64_t index;
  };
  using Out = std::int64_t;
  static constexpr bool lanes = false;  // the first of equal elements counts
  TENET_HD static Acc start() { return {Max<T>::start(), -1}; }
  TENET_HD static void take(Acc& acc, T x, std::int64_t i) {
    if (acc.index < 0 || x > acc.value || (x != x && acc.value == acc.value)) acc = {x, i};
  }
  /// In any order of the parts.
  TENET_HD static void merge(Acc& acc, Acc other) {
    if (other.index < 0) return;
    const bool mine = acc.index >= 0 && acc.index < other.index;
    const bool same = acc.value == other.value || (acc.value != acc.value && other.value != other.value);
    if (same ? !mine : other.value > acc.value || other.value != other.value || acc.index < 0) acc = other;
  }
  TENET_HD static Out out(Acc acc) { return acc.index; }
};

template <class T> struct Any {
  using Acc = bool;
  using Out = bool;
  static constexpr bool lanes = true;
  TENET_HD static Acc start() { return false; }
  TENET_HD static void take(Acc& acc, T x, std::int64_t) { acc |= x != T(0); }
  TENET_HD static void merge(Acc& acc, Acc other) { acc |= other; }
  TENET_HD static Out out(Acc acc) { return acc; }
};

template <class T> struct All {
  using Acc = bool;
  using Out = bool;
  static constexpr bool lanes = true;
  TENET_HD static Acc start() { return true; }
  TENET_HD static void take(Acc& acc, T x, std::int64_t) { acc &= x != T(0); }
  TENET_HD static void merge(Acc& acc, Acc other) { acc &= other; }
  TENET_HD static Out out(Acc acc) { return acc; }
};

/// The byte offset of a linear index.
TENET_HD std::int64_t offset(const Loop& loop, std::size_t operand, std::int64_t index) {
  std::int64_t at = 0;
  for (int d = loop.sizes.size() - 1; d >= 0; --d) {
    at += index % loop.sizes[d] * loop.strides[operand][d];
    index /= loop.sizes[d];
  }
  return at;
}

/// f(TypeTag of the reducer, TypeTag of the element).
template <class F> decltype(auto) dispatch_reducer(Kind kind, DType dtype, F&& f) {
  return dispatch_all(dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    switch (kind) {
      case Kind::sum: return f(TypeTag<Sum<T>>{}, tag);
      case Kind::max: return f(TypeTag<Max<T>>{}, tag);
      case Kind::argmax: return f(TypeTag<ArgMax<T>>{}, tag);
      case Kind::any: return f(TypeTag<Any<T>>{}, tag);
      default: return f(TypeTag<All<T>>{}, tag);
    }
  });
}

}  // namespace tenet::reduce
