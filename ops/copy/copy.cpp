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
  copy::run_cast(to.dtype(), from.dtype(), pointwise::make_loop(to.shape(), {to, from}));
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

/// x as `target` would hold it: of its type and shape.
Tensor fitted(const Tensor& x, const Tensor& target) {
  const Tensor converted = x.to(target.dtype());
  return converted.shape() == target.shape() ? converted : converted.expand(target.shape());
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
  if (recording(*this, source)) {
    const Tensor value = fitted(source, *this);
    write(*this, pointwise::safe_source(value, *this));
    bump_version(*this);
    adopt_history(*this, value);
  } else {
    write(*this, pointwise::safe_source(source, *this));
    bump_version(*this);
  }
  return *this;
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

Tensor& Tensor::zero_() { return fill_(0); }

Tensor& Tensor::operator=(const Tensor& value) && { return copy_(value); }
Tensor& Tensor::operator=(Tensor&& value) && { return copy_(value); }
Tensor& Tensor::operator=(Scalar value) && { return fill_(value); }

}  // namespace tenet
