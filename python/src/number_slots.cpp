// Operators: x + y with tensors, Python's numbers and arrays of NumPy on either side.
#include <variant>

#include "tenet/framework/autograd/in_place.h"
#include "tenet/ops/elementwise/binary.h"
#include "tenet/ops/elementwise/compare.h"
#include "tenet/ops/elementwise/unary.h"
#include "tenet/ops/matmul/matmul.h"
#include "tenet/python/src/casters.h"
#include "tenet/python/src/convert.h"
#include "tenet/python/src/errors.h"
#include "tenet/python/src/gil.h"
#include "tenet/python/src/slots.h"

namespace tenet::python {
namespace {

/// What stands on one side of an operator.
using Operand = std::variant<std::monostate, Tensor, Scalar>;

Operand operand(PyObject* object) {
  if (is_tensor(object)) return unwrap(object);
  if (const std::optional<Scalar> scalar = as_scalar(object)) return *scalar;
  if (is_array(object)) return tensor_from(py::reinterpret_borrow<py::object>(object), {});
  return {};
}

/// op(a, b), where op takes two tensors or a tensor and a scalar.
template <class Op> PyObject* binary(PyObject* left, PyObject* right) {
  return guarded([&]() -> PyObject* {
    const Operand a = operand(left), b = operand(right);
    const auto apply = [](const auto& x, const auto& y) -> PyObject* {
      if constexpr (requires { Op::apply(x, y); }) {
        return wrap(unlocked_call([](const auto&... z) -> Tensor { return Op::apply(z...); }, x, y));
      } else {
        Py_RETURN_NOTIMPLEMENTED;
      }
    };
    return std::visit(apply, a, b);
  });
}

/// x op= y: the object stays the same.
template <class Op> PyObject* in_place(PyObject* self, PyObject* other) {
  return guarded([&]() -> PyObject* {
    const Operand b = operand(other);
    if (b.index() == 0) Py_RETURN_NOTIMPLEMENTED;
    const auto apply = [&](const auto& y) {
      if constexpr (requires(Tensor & x) { Op::apply_(x, y); })
        unlocked_call([](auto&&... z) { Op::apply_(z...); }, unwrap(self), y);
    };
    std::visit(apply, b);
    return Py_NewRef(self);
  });
}

template <Tensor (*f)(const Tensor&)> PyObject* unary(PyObject* self) {
  return guarded([&] { return wrap(unlocked_call(f, unwrap(self))); });
}

#define TENET_OPERATOR(Name, f, f_)                                           \
  struct Name {                                                               \
    static Tensor apply(const Tensor& a, const Tensor& b) { return f(a, b); } \
    static Tensor apply(const Tensor& a, Scalar b) { return f(a, b); }        \
    static Tensor apply(Scalar a, const Tensor& b) { return f(a, b); }        \
    static void apply_(Tensor& a, const Tensor& b) { f_(a, b); }              \
    static void apply_(Tensor& a, Scalar b) { f_(a, pointwise::wrap(b, a)); } \
  };
TENET_OPERATOR(Add, add, add_)
TENET_OPERATOR(Sub, sub, sub_)
TENET_OPERATOR(Mul, mul, mul_)
TENET_OPERATOR(Div, div, div_)
TENET_OPERATOR(Pow, pow, pow_)
TENET_OPERATOR(FloorDivide, floor_divide, floor_divide_)
TENET_OPERATOR(Remainder, remainder, remainder_)
#undef TENET_OPERATOR

struct Matmul {
  static Tensor apply(const Tensor& a, const Tensor& b) { return matmul(a, b); }
};

/// & | ^ of bool tensors, and of one and True or False.
#define TENET_LOGIC(Name, f, text)                                                             \
  struct Name {                                                                                \
    static void check(const Tensor& x) {                                                       \
      if (x.dtype() == boolean) return;                                                        \
      fail<DTypeError>("operator " text ": needs bool tensors but got ", x.dtype(),            \
                       ". Compare first, x > 0, or use " #f "().");                            \
    }                                                                                          \
    static Tensor apply(const Tensor& a, const Tensor& b) {                                    \
      check(a), check(b);                                                                      \
      return f(a, b);                                                                          \
    }                                                                                          \
    static Tensor apply(const Tensor& a, Scalar b) { return apply(a, pointwise::wrap(b, a)); } \
    static Tensor apply(Scalar a, const Tensor& b) { return apply(b, a); }                     \
    static void apply_(Tensor& a, const Tensor& b) { a.copy_(apply(a, b)); }                   \
    static void apply_(Tensor& a, Scalar b) { a.copy_(apply(a, b)); }                          \
  };
TENET_LOGIC(And, logical_and, "&")
TENET_LOGIC(Or, logical_or, "|")
TENET_LOGIC(Xor, logical_xor, "^")
#undef TENET_LOGIC

template <Tensor (*with_tensor)(const Tensor&, const Tensor&), Tensor (*with_scalar)(const Tensor&, Scalar)>
struct Comparison {
  static Tensor apply(const Tensor& a, const Tensor& b) { return with_tensor(a, b); }
  static Tensor apply(const Tensor& a, Scalar b) { return with_scalar(a, b); }
};

PyObject* compare(PyObject* self, PyObject* other, int which) {
  switch (which) {
    case Py_EQ: return binary<Comparison<eq, eq>>(self, other);
    case Py_NE: return binary<Comparison<ne, ne>>(self, other);
    case Py_LT: return binary<Comparison<lt, lt>>(self, other);
    case Py_LE: return binary<Comparison<le, le>>(self, other);
    case Py_GT: return binary<Comparison<gt, gt>>(self, other);
    default: return binary<Comparison<ge, ge>>(self, other);
  }
}

PyObject* power(PyObject* left, PyObject* right, PyObject* modulus) {
  if (modulus != Py_None) Py_RETURN_NOTIMPLEMENTED;
  return binary<Pow>(left, right);
}

PyObject* in_place_power(PyObject* self, PyObject* other, PyObject*) { return in_place<Pow>(self, other); }

PyObject* positive(PyObject* self) { return Py_NewRef(self); }

Tensor invert(const Tensor& x) {
  if (x.dtype() == boolean) return logical_not(x);
  fail<DTypeError>("operator ~: needs a bool tensor but got ", x.dtype(),
                   ". Compare first, x > 0, or use logical_not().");
}

int truth(PyObject* self) {
  return guarded(
      [&] {
        const Tensor& x = unwrap(self);
        if (x.numel() == 1) return x.item<double>() != 0 ? 1 : 0;
        fail<ShapeError>("bool: a tensor of shape ", x.shape(),
                         " has no truth value of its own. Say which is meant: x.any() or x.all().");
      },
      -1);
}

PyObject* to_float(PyObject* self) {
  return guarded([&] { return PyFloat_FromDouble(unwrap(self).item<double>()); });
}

PyObject* to_int(PyObject* self) {
  return guarded([&] {
    const Tensor& x = unwrap(self);
    if (is_floating(x.dtype())) return PyLong_FromDouble(x.item<double>());
    return PyLong_FromLongLong(x.item<std::int64_t>());
  });
}

/// Where Python needs an integer: range(n), list[n].
PyObject* to_index(PyObject* self) {
  return guarded([&]() -> PyObject* {
    const Tensor& x = unwrap(self);
    if (is_integral(x.dtype()) && x.numel() == 1) return PyLong_FromLongLong(x.item<std::int64_t>());
    throw py::type_error("only integer tensors of a single element can be converted to an index");
  });
}

}  // namespace

void add_number_slots(Slots& slots) {
  add_slot(slots, Py_nb_add, binary<Add>);
  add_slot(slots, Py_nb_subtract, binary<Sub>);
  add_slot(slots, Py_nb_multiply, binary<Mul>);
  add_slot(slots, Py_nb_true_divide, binary<Div>);
  add_slot(slots, Py_nb_floor_divide, binary<FloorDivide>);
  add_slot(slots, Py_nb_remainder, binary<Remainder>);
  add_slot(slots, Py_nb_power, power);
  add_slot(slots, Py_nb_matrix_multiply, binary<Matmul>);
  add_slot(slots, Py_nb_and, binary<And>);
  add_slot(slots, Py_nb_or, binary<Or>);
  add_slot(slots, Py_nb_xor, binary<Xor>);
  add_slot(slots, Py_nb_inplace_add, in_place<Add>);
  add_slot(slots, Py_nb_inplace_subtract, in_place<Sub>);
  add_slot(slots, Py_nb_inplace_multiply, in_place<Mul>);
  add_slot(slots, Py_nb_inplace_true_divide, in_place<Div>);
  add_slot(slots, Py_nb_inplace_floor_divide, in_place<FloorDivide>);
  add_slot(slots, Py_nb_inplace_remainder, in_place<Remainder>);
  add_slot(slots, Py_nb_inplace_power, in_place_power);
  add_slot(slots, Py_nb_inplace_and, in_place<And>);
  add_slot(slots, Py_nb_inplace_or, in_place<Or>);
  add_slot(slots, Py_nb_inplace_xor, in_place<Xor>);
  add_slot(slots, Py_nb_negative, unary<neg>);
  add_slot(slots, Py_nb_absolute, unary<abs>);
  add_slot(slots, Py_nb_positive, positive);
  add_slot(slots, Py_nb_invert, unary<invert>);
  add_slot(slots, Py_nb_bool, truth);
  add_slot(slots, Py_nb_float, to_float);
  add_slot(slots, Py_nb_int, to_int);
  add_slot(slots, Py_nb_index, to_index);
  add_slot(slots, Py_tp_richcompare, compare);
  add_slot(slots, Py_tp_hash, _Py_HashPointer);
}

}  // namespace tenet::python
