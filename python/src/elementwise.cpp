// Pointwise ops. The tables of ops/elementwise give the names: an entry there needs no line here.
#include "tenet/ops/create/create.h"
#include "tenet/ops/elementwise/binary.h"
#include "tenet/ops/elementwise/compare.h"
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

void def_binary(Binder& bind, const char* name, OfTwo f, WithScalar with_scalar, FromScalar from_scalar,
                Tensor& (*f_)(Tensor&, const Tensor&)) {
  const char* const second = std::string_view(name) == "pow" ? "exponent" : "other";
  const std::string doc = cat(name, "(input, ", second, "), elementwise; shapes broadcast, types promote.");
  bind.both(name, unlocking(f), arg(second), doc.c_str());
  bind.both(name, unlocking(with_scalar), arg(second));
  bind.module.def(name, from_scalar, arg("input"), arg(second));
  const std::string in_place = std::string(name) + "_";
  bind.tensor.def_in_place(in_place.c_str(), f_, arg(second), "The same, written into the tensor.");
  bind.tensor.def(
      in_place.c_str(),
      [f_](py::object self, Scalar other) {
        Tensor& x = unwrap(self);
        f_(x, pointwise::wrap(other, x));
        return self;
      },
      arg(second));
}

/// add(x, y, alpha) = x + alpha y, and sub; y may be a number.
void def_scaled(Binder& bind, const char* name, OfTwo f, Tensor& (*f_)(Tensor&, const Tensor&)) {
  const auto def = [&](auto other_type) {
    using Other = decltype(other_type);
    const auto scale = [](const Tensor& x, const Other& other, Scalar alpha) {
      if constexpr (std::is_same_v<Other, Scalar>) {
        return pointwise::wrap(other, x) * alpha;
      } else {
        return other * alpha;
      }
    };
    bind.both(
        name, [=](const Tensor& x, const Other& other, Scalar alpha) { return f(x, scale(x, other, alpha)); },
        arg("other"), py::kw_only(), arg("alpha"));
    bind.tensor.def((std::string(name) + "_").c_str(),
                    [=](py::object self, const Other& other, Scalar alpha) {
                      f_(unwrap(self), scale(unwrap(self), other, alpha));
                      return self;
                    },
                    arg("other"), py::kw_only(), arg("alpha"));
  };
  def(Tensor());
  def(Scalar(0));
  // PyTorch's form of old, x.add_(-lr, x.grad).
  bind.tensor.def((std::string(name) + "_").c_str(),
                  [f_](py::object self, Scalar alpha, const Tensor& other) {
                    f_(unwrap(self), other * alpha);
                    return self;
                  });
}

Tensor rounded_div(const Tensor& a, const Tensor& b, const std::optional<std::string>& mode) {
  if (!mode) return div(a, b);
  if (*mode == "floor") return floor_divide(a, b);
  if (*mode != "trunc") {
    fail<ValueError>("div: rounding_mode is \"", *mode, "\" but must be \"trunc\", \"floor\" or None.");
  }
  const Tensor size = floor_divide(abs(a), abs(b));
  return where(ne(a < 0, b < 0), -size, size);
}

using Bound = std::optional<Scalar>;

/// One bound may be missing; then the other alone holds.
std::pair<Scalar, Scalar> bounds(const Tensor& x, const Bound& low, const Bound& high) {
  if (low && high) return {*low, *high};
  if (!low && !high) fail<ValueError>("clamp: needs min, max or both.");
  using Whole = std::numeric_limits<std::int64_t>;
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if ((low ? *low : *high).is_floating() || is_floating(x.dtype())) {
    return {low.value_or(-kInfinity), high.value_or(kInfinity)};
  }
  return {low.value_or(Whole::min()), high.value_or(Whole::max())};
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
  const char* const rounds = "input / other, rounded towards 0 (\"trunc\") or down (\"floor\").";
  bind.both("div", &rounded_div, arg("other"), py::kw_only(), arg("rounding_mode"), rounds);
  bind.both(
      "div",
      [](const Tensor& x, Scalar other, const std::optional<std::string>& mode) {
        return rounded_div(x, pointwise::wrap(other, x), mode);
      },
      arg("other"), py::kw_only(), arg("rounding_mode"));
  def_scaled(bind, "add", &add, &add_);
  def_scaled(bind, "sub", &sub, &sub_);
  for (const char* name : {"clamp", "clip"}) {
    bind.both(
        name,
        [](const Tensor& x, const Bound& low, const Bound& high) {
          const auto [a, b] = bounds(x, low, high);
          return clamp(x, a, b);
        },
        arg("min") = none, arg("max") = none,
        "Each element limited to [min, max]: numbers, or tensors that broadcast. Raises ValueError if one "
        "number is less "
        "than the other.");
    bind.both(
        name,
        [](const Tensor& x, const std::optional<Tensor>& low, const std::optional<Tensor>& high) {
          return clamp(x, or_undefined(low), or_undefined(high));
        },
        arg("min") = none, arg("max") = none);
  }
  bind.tensor.def(
      "clamp_",
      [](py::object self, const Bound& low, const Bound& high) {
        const auto [a, b] = bounds(unwrap(self), low, high);
        clamp_(unwrap(self), a, b);
        return self;
      },
      arg("min") = none, arg("max") = none, "The same, written into the tensor.");
  bind.tensor.def(
      "clamp_",
      [](py::object self, const std::optional<Tensor>& low, const std::optional<Tensor>& high) {
        unwrap(self).copy_(clamp(unwrap(self), or_undefined(low), or_undefined(high)));
        return self;
      },
      arg("min") = none, arg("max") = none);

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
  bind.tensor.def(
      "where",
      [](const Tensor& x, const Tensor& condition, Scalar other) { return where(condition, x, other); },
      arg("condition"), arg("other"));
}

}  // namespace tenet::python
