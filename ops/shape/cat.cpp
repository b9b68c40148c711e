#include <span>

#include "tenet/framework/autograd/op.h"
#include "tenet/framework/core/checked.h"
#include "tenet/framework/core/strides.h"
#include "tenet/ops/shape/shape.h"

namespace tenet {
namespace {

/// y = the inputs one after the other along `dim`, lengths[i] of it each. dx_i = that part of dy.
struct Join {
  bool stacked;  // the inputs do not have the dimension
  std::int64_t dim;
  std::vector<std::int64_t> lengths;

  const char* name() const { return stacked ? "stack" : "cat"; }
  static bool linear_in(InputMask) { return true; }

  Tensor apply(std::span<const Tensor> parts, Shape shape) const {
    const NoGradGuard no_grad;
    Tensor y = Tensor::make(shape, parts[0].dtype(), parts[0].device());
    std::int64_t at = 0;
    for (std::size_t i = 0; i < parts.size(); at += lengths[i++]) {
      if (lengths[i] == 0) continue;
      y.narrow(dim, at, lengths[i]).copy_(stacked ? parts[i].unsqueeze(dim) : parts[i]);
    }
    return y;
  }

  Gradients backward(const Context& context, const Tensor& dy) const {
    Gradients gradients;
    std::int64_t at = 0;
    for (std::size_t i = 0; i < lengths.size(); at += lengths[i++]) {
      const int input = static_cast<int>(i);
      gradients.push_back(context.needs(input)
                              ? dy.narrow(dim, at, lengths[i]).reshape(context.input_shape(input))
                              : Tensor());
    }
    return gradients;
  }
};

void require_tensors(const char* op, const std::vector<Tensor>& tensors) {
  if (tensors.empty()) fail<ValueError>(op, ": the list of tensors is empty. Pass at least one.");
}

/// The inputs in the type that all of them meet in; the conversions are recorded.
std::vector<Tensor> promoted(const std::vector<Tensor>& tensors) {
  DType dtype = tensors[0].dtype();
  for (const Tensor& t : tensors) dtype = promote(dtype, t.dtype());
  std::vector<Tensor> parts;
  for (const Tensor& t : tensors) parts.push_back(t.to(dtype));
  return parts;
}

Tensor joined(Join rule, const std::vector<Tensor>& tensors, const Shape& shape) {
  for (const Tensor& t : tensors) {
    if (t.device() != tensors[0].device()) fail_devices(rule.name(), tensors[0].device(), t.device());
  }
  const std::vector<Tensor> parts = promoted(tensors);
  const Tensor y = rule.apply(parts, shape);
  bool needed = false;
  for (const Tensor& part : parts) needed |= recording(part);
  if (needed) record(std::move(rule), y, std::span<const Tensor>(parts));
  return y;
}

/// PyTorch's exception: an empty vector joins tensors of any shape.
bool joins_anything(const Shape& shape) { return shape == Shape{0}; }

/// Whether the shapes agree in every extent but that of `dim`.
bool agree(const Shape& a, const Shape& b, std::int64_t dim) {
  if (a.size() != b.size()) return false;
  for (int d = 0; d < a.size(); ++d) {
    if (d != dim && a[d] != b[d]) return false;
  }
  return true;
}

}  // namespace

Tensor cat(const std::vector<Tensor>& tensors, std::int64_t dim) {
  require_tensors("cat", tensors);
  // The first tensor that is not of shape [0] sets the other extents.
  std::size_t first = 0;
  while (first + 1 < tensors.size() && joins_anything(tensors[first].shape())) ++first;
  Shape shape = tensors[first].shape();
  Join rule{false, normalize_dim(dim, shape.size(), "cat"), {}};
  std::int64_t length = 0;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const Shape other = tensors[i].shape();
    if (other.empty()) {
      fail<ShapeError>("cat: tensor ", i,
                       " is a scalar, which has no dimension to join along. "
                       "Use stack, or reshape it to [1].");
    }
    if (!joins_anything(other) && !agree(shape, other, rule.dim)) {
      fail<ShapeError>("cat: tensor ", first, " has shape ", shape, " but tensor ", i, " has shape ", other,
                       ". All must agree in every dimension but ", rule.dim,
                       ", along which they are joined.");
    }
    rule.lengths.push_back(joins_anything(other) ? 0 : other[rule.dim]);
    length = checked_add(length, rule.lengths.back(), "cat");
  }
  shape[rule.dim] = length;
  return joined(std::move(rule), tensors, shape);
}

Tensor stack(const std::vector<Tensor>& tensors, std::int64_t dim) {
  require_tensors("stack", tensors);
  Shape shape = tensors[0].shape();
  for (std::size_t i = 1; i < tensors.size(); ++i) {
    if (tensors[i].shape() == shape) continue;
    fail<ShapeError>("stack: tensor 0 has shape ", shape, " but tensor ", i, " has shape ",
                     tensors[i].shape(), ". All must have one shape.");
  }
  Join rule{true, normalize_dim(dim, shape.size() + 1, "stack"), {}};
  rule.lengths.assign(tensors.size(), 1);
  shape.insert(rule.dim, static_cast<std::int64_t>(tensors.size()));
  return joined(std::move(rule), tensors, shape);
}

}  // namespace tenet
