// What the tables of pointwise ops (unary.h, binary.h) are written in.
//
// An entry is one struct: f, the value, on numbers; and the derivatives under an identity comment,
// written once over V, which is a number in the fused kernel and a Tensor when the gradient is itself
// recorded. From an entry come the op, its in-place form, every element type, layout and device, and
// derivatives of every order.
#pragma once

#include <cmath>

#include "tenet/framework/core/host_device.h"
#include "tenet/framework/core/loop.h"
#include "tenet/framework/tensor/tensor.h"
#include "tenet/ops/elementwise/where.h"

namespace tenet::pointwise {

/// Which element types an op works in.
enum class Types { floating, number, any };

/// What a derivative reads; a bit set, so that nothing else is saved.
enum Reads : unsigned { kNothing = 0, kFirst = 1, kSecond = 2, kOutput = 4 };

/// The derivative 1: the gradient passes through untouched.
struct One {};

template <class V>
concept Number = std::is_arithmetic_v<V>;

/// cond ? a : b, elementwise for tensors.
template <Number V> TENET_HD V select(bool cond, V a, V b) { return cond ? a : b; }
inline Tensor select(const Tensor& cond, const Tensor& a, const Tensor& b) { return where(cond, a, b); }

/// Integers as unsigned ones, whose sums and products wrap around as in NumPy: overflow of signed ones is undefined.
template <class V> TENET_HD auto modular(V x) {
  if constexpr (std::is_integral_v<V> && !std::is_same_v<V, bool>) {
    return static_cast<std::make_unsigned_t<V>>(x);
  } else {
    return x;
  }
}

/// The number c, of x's type.
template <Number V> TENET_HD V constant(V, double c) { return static_cast<V>(c); }
Tensor constant(const Tensor& x, double c);

/// Whether one run over all elements does. The others broadcast to the first, so those with as many elements have its
/// shape, but for leading ones.
template <class... Block> bool flat(const TensorImpl* first, const Block*... others) {
  return first->contiguous && ((others->contiguous && others->numel == first->numel) && ...);
}

/// A loop over the shape of the first operand, the output, with the others broadcast to it.
Loop make_loop(std::initializer_list<const TensorImpl*> operands);

/// The type a and b meet in, as in PyTorch: beside a tensor with dimensions a 0-dimensional one counts only if it is
/// of a higher kind (bool < integer < floating).
DType promote_mixed(const Tensor& a, const Tensor& b);
inline DType promote(const Tensor& a, const Tensor& b) {
  return a.dtype() == b.dtype() ? a.dtype() : promote_mixed(a, b);
}

/// Whether a tensor of type `target` can hold results of another type: none of a higher kind.
bool can_hold(DType target, DType result);

/// A scalar operand as a 0-dimensional tensor of the type it has beside a tensor of type `other`.
Tensor wrap(Scalar value, DType other, Device device);
/// The type `tensor op scalar` has.
inline Tensor wrap(Scalar value, const Tensor& other) { return wrap(value, other.dtype(), other.device()); }

/// `source` if it may be read while `target` is being written; a copy of it where the two overlap
/// otherwise than element for element.
Tensor safe_source(const Tensor& source, const Tensor& target);

}  // namespace tenet::pointwise
