// Gather and scatter as a linear pair, and the record of a linear map that reads an index.
#pragma once

#include <optional>

#include "tenet/framework/autograd/op.h"

namespace tenet::indexing {

/// Linear maps with a tensor of positions beside their input, which the tape saves: writing into it later is found.
///
///   struct Map {
///     const char* name() const;
///     Tensor apply(const Tensor& x, const Tensor& index) const;  // the value, not recorded
///     Adjoint adjoint() const;
///   };
template <class Map> Tensor linear_at(const Map& map, const Tensor& x, const Tensor& index);

template <class Map> struct IndexedRule {
  Map map;
  const char* name() const { return map.name(); }
  static bool linear_in(InputMask) { return true; }
  Gradients backward(const Context& context, const Tensor& dy) const {
    return {linear_at(map.adjoint(), dy, context.saved(0))};
  }
};

/// y = A(index) x. dx = A(index)^T dy.
template <class Map> Tensor linear_at(const Map& map, const Tensor& x, const Tensor& index) {
  Tensor y;
  {
    const NoGradGuard no_grad;
    y = map.apply(x, index);
  }
  if (recording(x)) record(IndexedRule<Map>{map}, y, {x}, {index});
  return y;
}

struct Scatter;

/// x of shape `from` read at index along dim. `rows`: index has one dimension and stands for whole slices.
struct Gather {
  Shape from;
  int dim;
  bool rows;
  const char* name() const { return rows ? "index_select" : "gather"; }
  Tensor apply(const Tensor& x, const Tensor& index) const;
  Scatter adjoint() const;
};

/// dy added into zeros of shape gather.from.
struct Scatter {
  Gather gather;
  const char* name() const { return gather.rows ? "index_add" : "scatter_add"; }
  Tensor apply(const Tensor& dy, const Tensor& index) const;
  Gather adjoint() const { return gather; }
};

/// Along dim, out = in at index (read), out at index += in (add), out at index = in (put: the last one stays). What
/// is not read or written at index has index's shape; adding and putting go in the index's order.
void read_at(const Tensor& out, int dim, const Tensor& index, const Tensor& in);
void add_at(const Tensor& out, int dim, const Tensor& index, const Tensor& in);
void put_at(const Tensor& out, int dim, const Tensor& index, const Tensor& in);

/// A one-dimensional index read along dim of `shape`, the same for all lanes.
Tensor spread_index(const Tensor& index, Shape shape, int dim);

/// The index as int64. Throws DTypeError naming `op` for anything but int64 and int32.
Tensor as_index(const char* op, const Tensor& index);

/// The first element of an index that is not in [low, extent).
struct Outside {
  Dims position;
  std::int64_t value;
};
std::optional<Outside> find_outside(const Tensor& index, std::int64_t extent, std::int64_t low = 0);

}  // namespace tenet::indexing
