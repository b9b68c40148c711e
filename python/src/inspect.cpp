// The tape, to be looked at.
#include "tenet/inspect/anomaly.h"
#include "tenet/inspect/profile.h"
#include "tenet/inspect/tape_view.h"
#include "tenet/python/src/bind.h"

namespace tenet::python {
namespace {

thread_local std::unique_ptr<AnomalyGuard> anomaly_guard;

/// Returns what was set before.
bool set_detect_anomaly(bool mode) {
  const bool before = anomaly_guard != nullptr;
  if (before != mode)
    anomaly_guard = mode ? std::make_unique<AnomalyGuard>(AnomalyOptions{.infinities = false}) : nullptr;
  return before;
}

/// A Profile in a with statement, and what it saw.
struct ProfileBlock {
  std::unique_ptr<Profile> running;
  std::vector<ProfileRow> rows;
  std::string text = "Profile(not begun: use it in a with statement)";

  void end() {
    rows = running->rows();
    text = str(*running);
    running.reset();
  }
};

}  // namespace

void add_inspect(py::module_& module) {
  module.def("set_detect_anomaly", &set_detect_anomaly, arg("mode"));
  module.def("tape_text", &tape_text, arg("y"),
             "A table of what y was computed from, a line for each record.");
  module.def("tape_dot", &tape_dot, arg("y"), "The same as a graph for Graphviz.");
  module.def("tape_svg", &tape_svg, arg("y"), "The same as a drawing.");

  py::class_<ProfileRow>(module, "ProfileRow", "One record of the tape: its cost.")
      .def_readonly("op", &ProfileRow::op)
      .def_readonly("shape", &ProfileRow::shape)
      .def_readonly("dtype", &ProfileRow::dtype)
      .def_readonly("forward_seconds", &ProfileRow::forward_seconds)
      .def_readonly("backward_seconds", &ProfileRow::backward_seconds)
      .def_readonly("flops", &ProfileRow::flops)
      .def_readonly("output_bytes", &ProfileRow::output_bytes)
      .def_readonly("saved_bytes", &ProfileRow::saved_bytes)
      .def_readonly("live_bytes", &ProfileRow::live_bytes);
  py::class_<ProfileBlock>(
      module, "Profile",
      "with tenet.Profile() as profile: times every op that is recorded, and every gradient rule. "
      "print(profile) shows a line for each, and the sums.")
      .def(py::init<>())
      .def("__enter__",
           [](const py::object& self) {
             self.cast<ProfileBlock&>().running = std::make_unique<Profile>();
             return self;
           })
      .def("__exit__", [](ProfileBlock& self, const py::args&) { self.end(); })
      .def_readonly("rows", &ProfileBlock::rows, "A ProfileRow for each record, once the block has ended.")
      .def("__repr__", [](const ProfileBlock& self) { return self.text; });
}

}  // namespace tenet::python
