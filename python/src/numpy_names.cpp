#include "tenet/python/src/bind.h"

namespace tenet::python {

py::object with_numpy_names(const py::object& f, const py::args& args, const py::kwargs& kwargs) {
  py::dict renamed;
  bool some = false;
  for (const auto& [key, value] : kwargs) {
    const auto name = key.cast<std::string>();
    const char* const other = name == "axis" ? "dim" : name == "keepdims" ? "keepdim" : nullptr;
    renamed[py::str(other == nullptr ? name : other)] = value;
    some |= other != nullptr;
  }
  if (!some) throw py::reference_cast_error();  // pybind11: on to the next overload
  return f(*args, **renamed);
}

}  // namespace tenet::python
