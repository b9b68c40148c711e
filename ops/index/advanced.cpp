#include "tenet/ops/index/advanced.h"

#include <algorithm>

#include "tenet/framework/autograd/in_place.h"
#include "tenet/framework/core/strides.h"
#include "tenet/ops/copy/copy.h"
#include "tenet/ops/create/create.h"
#include "tenet/ops/elementwise/compare.h"
#include "tenet/ops/elementwise/where.h"
#include "tenet/ops/index/index_map.h"
#include "tenet/ops/reduce/sum_to.h"

namespace tenet {
namespace indexing {
namespace {

struct Spread;

/// x, its dimensions brought into `order`, read at positions in dimensions [first, first + count) of that: positions
/// are row-major numbers in their extents, and the shape of the positions takes their place.
struct Take {
  Shape from;
  Dims order;
  int first = 0, count = 0;
  static const char* name() { return "index"; }
  Tensor apply(const Tensor& x, const Tensor& positions) const;
  Spread adjoint() const;

  /// The shape with `middle` in place of the indexed dimensions.
  Shape around(const Dims& middle) const {
    Shape shape;
    for (int d = 0; d < first; ++d) shape.push_back(from[order[d]]);
    for (std::int64_t n : middle) shape.push_back(n);
    for (int d = first + count; d < order.size(); ++d) shape.push_back(from[order[d]]);
    return shape;
  }
  Shape extents() const {
    Shape shape;
    for (int d = first; d < first + count; ++d) shape.push_back(from[order[d]]);
    return shape;
  }
};

/// dy added up in zeros.
struct Spread {
  Take take;
  static const char* name() { return "index_add"; }
  Tensor apply(const Tensor& dy, const Tensor& positions) const;
  Take adjoint() const { return take; }
};

/// dy with zeros at the positions: a projection, so it is its own adjoint.
struct ZeroAt {
  Take take;
  static const char* name() { return "index_zero"; }
  Tensor apply(const Tensor& dy, const Tensor& positions) const;
  const ZeroAt& adjoint() const { return *this; }
};

/// The indexed dimensions as one, and where along it the positions lie.
struct Merged {
  Tensor x, index;
};

/// Without a copy of x: where no single step leads through the dimensions, the index counts elements of memory.
Merged merged(const Take& take, const Tensor& x, const Tensor& positions) {
  const Tensor turned = x.permute(take.order), flat = positions.view({positions.numel()});
  const Shape extents = take.extents(), shape = take.around({count(extents, "index")});
  Strides strides = turned.strides();
  if (const auto one = view_strides(turned.shape(), strides, shape)) {
    return {make_view(turned, shape, *one), flat};
  }
  Strides steps;
  for (int d = 0; d < take.count; ++d) {
    steps.push_back(strides[take.first]);
    strides.erase(take.first);
  }
  strides.insert(take.first, 1);
  const Tensor here = on_host(flat), offsets = Tensor::make_like(here);
  const auto* from = here.data<const std::int64_t>();
  std::transform(from, from + here.numel(), offsets.data<std::int64_t>(), [&](std::int64_t position) {
    std::int64_t offset = 0;
    for (int d = take.count - 1; d > 0; --d) {
      offset += position % extents[d] * steps[d];
      position /= extents[d];
    }
    return offset + position * steps[0];
  });
  return {make_view(turned, shape, strides), offsets.to(x.device())};
}

/// Puts values, which have the shape of index(), into target or adds them. Not recorded.
void write(const Take& take, const Tensor& target, const Tensor& positions, const Tensor& values,
           bool accumulate) {
  const NoGradGuard no_grad;
  const Shape shape = take.around({positions.numel()});
  const Tensor in = values.reshape(shape);
  const Merged to = merged(take, target, positions);
  (accumulate ? add_at : put_at)(to.x, take.first, spread_index(to.index, shape, take.first), in);
}

Tensor Take::apply(const Tensor& x, const Tensor& positions) const {
  const Merged at = merged(*this, x, positions);
  const Tensor y = Tensor::make(around(positions.shape()), x.dtype(), x.device());
  const Shape shape = around({positions.numel()});
  read_at(y.view(shape), first, spread_index(at.index, shape, first), at.x);
  return y;
}

Spread Take::adjoint() const { return {*this}; }

Tensor Spread::apply(const Tensor& dy, const Tensor& positions) const {
  const Tensor dx = zeros(take.from, {.dtype = dy.dtype(), .device = dy.device()});
  write(take, dx, positions, dy, true);
  return dx;
}

Tensor ZeroAt::apply(const Tensor& dy, const Tensor& positions) const {
  const Tensor zero = zeros({}, {.dtype = dy.dtype(), .device = dy.device()});
  const Tensor dx = dy.clone();
  write(take, dx, positions, zero.expand(take.around(positions.shape())), false);
  return dx;
}

/// Which values stay in a put, shaped to broadcast to them: every one but those whose position comes again.
Tensor stays(const Take& take, const Tensor& positions) {
  const Tensor flat = positions.view({positions.numel()}),
               number = arange(flat.numel(), {.device = flat.device()});
  // Touched only at the positions.
  const Tensor last = Tensor::make({count(take.extents(), "index")}, int64, flat.device());
  put_at(last, 0, flat, number);
  const Tensor there = Tensor::make_like(number);
  read_at(there, 0, flat, last);
  Shape shape = positions.shape();
  for (int d = take.first + take.count; d < take.order.size(); ++d) shape.push_back(1);
  return (there == number).view(shape);
}

struct PutRule {
  static constexpr const char* name = "index_put";
  Take take;
  bool accumulate;
  static bool linear_in(InputMask) { return true; }
  Gradients backward(const Context& context, const Tensor& dy) const {
    const Tensor positions = context.saved(0);
    Tensor dx, dvalues;
    if (context.needs(0)) dx = accumulate ? dy : linear_at(ZeroAt{take}, dy, positions);
    if (context.needs(1)) {
      dvalues = linear_at(take, dy, positions);
      if (!accumulate) dvalues = where(stays(take, positions), dvalues, 0);
    }
    return {std::move(dx), std::move(dvalues)};
  }
};

/// The row-major numbers of the elements that are not 0, on the host: their count is the result's shape.
Tensor flat_nonzero(const Tensor& x) {
  const Tensor set = on_host(x.dtype() == boolean ? x : x != 0);
  const bool* from = set.data<const bool>();
  const Tensor positions = Tensor::make({std::count(from, from + set.numel(), true)}, int64, Device{});
  auto* to = positions.data<std::int64_t>();
  const auto* end = to + positions.numel();
  for (std::int64_t i = 0; to != end; ++i) {
    *to = i;
    to += from[i];
  }
  return positions;
}

/// What the indices of a call name: the map, and the positions in it.
class Selection {
 public:
  Selection(const char* op, const Tensor& x, const std::vector<Tensor>& indices)
      : take{x.shape(), {}}, op_(op) {
    check_types(indices);
    check_count(indices);
    for (std::size_t i = 0; i < indices.size(); ++i) add(indices[i], i);
    if (!positions.defined()) add_default();
    while (next_ < x.dim()) whole_.push_back(next_++);
    const std::int64_t rank = whole_.size() + positions.dim();
    if (rank > Dims::kMaxRank) {
      fail<ShapeError>(op_, ": the result would have ", rank, " dimensions but may have ", Dims::kMaxRank,
                       ": shape ", take.from, " indexed by shape ", positions.shape(),
                       ". Flatten the indices or x.");
    }
    arrange();
    count(take.extents(), op_);  // positions fit 64 bits
    if (positions.device() != x.device()) positions = positions.to(x.device());
  }

