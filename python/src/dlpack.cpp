// DLPack: memory shared with PyTorch, NumPy, JAX and others.
// Source: https://dmlc.github.io/dlpack/latest/ (the C structures), https://data-apis.org/array-api (the methods).
#include "tenet/ops/create/create.h"
#include "tenet/python/src/bind.h"

namespace tenet::python {
namespace {

// --- The structures, as the specification has them -------------------------------------------------------------------

struct DlDevice {
  std::int32_t type, id;
};
struct DlType {
  std::uint8_t code, bits;
  std::uint16_t lanes;
};
struct DlTensor {
  void* data;
  DlDevice device;
  std::int32_t ndim;
  DlType dtype;
  std::int64_t* shape;
  std::int64_t* strides;  // in elements; null: row-major
  std::uint64_t byte_offset;
};
struct Unversioned {
  DlTensor tensor;
  void* context;
  void (*deleter)(Unversioned*);
  static constexpr const char *name = "dltensor", *used = "used_dltensor";
};
struct Versioned {
  std::uint32_t major, minor;
  void* context;
  void (*deleter)(Versioned*);
  std::uint64_t flags;
  DlTensor tensor;
  static constexpr const char *name = "dltensor_versioned", *used = "used_dltensor_versioned";
};
constexpr std::int32_t kCpu = 1;
constexpr std::uint32_t kMajor = 1, kMinor = 0;
constexpr std::uint64_t kReadOnly = 1, kCopied = 2;
enum Code : std::uint8_t { kInt = 0, kUnsigned = 1, kFloat = 2, kBool = 6 };

DlType to_dl(DType dtype) {
  const auto bits = static_cast<std::uint8_t>(8 * item_size(dtype));
  const Code code = is_floating(dtype) ? kFloat
                    : dtype == boolean ? kBool
                    : dtype == uint8   ? kUnsigned
                                       : kInt;
  return {code, bits, 1};
}

DType from_dl(DlType type) {
  for (const DType dtype : {float32, float64, int64, int32, uint8, boolean}) {
    const DlType known = to_dl(dtype);
    if (known.code == type.code && known.bits == type.bits && type.lanes == 1) return dtype;
  }
  fail<DTypeError>(
      "from_dlpack: elements of code ", int{type.code}, " with ", int{type.bits}, " bits and ", type.lanes,
      " lanes have no tensor of their type: Tenet has float32, float64, int64, int32, uint8 and bool. "
      "Convert first.");
}

// --- Out -----------------------------------------------------------------------------------------------------------

/// What a capsule points to: the structure, and what it refers to.
template <class Managed> struct Export {
  Managed managed{};
  Tensor tensor;
  std::int64_t shape[Dims::kMaxRank], strides[Dims::kMaxRank];

  explicit Export(Tensor x) : tensor(std::move(x)) {
    for (int d = 0; d < tensor.dim(); ++d) {
      shape[d] = tensor.shape()[d];
      strides[d] = tensor.strides()[d];
    }
    managed.tensor = {tensor.impl()->data,
                      {kCpu, 0},
                      static_cast<std::int32_t>(tensor.dim()),
                      to_dl(tensor.dtype()),
                      shape,
                      strides,
                      0};
    managed.context = this;
    managed.deleter = [](Managed* m) { delete static_cast<Export*>(m->context); };
  }
};

/// A capsule that frees the structure if nobody takes it.
template <class Managed> py::capsule to_capsule(Managed& managed) {
  PyObject* capsule = PyCapsule_New(&managed, Managed::name, [](PyObject* self) {
    if (PyCapsule_IsValid(self, Managed::name) == 0) return;  // taken: the taker frees it
    auto* unused = static_cast<Managed*>(PyCapsule_GetPointer(self, Managed::name));
    unused->deleter(unused);
  });
  if (capsule == nullptr) throw py::error_already_set();
  return py::reinterpret_steal<py::capsule>(capsule);
}

using Pair = std::pair<std::int64_t, std::int64_t>;

py::capsule to_dlpack(const Tensor& x, const py::object& stream, const std::optional<Pair>& max_version,
                      const std::optional<Pair>& device, std::optional<bool> copy) {
  if (x.requires_grad()) {
    fail<GradientError>(
        "__dlpack__: this tensor requires grad, and what others do to its memory would not be recorded. "
        "Use x.detach().");
  }
  if (!stream.is_none()) fail<ValueError>("__dlpack__: stream must be None for a tensor on the CPU.");
  if (device && *device != Pair(kCpu, 0)) {
    throw py::buffer_error(
        "__dlpack__: the tensor is on the CPU and cannot be given to another device. Convert there.");
  }
  const bool copied = copy.value_or(false);
  const Tensor given = copied ? x.clone() : x.detach();
  if (!max_version || max_version->first < 1) return to_capsule((new Export<Unversioned>(given))->managed);
  auto* out = new Export<Versioned>(given);
  out->managed.major = kMajor;
  out->managed.minor = kMinor;
  out->managed.flags = copied ? kCopied : 0;
  return to_capsule(out->managed);
}

// --- In ------------------------------------------------------------------------------------------------------------

Shape shape_of(const DlTensor& source) {
  if (source.ndim < 0 || source.ndim > static_cast<std::int32_t>(Dims::kMaxRank)) {
    fail<ShapeError>("from_dlpack: ", source.ndim, " dimensions are more than a tensor has, ", Dims::kMaxRank,
                     ". Reshape first.");
  }
  Shape shape;
  for (std::int32_t d = 0; d < source.ndim; ++d) shape.push_back(source.shape[d]);
  return shape;
}

Strides strides_of(const DlTensor& source, const Shape& shape) {
  if (source.strides == nullptr) return contiguous_strides(shape);
  Strides strides;
  for (std::int32_t d = 0; d < source.ndim; ++d) {
    const bool matters = source.shape[d] > 1;
    if (matters && source.strides[d] < 0) {
      fail<ValueError>(
          "from_dlpack: a stride is negative, which tensors do not have. Copy the elements first.");
    }
    strides.push_back(matters ? source.strides[d] : 1);
  }
  return strides;
}

/// What a taken structure means; it is freed with the last view, in whichever thread, or now if this throws.
template <class Managed>
Tensor take(const py::capsule& capsule, std::optional<bool> copy, std::uint64_t flags) {
  auto* managed = static_cast<Managed*>(PyCapsule_GetPointer(capsule.ptr(), Managed::name));
  const DlTensor& source = managed->tensor;
  if (source.device.type != kCpu) {
    fail<DeviceError>("from_dlpack: the memory is on a device of type ", source.device.type,
                      ", but this tenet knows the CPU alone. Bring it there first.");
  }
  const DType dtype = from_dl(source.dtype);
  const Shape shape = shape_of(source);
  const Strides strides = strides_of(source, shape);
  const bool read_only = (flags & kReadOnly) != 0;
  if (read_only && copy == std::optional(false)) {
    fail<ValueError>(
        "from_dlpack: the memory is read-only and tensors can be written. Leave copy=False out.");
  }
  std::byte* data = static_cast<std::byte*>(source.data) + source.byte_offset;
  if (PyCapsule_SetName(capsule.ptr(), Managed::used) != 0) throw py::error_already_set();
  const std::shared_ptr<Managed> owner(managed, [](Managed* m) {
    if (m->deleter == nullptr || !Py_IsInitialized()) return;
    const py::gil_scoped_acquire gil;
    m->deleter(m);
  });
  const Tensor over =
      from_memory(data, shape, strides, dtype, [held = owner](void*) mutable { held.reset(); });
  return read_only || copy.value_or(false) ? over.clone() : over;
}

Tensor from_capsule(const py::capsule& capsule, std::optional<bool> copy) {
  if (PyCapsule_IsValid(capsule.ptr(), Unversioned::name) != 0) return take<Unversioned>(capsule, copy, 0);
  if (PyCapsule_IsValid(capsule.ptr(), Versioned::name) == 0) {
    fail<ValueError>(
        "from_dlpack: this capsule holds no tensor, or its tensor was taken already. Each can be taken "
        "once.");
  }
  const auto* managed = static_cast<Versioned*>(PyCapsule_GetPointer(capsule.ptr(), Versioned::name));
  if (managed->major != kMajor) {
    throw py::buffer_error(
        cat("from_dlpack: version ", managed->major, " of DLPack is not known here, only ", kMajor, "."));
  }
  return take<Versioned>(capsule, copy, managed->flags);
}

/// The capsule of an object, in the newest form that both sides know.
py::object ask(const py::object& source, std::optional<bool> copy) {
  const py::object method = source.attr("__dlpack__");
  try {
    return method(arg("max_version") = py::make_tuple(kMajor, kMinor), arg("copy") = copy);
  } catch (const py::error_already_set& error) {
    if (!error.matches(PyExc_TypeError)) throw;
    return method();  // older than version 1
  }
}

Tensor from_dlpack(const py::object& source, std::optional<Device>, std::optional<bool> copy) {
  if (py::isinstance<py::capsule>(source))
    return from_capsule(py::reinterpret_borrow<py::capsule>(source), copy);
  if (!py::hasattr(source, "__dlpack__")) {
    throw py::type_error(
        cat("from_dlpack: a ", Py_TYPE(source.ptr())->tp_name,
            " does not speak DLPack: it has no __dlpack__. Use tenet.tensor or tenet.from_numpy."));
  }
  return from_capsule(py::reinterpret_steal<py::capsule>(ask(source, copy).release()), copy);
}

}  // namespace

void bind_dlpack(Binder& bind) {
  bind.tensor
      .def("__dlpack__", &to_dlpack, py::kw_only(), arg("stream") = py::none(), arg("max_version") = none,
           arg("dl_device") = none, arg("copy") = none, "The memory as a DLPack capsule.")
      .def(
          "__dlpack_device__", [](const Tensor&) { return std::pair(kCpu, 0); }, "(1, 0): the CPU.");
  bind.module.def(
      "from_dlpack", &from_dlpack, arg("ext_tensor"), py::kw_only(), arg("device") = none, arg("copy") = none,
      "A tensor over the memory of an object of another library, which it keeps alive. Read-only memory is "
      "copied. Raises DTypeError, DeviceError or ValueError for what a tensor cannot be.");
}

}  // namespace tenet::python
