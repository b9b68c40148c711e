// What kind of tensor one is: its type by PyTorch's name, and what PyTorch's can be and these never are.
#include "tenet/python/src/bind.h"

namespace tenet::python {
namespace {

constexpr std::pair<const char*, DType> kNames[] = {{"FloatTensor", float32}, {"DoubleTensor", float64},
                                                    {"LongTensor", int64},    {"IntTensor", int32},
                                                    {"ByteTensor", uint8},    {"BoolTensor", boolean}};
constexpr const char* kPlaces[] = {"torch.", "torch.cuda."};  // by DeviceType

std::string type_name(const Tensor& x) {
  for (const auto& [name, dtype] : kNames) {
    if (dtype == x.dtype()) return kPlaces[static_cast<int>(x.device().type)] + std::string(name);
  }
  return "";
}

/// "torch.cuda.FloatTensor" is a type on a device.
py::object as_named(const py::object& self, const std::string& wanted, bool /*non_blocking*/) {
  for (const auto& [name, dtype] : kNames) {
    for (const DeviceType place : {DeviceType::cpu, DeviceType::cuda}) {
      if (kPlaces[static_cast<int>(place)] + std::string(name) != wanted) continue;
      const Tensor& x = unwrap(self);
      return same_or(self, (x.device().type == place ? x : x.to(Device{place})).to(dtype));
    }
  }
  fail<ValueError>("type: \"", wanted,
                   "\" is no type. Use a name such as \"torch.FloatTensor\", or a dtype.");
}

}  // namespace

void bind_kind(Binder& bind) {
  bind.tensor
      .def(
          "type", [](const Tensor& x, const py::none&) { return type_name(x); }, arg("dtype") = py::none(),
          "The type by PyTorch's name, \"torch.FloatTensor\"; with a type or such a name, the elements in "
          "it.")
      .def(
          "type",
          [](const py::object& self, DType dtype, bool /*non_blocking*/) {
            return same_or(self, unwrap(self).to(dtype));
          },
          arg("dtype"), arg("non_blocking") = false)
      .def("type", &as_named, arg("dtype"), arg("non_blocking") = false)
      .def(
          "is_pinned", [](const Tensor&) { return false; }, "False: there is no pinned memory.")
      .def("is_floating_point", [](const Tensor& x) { return is_floating(x.dtype()); });
  bind.both(
      "is_complex", [](const Tensor&) { return false; }, "False: elements are real.");
  bind.both(
      "is_signed", [](const Tensor& x) { return x.dtype() != uint8 && x.dtype() != boolean; },
      "Whether the type has negative numbers.");
  bind.both(
      "get_device",
      [](const Tensor& x) { return x.device().type == DeviceType::cpu ? -1 : x.device().index; },
      "The number of the card that it is on, -1 for the CPU.");
}

}  // namespace tenet::python
