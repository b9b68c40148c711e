// tenet._C: what the Python package is made of.
#include "tenet/framework/core/memory.h"
#include "tenet/framework/core/threads.h"
#include "tenet/python/src/autograd.h"
#include "tenet/python/src/bind.h"
#include "tenet/python/src/check.h"
#include "tenet/python/src/errors.h"

PYBIND11_MODULE(_C, module) {
  using namespace tenet::python;
  module.doc() = "The compiled part of tenet.";
  add_errors(module);
  add_value_types(module);
  add_layouts(module);
  add_tensor_type(module);

  Binder bind{module, module.def_submodule("functional", "Functions of tenet.nn.functional."), {}};
  bind_tensor(bind);
  bind_kind(bind);
  bind_create(bind);
  bind_random(bind);
  bind_elementwise(bind);
  bind_compare(bind);
  bind_reduce(bind);
  bind_shape(bind);
  bind_index(bind);
  bind_matmul(bind);
  bind_conv(bind);
  bind_pool(bind);
  bind_loss(bind);
  bind_conv_matrix(bind);
  bind_dlpack(bind);
  bind.take_common_keywords();
  add_autograd(module, bind.tensor);
  add_checks(module);
  add_inspect(module);
  add_optimizers(module);
  add_part(module);
  add_data(module);
  add_build_facts(module);
  add_cuda(module);
  module.def("set_num_threads", &tenet::set_num_threads, arg("num"), "Sets how many threads an op may use.");
  module.def(
      "memory_stats",
      [](tenet::Device device) {
        const tenet::MemoryStats stats = tenet::memory_stats(device);
        return std::map<std::string, std::int64_t>{{"in_use", stats.in_use},
                                                   {"peak", stats.peak},
                                                   {"cached", stats.cached},
                                                   {"allocations", stats.allocations}};
      },
      arg("device") = tenet::Device{},
      "Bytes that tensors and records hold: in_use now; peak, the most that large tensors held since "
      "reset_peak_memory(); cached, kept for reuse; and how many allocations there were.");
  module.def(
      "reset_peak_memory", [](tenet::Device device) { tenet::reset_peak_memory(device); },
      arg("device") = tenet::Device{}, "Begins to measure the peak of memory_stats() anew.");
  module.def("get_num_threads", &tenet::num_threads, "How many threads an op may use.");
}
