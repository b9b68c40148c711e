// tenet._C._cuda: cards. tenet.cuda gives them PyTorch's names.
#include "tenet/framework/core/cuda.h"

#include "tenet/python/src/bind.h"

namespace tenet::python {

void add_cuda(py::module_& module) {
  py::module_ m = module.def_submodule("_cuda", "Cards.");
  using cuda::DeviceProperties;
  py::class_<DeviceProperties>(m, "DeviceProperties", "What a card is.")
      .def_readonly("name", &DeviceProperties::name)
      .def_readonly("major", &DeviceProperties::major, "Of the compute capability.")
      .def_readonly("minor", &DeviceProperties::minor)
      .def_readonly("multi_processor_count", &DeviceProperties::multiprocessors)
      .def_readonly("total_memory", &DeviceProperties::total_memory, "Bytes.")
      .def_readonly("free_memory", &DeviceProperties::free_memory, "Bytes, when this was asked for.")
      .def("__repr__", [](const DeviceProperties& p) {
        return cat("DeviceProperties(name='", p.name, "', major=", p.major, ", minor=", p.minor,
                   ", total_memory=", p.total_memory >> 20, "MB, multi_processor_count=", p.multiprocessors,
                   ")");
      });
  py::class_<cuda::Graph>(m, "Graph",
                          "What a function without arguments gives a card, recorded, so that it can be given "
                          "again as one: a training\n"
                          "step of fixed shapes. The function is called twice, the second time to be "
                          "recorded; a replay works on the\n"
                          "same tensors. DeviceError for what cannot be recorded: item(), copies to or from "
                          "the CPU, random numbers, Adam.")
      .def(py::init([](const py::function& body, Device device) {
             return cuda::Graph([&body] { body(); }, device);
           }),
           arg("body"), arg("device") = Device{DeviceType::cuda})
      .def("replay", &cuda::Graph::replay, "Gives the card the recorded work, without waiting for it.");
  m.def("is_capturing", &cuda::is_capturing);
  m.def("is_available", &cuda::is_available);
  m.def("reason", &cuda::reason);
  m.def("device_count", &cuda::device_count);
  m.def("properties", &cuda::properties, arg("device") = 0);
  m.def("synchronize", &cuda::synchronize, arg("device"), py::call_guard<WithoutGil>());
  m.def("allow_tf32", &cuda::allow_tf32, arg("allow"));
  m.def("allows_tf32", &cuda::allows_tf32);
  m.def("empty_cache", &cuda::empty_cache, py::call_guard<WithoutGil>());
}

}  // namespace tenet::python
