// Padding and cropping: one linear map, whose adjoint is itself with the widths negated; and padding with x's own
// elements, which are read through an index.
#include <algorithm>

#include "tenet/framework/autograd/linear_map.h"
#include "tenet/framework/core/checked.h"
#include "tenet/ops/copy/copy.h"
#include "tenet/ops/index/index.h"
#include "tenet/ops/shape/shape.h"

namespace tenet {
namespace {

/// y[i] = x[i - low] where that exists, else value: affine. Only the linear part has an adjoint.
struct Pad {
  static constexpr const char* name = "pad";
  Dims low, high;  // per dimension
  Scalar value = 0;

  Tensor apply(const Tensor& x) const {
    Shape shape = x.shape();
    bool grows = false;
    for (int d = 0; d < shape.size(); ++d) {
      shape[d] += low[d] + high[d];
      grows |= low[d] > 0 || high[d] > 0;
    }
    Tensor y = Tensor::make(shape, x.dtype(), x.device());
    if (grows) y.fill_(value);
    Tensor from = x, to = y;
    for (int d = 0; d < shape.size(); ++d) {
      const std::int64_t kept =
          x.size(d) + std::min<std::int64_t>(low[d], 0) + std::min<std::int64_t>(high[d], 0);
      if (kept <= 0) return y;  // nothing of x is left; what there is of y is padding
      from = from.narrow(d, std::max<std::int64_t>(-low[d], 0), kept);
      to = to.narrow(d, std::max<std::int64_t>(low[d], 0), kept);
    }
    to.copy_(from);
    return y;
  }

  Pad adjoint() const {
    Pad crop{low, high};
    for (std::int64_t& width : crop.low) width = -width;
    for (std::int64_t& width : crop.high) width = -width;
    return crop;
  }
};

void check(const Shape& shape, const Pad& pad) {
  for (int d = 0; d < shape.size(); ++d) {
    const std::int64_t n = shape[d], low = pad.low[d], high = pad.high[d];
    const std::int64_t size = checked_add(checked_add(n, low, "pad"), high, "pad");
    if (size >= 0) continue;
    fail<ShapeError>("pad: dimension ", d, " of shape ", shape, " has extent ", n, " and would get ", n,
                     " + ", low, " + ", high, " = ", size, ". Crop less.");
  }
}

/// The widths as a map of x, checked.
Pad padding_of(const Tensor& x, const Dims& widths, Scalar value) {
  if (widths.size() % 2 != 0) {
    fail<ValueError>("pad: widths ", widths, " has ", widths.size(),
                     " entries. Pass two for each dimension, "
                     "the last one first: {left, right, top, bottom, ...}.");
  }
  if (widths.size() / 2 > x.dim()) {
    fail<ShapeError>("pad: widths ", widths, " name ", widths.size() / 2, " dimensions but the tensor has ",
                     x.dim(), " (shape ", x.shape(),
                     "). Pass two widths for each dimension to pad, the last one first.");
  }
  Pad map{Dims::filled(x.dim(), 0), Dims::filled(x.dim(), 0), value};
  for (int i = 0; i < widths.size() / 2; ++i) {
    map.low[x.dim() - 1 - i] = widths[2 * i];
    map.high[x.dim() - 1 - i] = widths[2 * i + 1];
  }
  check(x.shape(), map);
  return map;
}

void check_reach(PadMode mode, const Shape& shape, int d, std::int64_t low, std::int64_t high) {
  const std::int64_t n = shape[d], reach = std::max(low, high);
  const std::int64_t most = mode == PadMode::reflect    ? n - 1
                            : mode == PadMode::circular ? n
                            : n > 0                     ? reach
                                                        : 0;
  if (reach <= std::max<std::int64_t>(most, 0)) return;
  fail<ShapeError>("pad: dimension ", d, " of shape ", shape, " has extent ", n, ", so ", name(mode),
                   " can add at most ", std::max<std::int64_t>(most, 0), " on a side, but the widths are ",
                   low, " and ", high, ". Pad less, or in several steps.");
}

/// Where position i of a dimension of extent n is read, from as far outside as check_reach() lets.
std::int64_t source(PadMode mode, std::int64_t i, std::int64_t n) {
  switch (mode) {
    case PadMode::reflect: return i < 0 ? -i : i < n ? i : 2 * (n - 1) - i;
    case PadMode::replicate: return std::clamp<std::int64_t>(i, 0, n - 1);
    default: return (i + n) % n;
  }
}

Tensor sources(PadMode mode, std::int64_t n, std::int64_t low, std::int64_t high) {
  const Tensor index = Tensor::make({n + low + high}, int64, {});
  auto* at = index.data<std::int64_t>();
  for (std::int64_t i = -low; i < n + high; ++i) *at++ = source(mode, i, n);
  return index;
}

}  // namespace

const char* name(PadMode mode) {
  return mode == PadMode::reflect ? "reflect" : mode == PadMode::replicate ? "replicate" : "circular";
}

Tensor pad(const Tensor& x, const Dims& widths, Scalar value) {
  copy::check_fits("pad", value, x.dtype());
  return linear(padding_of(x, widths, value), x);
}

Tensor pad(const Tensor& x, const Dims& widths, PadMode mode) {
  const Pad map = padding_of(x, widths, 0);
  for (int d = 0; d < x.dim(); ++d) check_reach(mode, x.shape(), d, map.low[d], map.high[d]);
  Tensor y = x;
  for (int d = 0; d < x.dim(); ++d) {
    if (map.low[d] == 0 && map.high[d] == 0) continue;
    y = index_select(y, d, sources(mode, x.size(d), map.low[d], map.high[d]).to(x.device()));
  }
  return y.impl() == x.impl() ? x.clone() : y;
}

}  // namespace tenet
