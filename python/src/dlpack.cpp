// DLPack: memory shared with PyTorch, NumPy, JAX and others.
// Source: https://dmlc.github.io/dlpack/latest/ (the C structures), https://data-apis.org/array-api (the methods).
#include <cstring>

#include "tenet/framework/core/cuda.h"
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
constexpr std::int32_t kCpu = 1, kCuda = 2, kCudaHost = 3, kCudaManaged = 13;
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

DlDevice to_dl(Device device) { return {device.type == DeviceType::cpu ? kCpu : kCuda, device.index}; }

/// Memory that both can reach counts as the CPU's.
Device from_dl(DlDevice device) {
  if (device.type == kCpu || device.type == kCudaHost || device.type == kCudaManaged) return {};
  if (device.type == kCuda) return {DeviceType::cuda, static_cast<std::int8_t>(device.id)};
  fail<DeviceError>("from_dlpack: the memory is on a device of type ", device.type,
                    ", but Tenet knows the CPU (1) and CUDA (2) alone. Bring it there first.");
}

// --- Out -----------------------------------------------------------------------------------------------------------

/// The other library works on streams of its own: what is to be done on a card before memory passes to or from it is done.
void settle(Device device) noexcept try { cuda::synchronize(device); } catch (const std::exception&) {
  // The next call that uses the card tells.
}

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
                      to_dl(tensor.device()),
                      static_cast<std::int32_t>(tensor.dim()),
                      to_dl(tensor.dtype()),
                      shape,
                      strides,
                      0};
    managed.context = this;
    managed.deleter = [](Managed* m) {
      auto* out = static_cast<Export*>(m->context);
      settle(out->tensor.device());
      delete out;
    };
  }
};

/// A capsule that frees the structure if nobody takes it.
template <class Managed> py::capsule to_capsule(std::unique_ptr<Export<Managed>> out) {
  PyObject* capsule = PyCapsule_New(&out->managed, Managed::name, [](PyObject* self) {
    if (PyCapsule_IsValid(self, Managed::name) == 0) return;  // taken: the taker frees it
    auto* unused = static_cast<Managed*>(PyCapsule_GetPointer(self, Managed::name));
    unused->deleter(unused);
  });
  if (capsule == nullptr) throw py::error_already_set();
  out.release();
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
  const DlDevice here = to_dl(x.device());
  if (here.type == kCpu && !stream.is_none()) {
    fail<ValueError>("__dlpack__: stream must be None for a tensor on the CPU.");
  }
  const bool moved = device && *device != Pair(here.type, here.id);
  if (moved && (*device != Pair(kCpu, 0) || copy == std::optional(false))) {
    throw py::buffer_error(cat("__dlpack__: the tensor is on ", str(x.device()),
                               " and cannot be given to another device",
                               moved && copy ? " without a copy" : "", ". Convert there."));
  }
  const bool copied = moved || copy.value_or(false);
  const Tensor given = moved ? x.detach().to(Device{}) : copied ? x.clone() : x.detach();
  settle(given.device());
  if (!max_version || max_version->first < 1) return to_capsule(std::make_unique<Export<Unversioned>>(given));
  auto out = std::make_unique<Export<Versioned>>(given);
  out->managed.major = kMajor;
  out->managed.minor = kMinor;
  out->managed.flags = copied ? kCopied : 0;
  return to_capsule(std::move(out));
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
  Strides strides = contiguous_strides(shape);
  for (int d = 0; source.strides != nullptr && d < shape.size(); ++d) {
    strides[d] = shape[d] > 1 ? source.strides[d] : 1;
  }
  return strides;
}

/// What a structure says, in our words. `data` is null or the element of index 0, 0, ...
struct Source {
  std::byte* data;
  Shape shape;
  Strides strides;
  DType dtype;
  Device device;

  explicit Source(const DlTensor& source)
      : data(static_cast<std::byte*>(source.data) + source.byte_offset),
        shape(shape_of(source)),
        strides(strides_of(source, shape)),
        dtype(from_dl(source.dtype)),
        device(from_dl(source.device)) {}
};

/// Why a tensor cannot stand over the memory; null if it can.
const char* obstacle(const Source& source, std::uint64_t flags) {
  if ((flags & kReadOnly) != 0) return "it is read-only and tensors can be written";
  for (const std::int64_t stride : source.strides) {
    if (stride < 0) return "it has a negative stride, which tensors do not have";
  }
  if (reinterpret_cast<std::uintptr_t>(source.data) % item_size(source.dtype) != 0) {
    return "it is not aligned for its type";
  }
  return nullptr;
}

/// Copies the part of the source below dimension `dim` to `to`, row by row, and gives where it ends. Reads bytes, as the
/// elements may lie at any address.
std::byte* copy_part(const Source& source, const std::byte* from, int dim, std::byte* to) {
  const auto bytes = static_cast<std::int64_t>(item_size(source.dtype));
  const bool row = dim + 1 == source.shape.size() && source.strides[dim] == 1;
  if (row || dim == source.shape.size()) {
    const std::int64_t count = row ? source.shape[dim] * bytes : bytes;
    if (count > 0) std::memcpy(to, from, static_cast<std::size_t>(count));
    return to + count;
  }
  for (std::int64_t i = 0; i < source.shape[dim]; ++i) {
    to = copy_part(source, from + i * source.strides[dim] * bytes, dim + 1, to);
  }
  return to;
}

Tensor copy_of(const Source& source) {
  Tensor copy = empty(source.shape, {.dtype = source.dtype});
  copy_part(source, source.data, 0, copy.impl()->data);
  return copy;
}

