#include "tenet/ops/reduce/reduce.h"

#include "tenet/framework/autograd/linear_map.h"
#include "tenet/framework/core/strides.h"
#include "tenet/ops/index/index_map.h"
#include "tenet/ops/reduce/raw_reduce.h"
#include "tenet/ops/reduce/reduce_kernels.h"
#include "tenet/ops/reduce/sum_to.h"

namespace tenet {
namespace reduce {
namespace {

DType result_type(Kind kind, DType dtype) {
  switch (kind) {
    case Kind::sum: return is_floating(dtype) ? dtype : int64;
    case Kind::max: return dtype;
    case Kind::argmax: return int64;
    default: return boolean;
  }
}

Strides in_bytes(Strides strides, DType dtype) {
  for (std::int64_t& s : strides) s *= static_cast<std::int64_t>(item_size(dtype));
  return strides;
}

/// x with the dims of the mask folded to extent 1; not recorded.
Tensor fold(Kind kind, const Tensor& x, std::uint32_t mask) {
  Shape kept = x.shape();
  for (int d = 0; d < kept.size(); ++d) {
    if (mask >> d & 1) kept[d] = 1;
  }
  Tensor y = Tensor::make(kept, result_type(kind, x.dtype()), x.device());
  Plan plan;
  plan.kept.operands = 2;
  plan.folded.operands = 1;
  plan.kept.data = {y.impl()->data, x.impl()->data};
  plan.folded.data = {x.impl()->data};
  const Strides to = in_bytes(y.strides(), y.dtype()), from = in_bytes(x.strides(), x.dtype());
  for (int d = 0; d < kept.size(); ++d) {
    const bool folds = mask >> d & 1;
    (folds ? plan.folded : plan.kept).sizes.push_back(x.size(d));
    if (folds) {
      plan.folded.strides[0].push_back(from[d]);
    } else {
      plan.kept.strides[0].push_back(to[d]);
      plan.kept.strides[1].push_back(from[d]);
    }
  }
  plan.kept.collapse();
  plan.folded.collapse();
  run(kind, x.dtype(), plan, x.device());
  return y;
}

Shape without(const Shape& shape, std::uint32_t mask) {
  Shape out;
  for (int d = 0; d < shape.size(); ++d) {
    if (!(mask >> d & 1)) out.push_back(shape[d]);
  }
  return out;
}

std::int64_t folded_count(const Tensor& x, std::uint32_t mask) {
  std::int64_t n = 1;
  for (int d = 0; d < x.dim(); ++d) n *= mask >> d & 1 ? x.size(d) : 1;
  return n;
}

void require_elements(const char* op, const Tensor& x, std::uint32_t mask) {
  if (folded_count(x, mask) > 0) return;
  fail<ShapeError>(op, ": there is no ", op, " of no elements (shape ", x.shape(),
                   "). Reduce over dimensions that are not empty.");
}

void require_floating(const char* op, const Tensor& x) {
  if (is_floating(x.dtype())) return;
  fail<DTypeError>(op, ": needs a floating-point tensor but got ", x.dtype(),
                   ". Convert with .to(tenet::float32) first.");
}

Tensor finished(const Tensor& kept, std::uint32_t mask, bool keepdim) {
  return keepdim ? kept : kept.reshape(without(kept.shape(), mask));
}

/// y = max of x. Equal largest elements share dy.
struct AmaxRule {
  static constexpr const char* name = "amax";
  std::uint32_t mask;

  Gradients backward(const Context& context, const Tensor& dy) const {
    const Tensor x = context.saved(0), y = context.saved(1);
    const Tensor hit = (x == y).to(x.dtype());
    Dims dims;
    for (int d = 0; d < x.dim(); ++d) {
      if (mask >> d & 1) dims.push_back(d);
    }
    return {dims.empty() ? dy * hit : dy * (hit / sum(hit, dims, true))};
  }
};

/// y = x at the indices of the largest elements. They depend on x, so unlike gather it is not linear.
struct MaxRule {
  static constexpr const char* name = "max";
  indexing::Gather gather;

