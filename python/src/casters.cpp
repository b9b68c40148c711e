#include "tenet/python/src/casters.h"

#include <cstring>

#include "tenet/framework/core/error.h"
#include "tenet/python/src/errors.h"

namespace tenet::python {
namespace {

PyTypeObject* size_type = nullptr;
py::object* dtypes[6];

/// tenet.float32 and its kind: one object for each type.
struct DTypeObject {
  DType value;
};

struct DeviceObject {
  Device value;
};

/// A Python sequence that is not text, of one to kMaxRank pairs of ints.
std::optional<Padding> as_low_high(PyObject* object) {
  if (!PyList_Check(object) && !PyTuple_Check(object)) return {};
  Dims low, high;
  for (const py::handle side : py::reinterpret_borrow<py::object>(object)) {
    const std::optional<Dims> pair = as_dims(side.ptr());
    if (!pair || pair->size() != 2 || PyIndex_Check(side.ptr())) return {};
    low.push_back((*pair)[0]);
    high.push_back((*pair)[1]);
  }
  return Padding(low, high);
}

std::int64_t checked_int64(PyObject* integer) {
  const std::int64_t value = PyLong_AsLongLong(integer);
  if (value == -1 && PyErr_Occurred() != nullptr) throw py::error_already_set();
  return value;
}

PyObject* size_repr(PyObject* self) {
  return PyUnicode_FromFormat("tenet.Size(%U)",
                              py::str(py::list(py::reinterpret_borrow<py::object>(self))).ptr());
}

PyObject* size_numel(PyObject* self, PyObject*) {
  std::int64_t n = 1;
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(self); ++i) n *= PyLong_AsLongLong(PyTuple_GET_ITEM(self, i));
  return PyErr_Occurred() != nullptr ? nullptr : PyLong_FromLongLong(n);
}

/// A tuple as a size; null stays null. Takes the reference.
PyObject* sized(PyObject* tuple) {
  const py::object owned = py::reinterpret_steal<py::object>(tuple);
  return tuple == nullptr ? nullptr : PyObject_CallOneArg(reinterpret_cast<PyObject*>(size_type), tuple);
}

/// A slice of a size is a size.
PyObject* size_subscript(PyObject* self, PyObject* key) {
  PyObject* part = PyTuple_Type.tp_as_mapping->mp_subscript(self, key);
  return PySlice_Check(key) ? sized(part) : part;
}

/// A size and a tuple in either order.
PyObject* size_add(PyObject* left, PyObject* right) {
  if (!PyTuple_Check(left) || !PyTuple_Check(right)) Py_RETURN_NOTIMPLEMENTED;
  return sized(PyTuple_Type.tp_as_sequence->sq_concat(left, right));
}

PyObject* size_repeat(PyObject* self, Py_ssize_t times) {
  return sized(PyTuple_Type.tp_as_sequence->sq_repeat(self, times));
}

/// Of an iterable of ints.
PyObject* size_new(PyTypeObject* type, PyObject* args, PyObject* keywords) {
  return guarded([&]() -> PyObject* {
    py::object size = py::reinterpret_steal<py::object>(PyTuple_Type.tp_new(type, args, keywords));
    if (!size) return nullptr;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(size.ptr()); ++i) {
      PyObject* item = PyTuple_GET_ITEM(size.ptr(), i);
      if (PyLong_Check(item)) continue;
      const std::optional<std::int64_t> extent = as_index(item);
      if (!extent) {
        throw py::type_error(cat("Size: takes ints, but item ", i, " is a ", Py_TYPE(item)->tp_name, "."));
      }
      PyTuple_SET_ITEM(size.ptr(), i, PyLong_FromLongLong(*extent));
      Py_DECREF(item);
    }
    return size.release().ptr();
  });
}

void add_size(py::module_& module) {
  static PyMethodDef methods[] = {{"numel", size_numel, METH_NOARGS, "The product of the extents."},
                                  {nullptr, nullptr, 0, nullptr}};
  static PyType_Slot slots[] = {{Py_tp_repr, reinterpret_cast<void*>(size_repr)},
                                {Py_tp_str, reinterpret_cast<void*>(size_repr)},
                                {Py_tp_new, reinterpret_cast<void*>(size_new)},
                                {Py_mp_subscript, reinterpret_cast<void*>(size_subscript)},
                                {Py_nb_add, reinterpret_cast<void*>(size_add)},
                                {Py_sq_repeat, reinterpret_cast<void*>(size_repeat)},
                                {Py_tp_methods, methods},
                                {Py_tp_doc, const_cast<char*>("The extents of a tensor, a tuple of ints.")},
                                {0, nullptr}};
  static PyType_Spec spec{"tenet.Size", 0, 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, slots};
  PyObject* type = PyType_FromSpecWithBases(&spec, reinterpret_cast<PyObject*>(&PyTuple_Type));
  if (type == nullptr) throw py::error_already_set();
  size_type = reinterpret_cast<PyTypeObject*>(type);
  module.attr("Size") = py::handle(type);
}

