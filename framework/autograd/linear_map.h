// Linear ops: the author writes a pair of maps A and A^T, each naming the other as its adjoint; the
// tape then has two ops, each the other's backward, to any order.
//
//   struct Permute {
//     static constexpr const char* name = "permute";
//     Dims order;
//     Tensor apply(const Tensor& x) const;  // the value, not recorded
//     Permute adjoint() const;
//   };
//   Tensor permute(...) { return linear(Permute{order}, x); }
#pragma once

#include "tenet/framework/autograd/op.h"

namespace tenet {

template <class Map>
concept LinearMap = requires(const Map& map, const Tensor& x) {
  { map.apply(x) } -> std::convertible_to<Tensor>;
  { map.adjoint().adjoint() } -> std::convertible_to<Map>;
};

template <class Map> Tensor linear(const Map& map, const Tensor& x);

template <class Map> struct LinearRule {
  static constexpr const char* name = Map::name;
  Map map;

  static bool linear_in(InputMask) { return true; }
  Gradients backward(const Context&, const Tensor& dy) const { return {linear(map.adjoint(), dy)}; }
};

/// y = A x. dx = A^T dy.
template <class Map> Tensor linear(const Map& map, const Tensor& x) {
  static_assert(LinearMap<Map>);
  Tensor y;
  {
    const NoGradGuard no_grad;  // one record for the map, whatever apply is made of
    y = map.apply(x);
  }
  if (recording(x)) record(LinearRule<Map>{map}, y, {x});
  return y;
}

}  // namespace tenet
