// Views: reshape, permute, slicing and as_strided with their adjoints. All are linear pairs; the
// methods are declared in framework/tensor/tensor.h, more of the family in shape.h.
#include <algorithm>

#include "tenet/framework/autograd/in_place.h"
#include "tenet/framework/autograd/linear_map.h"
#include "tenet/framework/core/checked.h"
#include "tenet/framework/core/strides.h"
#include "tenet/ops/shape/shape.h"

namespace tenet {
namespace {

struct Reshape {
  static constexpr const char* name = "reshape";
  Shape from, to;
  Tensor apply(const Tensor& x) const {
    if (const auto strides = view_strides(x.shape(), x.strides(), to)) return make_view(x, to, *strides);
    const Tensor copy = x.contiguous();
    return make_view(copy, to, contiguous_strides(to)).detach();
  }
  Reshape adjoint() const { return {to, from}; }
};

struct Permute {
  static constexpr const char* name = "permute";
  Dims order;
  Tensor apply(const Tensor& x) const {
    Shape shape, strides;
    const Shape from = x.shape();
    const Strides from_strides = x.strides();
    for (std::int64_t d : order) {
      shape.push_back(from[d]);
      strides.push_back(from_strides[d]);
    }
    return make_view(x, shape, strides);
  }
  Permute adjoint() const {
    Dims inverse = order;
    for (int i = 0; i < order.size(); ++i) inverse[order[i]] = i;
    return {inverse};
  }
};

struct SliceAdjoint;

/// Every step-th element along each dimension; extents and order of dimensions stay.
struct SliceMap {
  static constexpr const char* name = "slice";
  Shape from;
  Dims start, step, size;
  Tensor apply(const Tensor& x) const {
    Strides strides = x.strides();
    std::int64_t offset = 0;
    for (int d = 0; d < from.size(); ++d) {
      offset += start[d] * strides[d];
      strides[d] *= step[d];
    }
    return make_view(x, size, strides, std::find(size.begin(), size.end(), 0) != size.end() ? 0 : offset);
  }
  SliceAdjoint adjoint() const;
};

struct SliceAdjoint {
  static constexpr const char* name = "slice_scatter";
  SliceMap slice;
  Tensor apply(const Tensor& dy) const {
    Tensor dx = Tensor::make(slice.from, dy.dtype(), dy.device()).zero_();
    slice.apply(dx).copy_(dy);
    return dx;
  }
  SliceMap adjoint() const { return slice; }
};

SliceAdjoint SliceMap::adjoint() const { return {*this}; }

struct StridedScatter;

/// Any geometry over x's memory.
struct Strided {
  static constexpr const char* name = "as_strided";
  Shape from;
  Strides from_strides;
  Shape shape;
  Strides strides;
  std::int64_t offset;
  Tensor apply(const Tensor& x) const {
    if (x.strides() == from_strides) return make_view(x, shape, strides, offset);
    Tensor memory = Tensor::make({extent(from, from_strides)}, x.dtype(), x.device());
    make_view(memory, from, from_strides).copy_(x);
    return make_view(memory, shape, strides, offset).detach();
  }
  StridedScatter adjoint() const;
};

struct StridedScatter {
  static constexpr const char* name = "as_strided_scatter";
  Strided map;
  Tensor apply(const Tensor& dy) const {
    Tensor memory = Tensor::make({extent(map.from, map.from_strides)}, dy.dtype(), dy.device()).zero_();
    if (!may_overlap(map.shape, map.strides)) {
      make_view(memory, map.shape, map.strides, map.offset).copy_(dy);
    } else {
      add_overlapping(memory, dy, 0, map.offset);
    }
    return make_view(memory, map.from, map.from_strides).contiguous().detach();
  }
  Strided adjoint() const { return map; }

