// Pointwise ops. The tables of ops/elementwise give the names: an entry there needs no line here.
#include "tenet/ops/create/create.h"
#include "tenet/ops/elementwise/binary.h"
#include "tenet/ops/elementwise/unary.h"
#include "tenet/ops/elementwise/where.h"
#include "tenet/python/src/bind.h"
#include "tenet/python/src/convert.h"

namespace tenet::python {
namespace {

using OfOne = Tensor (*)(const Tensor&);
using OfTwo = Tensor (*)(const Tensor&, const Tensor&);
using WithScalar = Tensor (*)(const Tensor&, Scalar);
using FromScalar = Tensor (*)(Scalar, const Tensor&);

void def_unary(Binder& bind, const char* name, OfOne f, Tensor& (*f_)(Tensor&)) {
  const std::string doc =
      cat(name, " of each element. Integers become float32 where the op has no integer meaning.");
  bind.both(name, unlocking(f), doc.c_str());
  const std::string in_place = std::string(name) + "_";
  bind.tensor.def_in_place(in_place.c_str(), f_, "The same, written into the tensor.");
}

/// The second operand times alpha, where the op has one: torch.add(x, y, alpha=2).
void def_binary(Binder& bind, const char* name, OfTwo f, WithScalar with_scalar, FromScalar from_scalar,
                Tensor& (*f_)(Tensor&, const Tensor&)) {
  const std::string doc = cat(name, "(input, other), elementwise; shapes broadcast, types promote.");
  bind.both(name, unlocking(f), arg("other"), doc.c_str());
  bind.both(name, unlocking(with_scalar), arg("other"));
  bind.module.def(name, from_scalar, arg("input"), arg("other"));
  const std::string in_place = std::string(name) + "_";
  bind.tensor.def_in_place(in_place.c_str(), f_, arg("other"), "The same, written into the tensor.");
}

/// add(x, y, alpha) = x + alpha y, and sub.
void def_scaled(Binder& bind, const char* name, OfTwo f, Tensor& (*f_)(Tensor&, const Tensor&)) {
  const auto scaled = [f](const Tensor& x, const Tensor& other, Scalar alpha) { return f(x, other * alpha); };
  bind.module.def(name, scaled, arg("input"), arg("other"), py::kw_only(), arg("alpha"));
  bind.tensor.def(name, scaled, arg("other"), py::kw_only(), arg("alpha"));
  bind.tensor.def((std::string(name) + "_").c_str(),
                  [f_](py::object self, const Tensor& other, Scalar alpha) {
                    f_(unwrap(self), other * alpha);
                    return self;
                  },
                  arg("other"), py::kw_only(), arg("alpha"));
}

/// One bound may be missing; then the other alone holds.
Tensor clamp_with(const Tensor& x, std::optional<Scalar> low, std::optional<Scalar> high) {
  if (low && high) return clamp(x, *low, *high);
  if (!low && !high) fail<ValueError>("clamp: needs min, max or both.");
  using Whole = std::numeric_limits<std::int64_t>;
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if ((low ? *low : *high).is_floating() || is_floating(x.dtype())) {
    return low ? clamp(x, *low, kInfinity) : clamp(x, -kInfinity, *high);
  }
  return low ? clamp(x, *low, Whole::max()) : clamp(x, Whole::min(), *high);
}

}  // namespace

void bind_elementwise(Binder& bind) {
#define TENET_BIND(Op, function, types) def_unary(bind, #function, &function, &function##_);
  TENET_UNARY_OPS(TENET_BIND)
#undef TENET_BIND
#define TENET_BIND(Op, function, types) \
  def_binary(bind, #function, &function, &function, &function, &function##_);
  TENET_BINARY_OPS(TENET_BIND)
#undef TENET_BIND
  def_scaled(bind, "add", &add, &add_);
  def_scaled(bind, "sub", &sub, &sub_);
  const std::pair<const char*, Tensor& (Tensor::*)(Scalar)> with_number[] = {{"add_", &Tensor::add_},
                                                                             {"sub_", &Tensor::sub_},
                                                                             {"mul_", &Tensor::mul_},
                                                                             {"div_", &Tensor::div_},
                                                                             {"pow_", &Tensor::pow_}};
  for (const auto& [name, f] : with_number) {
    bind.tensor.def(
        name,
        [f = f](py::object self, Scalar other) {
          (unwrap(self).*f)(other);
          return self;
        },
        arg("other"));
  }
  for (const char* name : {"clamp", "clip"}) {
    bind.both(name, &clamp_with, arg("min") = none, arg("max") = none,
              "Each element limited to [min, max]. Raises ValueError if min > max.");
  }
  bind.tensor.def(
      "clamp_",
      [](py::object self, std::optional<Scalar> low, std::optional<Scalar> high) {
        unwrap(self).copy_(clamp_with(unwrap(self), low, high));
        return self;
      },
      arg("min") = none, arg("max") = none, "The same, written into the tensor.");

  const char* const doc = "input where condition is true, other elsewhere; all three broadcast.";
  bind.module.def("where", unlocking<Tensor, const Tensor&, const Tensor&, const Tensor&>(&where),
                  arg("condition"), arg("input"), arg("other"), doc);
  bind.module.def("where", unlocking<Tensor, const Tensor&, const Tensor&, Scalar>(&where), arg("condition"),
                  arg("input"), arg("other"));
  bind.module.def("where", unlocking<Tensor, const Tensor&, Scalar, const Tensor&>(&where), arg("condition"),
                  arg("input"), arg("other"));
  bind.module.def(
      "where",
      [](const Tensor& condition, Scalar x, Scalar y) {
        const DType dtype = promote(x.dtype(), y.dtype());
        return where(condition, full({}, x, {.dtype = dtype}), y);
      },
      arg("condition"), arg("input"), arg("other"));
  bind.tensor.def(
      "where",
      [](const Tensor& x, const Tensor& condition, const Tensor& other) {
        return where(condition, x, other);
      },
      arg("condition"), arg("other"), doc);
}

}  // namespace tenet::python
