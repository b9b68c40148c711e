#include "tenet/ops/copy/copy.h"

#include "tenet/framework/autograd/in_place.h"
#include "tenet/framework/autograd/linear_map.h"
#include "tenet/framework/core/backend.h"
#include "tenet/framework/core/strides.h"
#include "tenet/ops/copy/copy_kernels.h"
#include "tenet/ops/elementwise/pointwise.h"

namespace tenet {
namespace {

/// to = from without a history; shapes broadcast, types convert.
void write(const Tensor& to, const Tensor& from) {
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

/// x itself, with a history of its own: hooks and gradients of x do not become those of what it is written to.
struct CopyIn {
  static constexpr const char* name = "copy_";
  Tensor apply(const Tensor& x) const { return x.detach(); }
  CopyIn adjoint() const { return {}; }
};

/// x as `target` will hold it: of its type and shape, and no other tensor.
Tensor fitted(const Tensor& x, const Tensor& target) {
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
  backend(wanted);  // throws DeviceError: this build knows one device
  return *this;
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

Tensor& Tensor::fill_(Scalar value) {
  check_writable(*this, "fill_");
  Tensor one = make({}, dtype(), device());
  dispatch_all(dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    *one.data<T>() = value.as<T>();
  });
  return copy_(one);
}

Tensor& Tensor::zero_() {
  check_writable(*this, "zero_");
  return fill_(0);
}

Tensor& Tensor::operator=(const Tensor& value) && { return copy_(value); }
Tensor& Tensor::operator=(Tensor&& value) && { return copy_(value); }
Tensor& Tensor::operator=(Scalar value) && { return fill_(value); }

}  // namespace tenet
