#include "tenet/ops/elementwise/compare.h"

#include "tenet/framework/autograd/grad_mode.h"
#include "tenet/framework/core/strides.h"
#include "tenet/ops/elementwise/binary_kernels.h"
#include "tenet/ops/elementwise/unary.h"

namespace tenet {
namespace pointwise {
namespace {

template <class F> Tensor predicate(const Tensor& a_, const Tensor& b_) {
  const DType dtype = promote(a_, b_);
  const NoGradGuard no_grad;
  const Tensor a = a_.to(dtype);
  const Tensor b = b_.to(dtype);
  const Shape shape = broadcast_shapes(a.shape(), b.shape(), F::name);
  Tensor y = Tensor::make(shape, boolean, a.device());
  run_binary<F>(y, a, b);
  return y;
}

}  // namespace
}  // namespace pointwise

using namespace pointwise;

#define TENET_DEFINE(Op, function)                                                  \
  Tensor function(const Tensor& a, const Tensor& b) { return predicate<Op>(a, b); } \
  Tensor function(const Tensor& a, Scalar b) { return predicate<Op>(a, wrap(b, a)); }
TENET_PREDICATES(TENET_DEFINE)
#undef TENET_DEFINE

Tensor gt(const Tensor& a, const Tensor& b) {
  broadcast_shapes(a.shape(), b.shape(), "gt");  // throws in this op's name
  return lt(b, a);
}
Tensor gt(const Tensor& a, Scalar b) { return lt(wrap(b, a), a); }
Tensor ge(const Tensor& a, const Tensor& b) {
  broadcast_shapes(a.shape(), b.shape(), "ge");
  return le(b, a);
}
Tensor ge(const Tensor& a, Scalar b) { return le(wrap(b, a), a); }
Tensor logical_not(const Tensor& x) { return eq(x, x.dtype() == boolean ? Scalar(false) : Scalar(0)); }
Tensor isnan(const Tensor& x) { return ne(x, x); }

#define TENET_OPERATOR(symbol, function)                                              \
  Tensor operator symbol(const Tensor& a, const Tensor& b) { return function(a, b); } \
  Tensor operator symbol(const Tensor& a, Scalar b) { return function(a, b); }
TENET_OPERATOR(==, eq)
TENET_OPERATOR(!=, ne)
TENET_OPERATOR(<, lt)
TENET_OPERATOR(<=, le)
TENET_OPERATOR(>, gt)
TENET_OPERATOR(>=, ge)
#undef TENET_OPERATOR
Tensor Tensor::operator!() const { return logical_not(*this); }

bool equal(const Tensor& a, const Tensor& b) {
  if (a.shape() != b.shape() || a.dtype() != b.dtype()) return false;
  return (a == b).all().item<bool>();
}

bool allclose(const Tensor& a, const Tensor& b, double rtol, double atol) {
  const NoGradGuard no_grad;
  broadcast_shapes(a.shape(), b.shape(), "allclose");  // throws in this op's name
  const Tensor close = le(abs(a.to(float64) - b.to(float64)), abs(b.to(float64)) * rtol + atol);
  return logical_or(close, a == b).all().item<bool>();  // equal infinities are close
}

}  // namespace tenet
