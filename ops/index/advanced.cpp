#include "tenet/ops/index/advanced.h"

#include <algorithm>

#include "tenet/framework/autograd/in_place.h"
#include "tenet/framework/core/strides.h"
#include "tenet/ops/copy/copy.h"
#include "tenet/ops/create/create.h"
#include "tenet/ops/elementwise/compare.h"
#include "tenet/ops/elementwise/where.h"
#include "tenet/ops/index/index.h"
#include "tenet/ops/index/index_map.h"

namespace tenet {
namespace indexing {
namespace {

Tensor put(const Tensor& x, int dim, const Tensor& at, const Tensor& values, bool accumulate);

/// Of rows that are written to the same place, only the last one stays: whether each of them does, as [n, 1, ...].
Tensor stays(const Tensor& at, std::int64_t extent, int dims_behind) {
  const Tensor numbers = arange(at.numel());
  const Tensor last = zeros({extent}, {.dtype = int64});
  write_rows(last, 0, at, numbers, false);
  Shape shape = Dims::filled(static_cast<std::size_t>(dims_behind) + 1, 1);
  shape[0] = at.numel();
  return eq(index_select(last, 0, at), numbers).reshape(shape);
}

/// y = x with rows `at` along dim replaced, or added to.
struct PutRule {
  static constexpr const char* name = "index_put";
  int dim;
  bool accumulate;
  static bool linear_in(InputMask) { return true; }
  Gradients backward(const Context& context, const Tensor& dy) const {
    const Tensor& at = context.saved(0);
    const auto dim64 = static_cast<std::int64_t>(dim);
    Tensor dx, dvalues;
    if (context.needs(0)) dx = accumulate ? dy : put(dy, dim, at, zeros({}, {.dtype = dy.dtype()}), false);
    if (context.needs(1)) {
      dvalues = index_select(dy, dim64, at);
      if (!accumulate) {
        const Tensor kept = stays(at, dy.size(dim), dvalues.dim() - dim - 1);
        dvalues = where(kept, dvalues, zeros({}, {.dtype = dy.dtype()}));
      }
    }
    return {std::move(dx), std::move(dvalues)};
  }
};

/// The shape of rows `at` of x along dim.
Shape rows_shape(const Tensor& x, int dim, const Tensor& at) {
  Shape shape = x.shape();
  shape[dim] = at.numel();
  return shape;
}

/// Functional; values broadcast to the rows and have x's type.
Tensor put(const Tensor& x, int dim, const Tensor& at, const Tensor& values, bool accumulate) {
  const Tensor rows = values.expand(rows_shape(x, dim, at));
  Tensor y;
  {
    const NoGradGuard no_grad;
    y = x.clone();
    write_rows(y, dim, at, rows, accumulate);
  }
  if (recording(x, rows)) record(PutRule{dim, accumulate}, y, {x, rows}, {at});
  return y;
}

/// Into x itself.
void put_(Tensor x, int dim, const Tensor& at, const Tensor& values, bool accumulate) {
  if (recording(x, values)) {
    copy::take(x, put(x, dim, at, values, accumulate));
    return;
  }
  const NoGradGuard no_grad;
  const Tensor rows = values.impl()->owner == x.impl()->owner ? values.clone() : values;
  write_rows(x, dim, at, rows.expand(rows_shape(x, dim, at)), accumulate);
  bump_version(x);
}

/// One dimension of a tensor and the positions named along it.
struct IndexedDim {
  int dim;
  Tensor at;  // int64, undefined: the dimension stays whole
};

void check_mask(const char* op, const Tensor& x, std::int64_t dim, const Tensor& mask) {
  bool fits = dim + mask.dim() <= x.dim();
  for (std::int64_t d = 0; fits && d < mask.dim(); ++d) fits = mask.size(d) == x.size(dim + d);
  if (fits) return;
  fail<IndexError>(op, ": a mask of shape ", mask.shape(), " at dimension ", dim,
                   " does not fit a tensor of shape ", x.shape(),
                   ". Its extents must be those of the dimensions it stands for.");
}

/// The positions as indices from 0 up. Throws IndexError for one out of range.
Tensor from_zero(const char* op, const Tensor& x, std::int64_t dim, const Tensor& index) {
  const std::int64_t extent = x.size(dim);
  Tensor at = index.clone();
  auto* p = at.data<std::int64_t>();
  for (std::int64_t i = 0; i < at.numel(); ++i) p[i] += p[i] < 0 ? extent : 0;
  if (const auto outside = find_outside(at, extent)) {
    const std::int64_t given = outside->value < 0 ? outside->value - extent : outside->value;
    fail<IndexError>(op, ": index", outside->position, " is ", given, " but dimension ", dim, " of shape ",
                     x.shape(), " has extent ", extent, ". Indices must lie in [", -extent, ", ", extent,
                     ").");
  }
  return at;
}

/// What indices ask for: x seen so that the indexed dimensions are neighbours, and the rows of them, joined.
class Plan {
 public:
  Plan(const char* op, const Tensor& x, const std::vector<Tensor>& indices) : op_(op), shape_(x.shape()) {
    for (const Tensor& index : indices) add(x, index);
    arrange();
    join();
  }

