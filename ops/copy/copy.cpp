#include "tenet/ops/copy/copy.h"

#include <cmath>
#include <limits>

#include "tenet/framework/autograd/in_place.h"
#include "tenet/framework/autograd/linear_map.h"
#include "tenet/framework/core/backend.h"
#include "tenet/framework/core/dispatch.h"
#include "tenet/framework/core/strides.h"
#include "tenet/ops/copy/copy_kernels.h"
#include "tenet/ops/elementwise/pointwise.h"

namespace tenet {
namespace {

/// x's elements in new memory of another device.
Tensor carried(const Tensor& x, Device device) {
  const NoGradGuard no_grad;
  const Tensor from = x.contiguous();
  const Tensor y = Tensor::make(x.shape(), x.dtype(), device);
  Backend& carrier =
      backend(device.type == DeviceType::cpu ? x.device() : device);  // a card reaches the host
  if (x.numel() > 0) carrier.copy(y.impl()->data, from.impl()->data, from.impl()->bytes());
  return y;
}

/// to = from without a history; shapes broadcast, types convert.
void write(const Tensor& to, const Tensor& from) {
  if (to.device() != from.device()) return write(to, carried(from, to.device()));
  copy::run_cast(to.dtype(), from.dtype(), pointwise::make_loop({to.impl(), from.impl()}), to.device());
}

Tensor copied(const Tensor& x, DType dtype) {
  Tensor y = Tensor::make(x.shape(), dtype, x.device());
  write(y, x);
  return y;
}

struct Clone {
  static constexpr const char* name = "clone";
  Tensor apply(const Tensor& x) const { return copied(x, x.dtype()); }
  Clone adjoint() const { return {}; }
};

struct Cast {
  static constexpr const char* name = "to";
  DType from, to;
  Tensor apply(const Tensor& x) const { return copied(x, to); }
  Cast adjoint() const { return {to, from}; }
};

struct Carry {
  static constexpr const char* name = "to";
  Device from, to;
  Tensor apply(const Tensor& x) const { return carried(x, to); }
  Carry adjoint() const { return {to, from}; }
};

/// x itself, with a history of its own: hooks and gradients of x do not become those of what it is written to.
struct CopyIn {
  static constexpr const char* name = "copy_";
  Tensor apply(const Tensor& x) const { return x.detach(); }
  CopyIn adjoint() const { return {}; }
};

/// x as `target` will hold it: of its type and shape, and no other tensor.
Tensor fitted(const Tensor& from, const Tensor& target) {
  const Tensor x = from.to(target.device());
  if (x.shape() != target.shape()) return x.to(target.dtype()).expand(target.shape());
  return x.dtype() == target.dtype() ? linear(CopyIn{}, x) : x.to(target.dtype());
}

/// `source`, or a copy of it if the write would change it while it is read.
Tensor readable(const Tensor& source, const Tensor& target) {
  const NoGradGuard no_grad;
  return pointwise::safe_source(source, target);
}

}  // namespace

Tensor Tensor::clone() const { return linear(Clone{}, *this); }
Tensor Tensor::contiguous() const { return is_contiguous() ? *this : clone(); }

Tensor Tensor::to(DType wanted) const {
  if (wanted == dtype()) return *this;
  if (is_floating(wanted) && is_floating(dtype())) return linear(Cast{dtype(), wanted}, *this);
  return copied(*this, wanted);
}

Tensor Tensor::to(Device wanted) const {
  if (wanted == device()) return *this;
  return linear(Carry{device(), wanted}, *this);
}

Tensor on_host(const Tensor& x) {
  const NoGradGuard no_grad;
  return x.to(Device{}).contiguous();
}

Tensor& Tensor::copy_(const Tensor& source) {
  check_writable(*this, "copy_");
  if (broadcast_shapes(shape(), source.shape(), "copy_") != shape()) {
    fail<ShapeError>("copy_: a tensor of shape ", source.shape(), " does not broadcast to shape ", shape(),
                     ". Reshape it, or write into a larger slice.");
  }
  if (recording(*this, source)) return copy::take(*this, fitted(source, *this));
  write(*this, readable(source, *this));
  bump_version(*this);
  return *this;
}

Tensor& copy::take(Tensor& target, const Tensor& value) {
  const Tensor source = readable(value, target);
  adopt_history(target, value);
  write(target, source);
  bump_version(target);
  return target;
}

namespace {

template <class T> bool fits(Scalar value) {
  using Limits = std::numeric_limits<T>;
  constexpr bool kWraps = std::is_unsigned_v<T>;
  const double v = value.as<double>();
  if constexpr (std::is_floating_point_v<T>) {
    return !(std::abs(v) > static_cast<double>(Limits::max())) || std::isinf(v);
  } else if (value.is_floating()) {
    const double end = std::ldexp(1., Limits::digits);  // one more than the largest
    return v < end && (kWraps ? v > -end : v >= -end);
  } else {
    const auto whole = value.as<std::int64_t>();
    return whole <= Limits::max() && whole >= (kWraps ? -Limits::max() : Limits::lowest());
  }
}

}  // namespace

void copy::check_fits(const char* op, Scalar value, DType dtype) {
  if (dtype == boolean) return;
  dispatch_number(dtype, op, [&](auto tag) {
    using T = typename decltype(tag)::type;
    if (fits<T>(value)) return;
    fail<ValueError>(op, ": the number ",
                     value.is_floating() ? cat(value.as<double>()) : cat(value.as<std::int64_t>()),
                     " does not fit into ", dtype, ". Use a smaller one, or a tensor of a wider type.");
  });
}

Tensor& Tensor::fill_(Scalar value) {
  check_writable(*this, "fill_");
  copy::check_fits("fill_", value, dtype());
  if (recording(*this)) {
    Tensor one = make({}, dtype(), device());
    copy::run_fill(one.dtype(), value, pointwise::make_loop({one.impl()}), one.device());
    return copy_(one);
  }
  copy::run_fill(dtype(), value, pointwise::make_loop({impl()}), device());
  bump_version(*this);
  return *this;
}

Tensor& Tensor::zero_() {
  check_writable(*this, "zero_");
  return fill_(0);
}

Tensor& Tensor::operator=(const Tensor& value) && { return copy_(value); }
Tensor& Tensor::operator=(Tensor&& value) && { return copy_(value); }
Tensor& Tensor::operator=(Scalar value) && { return fill_(value); }

}  // namespace tenet
