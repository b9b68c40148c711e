#include "tenet/ops/shape/flip.h"

#include <algorithm>

#include "tenet/framework/autograd/linear_map.h"
#include "tenet/framework/core/strides.h"
#include "tenet/ops/create/create.h"
#include "tenet/ops/index/index.h"

namespace tenet {
namespace {

struct Flip {
  static constexpr const char* name = "flip";
  Dims dims;

  Tensor apply(const Tensor& x) const {
    if (dims.empty() || x.dim() == 0) return x.clone();
    Tensor y = x;
    for (std::int64_t d : dims) y = index_select(y, d, arange(x.size(d) - 1, -1, -1, {.device = x.device()}));
    return y;
  }
  const Flip& adjoint() const { return *this; }
};

}  // namespace

Tensor flip(const Tensor& x, const Dims& dims) {
  Flip map;
  for (std::int64_t dim : dims) {
    const std::int64_t d = normalize_dim(dim, x.dim(), "flip");
    if (std::find(map.dims.begin(), map.dims.end(), d) != map.dims.end()) {
      fail<ValueError>("flip: dims ", dims, " name dimension ", d, " twice. Name each once.");
    }
    map.dims.push_back(d);
  }
  return linear(map, x);
}

}  // namespace tenet