/// What a structure of `flags` means; taken, it is freed with the last view, in whichever thread, or now if it is copied.
template <class Managed>
Tensor take(const py::capsule& capsule, std::optional<bool> copy, std::uint64_t flags) {
  auto* managed = static_cast<Managed*>(PyCapsule_GetPointer(capsule.ptr(), Managed::name));
  const Source source(managed->tensor);
  const char* reason = obstacle(source, flags);
  if (reason != nullptr && copy == std::optional(false)) {
    throw py::buffer_error(
        cat("from_dlpack: the memory cannot be shared, because ", reason, ". Leave copy=False out."));
  }
  if (PyCapsule_SetName(capsule.ptr(), Managed::used) != 0) throw py::error_already_set();
  const std::shared_ptr<Managed> owner(managed, [](Managed* m) {
    if (m->deleter == nullptr || !Py_IsInitialized()) return;
    const py::gil_scoped_acquire gil;
    m->deleter(m);
  });
  const bool wants_copy = copy.value_or(false) && (flags & kCopied) == 0;
  const bool here = source.device.type == DeviceType::cpu;
  if (here && (reason != nullptr || wants_copy)) return copy_of(source);
  if (!here && reason != nullptr)
    fail<ValueError>("from_dlpack: the memory cannot be shared, because ", reason, ".");
  if (source.device.type == DeviceType::cuda)
    cuda::synchronize(source.device);  // and throws for a card not known here
  const Tensor over = from_memory(
      source.data, source.shape, source.strides, source.dtype,
      [held = owner, device = source.device](void*) mutable {
        settle(device);
        held.reset();
      },
      source.device);
  return wants_copy ? over.clone() : over;
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
py::object ask(const py::object& source, std::optional<Device> device, std::optional<bool> copy) {
  const py::object method = source.attr("__dlpack__");
  py::dict options(arg("max_version") = py::make_tuple(kMajor, kMinor), arg("copy") = copy);
  if (device && device->type == DeviceType::cpu) {
    options["dl_device"] = py::make_tuple(kCpu, 0);  // from elsewhere, it brings the elements here
  }
  try {
    return method(**options);
  } catch (const py::error_already_set& error) {
    if (!error.matches(PyExc_TypeError)) throw;
    return method();  // older than version 1
  }
}

Tensor from_dlpack(const py::object& source, std::optional<Device> device, std::optional<bool> copy) {
  if (py::isinstance<py::capsule>(source))
    return from_capsule(py::reinterpret_borrow<py::capsule>(source), copy);
  if (!py::hasattr(source, "__dlpack__")) {
    throw py::type_error(
        cat("from_dlpack: a ", Py_TYPE(source.ptr())->tp_name,
            " does not speak DLPack: it has no __dlpack__. Use tenet.tensor or tenet.from_numpy."));
  }
  return from_capsule(py::reinterpret_steal<py::capsule>(ask(source, device, copy).release()), copy);
}

// --- CUDA array interface --------------------------------------------------------------------------------------------

/// Source: https://numba.readthedocs.io/en/stable/cuda/cuda_array_interface.html, version 3.
py::dict cuda_array_interface(const Tensor& x) {
  if (x.device().type != DeviceType::cuda) {
    throw py::attribute_error("__cuda_array_interface__: the tensor is on the CPU. Use x.cuda().");
  }
  if (x.requires_grad()) {
    fail<GradientError>(
        "__cuda_array_interface__: this tensor requires grad, and what others do to its memory would not be "
        "recorded. Use x.detach().");
  }
  settle(x.device());
  static const char* const types[] = {"<f4", "<f8", "<i8", "<i4", "|u1", "|b1"};
  const auto bytes = static_cast<std::int64_t>(item_size(x.dtype()));
  py::tuple shape(x.dim()), strides(x.dim());
  for (int d = 0; d < x.dim(); ++d) {
    shape[d] = x.shape()[d];
    strides[d] = x.strides()[d] * bytes;
  }
  const auto address = x.numel() > 0 ? reinterpret_cast<std::uintptr_t>(x.impl()->data) : 0;
  return py::dict(arg("shape") = shape, arg("typestr") = types[static_cast<int>(x.dtype())],
                  arg("data") = py::make_tuple(address, false), arg("strides") = strides, arg("version") = 3);
}

}  // namespace

void bind_dlpack(Binder& bind) {
  bind.tensor.property("__cuda_array_interface__", &cuda_array_interface,
                       "The memory on a card, for other libraries; an AttributeError on the CPU.");
  bind.tensor
      .def("__dlpack__", &to_dlpack, py::kw_only(), arg("stream") = py::none(), arg("max_version") = none,
           arg("dl_device") = none, arg("copy") = none, "The memory as a DLPack capsule.")
      .def(
          "__dlpack_device__",
          [](const Tensor& x) {
            const DlDevice device = to_dl(x.device());
            return std::pair(device.type, device.id);
          },
          "(1, 0) for the CPU, (2, i) for a card.");
  bind.module.def("from_dlpack", &from_dlpack, arg("ext_tensor"), py::kw_only(), arg("device") = none,
                  arg("copy") = none,
                  "A tensor over the memory of an object of another library, which it keeps alive. Memory "
                  "that a tensor cannot "
                  "stand over (read-only, with a negative stride, not aligned) is copied; copy=True copies "
                  "always, copy=False "
                  "raises BufferError instead. Raises DTypeError, ShapeError or DeviceError for what a "
                  "tensor cannot be.");
}

}  // namespace tenet::python