  Take take;
  Tensor positions;  // contiguous, and nobody else's

 private:
  void check_types(const std::vector<Tensor>& indices) const {
    for (std::size_t i = 0; i < indices.size(); ++i) {
      if (!indices[i].defined()) continue;
      const DType type = indices[i].dtype();
      if (type == int64 || type == int32 || type == boolean) continue;
      fail<DTypeError>(op_, ": indices[", i, "] is ", type,
                       " but must be int64, int32 or bool. Convert with ",
                       ".to(tenet::int64), or compare first, as in x != 0.");
    }
  }

  void check_count(const std::vector<Tensor>& indices) const {
    std::int64_t named = 0;
    for (const Tensor& t : indices) named += t.defined() && t.dtype() == boolean ? t.dim() : 1;
    if (named <= take.from.size()) return;
    fail<IndexError>(op_, ": the indices stand for ", named, " dimensions but the tensor has ",
                     take.from.size(), " (shape ", take.from,
                     "). Give one index per dimension at most; a mask counts for as many as it has.");
  }

  void add(const Tensor& index, std::size_t i) {
    if (!index.defined()) {
      whole_.push_back(next_++);
    } else if (index.dtype() == boolean) {
      check_mask(index, i);
      include(flat_nonzero(index), index.numel(), static_cast<int>(index.dim()));
    } else {
      include(from_front(index, i), take.from[next_], 1);
    }
  }

  void check_mask(const Tensor& mask, std::size_t i) const {
    Shape stood_for;
    for (int d = next_; d < next_ + mask.dim(); ++d) stood_for.push_back(take.from[d]);
    if (mask.shape() == stood_for) return;
    fail<IndexError>(op_, ": indices[", i, "] is a mask of shape ", mask.shape(), " but stands for extents ",
                     stood_for, ", those from dimension ", next_, " of shape ", take.from,
                     ". Give a mask of that shape.");
  }

  /// Positions in dimension next_, negative ones counted from the end.
  Tensor from_front(const Tensor& index, std::size_t i) const {
    const std::int64_t n = take.from[next_];
    const Tensor given = on_host(index.to(int64));
    if (const auto outside = find_outside(given, n, -n)) {
      fail<IndexError>(op_, ": indices[", i, "]", index.dim() == 0 ? "" : str(outside->position), " is ",
                       outside->value, " but dimension ", next_, " of shape ", take.from, " has extent ", n,
                       ". Indices must lie in [", -n, ", ", n, ").");
    }
    const Tensor at = Tensor::make_like(given);
    const auto* from = given.data<const std::int64_t>();
    std::transform(from, from + given.numel(), at.data<std::int64_t>(),
                   [n](std::int64_t k) { return k < 0 ? k + n : k; });
    return at;
  }

