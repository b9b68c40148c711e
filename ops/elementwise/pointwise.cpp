#include "tenet/ops/elementwise/pointwise.h"

#include "tenet/framework/autograd/grad_mode.h"
#include "tenet/framework/core/dispatch.h"
#include "tenet/framework/core/strides.h"

namespace tenet::pointwise {

Tensor constant(const Tensor& x, double c) {
  Tensor value = Tensor::make({}, x.dtype(), x.device());
  return value.fill_(c);
}

Loop make_loop(const Shape& shape, std::initializer_list<std::reference_wrapper<const Tensor>> operands) {
  Loop loop;
  bool flat = true;
  for (const Tensor& t : operands) {
    loop.data[static_cast<std::size_t>(loop.operands++)] = t.impl()->data;
    flat = flat && t.is_contiguous() && t.dim() == shape.size() && t.shape() == shape;
  }
  std::size_t k = 0;
  if (flat) {  // the common case: one run over all elements
    loop.sizes = {operands.begin()->get().numel()};
    for (const Tensor& t : operands) {
      loop.strides[k++] = {static_cast<std::int64_t>(item_size(t.dtype()))};
    }
    return loop;
  }
  loop.sizes = shape;
  for (const Tensor& t : operands) {
    Strides strides = broadcast_strides(t.shape(), t.strides(), shape);
    for (std::int64_t& stride : strides) stride *= static_cast<std::int64_t>(item_size(t.dtype()));
    loop.strides[k++] = strides;
  }
  return loop;
}

DType promote(const Tensor& a, const Tensor& b) {
  if (a.dtype() == b.dtype() || (a.dim() == 0) == (b.dim() == 0)) return tenet::promote(a.dtype(), b.dtype());
  const auto kind = [](DType dtype) { return is_floating(dtype) ? 2 : dtype == boolean ? 0 : 1; };
  const DType scalar = a.dim() == 0 ? a.dtype() : b.dtype(), full = a.dim() == 0 ? b.dtype() : a.dtype();
  return kind(scalar) > kind(full) ? scalar : full;
}

Tensor wrap(Scalar value, const Tensor& other) {
  Tensor t = Tensor::make({}, value.promote_with(other.dtype()), other.device());
  dispatch_all(t.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    *t.data<T>() = value.as<T>();
  });
  return t;
}

Tensor safe_source(const Tensor& source, const Tensor& target) {
  const TensorImpl* s = source.impl();
  const TensorImpl* t = target.impl();
  if (s->owner != t->owner) return source;
  const bool same =
      s->data == t->data && source.shape() == target.shape() && source.strides() == target.strides();
  return same ? source : source.clone();
}

}  // namespace tenet::pointwise
