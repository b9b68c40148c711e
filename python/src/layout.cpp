#include "tenet/python/src/layout.h"

#include "tenet/framework/core/error.h"

namespace tenet::python {
namespace {

/// One object for each value, which outlives every tensor.
struct LayoutObject {};
py::object* strided_object = nullptr;

constexpr const char* kFormats[] = {"preserve_format", "contiguous_format", "channels_last",
                                    "channels_last_3d"};

const char* name(MemoryFormat format) { return kFormats[static_cast<int>(format)]; }

}  // namespace

std::optional<Layout> as_layout(PyObject* object) {
  return py::isinstance<LayoutObject>(object) ? std::optional<Layout>(Layout{}) : std::nullopt;
}

std::optional<RowByRow> as_row_by_row(PyObject* object) {
  if (!py::isinstance<MemoryFormat>(object)) return {};
  const auto format = py::cast<MemoryFormat>(py::handle(object));
  if (format == MemoryFormat::channels_last || format == MemoryFormat::channels_last_3d) {
    PyErr_Format(
        PyExc_NotImplementedError,
        "memory_format=%s is not there: the elements of a new tensor lie row by row. Leave it out, or "
        "permute the dimensions.",
        name(format));
    throw py::error_already_set();
  }
  return RowByRow{};
}

std::optional<Unpinned> as_unpinned(PyObject* object) {
  if (PyBool_Check(object) == 0) return {};
  if (object == Py_True) {
    fail<DeviceError>(
        "pin_memory=True: there is no pinned memory, and copies to a card need none. Leave it out.");
  }
  return Unpinned{};
}

PyObject* strided() { return strided_object->inc_ref().ptr(); }

void add_layouts(py::module_& module) {
  py::class_<LayoutObject>(module, "layout", "How a tensor's elements are found: tenet.strided.")
      .def("__repr__", [](const LayoutObject&) { return "tenet.strided"; })
      .def("__reduce__", [](const LayoutObject&) { return "strided"; });
  strided_object = new py::object(py::cast(LayoutObject{}));
  module.attr("strided") = *strided_object;
  py::class_<MemoryFormat>(module, "memory_format", "In which order a tensor's elements lie.")
      .def("__repr__", [](MemoryFormat format) { return cat("tenet.", name(format)); })
      .def("__reduce__", [](MemoryFormat format) { return name(format); });
  for (int i = 0; i < 4; ++i) module.attr(kFormats[i]) = py::cast(static_cast<MemoryFormat>(i));
}

}  // namespace tenet::python