void add_dtype(py::module_& module) {
  py::class_<DTypeObject>(module, "dtype", "The type of a tensor's elements.")
      .def("__repr__", [](const DTypeObject& d) { return std::string("tenet.") + name(d.value); })
      .def("__reduce__", [](const DTypeObject& d) { return std::string(name(d.value)); })
      .def_property_readonly("is_floating_point", [](const DTypeObject& d) { return is_floating(d.value); })
      .def_property_readonly(
          "itemsize", [](const DTypeObject& d) { return item_size(d.value); }, "Bytes of an element.");
  for (int i = 0; i < 6; ++i) {
    const auto dtype = static_cast<DType>(i);
    dtypes[i] = new py::object(py::cast(DTypeObject{dtype}));
    module.attr(name(dtype)) = *dtypes[i];
  }
  const std::pair<const char*, DType> others[] = {
      {"float", float32}, {"double", float64}, {"long", int64}, {"int", int32}};
  for (const auto& [other, dtype] : others) module.attr(other) = *dtypes[static_cast<int>(dtype)];
}

std::string device_repr(const DeviceObject& d) {
  if (d.value.type == DeviceType::cpu) return "device(type='cpu')";
  return cat("device(type='cuda', index=", int{d.value.index}, ")");
}

void add_device(py::module_& module) {
  py::class_<DeviceObject>(module, "device", "Where a tensor's memory lies: tenet.device(\"cpu\").")
      .def(py::init([](Device device) { return DeviceObject{device}; }), py::arg("device"))
      .def(py::init([](const std::string& type, std::optional<int> index) {
             return DeviceObject{tenet::to_device(index ? cat(type, ":", *index) : type)};
           }),
           py::arg("type"), py::arg("index") = py::none())
      .def_property_readonly(
          "type", [](const DeviceObject& d) { return d.value.type == DeviceType::cpu ? "cpu" : "cuda"; })
      .def_property_readonly("index",
                             [](const DeviceObject& d) -> std::optional<int> {
                               if (d.value.type == DeviceType::cpu) return {};
                               return d.value.index;
                             })
      .def("__str__", [](const DeviceObject& d) { return str(d.value); })
      .def("__repr__", &device_repr)
      .def(
          "__eq__", [](const DeviceObject& d, const DeviceObject& other) { return d.value == other.value; },
          py::is_operator())
      .def("__hash__",
           [](const DeviceObject& d) { return static_cast<int>(d.value.type) * 256 + d.value.index; })
      .def("__reduce__",
           [](const py::object& d) { return py::make_tuple(py::type::of(d), py::make_tuple(py::str(d))); });
}

/// Whether a buffer's format is that of one real number.
bool is_real(const char* format) {
  if (format == nullptr || format[0] == '\0') return false;
  if (std::strchr("<>=@", format[0]) != nullptr) ++format;
  return std::strchr("bBhHiIlLqQefdg?", format[0]) != nullptr && format[0] != '\0' && format[1] == '\0';
}

}  // namespace

std::optional<Scalar> as_scalar(PyObject* object) {
  if (PyFloat_CheckExact(object)) return Scalar(PyFloat_AS_DOUBLE(object));
  if (PyLong_CheckExact(object)) return Scalar(checked_int64(object));
  if (PyBool_Check(object)) return Scalar(object == Py_True);
  if (PyFloat_Check(object)) return Scalar(PyFloat_AsDouble(object));
  if (PyLong_Check(object)) return Scalar(checked_int64(object));
  if (is_tensor(object) || PyObject_CheckBuffer(object) == 0) return {};
  // NumPy's scalars, the other ones with a buffer: told by their being of no dimension. Its complex numbers, dates and
  // text have a __float__ that gives something too, but not their value.
  Py_buffer buffer;
  if (PyObject_GetBuffer(object, &buffer, PyBUF_FORMAT | PyBUF_ND) != 0) {
    PyErr_Clear();
    return {};
  }
  const bool is_bool = buffer.format != nullptr && buffer.format[0] == '?';
  const bool alone = buffer.ndim == 0 && is_real(buffer.format);
  PyBuffer_Release(&buffer);
  if (!alone) return {};
  if (is_bool) return Scalar(PyObject_IsTrue(object) == 1);
  if (PyIndex_Check(object)) {
    if (const std::optional<std::int64_t> integer = as_index(object)) return Scalar(*integer);
  }
  const double value = PyFloat_AsDouble(object);
  if (value == -1 && PyErr_Occurred() != nullptr) {
    PyErr_Clear();
    return {};
  }
  return Scalar(value);
}

