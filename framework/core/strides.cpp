#include "tenet/framework/core/strides.h"

#include <algorithm>
#include <numeric>

#include "tenet/framework/core/checked.h"

namespace tenet {

Strides contiguous_strides(const Shape& shape) {
  Strides strides = shape;
  std::int64_t step = 1;
  for (int i = shape.size() - 1; i >= 0; --i) {
    strides[i] = step;
    // Wraps only beside an extent of 0, where strides do not matter.
    (void)__builtin_mul_overflow(step, std::max<std::int64_t>(shape[i], 1), &step);
  }
  return strides;
}

bool is_contiguous(const Shape& shape, const Strides& strides) {
  std::int64_t step = 1;
  bool dense = true;
  for (int i = shape.size() - 1; i >= 0; --i) {
    if (shape[i] == 0) return true;
    dense = dense && (shape[i] == 1 || strides[i] == step);
    (void)__builtin_mul_overflow(step, shape[i], &step);
  }
  return dense;
}

bool may_overlap(const Shape& shape, const Strides& strides) {
  // Sorted by stride, each dimension must step over all that lies below it.
  std::array<int, Dims::kMaxRank> order;
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.begin() + shape.size(),
            [&](int a, int b) { return std::abs(strides[a]) < std::abs(strides[b]); });
  std::int64_t reach = 1;
  for (int i = 0; i < shape.size(); ++i) {
    const int d = order[static_cast<std::size_t>(i)];
    if (shape[d] == 0) return false;
  }
  for (int i = 0; i < shape.size(); ++i) {
    const int d = order[static_cast<std::size_t>(i)];
    if (shape[d] == 1) continue;
    if (std::abs(strides[d]) < reach) return true;
    reach += (shape[d] - 1) * std::abs(strides[d]);
  }
  return false;
}

std::int64_t normalize_dim(std::int64_t dim, std::int64_t rank, const char* op) {
  const std::int64_t limit = std::max<std::int64_t>(rank, 1);
  if (dim < -limit || dim >= limit) {
    fail<IndexError>(op, ": dim ", dim, " is out of range for a tensor of ", rank,
                     " dimensions. Use a dim in [", -limit, ", ", limit - 1, "].");
  }
  return dim < 0 ? dim + limit : dim;
}

std::uint32_t dims_mask(const Dims& dims, std::int64_t rank, const char* op) {
  if (dims.empty()) return (1u << rank) - 1;
  std::uint32_t mask = 0;
  for (std::int64_t dim : dims) {
    const std::uint32_t bit = 1u << normalize_dim(dim, rank, op);
    if (mask & bit) {
      fail<ValueError>(op, ": dim ", dim, " appears more than once in ", dims, ". Name each dimension once.");
    }
    mask |= bit;
  }
  return mask;
}

Shape broadcast_shapes(const Shape& a, const Shape& b, const char* op) {
  Shape out = a.size() >= b.size() ? a : b;
  const Shape& shorter = a.size() >= b.size() ? b : a;
  const int lead = out.size() - shorter.size();
  for (int i = 0; i < shorter.size(); ++i) {
    const std::int64_t m = out[lead + i];
    const std::int64_t n = shorter[i];
    if (m != n && m != 1 && n != 1) {
      fail<ShapeError>(op, ": shapes ", a, " and ", b, " do not broadcast: dimension ", lead + i - out.size(),
                       " has extents ", a[a.size() + lead + i - out.size()], " and ",
                       b[b.size() + lead + i - out.size()],
                       ". Extents must be equal, or one of them 1; reshape or unsqueeze first.");
    }
    out[lead + i] = m == 1 ? n : m;
  }
  return out;
}

Strides broadcast_strides(const Shape& shape, const Strides& strides, const Shape& target) {
  Strides out = Dims::filled(target.size(), 0);
  const int lead = target.size() - shape.size();
  for (int i = 0; i < shape.size(); ++i) {
    out[lead + i] = shape[i] == 1 && target[lead + i] != 1 ? 0 : strides[i];
  }
  return out;
}

Shape infer_reshape(const Shape& wanted, const Shape& from, const char* op) {
  Shape out = wanted;
  const std::int64_t numel = count(from, op);
  std::int64_t known = 1;
  int unknown = -1;
  for (int i = 0; i < wanted.size(); ++i) {
    if (wanted[i] == -1 && unknown < 0) {
      unknown = i;
    } else if (wanted[i] < 0) {
      fail<ShapeError>(op, ": cannot use shape ", wanted,
                       ". Extents must be 0 or more, and one of them may be -1.");
    } else if (__builtin_mul_overflow(known, wanted[i], &known)) {
      fail<ShapeError>(op, ": the number of elements of shape ", wanted, " does not fit 64 bits.");
    }
  }
  const bool fits = unknown >= 0 ? known != 0 && numel % known == 0 : known == numel;
  if (!fits) {
    fail<ShapeError>(
        op, ": a tensor of shape ", from, " has ", numel, " elements, shape ", wanted,
        unknown >= 0 ? " cannot hold them (its known extents give " : " needs ", known,
        unknown >= 0 ? "). Choose extents whose product divides " : ". Choose extents whose product is ",
        numel, ".");
  }
  if (unknown >= 0) out[unknown] = numel / known;
  return out;
}

std::optional<Strides> view_strides(const Shape& shape, const Strides& strides, const Shape& target) {
  if (is_contiguous(shape, strides)) return contiguous_strides(target);
  // Runs of source dimensions that lie densely in each other are matched with runs of the target.
  Strides out = contiguous_strides(target);
  int t = target.size() - 1;
  std::int64_t run = 1;
  std::int64_t base = shape.empty() ? 1 : strides.back();
  std::int64_t filled = 1;
  for (int s = shape.size() - 1; s >= 0; --s) {
    run *= shape[s];
    const bool ends = s == 0 || (shape[s - 1] != 1 && strides[s - 1] != run * base);
    if (!ends) continue;
    while (t >= 0 && (filled < run || target[t] == 1)) {
      out[t] = filled * base;
      filled *= target[t--];
    }
    if (filled != run) return std::nullopt;
    if (s > 0) {
      base = strides[s - 1];
      run = filled = 1;
    }
  }
  return t < 0 ? std::optional(out) : std::nullopt;
}

std::int64_t extent(const Shape& shape, const Strides& strides, const char* op) {
  std::int64_t last = 0;
  for (int i = 0; i < shape.size(); ++i) {
    if (shape[i] == 0) return 0;
    last = checked_add(last, checked_mul(shape[i] - 1, strides[i], op), op);
  }
  return checked_add(last, 1, op);
}

}  // namespace tenet
