// The values of max_pool2d are x picked at the indices. Picking at given indices is linear, and its adjoint is
// max_unpool2d.
#include <cstdlib>
#include <optional>

#include "tenet/framework/core/dispatch.h"
#include "tenet/ops/conv/geometry.h"
#include "tenet/ops/index/index_map.h"
#include "tenet/ops/pool/geometry.h"
#include "tenet/ops/pool/pool.h"
#include "tenet/ops/pool/pool_kernels.h"

namespace tenet {
namespace {

struct Unpool;

/// Planes of `from` read at places within each plane. If these are of windows, `windows` says which.
struct Pick {
  Shape from;
  int axes;
  std::optional<ConvGeometry> windows = {};
  const char* name() const { return "max_pick2d"; }
  Tensor apply(const Tensor& x, const Tensor& indices) const {
    return map().apply(flat(x), flat(indices)).reshape(indices.shape()).detach();
  }
  Unpool adjoint() const;

  /// [planes, elements of a plane]
  Shape flat_shape(const Shape& shape) const {
    std::int64_t planes = 1, elements = 1;
    for (int d = 0; d < shape.size(); ++d) (d < shape.size() - axes ? planes : elements) *= shape[d];
    return {planes, elements};
  }
  Tensor flat(const Tensor& x) const { return x.reshape(flat_shape(x.shape())); }
  indexing::Gather map() const { return {flat_shape(from), 1, false}; }
};

struct Unpool {
  Pick pick;
  const char* name() const { return "max_unpool2d"; }
  Tensor apply(const Tensor& y, const Tensor& indices) const {
    return at_device(y.device(), [&](auto on) { return put(on, y, indices); });
  }
  Tensor put(OnCpu, const Tensor& y, const Tensor& indices) const {
    return pick.map().adjoint().apply(pick.flat(y), pick.flat(indices)).reshape(pick.from).detach();
  }
  /// An input knows its windows: a thread for each, and not for each plane.
  Tensor put(OnCard card, const Tensor& y, const Tensor& indices) const {
    if (!pick.windows) return put(OnCpu{}, y, indices);
    const Tensor from = y.contiguous(), at = indices.contiguous();
    const Tensor x = Tensor::make(pick.from, y.dtype(), y.device());
    dispatch_float(y.dtype(), name(), [&](auto tag) {
      using T = typename decltype(tag)::type;
      pool_kernels::put_back(card, *pick.windows, pick.flat_shape(pick.from)[0], from.data<const T>(),
                             at.data<const std::int64_t>(), x.data<T>());
    });
    return x;
  }
  Pick adjoint() const { return pick; }
};

Unpool Pick::adjoint() const { return {*this}; }

/// The places depend on x, so unlike picking the op is not linear in it.
struct MaxPoolRule {
  static constexpr const char* name = "max_pool2d";
  Pick pick;

  Gradients backward(const Context& context, const Tensor& dy) const {
    return {indexing::linear_at(pick.adjoint(), dy, context.saved(0))};
  }
};

MaxPoolResult pooled(const Tensor& x, const PerAxis& kernel, const MaxPoolOptions& o, bool with_indices) {
  const ConvGeometry g =
      pool::solve({"max_pool2d", kernel, o.stride, o.padding, o.dilation, o.ceil_mode}, x.shape(), 2);
  const pool::Table table(g);
  const Shape shape = pool::with_sizes(x.shape(), g, &ConvAxis::out);
  MaxPoolResult result;
  dispatch_number(x.dtype(), "max_pool2d", [&](auto tag) {
    using T = typename decltype(tag)::type;
    const NoGradGuard no_grad;
    const Tensor from = x.contiguous();
    result.values = Tensor::make(shape, x.dtype(), x.device());
    if (with_indices) result.indices = Tensor::make(shape, int64, x.device());
    std::int64_t* indices = with_indices ? result.indices.data<std::int64_t>() : nullptr;
    at_device(x.device(), [&](auto on) {
      pool_kernels::max(on, g, table.windows(), from.data<const T>(), result.values.data<T>(), indices);
    });
  });
  if (recording(x)) record(MaxPoolRule{{x.shape(), g.axes, g}}, result.values, {x}, {result.indices});
  return result;
}

Dims unpooled_size(const Tensor& x, const PerAxis& kernel, const MaxUnpoolOptions& o) {
  const char* op = "max_unpool2d";
  const Dims window = pool::per_axis(op, "kernel", kernel, 2, 1);
  const Dims stride = pool::per_axis(op, "stride", pool::stride_or(o.stride, kernel), 2, 1);
  const Dims padding = pool::per_axis(op, "padding", o.padding, 2, 0);
  // Not conv_transpose_output_size: what does not fit must be said in this op's name.
  const ConvGeometry g =
      solve_conv_transpose(op, {1, 1, x.size(-2), x.size(-1)}, {1, 1, window[0], window[1]},
                           {.stride = stride, .padding = padding});
  const Dims usual = {g.axis[1].in, g.axis[2].in};
  if (!o.output_size.given()) return usual;
  const Dims wanted = pool::per_axis(op, "output_size", o.output_size, 2, 1);
  for (int i = 0; i < 2; ++i) {
    if (std::abs(wanted[i] - usual[i]) < stride[i]) continue;
    fail<ShapeError>(op, ": output_size=", wanted, " does not pool to the input's ", x.size(-2), " x ",
                     x.size(-1), ": the usual size is ", usual, ", and with stride ", stride,
                     " a size must differ from it by less than that along each axis.");
  }
  return wanted;
}

}  // namespace

Tensor max_pool2d(const Tensor& x, const PerAxis& kernel, const MaxPoolOptions& options) {
  return pooled(x, kernel, options, recording(x)).values;
}

MaxPoolResult max_pool2d_with_indices(const Tensor& x, const PerAxis& kernel, const MaxPoolOptions& options) {
  return pooled(x, kernel, options, true);
}

Tensor max_unpool2d(const Tensor& x, const Tensor& indices, const PerAxis& kernel,
                    const MaxUnpoolOptions& options) {
  if (x.dim() != 3 && x.dim() != 4) {
    fail<ShapeError>(
        "max_unpool2d: input must have 4 dimensions (N,C,H,W), or 3 without a batch (C,H,W), but has shape ",
        x.shape(), ". Reshape it, or add dimensions with unsqueeze.");
  }
  if (indices.shape() != x.shape()) {
    fail<ShapeError>(
        "max_unpool2d: indices have shape ", indices.shape(), " but the input has ", x.shape(),
        ". Pass the indices that max_pool2d_with_indices gave for a result of the input's shape.");
  }
  if (indices.device() != x.device()) fail_devices("max_unpool2d", x.device(), indices.device());
  const Tensor at = indexing::as_index("max_unpool2d", indices);
  const Dims size = unpooled_size(x, kernel, options);
  Shape shape = x.shape();
  shape[shape.size() - 2] = size[0];
  shape[shape.size() - 1] = size[1];
  const Pick pick{shape, 2};
  count(shape, "max_unpool2d");
  const std::int64_t elements = pick.flat_shape(shape)[1];
  if (const auto outside = indexing::find_outside(at, elements)) {
    fail<IndexError>("max_unpool2d: index", outside->position, " is ", outside->value,
                     " but the plane of the result ", shape, " has ", elements,
                     " elements. Indices must lie in [0, ", elements, ").");
  }
  return indexing::linear_at(Unpool{pick}, x, at);
}

}  // namespace tenet