std::optional<Scalar> as_number(PyObject* object) {
  if (!is_tensor(object)) return as_scalar(object);
  const Tensor& x = unwrap(object);
  if (x.dim() != 0 || x.requires_grad()) return {};
  if (x.dtype() == boolean) return Scalar(x.item<bool>());
  return is_floating(x.dtype()) ? Scalar(x.item<double>()) : Scalar(x.item<std::int64_t>());
}

std::optional<std::int64_t> as_index(PyObject* object) {
  if (PyLong_Check(object)) return checked_int64(object);
  if (PyIndex_Check(object) == 0) return {};
  const py::object integer = py::reinterpret_steal<py::object>(PyNumber_Index(object));
  if (!integer) {  // a float array, a tensor of several elements
    PyErr_Clear();
    return {};
  }
  return checked_int64(integer.ptr());
}

std::optional<Dims> as_dims(PyObject* object) {
  if (PyLong_Check(object)) return Dims{checked_int64(object)};
  if (!PyList_Check(object) && !PyTuple_Check(object)) {
    const std::optional<std::int64_t> one = as_index(object);
    return one ? std::optional(Dims{*one}) : std::nullopt;
  }
  Dims dims;
  for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(object); ++i) {
    const std::optional<std::int64_t> value = as_index(PySequence_Fast_GET_ITEM(object, i));
    if (!value) return {};
    dims.push_back(*value);
  }
  return dims;
}

PyObject* to_size(const Dims& dims) {
  PyObject* size = size_type->tp_alloc(size_type, dims.size());
  if (size == nullptr) throw py::error_already_set();
  for (int i = 0; i < dims.size(); ++i) PyTuple_SET_ITEM(size, i, PyLong_FromLongLong(dims[i]));
  return size;
}

bool is_size(PyObject* object) { return PyObject_TypeCheck(object, size_type) != 0; }

std::optional<DType> as_dtype(PyObject* object) {
  if (py::isinstance<DTypeObject>(object)) return py::cast<const DTypeObject&>(py::handle(object)).value;
  if (object == reinterpret_cast<PyObject*>(&PyFloat_Type)) return float64;
  if (object == reinterpret_cast<PyObject*>(&PyLong_Type)) return int64;
  if (object == reinterpret_cast<PyObject*>(&PyBool_Type)) return boolean;
  return {};
}

PyObject* to_dtype(DType dtype) {
  const py::object& object = *dtypes[static_cast<int>(dtype)];
  return object.inc_ref().ptr();
}

std::optional<Device> as_device(PyObject* object) {
  if (PyUnicode_Check(object)) return tenet::to_device(py::cast<std::string>(py::handle(object)));
  if (py::isinstance<DeviceObject>(object)) return py::cast<const DeviceObject&>(py::handle(object)).value;
  return {};
}

PyObject* to_device(Device device) { return py::cast(DeviceObject{device}).release().ptr(); }

std::optional<PerAxis> as_per_axis(PyObject* object) {
  if (object == Py_None) return PerAxis();
  const std::optional<Dims> dims = as_dims(object);
  if (!dims) return {};
  return PerAxis(*dims);
}

std::optional<Padding> as_padding(PyObject* object) {
  if (PyUnicode_Check(object)) return Padding(std::string_view(PyUnicode_AsUTF8(object)));
  if (const std::optional<Dims> dims = as_dims(object)) return Padding(*dims);
  return as_low_high(object);
}

Dims dims_of(const py::args& args, const char* f) {
  const py::handle given = args.size() == 1 ? py::handle(args[0]) : py::handle(args);
  const std::optional<Dims> dims = as_dims(given.ptr());
  if (!dims) throw py::type_error(cat(f, ": sizes are ints, given one by one or as one tuple or list."));
  return *dims;
}

void add_value_types(py::module_& module) {
  add_size(module);
  add_dtype(module);
  add_device(module);
}

}  // namespace tenet::python
