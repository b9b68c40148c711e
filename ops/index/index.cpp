#include "tenet/ops/index/index.h"

#include <algorithm>

#include "tenet/framework/autograd/in_place.h"
#include "tenet/framework/core/cuda.h"
#include "tenet/framework/core/strides.h"
#include "tenet/ops/copy/copy.h"
#include "tenet/ops/elementwise/where.h"
#include "tenet/ops/index/index_kernels.h"
#include "tenet/ops/index/index_map.h"

namespace tenet {
namespace indexing {
namespace {

/// Operands (output, index, input) over the lanes of `shape` along dim; index and input (or output) may be larger.
LaneLoop make_lanes(const Shape& shape, int dim, const Tensor& out, const Tensor& index, const Tensor& in) {
  LaneLoop over;
  over.device = out.device();
  over.lanes.count = shape[dim];
  over.loop.operands = 3;
  std::size_t k = 0;
  for (const Tensor* t : {&out, &index, &in}) {
    over.loop.data[k] = t->impl()->data;
    Strides strides = t->strides();
    for (std::int64_t& stride : strides) stride *= static_cast<std::int64_t>(item_size(t->dtype()));
    over.lanes.step[k] = strides[dim];
    strides.erase(dim);
    over.loop.strides[k++] = strides;
  }
  over.loop.sizes = shape;
  over.loop.sizes.erase(dim);
  return over;
}

constexpr std::int64_t kShortRow = 32;  // elements below which rows are not worth a lane each

/// Every position a lane of its own: in reading none waits for another.
LaneLoop each_alone(LaneLoop over, int dim) {
  over.loop.sizes.insert(dim, over.lanes.count);
  for (std::size_t k = 0; k < 3; ++k) over.loop.strides[k].insert(dim, k == 2 ? 0 : over.lanes.step[k]);
  over.lanes.count = 1;
  return over;
}

/// A scalar counts as one element along one dimension.
Tensor lifted(const Tensor& x) { return x.dim() == 0 ? x.reshape({1}) : x; }

/// Throws unless index has x's rank and, but along dim, no larger extents.
void check_index_shape(const char* op, const Tensor& x, int dim, const Tensor& index) {
  bool fits = x.dim() == index.dim();
  for (int d = 0; fits && d < x.dim(); ++d) fits = d == dim || index.size(d) <= x.size(d);
  if (fits) return;
  fail<ShapeError>(op, ": index of shape ", index.shape(), " does not fit a tensor of shape ", x.shape(),
                   ": it needs as many dimensions and, but along dim ", dim,
                   ", no larger extents. Reshape or narrow it.");
}

void check_source(const Tensor& x, const Tensor& index, const Tensor& src) {
  if (src.dtype() != x.dtype()) {
    fail<DTypeError>("scatter_add: src is ", src.dtype(), " but the tensor it is added to is ", x.dtype(),
                     ". Convert one of them with .to(dtype).");
  }
  if (src.device() != x.device()) fail_devices("scatter_add", x.device(), src.device());
  bool fits = src.dim() == index.dim();
  for (int d = 0; fits && d < src.dim(); ++d) fits = index.size(d) <= src.size(d);
  if (fits) return;
  fail<ShapeError>("scatter_add: index of shape ", index.shape(), " does not fit src of shape ", src.shape(),
                   ": it needs as many dimensions and no larger extents. Reshape or narrow it.");
}

/// Throws IndexError unless index fits dimension dim of x, which has shape `shape` (or is lifted from a scalar).
void check_range(const char* op, const Tensor& index, const Tensor& x, int dim, const Shape& shape) {
  if (index.device() != x.device()) fail_devices(op, x.device(), index.device());
  const auto outside = find_outside(index, x.size(dim));
  if (!outside) return;
  fail<IndexError>(op, ": index", outside->position, " is ", outside->value, " but dimension ", dim,
                   " of shape ", shape, " has extent ", x.size(dim), ". Indices must lie in [0, ",
                   x.size(dim), ").");
}

/// y = x + scattered src.
struct ScatterAddRule {
  static constexpr const char* name = "scatter_add";
  int dim;
  static bool linear_in(InputMask) { return true; }
  Gradients backward(const Context& context, const Tensor& dy) const {
    Tensor dsrc;
    if (context.needs(1)) dsrc = linear_at(Gather{dy.shape(), dim, false}, dy, context.saved(0));
    return {dy, std::move(dsrc)};
  }
};

/// The arguments of scatter_add, checked and of one rank; src narrowed to what index names.
struct ScatterCall {
  int dim;
  Tensor index, src;

