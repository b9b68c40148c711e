// x[...] and x[...] = y, with everything that may stand between the brackets.
#include "tenet/ops/elementwise/compare.h"
#include "tenet/ops/index/advanced.h"
#include "tenet/python/src/casters.h"
#include "tenet/python/src/convert.h"
#include "tenet/python/src/errors.h"
#include "tenet/python/src/gil.h"
#include "tenet/python/src/slots.h"

namespace tenet::python {
namespace {

/// What stands between the brackets: first a view by integers, slices, None and Ellipsis; then, for each dimension of
/// that view, the tensor that indexes it, undefined for one that stays whole.
struct Key {
  std::vector<Index> basic;
  std::vector<Tensor> advanced;
  bool has_advanced = false;

  void add_whole(std::int64_t dims, const Tensor& index) {
    for (std::int64_t d = 0; d < dims; ++d) basic.push_back(Slice());
    advanced.push_back(index);
  }
};

std::optional<std::int64_t> slice_bound(PyObject* bound) {
  if (bound == Py_None) return {};
  if (const auto value = as_index(bound)) return value;
  throw py::type_error("slice indices must be integers, None or integer tensors of one element");
}

Slice to_slice(PyObject* object) {
  const auto* slice = reinterpret_cast<PySliceObject*>(object);
  return {slice_bound(slice->start), slice_bound(slice->stop), slice_bound(slice->step).value_or(1)};
}

/// An index by a tensor, an array, a nested list, or True and False.
Tensor to_index_tensor(PyObject* item) {
  const bool empty = PyList_Check(item) && PyList_GET_SIZE(item) == 0;
  const Tensor index = is_tensor(item)
                           ? unwrap(item)
                           : tensor_from(item, {.dtype = empty ? std::optional(int64) : std::nullopt});
  if (!is_floating(index.dtype())) return index;
  fail<IndexError>(
      "index: an index is ", index.dtype(),
      " but must be an integer, a slice, None, \"...\", or integers or bools in a tensor or list. "
      "Convert it, or compare first, as in x[x > 0].");
}

std::optional<std::int64_t> as_position(PyObject* item) {
  if (PyBool_Check(item)) return {};
  if (is_tensor(item) && (unwrap(item).dim() != 0 || unwrap(item).dtype() == boolean)) return {};
  if (is_array(item) && py::hasattr(item, "__len__")) return {};  // an array, not one of NumPy's numbers
  return as_index(item);
}

/// Dimensions of x that an item uses up.
std::int64_t consumed(PyObject* item) {
  if (item == Py_None || item == Py_Ellipsis || PyBool_Check(item)) return 0;
  if (PySlice_Check(item) || as_position(item)) return 1;
  const Tensor index = to_index_tensor(item);
  return index.dtype() == boolean ? index.dim() : 1;
}

void add_item(Key& key, PyObject* item, std::int64_t missing) {
  if (const auto position = as_position(item)) {
    key.basic.push_back(*position);
  } else if (PySlice_Check(item)) {
    key.basic.push_back(to_slice(item));
    key.advanced.emplace_back();
  } else if (item == Py_None) {
    key.basic.push_back(newaxis);
    key.advanced.emplace_back();
  } else if (item == Py_Ellipsis) {
    for (std::int64_t d = 0; d < missing; ++d) key.add_whole(1, Tensor());
  } else {
    const Tensor index = to_index_tensor(item);
    key.has_advanced = true;
    key.add_whole(index.dtype() == boolean ? index.dim() : 1, index);
  }
}

Key parse(const Tensor& x, PyObject* object) {
  Key key;
  if (!PyTuple_Check(object)) {
    add_item(key, object, x.dim());
    return key;
  }
  const Py_ssize_t n = PyTuple_GET_SIZE(object);
  std::int64_t missing = 0;
  int ellipses = 0;
  for (Py_ssize_t i = 0; i < n; ++i) ellipses += PyTuple_GET_ITEM(object, i) == Py_Ellipsis;
  if (ellipses > 1) fail<IndexError>("index: \"...\" may stand only once between the brackets.");
  if (ellipses == 1) {
    missing = x.dim();
    for (Py_ssize_t i = 0; i < n; ++i) missing -= consumed(PyTuple_GET_ITEM(object, i));
  }
  for (Py_ssize_t i = 0; i < n; ++i)
    add_item(key, PyTuple_GET_ITEM(object, i), std::max<std::int64_t>(missing, 0));
  return key;
}

PyObject* subscript(PyObject* self, PyObject* object) {
  return guarded([&]() -> PyObject* {
    const Tensor& x = unwrap(self);
    const Key key = parse(x, object);
    const Tensor view = x.index(key.basic);
    if (!key.has_advanced) return wrap(view);
    return wrap(unlocked(size_of(view), [&] { return index(view, key.advanced); }));
  });
}

/// Whether x[key] = value would write the very elements of value over themselves, as the end of x[key] += y does.
bool is_itself(const Tensor& target, const Tensor& value) {
  const TensorImpl *a = target.impl(), *b = value.impl();
  return a->base != nullptr && a->base == b->base && a->data == b->data && a->dtype == b->dtype &&
         target.shape() == value.shape() && target.strides() == value.strides();
}

Tensor to_value(PyObject* value) {
  if (is_tensor(value)) return unwrap(value);
  return tensor_from(value, {});
}

/// x[0] = y takes a y of shape [1] too: leading extents of 1 that the place does not have are left out.
Tensor fitted(Tensor value, std::int64_t dims) {
  while (value.dim() > dims && value.size(0) == 1) value = value.select(0, 0);
  return value;
}

int assign(PyObject* self, PyObject* object, PyObject* value) {
  return guarded(
      [&] {
        if (value == nullptr) throw py::type_error("elements of a tensor cannot be deleted");
        const Tensor& x = unwrap(self);
        const Key key = parse(x, object);
        Tensor target = x.index(key.basic);
        if (key.has_advanced) {
          index_put_(target, key.advanced, fitted(to_value(value), 0));
        } else if (const auto number = is_tensor(value) ? std::nullopt : as_scalar(value)) {
          target.fill_(*number);
        } else if (const Tensor source = fitted(to_value(value), target.dim()); !is_itself(target, source)) {
          unlocked(size_of(target), [&] { target.copy_(source); });
        }
        return 0;
      },
      -1);
}

Py_ssize_t length(PyObject* self) {
  return guarded(
      [&]() -> Py_ssize_t {
        const Tensor& x = unwrap(self);
        if (x.dim() == 0) throw py::type_error("len() of a 0-d tensor");
        return x.size(0);
      },
      Py_ssize_t{-1});
}

/// For what asks whether this is a sequence: NumPy, reversed(), ...
PyObject* element(PyObject* self, Py_ssize_t i) {
  return guarded([&]() -> PyObject* { return wrap(unwrap(self).select(0, i)); });
}

PyObject* iterate(PyObject* self) {
  return guarded([&]() -> PyObject* {
    const Tensor& x = unwrap(self);
    if (x.dim() == 0) throw py::type_error("iteration over a 0-d tensor");
    py::tuple parts(static_cast<std::size_t>(x.size(0)));
    for (std::size_t i = 0; i < parts.size(); ++i)
      parts[i] = wrapped(x.select(0, static_cast<std::int64_t>(i)));
    return PyObject_GetIter(parts.ptr());
  });
}

int contains(PyObject* self, PyObject* value) {
  return guarded(
      [&] {
        const Tensor& x = unwrap(self);
        const auto number = is_tensor(value) ? std::nullopt : as_scalar(value);
        return (number ? eq(x, *number) : eq(x, to_value(value))).any().item<bool>() ? 1 : 0;
      },
      -1);
}

}  // namespace

void add_indexing_slots(Slots& slots) {
  add_slot(slots, Py_mp_subscript, subscript);
  add_slot(slots, Py_mp_ass_subscript, assign);
  add_slot(slots, Py_mp_length, length);
  add_slot(slots, Py_sq_length, length);
  add_slot(slots, Py_sq_item, element);
  add_slot(slots, Py_tp_iter, iterate);
  add_slot(slots, Py_sq_contains, contains);
}

}  // namespace tenet::python