 private:
  /// Adds one slice of the leading dimensions after the other, so that no two added elements meet.
  void add_overlapping(const Tensor& memory, const Tensor& dy, int d, std::int64_t at) const {
    if (d == map.shape.size()) {
      make_view(memory, {}, {}, at).add_(dy);
      return;
    }
    for (std::int64_t i = 0; i < map.shape[d]; ++i) {
      add_overlapping(memory, dy.select(0, i), d + 1, at + i * map.strides[d]);
    }
  }
};

StridedScatter Strided::adjoint() const { return {*this}; }

SliceMap whole(const Tensor& x) {
  const std::int64_t rank = x.dim();
  return {x.shape(), Dims::filled(rank, 0), Dims::filled(rank, 1), x.shape()};
}

Tensor slice(const Tensor& x, const SliceMap& map) { return linear(map, x); }

/// Narrows dimension d of `map` to one index of the bracket.
void narrow_to(SliceMap& map, const Index& index, int d) {
  const std::int64_t n = map.from[d];
  if (index.kind == Index::Kind::position) {
    if (index.position < -n || index.position >= n) {
      fail<IndexError>("index: position ", index.position, " is out of range for dimension ", d,
                       " of extent ", n, " (shape ", map.from, "). ",
                       n > 0 ? cat("Use a position in [", -n, ", ", n - 1, "].") : "It is empty.");
    }
    map.start[d] = index.position < 0 ? index.position + n : index.position;
    map.size[d] = 1;
    return;
  }
  const Slice& s = index.slice;
  if (s.step < 1) {
    fail<ValueError>("index: the step of a slice is ", s.step,
                     " but must be 1 or more. Reverse with index_select, or flip the loop.");
  }
  const auto position = [&](std::optional<std::int64_t> p, std::int64_t otherwise) {
    if (!p) return otherwise;
    return std::clamp<std::int64_t>(*p < 0 ? *p + n : *p, 0, n);
  };
  map.start[d] = position(s.start, 0);
  const std::int64_t span = position(s.stop, n) - map.start[d];
  map.size[d] = span <= 0 ? 0 : (span - 1) / s.step + 1;
  map.step[d] = map.size[d] > 1 ? s.step : 1;  // a step nobody takes may be huge
}

}  // namespace

Tensor Tensor::reshape(const Shape& wanted) const {
  const Shape target = infer_reshape(wanted, shape(), "reshape");
  return target == shape() ? *this : linear(Reshape{shape(), target}, *this);
}

Tensor Tensor::view(const Shape& wanted) const {
  const Shape target = infer_reshape(wanted, shape(), "view");
  if (!view_strides(shape(), strides(), target)) {
    fail<ShapeError>("view: a tensor of shape ", shape(), " and strides ", strides(), " cannot be read as ",
                     target, " without a copy. Use reshape(), which copies where it must.");
  }
  return linear(Reshape{shape(), target}, *this);
}

Tensor Tensor::permute(const Dims& dims) const {
  if (dims.size() != dim()) {
    fail<ShapeError>("permute: ", dims, " names ", dims.size(), " dimensions but the tensor has ", dim(),
                     " (shape ", shape(), "). Name each dimension once.");
  }
  dims_mask(dims, dim(), "permute");  // throws on duplicates
  Dims order = dims;
  for (std::int64_t& d : order) d = normalize_dim(d, dim(), "permute");
  return linear(Permute{order}, *this);
}

Tensor Tensor::transpose(std::int64_t dim0, std::int64_t dim1) const {
  if (dim() == 0) return *this;
  Dims order;
  for (std::int64_t d = 0; d < dim(); ++d) order.push_back(d);
  std::swap(order[normalize_dim(dim0, dim(), "transpose")], order[normalize_dim(dim1, dim(), "transpose")]);
  return linear(Permute{order}, *this);
}

Tensor Tensor::t() const {
  if (dim() > 2) {
    fail<ShapeError>("t: needs a matrix, a vector or a scalar but got shape ", shape(),
                     ". Use transpose(dim0, dim1).");
  }
  return dim() < 2 ? *this : transpose(0, 1);
}

Tensor Tensor::unsqueeze(std::int64_t dim) const {
  Shape target = shape();
  target.insert(normalize_dim(dim, this->dim() + 1, "unsqueeze"), 1);
  return linear(Reshape{shape(), target}, *this);
}

Tensor Tensor::squeeze(std::int64_t dim) const {
  const std::int64_t d = normalize_dim(dim, this->dim(), "squeeze");
  if (this->dim() == 0 || size(d) != 1) return *this;
  Shape target = shape();
  target.erase(d);
  return linear(Reshape{shape(), target}, *this);
}

Tensor Tensor::squeeze() const {
  Shape target;
  for (std::int64_t n : shape()) {
    if (n != 1) target.push_back(n);
  }
  return target == shape() ? *this : linear(Reshape{shape(), target}, *this);
}

Tensor Tensor::flatten(std::int64_t start_dim, std::int64_t end_dim) const {
  const std::int64_t start = normalize_dim(start_dim, dim(), "flatten");
  const std::int64_t end = normalize_dim(end_dim, dim(), "flatten");
  if (start > end) {
    fail<ValueError>("flatten: start_dim ", start_dim, " comes after end_dim ", end_dim, ". Swap them.");
  }
  if (dim() == 0) return reshape({1});
  Shape target;
  std::int64_t run = 1;
  for (std::int64_t d = 0; d < dim(); ++d) {
    run *= size(d);
    if (d >= start && d < end) continue;
    target.push_back(run);
    run = 1;
  }
  return target == shape() ? *this : linear(Reshape{shape(), target}, *this);
}

Tensor Tensor::select(std::int64_t dim, std::int64_t index) const {
  if (this->dim() == 0) fail<IndexError>("select: a scalar has no dimension to select from.");
  const int d = static_cast<int>(normalize_dim(dim, this->dim(), "select"));
  SliceMap map = whole(*this);
  narrow_to(map, Index(index), d);
  return slice(*this, map).squeeze(d);
}

Tensor Tensor::narrow(std::int64_t dim, std::int64_t start, std::int64_t length) const {
  const std::int64_t d = normalize_dim(dim, this->dim(), "narrow");
  const std::int64_t n = size(d);
  const std::int64_t from = start < 0 ? start + n : start;
  if (from < 0 || length < 0 || from > n - length) {
    fail<IndexError>("narrow: start ", start, " and length ", length, " leave dimension ", d, " of extent ",
                     n, " (shape ", shape(), "). start + length may be at most ", n, ".");
  }
  SliceMap map = whole(*this);
  map.start[d] = from;
  map.size[d] = length;
  return slice(*this, map);
}

Tensor Tensor::operator[](Index index) const { return this->index(std::span(&index, 1)); }

Tensor Tensor::operator[](std::initializer_list<Index> index) const {
  return this->index(std::span(index.begin(), index.size()));
}

Tensor Tensor::index(std::span<const Index> index) const {
  std::int64_t named = 0;
  int ellipses = 0;
  for (const Index& i : index) {
    named += i.kind == Index::Kind::position || i.kind == Index::Kind::slice;
    ellipses += i.kind == Index::Kind::all_others;
  }
  if (named > dim() || ellipses > 1) {
    fail<IndexError>("index: ", named, " dimensions and ", ellipses, " ellipses were named for a tensor of ",
                     dim(), " dimensions (shape ", shape(),
                     "). Name each dimension at most once, and one ellipsis.");
  }
  SliceMap map = whole(*this);
  Shape target;
  int d = 0;
  for (const Index& i : index) {
    if (i.kind == Index::Kind::new_axis) {
      target.push_back(1);
    } else if (i.kind == Index::Kind::all_others) {
      for (std::int64_t k = dim() - named; k > 0; --k) target.push_back(map.size[d++]);
    } else {
      narrow_to(map, i, d);
      if (i.kind == Index::Kind::slice) target.push_back(map.size[d]);
      ++d;
    }
  }
  while (d < dim()) target.push_back(map.size[d++]);
  const Tensor sliced = slice(*this, map);
  return target == map.size ? sliced : linear(Reshape{map.size, target}, sliced);
}

Tensor Tensor::as_strided(const Shape& shape, const Strides& strides, std::int64_t offset) const {
  if (shape.size() != strides.size()) {
    fail<ShapeError>("as_strided: shape ", shape, " and strides ", strides, " differ in length.");
  }
  if (count(shape, "as_strided") == 0)
    return linear(Strided{this->shape(), this->strides(), shape, strides, 0}, *this);
  const TensorImpl* owner = impl()->owner;
  const std::int64_t size = static_cast<std::int64_t>(item_size(dtype()));
  const std::int64_t first = checked_add((impl()->data - owner->data) / size, offset, "as_strided");
  const std::int64_t memory =
      owner->foreign ? extent(Shape(std::span(const_cast<TensorImpl*>(owner)->sizes(), owner->rank)),
                              Strides(std::span(const_cast<TensorImpl*>(owner)->strides(), owner->rank)))
                     : owner->numel;
  const bool negative = std::any_of(strides.begin(), strides.end(), [](std::int64_t s) { return s < 0; });
  if (negative || first < 0 || first > memory - extent(shape, strides, "as_strided")) {
    fail<ShapeError>("as_strided: shape ", shape, ", strides ", strides, " and offset ", offset,
                     " reach outside the ", memory, " elements of the memory. Strides must not be negative.");
  }
  const bool inside =
      offset >= 0 && offset + extent(shape, strides) <= extent(this->shape(), this->strides());
  if (!inside && recording(*this)) {
    fail<GradientError>(
        "as_strided: shape ", shape, ", strides ", strides, " and offset ", offset,
        " reach outside the tensor of shape ", this->shape(),
        " into memory whose gradient it does not have. Call as_strided on the tensor it looks into.");
  }
  return linear(Strided{this->shape(), this->strides(), shape, strides, offset}, *this);
}

}  // namespace tenet