  ScatterCall(const Tensor& x, std::int64_t dim_, const Tensor& index_, const Tensor& src_)
      : dim(static_cast<int>(normalize_dim(dim_, x.dim(), "scatter_add"))),
        index(lifted(as_index("scatter_add", index_))),
        src(lifted(src_)) {
    const Tensor target = lifted(x.detach());
    check_index_shape("scatter_add", target, dim, index);
    check_source(target, index, src);
    check_range("scatter_add", index, target, dim, x.shape());
    for (int d = 0; d < src.dim(); ++d) {
      if (src.size(d) != index.size(d)) src = src.narrow(d, 0, index.size(d));
    }
  }
};

}  // namespace

Tensor Gather::apply(const Tensor& x, const Tensor& index) const {
  const Tensor at = rows ? spread_index(index, from, dim) : index;
  const Tensor out = Tensor::make(at.shape(), x.dtype(), x.device());
  run_gather(item_size(x.dtype()), make_lanes(at.shape(), dim, out, at, x));
  return out;
}

Scatter Gather::adjoint() const { return {*this}; }

Tensor Scatter::apply(const Tensor& dy, const Tensor& index) const {
  Tensor out = Tensor::make(gather.from, dy.dtype(), dy.device());
  if (out.numel() > 0) out.zero_();
  add_at(out, gather.dim, gather.rows ? spread_index(index, gather.from, gather.dim) : index, dy);
  return out;
}

void read_at(const Tensor& out, int dim, const Tensor& index, const Tensor& in) {
  const LaneLoop lanes = make_lanes(index.shape(), dim, out, index, in);
  std::int64_t row = 1;
  for (std::int64_t d = dim + 1; d < index.dim(); ++d) row *= index.size(d);
  const bool short_rows = row > 1 && row < kShortRow;
  run_gather(item_size(out.dtype()), short_rows ? lanes : each_alone(lanes, dim));
}

void add_at(const Tensor& out, int dim, const Tensor& index, const Tensor& in) {
  run_scatter(out.dtype(), make_lanes(index.shape(), dim, out, index, in));
}

void put_at(const Tensor& out, int dim, const Tensor& index, const Tensor& in) {
  run_put(item_size(out.dtype()), make_lanes(index.shape(), dim, out, index, in));
}

Tensor spread_index(const Tensor& index, Shape shape, int dim) {
  shape[dim] = index.numel();
  Strides strides = Dims::filled(shape.size(), 0);
  strides[dim] = index.strides()[0];
  return make_view(index, shape, strides);
}

Tensor as_index(const char* op, const Tensor& index) {
  if (index.dtype() == int64 || index.dtype() == int32) return index.to(int64);
  fail<DTypeError>(op, ": index is ", index.dtype(),
                   " but must be int64 or int32. Convert with .to(tenet::int64).");
}

std::optional<Outside> find_outside(const Tensor& index, std::int64_t extent, std::int64_t low) {
  if (cuda::is_capturing()) return std::nullopt;  // the host cannot look at what is not yet there
  const Tensor dense = on_host(index);
  const auto* at = dense.data<const std::int64_t>();
  const auto* end = at + dense.numel();
  const auto* wrong = std::find_if(at, end, [&](std::int64_t i) { return i < low || i >= extent; });
  if (wrong == end) return std::nullopt;
  Outside outside{index.shape(), *wrong};
  for (std::int64_t rest = wrong - at, d = index.dim() - 1; d >= 0; --d) {
    outside.position[d] = rest % index.size(d);
    rest /= index.size(d);
  }
  return outside;
}

}  // namespace indexing

using namespace indexing;

Tensor index_select(const Tensor& x, std::int64_t dim, const Tensor& index) {
  const int d = static_cast<int>(normalize_dim(dim, x.dim(), "index_select"));
  const Tensor at = lifted(as_index("index_select", index));
  if (at.dim() != 1 || (x.dim() == 0 && at.numel() != 1)) {
    fail<ShapeError>("index_select: index has shape ", index.shape(), " but must have one dimension",
                     x.dim() == 0 ? " of extent 1, x being a scalar" : "", ". Flatten it, or use gather.");
  }
  const Tensor from = lifted(x);
  check_range("index_select", at, from, d, x.shape());
  const Tensor y = linear_at(Gather{from.shape(), d, true}, from, at);
  return x.dim() == 0 ? y.reshape({}) : y;
}

Tensor gather(const Tensor& x, std::int64_t dim, const Tensor& index) {
  const int d = static_cast<int>(normalize_dim(dim, x.dim(), "gather"));
  const Tensor at = lifted(as_index("gather", index)), from = lifted(x);
  check_index_shape("gather", from, d, at);
  check_range("gather", at, from, d, x.shape());
  const Tensor y = linear_at(Gather{from.shape(), d, false}, from, at);
  return index.dim() == 0 ? y.reshape({}) : y;
}

Tensor scatter_add(const Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& src) {
  const ScatterCall call(x, dim, index, src);
  const Tensor from = lifted(x);
  Tensor y;
  {
    const NoGradGuard no_grad;
    y = from.clone();
    add_at(y, call.dim, call.index, call.src);
  }
  if (recording(from, call.src)) record(ScatterAddRule{call.dim}, y, {from, call.src}, {call.index});
  return x.dim() == 0 ? y.reshape({}) : y;
}

Tensor& scatter_add_(Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& src) {
  check_writable(x, "scatter_add_");
  const ScatterCall call(x, dim, index, src);
  if (recording(x, call.src)) return copy::take(x, scatter_add(x, dim, index, src));
  const NoGradGuard no_grad;
  // Positions differ, so even src in x's own place is read after it was written.
  const auto apart = [&](const Tensor& t) { return t.impl()->owner == x.impl()->owner ? t.clone() : t; };
  add_at(lifted(x), call.dim, apart(call.index), apart(call.src));
  bump_version(x);
  return x;
}

Tensor masked_fill(const Tensor& x, const Tensor& mask, Scalar value) {
  if (mask.dtype() != boolean) {
    fail<DTypeError>("masked_fill: the mask is ", mask.dtype(),
                     " but must be bool. Compare first, as in mask != 0.");
  }
  broadcast_shapes(x.shape(), mask.shape(), "masked_fill");  // throws in this op's name
  copy::check_fits("masked_fill", value, x.dtype());
  return where(mask, Tensor::make({}, x.dtype(), x.device()).fill_(value), x);
}

Tensor Tensor::masked_fill(const Tensor& mask, Scalar value) const {
  return tenet::masked_fill(*this, mask, value);
}

}  // namespace tenet
