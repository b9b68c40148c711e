// Methods of tenet.Tensor that are facts, conversions and copies; those that are ops stand with their family.
#include "tenet/framework/tensor/print.h"
#include "tenet/nn/init.h"
#include "tenet/ops/copy/copy.h"
#include "tenet/python/src/bind.h"
#include "tenet/python/src/convert.h"

namespace tenet::python {
namespace {

py::object converted(const py::object& self, DType dtype) { return same_or(self, unwrap(self).to(dtype)); }

/// x.to(dtype), x.to(device), x.to(other), x.to(device, dtype), and non_blocking and copy by place after them
py::object to(const py::object& self, const py::args& targets, std::optional<DType> dtype,
              std::optional<Device> device, bool /*non_blocking*/, bool copy, RowByRow) {
  const Tensor& x = unwrap(self);
  int flags = 0;
  for (const py::handle target : targets) {
    if (PyBool_Check(target.ptr())) {
      if (++flags == 2) copy = target.ptr() == Py_True;
      continue;
    }
    if (const auto named = as_dtype(target.ptr())) {
      dtype = named;
    } else if (is_tensor(target.ptr())) {
      dtype = unwrap(target).dtype();
      device = unwrap(target).device();
    } else if (const auto place = as_device(target.ptr())) {
      device = place;
    } else {
      throw py::type_error(
          cat("to: needs a dtype, a device or a tensor but got a ", Py_TYPE(target.ptr())->tp_name, "."));
    }
  }
  return same_or(self, unlocked(size_of(x), [&] {
                   const Tensor there = device ? x.to(*device) : x;
                   const Tensor y = dtype ? there.to(*dtype) : there;
                   return copy && y.impl() == x.impl() ? y.clone() : y;
                 }));
}

bool is_contiguous(const Tensor& x, MemoryFormat format) {
  const std::int64_t spatial = format == MemoryFormat::channels_last      ? 2
                               : format == MemoryFormat::channels_last_3d ? 3
                                                                          : 0;
  if (spatial == 0 || x.dim() != spatial + 2) return spatial == 0 && x.is_contiguous();
  Dims order{0};
  for (std::int64_t d = 2; d < x.dim(); ++d) order.push_back(d);
  order.push_back(1);
  return x.detach().permute(order).is_contiguous();
}

py::object size(const Tensor& x, std::optional<std::int64_t> dim) {
  if (dim) return py::int_(x.size(*dim));
  return py::reinterpret_steal<py::object>(to_size(x.shape()));
}

py::object stride(const Tensor& x, std::optional<std::int64_t> dim) {
  if (dim) {
    x.size(*dim);  // checks it
    return py::int_(x.strides()[*dim < 0 ? *dim + x.dim() : *dim]);
  }
  const Strides strides = x.strides();
  return py::tuple(py::cast(std::vector<std::int64_t>(strides.begin(), strides.end())));
}

/// An array over the same memory; with force over a copy on the CPU where the tensor is elsewhere.
py::object to_numpy(const py::object& self, bool force) {
  if (force) return to_numpy(wrapped(unwrap(self).detach().to(Device{})), false);
  if (const Device device = unwrap(self).device(); device.type != DeviceType::cpu) {
    fail<DeviceError>("numpy: this tensor is on ", str(device),
                      ", and an array is on the CPU. Use x.cpu().numpy().");
  }
  if (unwrap(self).requires_grad()) {
    fail<GradientError>(
        "numpy: this tensor requires grad, and what an array does to it would not be recorded. Use "
        "x.detach().numpy().");
  }
  return py::module_::import("numpy").attr("asarray")(
      py::reinterpret_steal<py::object>(PyMemoryView_FromObject(self.ptr())));
}

/// What numpy.asarray(x) calls.
py::object array(const py::object& self, const py::object& dtype, const py::object& copy) {
  const py::object over = to_numpy(self, false);
  const bool other_type = !dtype.is_none() && !py::object(over.attr("dtype")).equal(dtype);
  if (!copy.is_none() && !py::cast<bool>(copy) && other_type) {
    fail<ValueError>(
        "__array__: an array of another type cannot share the tensor's memory. Leave copy=False out.");
  }
  if (other_type) return over.attr("astype")(dtype);
  return !copy.is_none() && py::cast<bool>(copy) ? over.attr("copy")() : over;
}

std::string repr(const py::object& self) {
  const std::string text = str(unwrap(self));
  return Py_TYPE(self.ptr()) == tensor_type
             ? text
             : py::cast<std::string>(py::type::of(self).attr("__name__")) + " containing:\n" + text;
}

/// A number formats as a number: f"{loss:.4f}".
py::object format(const py::object& self, const std::string& spec) {
  const Tensor& x = unwrap(self);
  if (x.dim() == 0)
    return py::reinterpret_steal<py::object>(PyObject_Format(item(x).ptr(), py::str(spec).ptr()));
  if (!spec.empty()) {
    throw py::type_error(cat("format: \"", spec, "\" formats a number, but this tensor has shape ",
                             str(x.shape()), ". Format its elements, or leave the specification out."));
  }
  return py::str(repr(self));
}

PrintOptions options_of(const std::string& profile) {
  if (profile == "short") return {.precision = 2, .edge_items = 2};
  if (profile == "full") return {.threshold = std::numeric_limits<std::int64_t>::max()};
  return profile == "default" ? PrintOptions() : print_options();
}

Tensor copy_with_history(const Tensor& x) {
  Tensor copy = x.detach().clone();
  if (x.requires_grad()) copy.requires_grad_();
  return copy;
}

/// copy.deepcopy(x): elements and gradient of its own.
py::object deep_copy(const py::object& self, py::dict memo) {
  const Tensor& x = unwrap(self);
  if (!x.is_leaf()) {
    fail<GradientError>("deepcopy: only leaves can be copied whole, this tensor was computed by ",
                        x.grad_fn(), ". Use x.clone(), which is recorded, or x.detach().clone().");
  }
  Tensor copy = copy_with_history(x);
  if (x.grad().defined()) copy.set_grad(x.grad().clone());
  py::object copied = py::reinterpret_steal<py::object>(wrap(std::move(copy), Py_TYPE(self.ptr())));
  memo[py::reinterpret_steal<py::object>(PyLong_FromVoidPtr(self.ptr()))] =
      copied;  // for what refers back to it
  if (py::len(self.attr("__dict__")) > 0) {
    copied.attr("__dict__") = py::module_::import("copy").attr("deepcopy")(self.attr("__dict__"), memo);
  }
  return copied;
}

}  // namespace

void bind_tensor(Binder& bind) {
  bind.tensor.def("__repr__", &repr)
      .def("__str__", &repr)
      .def("__format__", &format, arg("spec"))
      .def("__deepcopy__", &deep_copy, arg("memo"))
      .def("__array__", &array, arg("dtype") = none, arg("copy") = none)
      .def("dim", &Tensor::dim, "The number of dimensions.")
      .def("ndimension", &Tensor::dim)
      .def("numel", &Tensor::numel, "The number of elements.")
      .def("nelement", &Tensor::numel)
      .def("size", &size, arg("dim") = none, "The extents, or that of one dimension.")
      .def("stride", &stride, arg("dim") = none,
           "How many elements apart neighbours lie, along each dimension or one.")
      .def(
          "element_size", [](const Tensor& x) { return item_size(x.dtype()); }, "Bytes of an element.")
      .def(
          "data_ptr", [](const Tensor& x) { return reinterpret_cast<std::uintptr_t>(x.impl()->data); },
          "The address of the first element.")
      .def("storage_offset", &storage_offset,
           "How many elements of the memory it looks into lie before its first.")
      .def(
          "is_contiguous", &is_contiguous, arg("memory_format") = MemoryFormat::contiguous,
          "Whether the elements lie row by row without gaps; with channels_last, whether they do so with the "
          "channels, dimension 1, as the last.")
      .def("item", &item, "The value of a tensor with one element, as a float, int or bool.")
      .def("tolist", &to_list, "Nested lists of the elements; a number for a scalar.")
      .def("numpy", &to_numpy, py::kw_only(), arg("force") = false,
           "An array over the same memory. Raises GradientError if the tensor requires grad, and DeviceError "
           "if "
           "it is on a card, unless force: that is x.detach().cpu().numpy().")

      .def("to", &to, arg("dtype") = none, arg("device") = none, arg("non_blocking") = false,
           arg("copy") = false, arg("memory_format") = none,
           "The elements in another type or place; the tensor itself if nothing changes, unless copy. "
           "Recorded. "
           "non_blocking is PyTorch's and has no effect.")
      .def(
          "type_as",
          [](const py::object& self, const Tensor& other) {
            return same_or(self, unwrap(self).to(other.device()).to(other.dtype()));
          },
          arg("other"))
      .def(
          "float", [](const py::object& self) { return converted(self, float32); }, "x.to(tenet.float32)")
      .def(
          "double", [](const py::object& self) { return converted(self, float64); }, "x.to(tenet.float64)")
      .def(
          "long", [](const py::object& self) { return converted(self, int64); }, "x.to(tenet.int64)")
      .def(
          "int", [](const py::object& self) { return converted(self, int32); }, "x.to(tenet.int32)")
      .def(
          "bool", [](const py::object& self) { return converted(self, boolean); }, "x.to(tenet.bool)")
      .def(
          "cpu", [](const py::object& self) { return same_or(self, unwrap(self).to(Device{})); },
          "x.to(\"cpu\")")
      .def(
          "cuda",
          [](const py::object& self, const std::optional<Device>& device) {
            return same_or(self, unwrap(self).to(device.value_or(Device{DeviceType::cuda})));
          },
          arg("device") = none, "x.to(\"cuda\")")
      .def(
          "contiguous",
          [](const py::object& self, RowByRow) {
            const Tensor& x = unwrap(self);
            return same_or(self, unlocked(size_of(x), [&] { return x.contiguous(); }));
          },
          arg("memory_format") = none,
          "The tensor itself if its elements lie row by row, else a copy that does.")
      .def_in_place(
          "copy_", +[](Tensor& x, const Tensor& src) { x.copy_(src); }, arg("src"),
          "Writes src, broadcast and converted, into the elements.")
      .def_in_place(
          "copy_", +[](Tensor& x, Scalar src) { x.fill_(src); }, arg("src"))
      .def_in_place(
          "fill_", +[](Tensor& x, Scalar value) { x.fill_(value); }, arg("value"),
          "Writes a number into every element.")
      .def_in_place(
          "fill_",
          +[](Tensor& x, const Tensor& value) {
            if (value.dim() != 0) {
              fail<ShapeError>("fill_: value has shape ", value.shape(),
                               " but must have none, []. Use copy_() for more than one number.");
            }
            x.copy_(value);
          },
          arg("value"))
      .def_in_place(
          "zero_", +[](Tensor& x) { x.zero_(); }, "Writes 0 into every element.");
  bind.module.def(
      "is_tensor", [](const py::object& x) { return is_tensor(x.ptr()); }, arg("obj"));
  bind.module.def("numel", &Tensor::numel, arg("input"));
  bind.both("clone", unlocking(+[](const Tensor& x, RowByRow) { return x.clone(); }), py::kw_only(),
            arg("memory_format") = none, "A copy, recorded.");
  bind.module.def(
      "set_printoptions",
      [](std::optional<int> precision, std::optional<std::int64_t> threshold,
         std::optional<std::int64_t> edge_items, std::optional<std::int64_t> line_width,
         std::optional<std::string> profile, std::optional<bool> scientific) {
        PrintOptions options = profile ? options_of(*profile) : print_options();
        options.precision = precision.value_or(options.precision);
        options.threshold = threshold.value_or(options.threshold);
        options.edge_items = edge_items.value_or(options.edge_items);
        options.line_width = line_width.value_or(options.line_width);
        options.scientific = scientific;
        set_print_options(options);
      },
      arg("precision") = none, arg("threshold") = none, arg("edgeitems") = none, arg("linewidth") = none,
      arg("profile") = none, arg("sci_mode") = none,
      "How tensors print: digits after the point (4), elements above which the middle is left out (1000), "
      "elements shown at "
      "either end then (3), characters of a line (80); sci_mode None chooses by the elements. profile "
      "\"default\", "
      "\"short\" and \"full\" set all of them first.");
  bind.module.def(
      "make_subclass",
      [](const py::object& type, const Tensor& x, bool requires_grad) {
        auto* cls = reinterpret_cast<PyTypeObject*>(type.ptr());
        if (!PyType_Check(type.ptr()) || PyType_IsSubtype(cls, tensor_type) == 0) {
          throw py::type_error(
              cat("make_subclass: ", std::string(py::repr(type)), " is not a subclass of Tensor."));
        }
        Tensor same = x.detach();
        if (requires_grad) same.requires_grad_();
        return py::reinterpret_steal<py::object>(wrap(std::move(same), cls));
      },
      arg("cls"), arg("data"), arg("requires_grad") = false,
      "An object of a subclass of Tensor with the elements of `data` and no history.");
}

}  // namespace tenet::python
