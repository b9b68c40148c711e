// Comparisons and logic. The table of ops/elementwise/compare.h gives most of the names.
#include "tenet/ops/elementwise/compare.h"

#include "tenet/python/src/bind.h"

namespace tenet::python {
namespace {

void def_comparison(Binder& bind, const char* name, Tensor (*f)(const Tensor&, const Tensor&),
                    Tensor (*with_scalar)(const Tensor&, Scalar)) {
  const std::string doc = cat(name, "(input, other), elementwise with broadcasting, as a bool tensor.");
  bind.both(name, unlocking(f), arg("other"), doc.c_str());
  bind.both(name, unlocking(with_scalar), arg("other"));
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
  bind.both("allclose", unlocking(&allclose), arg("other"), arg("rtol") = 1e-5, arg("atol") = 1e-8,
            "Whether |input - other| <= atol + rtol |other| everywhere; NaNs are never close.");
}

}  // namespace tenet::python
