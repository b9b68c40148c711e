// Comparisons and logic. The table of ops/elementwise/compare.h gives most of the names.
#include "tenet/ops/elementwise/compare.h"

#include "tenet/ops/index/index.h"
#include "tenet/python/src/bind.h"

namespace tenet::python {
namespace {

void def_comparison(Binder& bind, const char* name, Tensor (*f)(const Tensor&, const Tensor&),
                    Tensor (*with_scalar)(const Tensor&, Scalar)) {
  const std::string doc = cat(name, "(input, other), elementwise with broadcasting, as a bool tensor.");
  bind.both(name, unlocking(f), arg("other"), doc.c_str());
  bind.both(name, unlocking(with_scalar), arg("other"));
}

/// With equal_nan, NaNs at the same place are close.
bool is_close(const Tensor& x, const Tensor& other, double rtol, double atol, bool equal_nan) {
  if (!equal_nan) return allclose(x, other, rtol, atol);
  const Tensor both = logical_and(isnan(x), isnan(other));
  return allclose(masked_fill(x.detach(), both, 0), masked_fill(other.detach(), both, 0), rtol, atol);
}

}  // namespace

void bind_compare(Binder& bind) {
#define TENET_BIND(Op, function) def_comparison(bind, #function, &function, &function);
  TENET_PREDICATES(TENET_BIND)
#undef TENET_BIND
  def_comparison(bind, "gt", &gt, &gt);
  def_comparison(bind, "ge", &ge, &ge);
  bind.both("logical_not", unlocking(&logical_not), "Whether each element is zero.");
  bind.both("isnan", unlocking(&isnan), "Whether each element is NaN.");
  bind.both("equal", unlocking(&equal), arg("other"),
            "Whether both have the same shape, type and elements: one answer, where x == y gives a tensor.");
  bind.both(
      "allclose", unlocking(&is_close), arg("other"), arg("rtol") = 1e-5, arg("atol") = 1e-8,
      arg("equal_nan") = false,
      "Whether |input - other| <= atol + rtol |other| everywhere; NaNs are close to NaNs with equal_nan, "
      "and never else.");
}

}  // namespace tenet::python
