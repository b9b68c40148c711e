// How the types of Tenet's headers cross into Python and back.
//
//   Tensor                 tenet.Tensor; undefined is None on the way out
//   std::optional<Tensor>  None for an absent one
//   Scalar                 bool, int, float, NumPy's scalars, and tensors without dimensions
//   Dims                   an int or a sequence of ints; comes out as tenet.Size
//   DType                  tenet.float32, ..., or float, int, bool
//   Device                 tenet.device, "cpu"
//   PerAxis, Padding       an int, a sequence; "same" and "valid"; None for not given
#pragma once

#include <pybind11/stl.h>

#include <optional>

#include "tenet/framework/core/device.h"
#include "tenet/framework/core/dtype.h"
#include "tenet/framework/core/scalar.h"
#include "tenet/ops/conv/options.h"
#include "tenet/python/src/tensor_object.h"

namespace tenet::python {

/// The value of a bool, an int, a float or a scalar of NumPy; nothing for anything else. Throws Python's OverflowError
/// for an integer beyond 64 bits.
std::optional<Scalar> as_scalar(PyObject* object);
/// The same, or the element of a tensor without dimensions whose gradient nobody asks for.
std::optional<Scalar> as_number(PyObject* object);
/// The value of an int, or of anything with __index__ that is no bool tensor.
std::optional<std::int64_t> as_index(PyObject* object);
/// An int or a sequence of ints.
std::optional<Dims> as_dims(PyObject* object);
/// tenet.Size
PyObject* to_size(const Dims& dims);
bool is_size(PyObject* object);

std::optional<DType> as_dtype(PyObject* object);
/// The one object that stands for the type.
PyObject* to_dtype(DType dtype);

std::optional<Device> as_device(PyObject* object);
PyObject* to_device(Device device);

std::optional<PerAxis> as_per_axis(PyObject* object);
std::optional<Padding> as_padding(PyObject* object);

/// The classes Size, dtype and device.
void add_value_types(py::module_& module);

/// The sizes of f(2, 3) or f((2, 3)). Throws Python's TypeError naming f.
Dims dims_of(const py::args& args, const char* f);

}  // namespace tenet::python

namespace pybind11::detail {

template <> struct type_caster<tenet::Tensor> {
  PYBIND11_TYPE_CASTER(tenet::Tensor, const_name("Tensor"));
  bool load(handle source, bool) {
    if (!tenet::python::is_tensor(source.ptr())) return false;
    value = tenet::python::unwrap(source);
    return true;
  }
  static handle cast(tenet::Tensor tensor, return_value_policy, handle) {
    return tenet::python::wrap(std::move(tensor));
  }
};

/// A caster out of as_T(object), which gives nothing for what does not fit, and to_T(value).
#define TENET_VALUE_CASTER(Type, text, from, to)                                                        \
  template <> struct type_caster<Type> {                                                                \
    PYBIND11_TYPE_CASTER(Type, const_name(text));                                                       \
    bool load(handle source, bool) {                                                                    \
      auto loaded = tenet::python::from(source.ptr());                                                  \
      if (loaded) value = *std::move(loaded);                                                           \
      return loaded.has_value();                                                                        \
    }                                                                                                   \
    static handle cast(const Type& out, return_value_policy, handle) { return tenet::python::to(out); } \
  };

TENET_VALUE_CASTER(tenet::Dims, "int | Sequence[int]", as_dims, to_size)
TENET_VALUE_CASTER(tenet::DType, "dtype", as_dtype, to_dtype)
TENET_VALUE_CASTER(tenet::Device, "device | str", as_device, to_device)
#undef TENET_VALUE_CASTER

/// For what is only ever an argument. Made anew by load(), as it may have no default.
#define TENET_ARGUMENT_CASTER(Type, text, from)                      \
  template <> struct type_caster<Type> {                             \
    static constexpr auto name = const_name(text);                   \
    template <class T> using cast_op_type = movable_cast_op_type<T>; \
    bool load(handle source, bool) {                                 \
      value = tenet::python::from(source.ptr());                     \
      return value.has_value();                                      \
    }                                                                \
    operator Type*() { return &*value; }                             \
    operator Type&() { return *value; }                              \
    operator Type&&() && { return std::move(*value); }               \
    std::optional<Type> value;                                       \
  };

TENET_ARGUMENT_CASTER(tenet::Scalar, "float | int | bool", as_number)
TENET_ARGUMENT_CASTER(tenet::PerAxis, "int | Sequence[int] | None", as_per_axis)
TENET_ARGUMENT_CASTER(tenet::Padding, "int | Sequence[int] | Sequence[tuple[int, int]] | str", as_padding)
#undef TENET_ARGUMENT_CASTER

}  // namespace pybind11::detail
