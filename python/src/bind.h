// What the binding files share. Each binds one family of ops: names, argument names and defaults are PyTorch's.
#pragma once

#include <map>

#include "tenet/framework/tensor/options.h"
#include "tenet/python/src/casters.h"
#include "tenet/python/src/gil.h"
#include "tenet/python/src/layout.h"

namespace tenet::python {

using py::arg;
inline constexpr std::nullopt_t none = std::nullopt;  // as a default

/// Where a family's names go.
struct Binder {
  py::module_ module;                      // tenet.f
  py::module_ functional;                  // tenet.nn.functional.f
  TensorClass tensor;                      // x.f
  std::map<std::string, bool> names = {};  // that take the common keywords, and whether they have a dim

  /// tenet.f(input, ...) and x.f(...)
  template <class F, class... Extra> void both(const char* name, F f, const Extra&... extra) {
    module.def(name, f, arg("input"), extra...);
    tensor.def(name, f, extra...);
    names[name] |= (is_dim(extra) || ...);
  }

  /// After all else: the keywords that every op takes in Python. out is a tensor (or a tuple of them) that the result of
  /// tenet.f is written into; axis and keepdims are NumPy's names for dim and keepdim.
  void take_common_keywords();

 private:
  template <class T> static bool is_dim(const T& extra) {
    if constexpr (std::is_base_of_v<py::arg, T>) {
      return std::string_view(extra.name) == "dim";
    } else {
      return false;
    }
  }
};

/// f as a callable that lets go of the GIL where a tensor argument is large.
template <class R, class... Args> auto unlocking(R (*f)(Args...)) {
  return [f](Args... args) -> R { return unlocked_call(f, std::forward<Args>(args)...); };
}

inline TensorOptions options(std::optional<DType> dtype, std::optional<Device> device, bool requires_grad) {
  return {.dtype = dtype, .device = device.value_or(Device{}), .requires_grad = requires_grad};
}

/// A warning of PyTorch's, at the line that called. Throws where the program makes errors of them.
inline void warn(const std::string& text) {
  if (PyErr_WarnEx(PyExc_UserWarning, text.c_str(), 1) != 0) throw py::error_already_set();
}

inline Tensor or_undefined(const std::optional<Tensor>& x) { return x.value_or(Tensor()); }
/// y, as the object that was asked where it is the very tensor: x.cpu() is x.
inline py::object same_or(const py::object& self, Tensor y) {
  return is_tensor(self.ptr()) && y.impl() == unwrap(self).impl() ? self : wrapped(std::move(y));
}
/// How many elements of the memory that the tensor looks into lie before its first.
inline std::int64_t storage_offset(const Tensor& x) {
  const std::ptrdiff_t bytes = x.impl()->data - x.impl()->owner->data;
  return bytes / static_cast<std::ptrdiff_t>(item_size(x.dtype()));
}
/// No dimensions named: all.
inline Dims or_all(const std::optional<Dims>& dims) { return dims.value_or(Dims{}); }

void bind_create(Binder& bind);
void bind_random(Binder& bind);
void bind_tensor(Binder& bind);
void bind_kind(Binder& bind);
void bind_elementwise(Binder& bind);
void bind_compare(Binder& bind);
void bind_reduce(Binder& bind);
void bind_shape(Binder& bind);
void bind_index(Binder& bind);
void bind_matmul(Binder& bind);
void bind_conv(Binder& bind);
void bind_pool(Binder& bind);
void bind_loss(Binder& bind);
void bind_conv_matrix(Binder& bind);
void bind_dlpack(Binder& bind);
void add_inspect(py::module_& module);
void add_optimizers(py::module_& module);
void add_part(py::module_& module);
void add_data(py::module_& module);
void add_build_facts(py::module_& module);
void add_cuda(py::module_& module);

}  // namespace tenet::python
