// The buffer protocol, both ways: what NumPy, memoryview and array share memory by.
#include "tenet/ops/create/create.h"
#include "tenet/python/src/casters.h"
#include "tenet/python/src/convert.h"
#include "tenet/python/src/errors.h"
#include "tenet/python/src/slots.h"

namespace tenet::python {
namespace {

// --- Out -----------------------------------------------------------------------------------------------------------

/// Lives as long as the buffer: holds the memory even if the tensor object means other memory by then.
struct Export {
  Tensor tensor;
  Py_ssize_t shape[Dims::kMaxRank], strides[Dims::kMaxRank];
};

char* format_of(DType dtype) {
  static char formats[][2] = {"f", "d", "l", "i", "B", "?"};
  static_assert(sizeof(long) == 8);
  return formats[static_cast<int>(dtype)];
}

/// Whether the memory lies as the flags ask.
bool is_laid_out(const Py_buffer& view, int flags) {
  const auto asks = [&](int layout) { return (flags & layout) == layout; };
  const auto lies = [&](char order) { return PyBuffer_IsContiguous(&view, order) != 0; };
  if (!asks(PyBUF_STRIDES) || asks(PyBUF_C_CONTIGUOUS)) return lies('C');
  if (asks(PyBUF_F_CONTIGUOUS)) return lies('F');
  return !asks(PyBUF_ANY_CONTIGUOUS) || lies('A');
}

void describe(Export& out, Py_buffer& view) {
  const Tensor& x = out.tensor;
  const auto bytes = static_cast<Py_ssize_t>(item_size(x.dtype()));
  for (int d = 0; d < x.dim(); ++d) {
    out.shape[d] = x.shape()[d];
    out.strides[d] = x.strides()[d] * bytes;
  }
  view.buf = x.impl()->data;
  view.len = x.numel() * bytes;
  view.itemsize = bytes;
  view.readonly = 0;
  view.format = format_of(x.dtype());
  view.ndim = static_cast<int>(x.dim());
  view.shape = out.shape;
  view.strides = out.strides;
  view.suboffsets = nullptr;
}

int get_buffer(PyObject* self, Py_buffer* view, int flags) {
  view->obj = nullptr;
  return guarded(
      [&] {
        const Tensor& x = unwrap(self);
        if (x.device().type != DeviceType::cpu) {
          throw py::buffer_error("the tensor is on " + str(x.device()) + ". Use x.cpu().");
        }
        if (x.requires_grad()) throw py::buffer_error("the tensor requires grad. Use x.detach().");
        auto out = std::make_unique<Export>(Export{x.detach(), {}, {}});
        describe(*out, *view);
        if (!is_laid_out(*view, flags)) {
          throw py::buffer_error(
              "the tensor's elements do not lie as is asked: it is not contiguous. Use x.contiguous().");
        }
        if ((flags & PyBUF_FORMAT) == 0) view->format = nullptr;
        if ((flags & PyBUF_ND) == 0) view->shape = nullptr;
        if ((flags & PyBUF_STRIDES) != PyBUF_STRIDES) view->strides = nullptr;
        view->internal = out.release();
        view->obj = Py_NewRef(self);
        return 0;
      },
      -1);
}

void release_buffer(PyObject*, Py_buffer* view) { delete static_cast<Export*>(view->internal); }

// --- In ------------------------------------------------------------------------------------------------------------

[[noreturn]] void refuse_type(py::handle source, const char* format) {
  const std::string type =
      py::hasattr(source, "dtype") ? std::string(py::str(source.attr("dtype"))) : std::string(format);
  fail<DTypeError>(
      "from_numpy: an array of ", type,
      " has no tensor of its type: Tenet has float32, float64, int64, int32, uint8 and bool, in this "
      "machine's byte order. Convert with array.astype(...).");
}

/// A buffer, held until the last owner goes, in whichever thread that is.
struct Held {
  Py_buffer view{};
  explicit Held(py::handle source) {
    if (PyObject_GetBuffer(source.ptr(), &view, PyBUF_RECORDS_RO) == 0) return;
    if (PyErr_ExceptionMatches(PyExc_ValueError) == 0) throw py::error_already_set();
    PyErr_Clear();  // NumPy has no format for the type, as for dates
    refuse_type(source, "no format");
  }
  Held(const Held&) = delete;
  ~Held() {
    if (!Py_IsInitialized()) return;
    const py::gil_scoped_acquire gil;
    PyBuffer_Release(&view);
  }
};

std::optional<DType> dtype_of_format(const char* format, Py_ssize_t bytes) {
  if (format == nullptr) return uint8;
  if (format[0] == '@' || format[0] == '=' || format[0] == '<') ++format;  // this machine's order of bytes
  if (format[0] == '\0' || format[1] != '\0') return {};
  switch (format[0]) {
    case 'f': return float32;
    case 'd': return float64;
    case 'l':
    case 'q':
    case 'i': return bytes == 8 ? int64 : int32;
    case 'B': return uint8;
    case '?': return boolean;
    default: return {};
  }
}

DType checked_dtype(py::handle source, const Py_buffer& view) {
  if (const auto dtype = dtype_of_format(view.format, view.itemsize)) return *dtype;
  refuse_type(source, view.format);
}

/// Why a tensor cannot stand over the memory; null if it can.
const char* obstacle(const Py_buffer& view) {
  if (view.readonly != 0) return "the array is read-only and tensors can be written";
  for (int d = 0; d < view.ndim; ++d) {
    if (view.shape[d] <= 1) continue;
    if (view.strides[d] < 0) return "it has a negative stride, which tensors do not have";
    if (view.strides[d] % view.itemsize != 0) return "its elements do not lie whole elements apart";
  }
  if (reinterpret_cast<std::uintptr_t>(view.buf) % static_cast<std::size_t>(view.itemsize) != 0) {
    return "its memory is not aligned for its type";
  }
  return nullptr;
}

/// An array in a plain layout with the same elements.
py::object plain_copy(py::handle source) {
  return py::module_::import("numpy").attr("array")(source, py::arg("order") = "C", py::arg("copy") = true);
}

Tensor stand_over(std::shared_ptr<Held> held, DType dtype) {
  const Py_buffer& view = held->view;
  Shape shape;
  Strides strides;
  for (int d = 0; d < view.ndim; ++d) {
    shape.push_back(view.shape[d]);
    strides.push_back(view.shape[d] <= 1 ? 1 : view.strides[d] / view.itemsize);
  }
  return from_memory(view.buf, shape, strides, dtype, [held](void*) mutable { held.reset(); });
}

}  // namespace

Tensor tensor_from_buffer(py::handle source, bool share, const char** why_copied) {
  auto held = std::make_shared<Held>(source);
  const DType dtype = checked_dtype(source, held->view);
  const char* reason = obstacle(held->view);
  if (why_copied != nullptr) *why_copied = reason;
  if (reason == nullptr) {
    const Tensor over = stand_over(std::move(held), dtype);
    return share ? over : over.clone();
  }
  return stand_over(std::make_shared<Held>(plain_copy(source)), dtype);
}

bool is_array(PyObject* object) {
  if (PyObject_CheckBuffer(object) == 0 || is_tensor(object)) return false;
  if (PyUnicode_Check(object) || PyBytes_Check(object)) return false;  // NumPy's text, which has a buffer
  return PyObject_HasAttrString(object, "__array_interface__") != 0;
}

void add_buffer_slots(Slots& slots) {
  add_slot(slots, Py_bf_getbuffer, get_buffer);
  add_slot(slots, Py_bf_releasebuffer, release_buffer);
}

}  // namespace tenet::python