  /// A view of x, its indexed dimensions side by side from first().
  Tensor arranged(const Tensor& x) const {
    Tensor view = x;
    for (const int dim : new_dims_) view = view.unsqueeze(dim);
    return order_.empty() ? view : view.permute(order_);
  }
  int first() const { return first_; }
  /// The positions in the joined dimension, int64 [n].
  const Tensor& at() const { return at_; }

  /// The shape of an arranged tensor with the indexed dimensions joined, and with the positions' in their place.
  Shape joined(const Shape& arranged) const { return replaced(arranged, {extent_}); }
  Shape result(const Shape& arranged) const { return replaced(arranged, positions_); }

 private:
  void add(const Tensor& x, const Tensor& index) {
    const std::int64_t dim = next_ - static_cast<std::int64_t>(new_dims_.size());  // in x
    if (index.defined() && index.dtype() == boolean) return add_mask(x, dim, index);
    if (dim >= x.dim()) {
      fail<IndexError>(op_, ": there are more indices than the ", x.dim(), " dimensions of shape ", x.shape(),
                       ".");
    }
    if (index.defined()) named_.push_back({next_, from_zero(op_, x, dim, as_index(op_, index))});
    ++next_;
  }

  void add_mask(const Tensor& x, std::int64_t dim, const Tensor& mask) {
    check_mask(op_, x, dim, mask);
    const Tensor at = nonzero(mask);
    if (mask.dim() == 0) {
      shape_.insert(next_, 1);
      new_dims_.push_back(next_);
      named_.push_back({next_++, zeros({at.size(0)}, {.dtype = int64})});
    }
    for (std::int64_t d = 0; d < mask.dim(); ++d) named_.push_back({next_++, at.select(1, d)});
  }

  void arrange() {
    if (named_.empty()) return;
    first_ = named_.front().dim;
    if (named_.back().dim - first_ + 1 == static_cast<int>(named_.size())) return;
    first_ = 0;
    for (const IndexedDim& named : named_) order_.push_back(named.dim);
    for (int d = 0; d < static_cast<int>(shape_.size()); ++d) {
      if (std::none_of(named_.begin(), named_.end(), [&](const IndexedDim& n) { return n.dim == d; })) {
        order_.push_back(d);
      }
    }
  }

  /// Positions in several dimensions are one in all of them, row-major.
  void join() {
    for (const IndexedDim& named : named_) {
      positions_ = broadcast_shapes(positions_, named.at.shape(), op_);
    }
    at_ = zeros({count(positions_)}, {.dtype = int64});
    auto* joined = at_.data<std::int64_t>();
    for (const IndexedDim& named : named_) {
      const std::int64_t extent = shape_[named.dim];
      const Tensor dense = named.at.expand(positions_).contiguous();
      const auto* at = dense.data<const std::int64_t>();
      for (std::int64_t i = 0; i < at_.numel(); ++i) joined[i] = joined[i] * extent + at[i];
      extent_ *= extent;
    }
  }

