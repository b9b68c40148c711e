#include "tenet/framework/autograd/in_place.h"

#include "tenet/framework/autograd/linear_map.h"
#include "tenet/framework/core/strides.h"

namespace tenet {
namespace {

/// A tensor that stands for `impl` without being one of its users' handles.
Tensor handle(TensorImpl* impl) {
  TensorImpl::keep(impl);
  return Tensor::adopt(impl);
}

/// Replaces a tensor's history. What its user asked of its gradient goes along; hooks stay with the value
/// they were set on.
void set_record(TensorImpl* impl, Record* record) {
  Record* const before = impl->record;
  if (record == before) return;
  if (record != nullptr) Record::keep(record);
  impl->record = record;
  if (before == nullptr) return;
  Record::Extras* const asked = before->extras_or_null();
  if (record != nullptr && asked != nullptr && asked->retain_grad) {
    record->extras().retain_grad = std::exchange(asked->retain_grad, false);
    record->extras().grad = std::exchange(asked->grad, Tensor());
  }
  Record::drop(before);
}

/// Whether what this tensor stands for was made a leaf, and not computed.
bool collects_gradients(const TensorImpl* impl) {
  const Record* record = impl->record;
  return record != nullptr && record->is_leaf() && static_cast<const Leaf*>(record)->requires_grad;
}

bool overlaps_itself(TensorImpl* impl) {
  return !impl->contiguous && may_overlap(Shape(std::span(impl->sizes(), impl->rank)),
                                          Strides(std::span(impl->strides(), impl->rank)));
}

/// Where a view lies in its base.
struct Region {
  Shape shape;
  Strides strides;
  std::int64_t offset;

  static Region of(const Tensor& view, const Tensor& base) {
    const std::int64_t bytes = view.impl()->data - base.impl()->data;
    return {view.shape(), view.strides(), bytes / static_cast<std::int64_t>(item_size(base.dtype()))};
  }
};

/// The same tensor with the strides of the base: the identity, so its own adjoint.
struct LayOut {
  static constexpr const char* name = "lay_out";
  Strides strides;

  Tensor apply(const Tensor& x) const {
    const NoGradGuard no_grad;
    Tensor memory = Tensor::make({extent(x.shape(), strides)}, x.dtype(), x.device());
    Tensor copy = memory.as_strided(x.shape(), strides);
    copy.copy_(x);
    return copy.detach();
  }
  LayOut adjoint() const { return *this; }
};

/// x with zeros inside a region: a projection, so it is its own adjoint.
struct ZeroInside {
  static constexpr const char* name = "zero_inside";
  Strides base_strides;
  Region region;

  Tensor apply(const Tensor& x) const {
    const NoGradGuard no_grad;
    const Tensor copy = LayOut{base_strides}.apply(x);
    copy.as_strided(region.shape, region.strides, region.offset).zero_();
    return copy;
  }
  ZeroInside adjoint() const { return *this; }
};

Tensor read_region(const Tensor& dy, const Strides& base_strides, const Region& region) {
  const Tensor laid_out = dy.strides() == base_strides ? dy : linear(LayOut{base_strides}, dy);
  return laid_out.as_strided(region.shape, region.strides, region.offset);
}

/// The new base: its old value outside the region, `value` inside.
struct WriteRegion {
  static constexpr const char* name = "copy_slices";
  Strides base_strides;
  Region region;

  static bool linear_in(InputMask) { return true; }
  Gradients backward(const Context& context, const Tensor& dy) const {
    Tensor dbase = context.needs(0) ? linear(ZeroInside{base_strides, region}, dy) : Tensor();
    Tensor dvalue = context.needs(1) ? read_region(dy, base_strides, region) : Tensor();
    return {std::move(dbase), std::move(dvalue)};
  }
};

}  // namespace

void detail::refresh_view(const Tensor& view) {
  TensorImpl* impl = view.impl();
  const Tensor base = handle(impl->base);
  if (collects_gradients(impl)) {
    fail<GradientError>("view: the tensor this one (shape ", view.shape(),
                        ") looks into was written in place after requires_grad_() had made it a leaf: its "
                        "gradient would be that of the overwritten value. Use a clone() as the leaf.");
  }
  if (base.impl()->record == nullptr) {
    set_record(impl, nullptr);
  } else {
    const EnableGradGuard recording;
    const Region region = Region::of(view, base);
    const Tensor again = base.as_strided(region.shape, region.strides, region.offset);
    set_record(impl, again.impl()->record);
  }
  impl->epoch = impl->base->epoch;
}

void check_writable(const Tensor& target, const char* op) {
  TensorImpl* impl = target.impl();
  TensorImpl* base = impl->base;
  if (overlaps_itself(impl) || (base != nullptr && overlaps_itself(base))) {
    const Tensor whole = handle(overlaps_itself(impl) ? impl : base);
    fail<ShapeError>(op, ": cannot write into ", whole.impl() == base ? "a view of " : "",
                     "a tensor of shape ", whole.shape(), " and strides ", whole.strides(),
                     " in which several indices share one element. Write into a clone().");
  }
  if (!grad_enabled()) return;
  if (collects_gradients(impl) || (base != nullptr && collects_gradients(base))) {
    fail<GradientError>(op, ": cannot write in place into ", collects_gradients(impl) ? "" : "a view of ",
                        "a leaf that requires grad (shape ", target.shape(),
                        "): its gradient would be that of the overwritten value. Compute a new tensor, or "
                        "write under a NoGradGuard.");
  }
}

void adopt_history(const Tensor& target, const Tensor& value) {
  TensorImpl* impl = target.impl();
  Record* const now = history(value);  // asked before the base moves on: value may be a view of it
  if (impl->base != nullptr) {
    const Tensor base = handle(impl->base);
    if (recording(base, value)) {
      const Region region = Region::of(target, base);
      // The record's output stands for the base; made apart, so that its input is the base as it was.
      const Tensor after = Tensor::adopt(TensorImpl::alias(base.impl()));
      record(WriteRegion{base.strides(), region}, after, {base, value});
      set_record(base.impl(), after.impl()->record);
      ++base.impl()->epoch;
    }
  }
  set_record(impl, now);
  if (impl->base != nullptr) {
    impl->epoch = impl->base->epoch;
  } else {
    ++impl->epoch;
  }
}

}  // namespace tenet
