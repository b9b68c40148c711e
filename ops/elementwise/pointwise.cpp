#include "tenet/ops/elementwise/pointwise.h"

#include "tenet/framework/autograd/grad_mode.h"
#include "tenet/framework/core/dispatch.h"
#include "tenet/framework/core/strides.h"

namespace tenet::pointwise {
namespace {

int kind(DType dtype) { return is_floating(dtype) ? 2 : dtype == boolean ? 0 : 1; }

}  // namespace

Tensor constant(const Tensor& x, double c) {
  Tensor value = Tensor::make({}, x.dtype(), x.device());
  return value.fill_(c);
}

Loop make_loop(std::initializer_list<const TensorImpl*> operands) {
  const TensorImpl* out = *operands.begin();
  Loop loop;
  bool all_flat = true;
  for (const TensorImpl* t : operands) {
    loop.data[static_cast<std::size_t>(loop.operands++)] = t->data;
    all_flat = all_flat && flat(out, t);
  }
  std::size_t k = 0;
  if (all_flat) {  // the common case: one run over all elements
    loop.sizes = {out->numel};
    for (const TensorImpl* t : operands) loop.strides[k++] = {static_cast<std::int64_t>(item_size(t->dtype))};
    return loop;
  }
  loop.sizes = out->shape();
  for (const TensorImpl* t : operands) {
    Strides strides = broadcast_strides(t->shape(), Strides(std::span(t->strides(), t->rank)), loop.sizes);
    for (std::int64_t& stride : strides) stride *= static_cast<std::int64_t>(item_size(t->dtype));
    loop.strides[k++] = strides;
  }
  return loop;
}

DType promote_mixed(const Tensor& a, const Tensor& b) {
  if ((a.dim() == 0) == (b.dim() == 0)) return tenet::promote(a.dtype(), b.dtype());
  const DType scalar = a.dim() == 0 ? a.dtype() : b.dtype(), full = a.dim() == 0 ? b.dtype() : a.dtype();
  return kind(scalar) > kind(full) ? scalar : full;
}

bool can_hold(DType target, DType result) { return kind(result) <= kind(target); }

Tensor wrap(Scalar value, DType other, Device device) {
  Tensor t = Tensor::make({}, value.promote_with(other), device);
  if (t.device() != Device{}) return t.fill_(value);
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