  Shape replaced(const Shape& arranged, const Shape& middle) const {
    Shape shape;
    for (int d = 0; d < first_; ++d) shape.push_back(arranged[d]);
    for (const std::int64_t extent : middle) shape.push_back(extent);
    for (std::size_t d = static_cast<std::size_t>(first_) + named_.size(); d < arranged.size(); ++d) {
      shape.push_back(arranged[d]);
    }
    return shape;
  }

  const char* op_;
  Shape shape_;                    // x's, with the dimensions that masks add
  int next_ = 0;                   // the dimension of shape_ that the next index stands for
  std::vector<int> new_dims_;      // of shape_
  std::vector<IndexedDim> named_;  // in order
  Dims order_;                     // empty: the indexed dimensions are neighbours
  int first_ = 0;
  Shape positions_;
  std::int64_t extent_ = 1;
  Tensor at_;
};

Tensor fitted(const char* op, const Tensor& values, DType dtype, const Shape& rows, const Shape& result) {
  if (broadcast_shapes(values.shape(), result, op) != result) {
    fail<ShapeError>(op, ": values of shape ", values.shape(), " do not broadcast to ", result,
                     ", the shape of what is indexed. Reshape them.");
  }
  return values.to(dtype).expand(result).reshape(rows);
}

}  // namespace
}  // namespace indexing

using namespace indexing;

Tensor nonzero(const Tensor& x) {
  const Tensor mask = (x.dtype() == boolean ? x.detach() : ne(x.detach(), 0)).contiguous();
  const bool* hit = mask.data<const bool>();
  const std::int64_t n = std::count(hit, hit + mask.numel(), true);
  Tensor positions = empty({n, x.dim()}, {.dtype = int64});
  auto* out = positions.data<std::int64_t>();
  for (std::int64_t i = 0; i < mask.numel(); ++i) {
    if (!hit[i]) continue;
    std::int64_t rest = i;
    for (std::int64_t d = x.dim() - 1; d >= 0; --d) {
      out[d] = rest % x.size(d);
      rest /= x.size(d);
    }
    out += x.dim();
  }
  return positions;
}

Tensor index(const Tensor& x, const std::vector<Tensor>& indices) {
  const Plan plan("index", x, indices);
  const Tensor view = plan.arranged(x);
  const Tensor rows = index_select(view.reshape(plan.joined(view.shape())), plan.first(), plan.at());
  return rows.reshape(plan.result(view.shape()));
}

Tensor index_put(const Tensor& x, const std::vector<Tensor>& indices, const Tensor& values, bool accumulate) {
  Tensor y = x.clone();
  return index_put_(y, indices, values, accumulate);
}

Tensor& index_put_(Tensor& x, const std::vector<Tensor>& indices, const Tensor& values, bool accumulate) {
  check_writable(x, "index_put_");
  const Plan plan("index_put_", x, indices);
  const Tensor view = plan.arranged(x);
  const Shape joined = plan.joined(view.shape());
  Shape rows = joined;
  rows[plan.first()] = plan.at().numel();
  const Tensor fit = fitted("index_put_", values, x.dtype(), rows, plan.result(view.shape()));
  if (view_strides(view.shape(), view.strides(), joined)) {
    put_(view.view(joined), plan.first(), plan.at(), fit, accumulate);
  } else {  // no view can join the indexed dimensions: by way of a copy
    Tensor(view).copy_(
        put(view.reshape(joined), plan.first(), plan.at(), fit, accumulate).reshape(view.shape()));
  }
  return x;
}

Tensor masked_select(const Tensor& x, const Tensor& mask) {
  if (mask.dtype() != boolean) {
    fail<DTypeError>("masked_select: the mask is ", mask.dtype(),
                     " but must be bool. Compare first, as in mask != 0.");
  }
  const Shape shape = broadcast_shapes(x.shape(), mask.shape(), "masked_select");
  return index(x.expand(shape), {mask.expand(shape)});
}

}  // namespace tenet
