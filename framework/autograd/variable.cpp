// The gradient side of a tensor: requires_grad, grad, hooks, detach.
#include "tenet/framework/autograd/op.h"

namespace tenet {
namespace {

Leaf* leaf_of(const Tensor& t) {
  Record* record = t.impl()->record;
  return record != nullptr && record->is_leaf() ? static_cast<Leaf*>(record) : nullptr;
}

Record& record_for_hook(const Tensor& t, const char* what) {
  Record* record = history(t);
  if (record == nullptr) {
    fail<GradientError>(what, ": this tensor of shape ", t.shape(),
                        " does not require grad, so no gradient will arrive. Call requires_grad_() first.");
  }
  return *record;
}

}  // namespace

bool Tensor::requires_grad() const { return history(*this) != nullptr; }

bool Tensor::is_leaf() const {
  const Record* record = history(*this);
  return record == nullptr || record->is_leaf();
}

Tensor& Tensor::requires_grad_(bool value) {
  Record* record = history(*this);
  if (record != nullptr && !record->is_leaf()) {
    if (value) return *this;
    fail<GradientError>("requires_grad_: this tensor was computed (by ", record->name(),
                        "), and only a leaf can stop collecting gradients. Use detach().");
  }
  if (value && !is_floating(dtype())) {
    fail<DTypeError>("requires_grad_: only floating-point tensors have gradients, this one is ", dtype(),
                     ". Convert with .to(tenet::float32) first.");
  }
  if (Leaf* leaf = leaf_of(*this)) {
    leaf->requires_grad = value;
  } else if (value) {
    impl()->record = Leaf::make(impl());
  }
  return *this;
}

Tensor Tensor::grad() const {
  const Record* record = impl()->record;
  if (record == nullptr || record->extras_or_null() == nullptr) return {};
  return record->extras_or_null()->grad;
}

void Tensor::set_grad(const Tensor& grad) {
  if (grad.defined() && (grad.shape() != shape() || grad.dtype() != dtype())) {
    fail<GradientError>("set_grad: the gradient has shape ", grad.shape(), " (", grad.dtype(),
                        ") but the tensor has shape ", shape(), " (", dtype(),
                        "). A gradient has the shape and type of its tensor.");
  }
  if (impl()->record == nullptr && !grad.defined()) return;
  // Without its history: what was computed from this tensor would else keep itself alive through it.
  Tensor kept = grad.defined() ? grad.detach() : Tensor();
  if (impl()->record == nullptr) {
    Leaf* leaf = Leaf::make(impl());
    leaf->requires_grad = false;
    impl()->record = leaf;
  }
  impl()->record->extras().grad = std::move(kept);
}

void Tensor::retain_grad() { record_for_hook(*this, "retain_grad").extras().retain_grad = true; }

int Tensor::register_hook(std::function<Tensor(const Tensor&)> hook) {
  Record::Extras& extras = record_for_hook(*this, "register_hook").extras();
  without_bad_alloc("register_hook", [&] { extras.hooks.emplace_back(extras.next_hook, std::move(hook)); });
  return extras.next_hook++;
}

void Tensor::remove_hook(int id) {
  std::erase_if(record_for_hook(*this, "remove_hook").extras().hooks,
                [&](const auto& entry) { return entry.first == id; });
}

Tensor Tensor::detach() const { return adopt(TensorImpl::alias(impl())); }

std::string Tensor::grad_fn() const {
  const Record* record = history(*this);
  return record == nullptr || record->is_leaf() ? "" : record->name();
}

}  // namespace tenet
