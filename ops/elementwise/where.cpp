#include "tenet/ops/elementwise/where.h"

#include "tenet/framework/autograd/op.h"
#include "tenet/framework/core/strides.h"
#include "tenet/ops/elementwise/pointwise.h"
#include "tenet/ops/elementwise/where_kernels.h"
#include "tenet/ops/reduce/sum_to.h"

namespace tenet {
namespace {

struct WhereRule {
  static constexpr const char* name = "where";

  static bool linear_in(InputMask) { return true; }
  Gradients backward(const Context& context, const Tensor& dy) const {
    const Tensor condition = context.saved(0);
    Tensor da, db;
    if (context.needs(0)) da = sum_to(where(condition, dy, 0), context.input_shape(0));
    if (context.needs(1)) db = sum_to(where(condition, 0, dy), context.input_shape(1));
    return {std::move(da), std::move(db)};
  }
};

}  // namespace

Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b) {
  if (condition.dtype() != boolean) {
    fail<DTypeError>("where: the condition is ", condition.dtype(),
                     " but must be bool. Compare first, as in where(x > 0, a, b).");
  }
  const DType dtype = pointwise::promote(a, b);
  const Tensor a_ = a.to(dtype);
  const Tensor b_ = b.to(dtype);
  const Shape shape =
      broadcast_shapes(condition.shape(), broadcast_shapes(a.shape(), b.shape(), "where"), "where");
  Tensor out = Tensor::make(shape, dtype, a.device());
  pointwise::run_where(out, condition, a_, b_);
  if (recording(a_, b_)) record(WhereRule{}, out, {a_, b_}, {condition});
  return out;
}

Tensor where(const Tensor& condition, const Tensor& a, Scalar b) {
  return where(condition, a, pointwise::wrap(b, a));
}
Tensor where(const Tensor& condition, Scalar a, const Tensor& b) {
  return where(condition, pointwise::wrap(a, b), b);
}

}  // namespace tenet