  /// `at`, positions below n, stand for the next dims dimensions.
  void include(const Tensor& at, std::int64_t n, int dims) {
    if (!positions.defined()) {
      before_ = whole_.size();
    } else if (whole_.size() > until_) {
      apart_ = true;
    }
    for (int k = 0; k < dims; ++k) indexed_.push_back(next_++);
    until_ = whole_.size();
    if (!positions.defined()) {
      positions = at;
      return;
    }
    broadcast_shapes(positions.shape(), at.shape(), op_);  // throws in this op's name
    positions = positions * n + at;
  }

  /// No index at all: everything, once.
  void add_default() {
    if (take.from.empty()) {
      include(zeros({}, {.dtype = int64}), 1, 0);
    } else {
      whole_ = {};
      next_ = 0;
      include(arange(take.from[0]), take.from[0], 1);
    }
  }

  void arrange() {
    take.first = apart_ ? 0 : before_;
    take.count = indexed_.size();
    for (int d = 0; d < take.first; ++d) take.order.push_back(whole_[d]);
    for (std::int64_t d : indexed_) take.order.push_back(d);
    for (int d = take.first; d < whole_.size(); ++d) take.order.push_back(whole_[d]);
  }

  const char* op_;
  int next_ = 0;                // the dimension the next index stands for
  Dims whole_, indexed_;        // the dimensions so far
  int before_ = 0, until_ = 0;  // how many whole ones stand before the first and the last index
  bool apart_ = false;
};

/// The values as index_put writes them: of x's type and of index()'s shape.
Tensor fitted(const Tensor& values, const Tensor& x, const Selection& at) {
  const Shape shape = at.take.around(at.positions.shape());
  bool fits = values.dim() <= shape.size();
  for (int d = 1; fits && d <= values.dim(); ++d) {
    fits = values.size(-d) == 1 || values.size(-d) == shape[shape.size() - d];
  }
  if (!fits) {
    fail<ShapeError>("index_put: values of shape ", values.shape(), " do not broadcast to shape ", shape,
                     ", what is at the indices of shape ", x.shape(), ". Reshape them.");
  }
  if (values.device() != x.device() && values.dim() > 0)
    fail_devices("index_put", x.device(), values.device());
  return broadcast_to(values.to(x.device()).to(x.dtype()), shape);
}

Tensor put(const Tensor& x, const Selection& at, const Tensor& values, bool accumulate) {
  Tensor y;
  {
    const NoGradGuard no_grad;
    y = x.clone();
    write(at.take, y, at.positions, values, accumulate);
  }
  if (recording(x, values)) record(PutRule{at.take, accumulate}, y, {x, values}, {at.positions});
  return y;
}

}  // namespace
}  // namespace indexing

using namespace indexing;

Tensor nonzero(const Tensor& x) {
  const Tensor flat = flat_nonzero(x);
  const Shape shape = x.shape();
  const Tensor y = Tensor::make({flat.numel(), shape.size()}, int64, Device{});
  const auto* from = flat.data<const std::int64_t>();
  auto* to = y.data<std::int64_t>();
  for (std::int64_t i = 0; !shape.empty() && i < flat.numel(); ++i, to += shape.size()) {
    std::int64_t rest = from[i];
    for (int d = shape.size() - 1; d > 0; --d) {
      to[d] = rest % shape[d];
      rest /= shape[d];
    }
    to[0] = rest;
  }
  return y.to(x.device());
}

Tensor index(const Tensor& x, const std::vector<Tensor>& indices) {
  const Selection at("index", x, indices);
  return linear_at(at.take, x, at.positions);
}

Tensor index_put(const Tensor& x, const std::vector<Tensor>& indices, const Tensor& values, bool accumulate) {
  const Selection at("index_put", x, indices);
  return put(x, at, fitted(values, x, at), accumulate);
}

Tensor& index_put_(Tensor& x, const std::vector<Tensor>& indices, const Tensor& values, bool accumulate) {
  check_writable(x, "index_put_");
  const Selection at("index_put", x, indices);
  const Tensor in = fitted(values, x, at);
  if (recording(x, in)) return copy::take(x, put(x, at, in, accumulate));
  const NoGradGuard no_grad;
  // Positions differ, so even values in x's own place are read after they were written.
  write(at.take, x, at.positions, in.impl()->owner == x.impl()->owner ? in.clone() : in, accumulate);
  bump_version(x);
  return x;
}

Tensor masked_select(const Tensor& x, const Tensor& mask) {
  if (mask.dtype() != boolean) {
    fail<DTypeError>("masked_select: the mask is ", mask.dtype(),
                     " but must be bool. Compare first, as in mask != 0.");
  }
  const Shape shape = broadcast_shapes(x.shape(), mask.shape(), "masked_select");
  return index(broadcast_to(x, shape), {broadcast_to(mask, shape)});
}

}  // namespace tenet
