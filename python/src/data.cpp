// Files and the data that come with the library.
#include "tenet/python/src/bind.h"
#include "tenet/train/data/digits.h"
#include "tenet/train/data/idx.h"
#include "tenet/train/io/safetensors.h"

namespace tenet::python {
namespace {

data::Split split_of(const std::string& name) {
  if (name == "train") return data::Split::train;
  if (name == "test") return data::Split::test;
  fail<ValueError>("digits: split \"", name, "\" is not there. Use \"train\" or \"test\".");
}

}  // namespace

void add_data(py::module_& module) {
  module.def("read_idx", &data::read_idx, arg("path"), py::call_guard<py::gil_scoped_release>(),
             "The tensor in an IDX file, the format of MNIST. Raises FormatError unless the file is exact.");
  module.def(
      "digits",
      [](const std::string& split) {
        const data::Batch all = data::digits({.split = split_of(split)}).all();
        return py::make_tuple(all.images, all.labels);
      },
      arg("split"));
  module.def(
      "save_tensors",
      [](const StateDict& state, const std::string& path, const Metadata& metadata) {
        save(state, path, metadata);
      },
      arg("state"), arg("path"), arg("metadata"), py::call_guard<py::gil_scoped_release>());
  module.def(
      "load_tensors",
      [](const std::string& path) {
        Metadata metadata;
        StateDict state = load(path, &metadata);
        return std::pair(std::move(state), std::move(metadata));
      },
      arg("path"), py::call_guard<py::gil_scoped_release>());
}

}  // namespace tenet::python
