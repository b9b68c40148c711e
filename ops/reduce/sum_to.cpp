// Broadcasting and the sum that undoes it: one linear pair.
#include "tenet/ops/reduce/sum_to.h"

#include "tenet/framework/autograd/linear_map.h"
#include "tenet/framework/core/strides.h"
#include "tenet/ops/reduce/raw_reduce.h"

namespace tenet {
namespace {

struct SumTo;

struct Broadcast {
  static constexpr const char* name = "expand";
  Shape from, to;
  Tensor apply(const Tensor& x) const {
    return make_view(x, to, broadcast_strides(x.shape(), x.strides(), to));
  }
  SumTo adjoint() const;
};

struct SumTo {
  static constexpr const char* name = "sum_to";
  Shape from, to;
  Tensor apply(const Tensor& x) const {
    const int lead = from.size() - to.size();
    Dims stretched;
    for (int d = 0; d < from.size(); ++d) {
      if (d < lead || (to[d - lead] == 1 && from[d] != 1)) stretched.push_back(d);
    }
    return (stretched.empty() ? x : reduce::raw_sum(x, stretched)).reshape(to);
  }
  Broadcast adjoint() const { return {to, from}; }
};

SumTo Broadcast::adjoint() const { return {to, from}; }

void check_expands(const char* op, const Shape& from, const Shape& to) {
  if (from.size() <= to.size() && broadcast_shapes(from, to, op) == to) return;
  fail<ShapeError>(op, ": shape ", from, " does not expand to ", to,
                   ". Only extents of 1 stretch, and new dimensions go in front.");
}

}  // namespace

Tensor sum_to(const Tensor& x, const Shape& shape) {
  if (x.shape() == shape) return x;
  check_expands("sum_to", shape, x.shape());
  return linear(SumTo{x.shape(), shape}, x);
}

Tensor broadcast_to(const Tensor& x, const Shape& shape) {
  if (x.shape() == shape) return x;
  check_expands("broadcast_to", x.shape(), shape);
  return linear(Broadcast{x.shape(), shape}, x);
}

Tensor Tensor::expand(const Shape& wanted) const {
  Shape target = wanted;
  const int lead = wanted.size() - static_cast<int>(dim());
  for (int d = 0; d < wanted.size(); ++d) {
    if (target[d] == -1 && d >= lead) target[d] = size(d - lead);
  }
  check_expands("expand", shape(), target);
  return linear(Broadcast{shape(), target}, *this);
}

}  // namespace tenet
