#include "tenet/ops/matmul/matmul.h"

#include "tenet/python/src/bind.h"

namespace tenet::python {
namespace {

/// Products of a row of a with a column of b: what decides how long it takes.
double work(const Tensor& a, const Tensor& b) {
  const double inner = a.dim() == 0 ? 1 : static_cast<double>(a.size(-1));
  return size_of(a) * size_of(b) / (inner > 0 ? inner : 1);
}

}  // namespace

void bind_matmul(Binder& bind) {
  bind.both(
      "matmul",
      [](const Tensor& a, const Tensor& b) { return unlocked(work(a, b), [&] { return matmul(a, b); }); },
      arg("other"),
      "The matrix product, with NumPy's rules. Shapes: [..., M, K] x [..., K, N] -> [..., M, N]; vectors "
      "count as a row "
      "on the left, as a column on the right. Raises ShapeError if the inner extents differ.");
  bind.functional.def(
      "linear",
      [](const Tensor& x, const Tensor& w, const std::optional<Tensor>& bias) {
        return unlocked(work(x, w), [&] { return linear(x, w, or_undefined(bias)); });
      },
      arg("input"), arg("weight"), arg("bias") = none,
      "y = x weight^T + bias. Shapes: input [..., I], weight [O, I], bias [O] -> [..., O].");
}

}  // namespace tenet::python
