// How elements lie, as PyTorch's options name it: layout=, memory_format= and pin_memory=. Here they always lie strided,
// new ones row by row, and in plain memory; so each option has one value that changes nothing, and the others are refused.
#pragma once

#include <pybind11/pybind11.h>

#include <optional>

namespace tenet::python {

namespace py = pybind11;

/// An argument layout=: tenet.strided or None.
struct Layout {};
/// An argument memory_format=: contiguous_format, preserve_format or None.
struct RowByRow {};
/// An argument pin_memory=: False or None.
struct Unpinned {};

/// What a program may ask about: x.is_contiguous(memory_format=...).
enum class MemoryFormat { preserve, contiguous, channels_last, channels_last_3d };

/// Nothing for what is no layout at all.
std::optional<Layout> as_layout(PyObject* object);
/// Nothing for what is no format at all. Throws Python's NotImplementedError for channels_last.
std::optional<RowByRow> as_row_by_row(PyObject* object);
/// Nothing for what is no bool. Throws DeviceError for True.
std::optional<Unpinned> as_unpinned(PyObject* object);

/// tenet.strided, a new reference.
PyObject* strided();

/// The classes layout and memory_format, and their values.
void add_layouts(py::module_& module);

}  // namespace tenet::python

namespace pybind11::detail {

#define TENET_OPTION_CASTER(Type, text, from)                                   \
  template <> struct type_caster<tenet::python::Type> {                         \
    PYBIND11_TYPE_CASTER(tenet::python::Type, const_name(text));                \
    bool load(handle source, bool) {                                            \
      return source.is_none() || tenet::python::from(source.ptr()).has_value(); \
    }                                                                           \
  };

TENET_OPTION_CASTER(Layout, "layout | None", as_layout)
TENET_OPTION_CASTER(RowByRow, "memory_format | None", as_row_by_row)
TENET_OPTION_CASTER(Unpinned, "bool | None", as_unpinned)
#undef TENET_OPTION_CASTER

}  // namespace pybind11::detail