  Gradients backward(const Context& context, const Tensor& dy) const {
    return {indexing::linear_at(gather.adjoint(), dy, context.saved(0))};
  }
};

}  // namespace

Tensor raw_sum(const Tensor& x, const Dims& dims) {
  return fold(Kind::sum, x, dims_mask(dims, x.dim(), "sum"));
}

}  // namespace reduce

using namespace reduce;

Tensor sum(const Tensor& x, const Dims& dims, bool keepdim) {
  const std::uint32_t mask = dims_mask(dims, x.dim(), "sum");
  Shape kept = x.shape();
  for (int d = 0; d < kept.size(); ++d) {
    if (mask >> d & 1) kept[d] = 1;
  }
  const bool integers = !is_floating(x.dtype());
  const Tensor y = integers ? fold(Kind::sum, x, mask) : kept == x.shape() ? x.clone() : sum_to(x, kept);
  return finished(y, mask, keepdim);
}

Tensor mean(const Tensor& x, const Dims& dims, bool keepdim) {
  require_floating("mean", x);
  const std::uint32_t mask = dims_mask(dims, x.dim(), "mean");
  require_elements("mean", x, mask);
  return sum(x, dims, keepdim) / static_cast<double>(folded_count(x, mask));
}

Tensor var(const Tensor& x, const Dims& dims, std::int64_t correction, bool keepdim) {
  require_floating("var", x);
  const std::uint32_t mask = dims_mask(dims, x.dim(), "var");
  const std::int64_t n = folded_count(x, mask);
  if (n <= correction) {
    fail<ShapeError>("var: ", n, " elements with correction ", correction,
                     " leave nothing to divide by (shape ", x.shape(),
                     "). Use more elements or a smaller correction.");
  }
  return sum((x - mean(x, dims, true)).square(), dims, keepdim) / static_cast<double>(n - correction);
}

Tensor amax(const Tensor& x, const Dims& dims, bool keepdim) {
  const std::uint32_t mask = dims_mask(dims, x.dim(), "amax");
  require_elements("amax", x, mask);
  const Tensor y = fold(Kind::max, x, mask);
  if (recording(x)) record(AmaxRule{mask}, y, {x}, {x, y});
  return finished(y, mask, keepdim);
}

Tensor max(const Tensor& x) {
  require_elements("max", x, dims_mask({}, x.dim(), "max"));
  return amax(x);
}

MaxResult max(const Tensor& x, std::int64_t dim, bool keepdim) {
  const std::int64_t d = normalize_dim(dim, x.dim(), "max");
  const std::uint32_t mask = x.dim() == 0 ? 0 : 1u << d;
  require_elements("max", x, mask);
  if (x.dim() == 0) return {amax(x), fold(Kind::argmax, x, 0)};
  const Tensor indices = fold(Kind::argmax, x, mask);
  const MaxRule rule{{x.shape(), static_cast<int>(d), false}};
  const Tensor values = rule.gather.apply(x.detach(), indices);
  if (recording(x)) record(rule, values, {x}, {indices});
  return {finished(values, mask, keepdim), finished(indices, mask, keepdim)};
}

Tensor argmax(const Tensor& x) {
  require_elements("argmax", x, (1u << x.dim()) - 1);
  return finished(fold(Kind::argmax, x, (1u << x.dim()) - 1), ~0u, false);
}

Tensor argmax(const Tensor& x, std::int64_t dim, bool keepdim) {
  const std::int64_t d = normalize_dim(dim, x.dim(), "argmax");
  const std::uint32_t mask = x.dim() == 0 ? 0 : 1u << d;
  require_elements("argmax", x, mask);
  return finished(fold(Kind::argmax, x, mask), mask, keepdim);
}

Tensor any(const Tensor& x, const Dims& dims, bool keepdim) {
  const std::uint32_t mask = dims_mask(dims, x.dim(), "any");
  return finished(fold(Kind::any, x, mask), mask, keepdim);
}

Tensor all(const Tensor& x, const Dims& dims, bool keepdim) {
  const std::uint32_t mask = dims_mask(dims, x.dim(), "all");
  return finished(fold(Kind::all, x, mask), mask, keepdim);
}

Tensor Tensor::sum(const Dims& dims, bool keepdim) const { return tenet::sum(*this, dims, keepdim); }
Tensor Tensor::mean(const Dims& dims, bool keepdim) const { return tenet::mean(*this, dims, keepdim); }
Tensor Tensor::var(const Dims& dims, std::int64_t correction, bool keepdim) const {
  return tenet::var(*this, dims, correction, keepdim);
}
Tensor Tensor::amax(const Dims& dims, bool keepdim) const { return tenet::amax(*this, dims, keepdim); }
Tensor Tensor::any(const Dims& dims, bool keepdim) const { return tenet::any(*this, dims, keepdim); }
Tensor Tensor::all(const Dims& dims, bool keepdim) const { return tenet::all(*this, dims, keepdim); }
Tensor Tensor::argmax() const { return tenet::argmax(*this); }
Tensor Tensor::argmax(std::int64_t dim, bool keepdim) const { return tenet::argmax(*this, dim, keepdim); }

}  // namespace tenet
