// Files and the data that come with the library.
#include "tenet/python/src/bind.h"
#include "tenet/train/data/digits.h"
#include "tenet/train/data/idx.h"
#include "tenet/train/io/safetensors.h"
#include "tenet/train/plot.h"

namespace tenet::python {
namespace {

data::Split split_of(const std::string& name) {
  if (name == "train") return data::Split::train;
  if (name == "test") return data::Split::test;
  fail<ValueError>("digits: split \"", name, "\" is not there. Use \"train\" or \"test\".");
}

}  // namespace

void add_data(py::module_& module) {
  module.def("read_idx", &data::read_idx, arg("path"), py::call_guard<WithoutGil>(),
             "The tensor in an IDX file, the format of MNIST. Raises FormatError unless the file is exact.");
  module.def(
      "save_line_plot",
      [](const std::string& path, const std::map<std::string, std::vector<double>>& series,
         const std::optional<std::vector<double>>& x, const std::string& title, const std::string& x_label,
         const std::string& y_label) {
        std::vector<Series> lines;
        for (const auto& [name, y] : series) lines.push_back({name, y, x.value_or(std::vector<double>())});
        save_line_plot(path, lines, {title, x_label, y_label});
      },
      arg("path"), arg("series"), arg("x") = none, arg("title") = "", arg("x_label") = "",
      arg("y_label") = "",
      "Draws up to eight lines, {name: values}, over common axes into an SVG file. x: where the values "
      "stand, 1, 2, ... "
      "if left out. Raises ValueError if there is no finite point or lengths differ.");
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
      arg("state"), arg("path"), arg("metadata"), py::call_guard<WithoutGil>());
  module.def(
      "load_tensors",
      [](const std::string& path, Device device) {
        Metadata metadata;
        StateDict state = load(path, {.device = device, .metadata = &metadata});
        return std::pair(std::move(state), std::move(metadata));
      },
      arg("path"), arg("device") = Device{}, py::call_guard<WithoutGil>());
}

}  // namespace tenet::python
