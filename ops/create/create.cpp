#include "tenet/ops/create/create.h"

#include <cmath>

#include "tenet/framework/autograd/grad_mode.h"
#include "tenet/framework/core/dispatch.h"
#include "tenet/framework/core/strides.h"
#include "tenet/ops/copy/copy.h"

namespace tenet {
namespace {

Tensor finished(Tensor t, const TensorOptions& options) {
  if (t.device() != options.device) t = t.to(options.device);
  if (options.requires_grad) t.requires_grad_();
  return t;
}

Tensor filled(const Shape& shape, Scalar value, DType dtype, const TensorOptions& options) {
  copy::check_fits("full", value, options.dtype.value_or(dtype));
  Tensor t = Tensor::make(shape, options.dtype.value_or(dtype), options.device);
  if (t.numel() > 0) t.fill_(value);
  return finished(std::move(t), options);
}

/// Element i is value(i), computed in double or, for integers, in int64.
template <class F> Tensor generated(std::int64_t n, DType dtype, const TensorOptions& options, F value) {
  Tensor t = Tensor::make({n}, options.dtype.value_or(dtype), Device{});
  dispatch_all(t.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    T* data = t.data<T>();
    for (std::int64_t i = 0; i < n; ++i) data[i] = static_cast<T>(value(i));
  });
  return finished(std::move(t), options);
}

DType common_type(const std::vector<Scalar>& scalars) {
  if (scalars.empty()) return float32;
  DType dtype = boolean;
  for (const Scalar& s : scalars) dtype = promote(dtype, s.dtype());
  return dtype;
}

std::int64_t arange_count(double start, double end, double step) {
  if (step == 0 || !std::isfinite(start) || !std::isfinite(end) || !std::isfinite(step) ||
      (end - start) / step < 0) {
    fail<ValueError>("arange: cannot go from ", start, " to ", end, " in steps of ", step,
                     ". The step must be finite, not 0, and lead from start towards end.");
  }
  const double n = std::ceil((end - start) / step);
  if (n > 9e18)
    fail<ValueError>("arange: ", start, " to ", end, " in steps of ", step, " are too many elements.");
  return static_cast<std::int64_t>(n);
}

}  // namespace

NestedList::NestedList(std::initializer_list<NestedList> items) {
  shape_ = {static_cast<std::int64_t>(items.size())};
  const NestedList* first = items.begin();
  for (const NestedList& item : items) {
    if (item.shape_ != first->shape_) {
      fail<ShapeError>("tensor: the nested lists are ragged: one part has shape ", first->shape_,
                       ", another ", item.shape_, ". Give every row the same length.");
    }
    scalars_.insert(scalars_.end(), item.scalars_.begin(), item.scalars_.end());
  }
  if (first != items.end()) {
    for (std::int64_t extent : first->shape_) shape_.push_back(extent);
  }
}

Tensor tensor(const NestedList& values, TensorOptions options) {
  Tensor t = Tensor::make(values.shape(), options.dtype.value_or(common_type(values.scalars())), Device{});
  dispatch_all(t.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    T* data = t.data<T>();
    for (const Scalar& s : values.scalars()) *data++ = s.as<T>();
  });
  return finished(std::move(t), options);
}

Tensor empty(const Shape& shape, TensorOptions options) {
  return finished(Tensor::make(shape, options.dtype.value_or(float32), options.device), options);
}
Tensor zeros(const Shape& shape, TensorOptions options) { return filled(shape, 0, float32, options); }
Tensor ones(const Shape& shape, TensorOptions options) { return filled(shape, 1, float32, options); }
Tensor full(const Shape& shape, Scalar value, TensorOptions options) {
  return filled(shape, value, value.dtype(), options);
}
Tensor empty_like(const Tensor& x) { return Tensor::make(x.shape(), x.dtype(), x.device()); }
Tensor full_like(const Tensor& x, Scalar value) {
  return filled(x.shape(), value, x.dtype(), {.device = x.device()});
}
Tensor zeros_like(const Tensor& x) { return full_like(x, 0); }
Tensor ones_like(const Tensor& x) { return full_like(x, 1); }

Tensor arange(Scalar end, TensorOptions options) { return arange(0, end, 1, options); }

Tensor arange(Scalar start, Scalar end, Scalar step, TensorOptions options) {
  const double from = start.as<double>(), by = step.as<double>();
  const std::int64_t n = arange_count(from, end.as<double>(), by);
  if (start.is_floating() || end.is_floating() || step.is_floating()) {
    return generated(n, float32, options, [&](std::int64_t i) { return from + static_cast<double>(i) * by; });
  }
  const std::int64_t first = start.as<std::int64_t>(), stride = step.as<std::int64_t>();
  return generated(n, int64, options, [&](std::int64_t i) { return first + i * stride; });
}

Tensor linspace(double start, double end, std::int64_t steps, TensorOptions options) {
  if (steps < 0) fail<ValueError>("linspace: steps is ", steps, " but must be 0 or more.");
  // From both ends, so that the last element is `end` exactly.
  const double step = steps > 1 ? (end - start) / static_cast<double>(steps - 1) : 0;
  return generated(steps, float32, options, [&](std::int64_t i) {
    return i < steps / 2 || steps == 1 ? start + static_cast<double>(i) * step
                                       : end - static_cast<double>(steps - 1 - i) * step;
  });
}

Tensor eye(std::int64_t n, TensorOptions options) { return eye(n, n, options); }

Tensor eye(std::int64_t n, std::int64_t m, TensorOptions options) {
  Tensor t = zeros({n, m}, {.dtype = options.dtype, .device = options.device});
  const std::int64_t diagonal = std::min(n, m);
  if (diagonal > 0) t.as_strided({diagonal}, {m + 1}).fill_(1);
  return finished(std::move(t), options);
}

Tensor from_memory(void* data, const Shape& shape, const Strides& strides, DType dtype,
                   std::function<void(void*)> deleter, Device device) {
  if (strides.size() != shape.size())
    fail<ShapeError>("from_memory: shape ", shape, " and strides ", strides,
                     " differ in length. Give a stride for each dimension.");
  for (const std::int64_t stride : strides) {
    if (stride < 0)
      fail<ValueError>("from_memory: strides ", strides,
                       " must not be negative. Copy the elements, or flip().");
  }
  TensorImpl* impl = TensorImpl::foreign_memory(data, shape, strides, dtype, std::move(deleter));
  impl->device = device;
  return Tensor::adopt(impl);
}

}  // namespace tenet
