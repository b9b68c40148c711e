// Gradients: backward, grad, hooks, and ops whose rules are written in Python.
#include "tenet/python/src/autograd.h"

#include <chrono>

#include "tenet/framework/autograd/backward.h"
#include "tenet/framework/autograd/function.h"
#include "tenet/framework/autograd/in_place.h"
#include "tenet/framework/tensor/print.h"
#include "tenet/python/src/casters.h"
#include "tenet/python/src/gil.h"
#include "tenet/python/src/held_object.h"

namespace tenet::python {
namespace {

struct DropRecord {
  void operator()(Record* record) const { Record::drop(record); }
};
using RecordHandle = std::unique_ptr<Record, DropRecord>;

struct Node {
  RecordHandle record;
};

py::object node(Record* record) {
  if (record == nullptr) return py::none();
  Record::keep(record);
  return py::cast(std::make_unique<Node>(Node{RecordHandle(record)}));
}

std::string node_name(const Node& node) {
  return node.record->is_leaf() ? "AccumulateGrad" : camel_case(node.record->name());
}

/// (Node, 0) for each input, as PyTorch gives them: every record has one output.
py::tuple next_functions(const Node& node_) {
  py::tuple nodes(static_cast<std::size_t>(node_.record->input_count()));
  for (int i = 0; i < node_.record->input_count(); ++i) {
    nodes[static_cast<std::size_t>(i)] = py::make_tuple(node(node_.record->input(i)), 0);
  }
  return nodes;
}

/// A tensor or None, as callbacks return them.
Tensor returned_tensor(py::handle value, const std::string& who) {
  if (value.is_none()) return {};
  if (is_tensor(value.ptr())) return unwrap(value);
  throw py::type_error(
      cat(who, ": returned a ", Py_TYPE(value.ptr())->tp_name, ". Return a Tensor, or None."));
}

/// The rule of a record whose backward is a Python function: backward(dy, saved) -> one Tensor or None for each input.
struct PythonRule {
  std::string text;
  HeldObject function;
  int saved;
  const char* name() const { return text.c_str(); }

  Gradients backward(const Context& context, const Tensor& dy) const {
    const py::gil_scoped_acquire gil;
    py::tuple values(static_cast<std::size_t>(saved));
    for (int i = 0; i < saved; ++i) values[static_cast<std::size_t>(i)] = wrapped(context.saved(i));
    Gradients gradients;
    for (const py::handle gradient : py::handle(function.get())(wrapped(dy), values)) {
      gradients.push_back(returned_tensor(gradient, text + ": backward"));
    }
    return gradients;
  }
};

/// y, recorded as computed from `inputs` by an op whose backward is a Python function.
Tensor record_python(const std::string& name, const Tensor& output, const std::vector<Tensor>& inputs,
                     const std::vector<Tensor>& saved, const py::function& backward) {
  Tensor y = detail::fresh_output(output, inputs);
  bool needed = false;
  for (const Tensor& input : inputs) needed |= recording(input);
  if (!needed) return y;
  Recorder recorder(Recorder::make(PythonRule{name, hold(backward), static_cast<int>(saved.size())}, y.impl(),
                                   inputs.size(), saved.size()),
                    y.impl());
  for (const Tensor& input : inputs) recorder.add_input(input);
  for (const Tensor& value : saved) recorder.add_saved(value.impl() == output.impl() ? y : value);
  recorder.finish();
  return y;
}

/// What register_hook returns.
struct HookHandle {
  Tensor tensor;
  int id;
};

HookHandle register_hook(Tensor& x, const py::function& hook) {
  const HeldObject held = hold(hook);
  const int id = x.register_hook([held](const Tensor& gradient) {
    const py::gil_scoped_acquire gil;
    return returned_tensor(py::handle(held.get())(wrapped(gradient)), "hook");
  });
  return {x, id};
}

using Clock = std::chrono::steady_clock;
constexpr auto kPatience = std::chrono::milliseconds(20);
thread_local Clock::time_point looked_at;

/// Ctrl-C ends a long pass: Python is asked now and then whether a signal has come.
void look_for_signals() {
  const auto now = Clock::now();
  if (now - looked_at < kPatience) return;
  looked_at = now;
  const py::gil_scoped_acquire gil;
  if (PyErr_CheckSignals() != 0) throw py::error_already_set();
}

/// For a backward pass: the GIL is let go, and signals end it.
class LongPass {
 public:
  LongPass() { looked_at = Clock::now(); }
  ~LongPass() { thread_state.interrupt = before_; }

 private:
  void (*before_)() = std::exchange(thread_state.interrupt, &look_for_signals);
  WithoutGil released_;
};

/// dy as a gradient of y: of y's type, where both are floating.
Tensor fitted(const Tensor& dy, const Tensor& y) {
  return dy.defined() && dy.dtype() != y.dtype() && is_floating(dy.dtype()) && is_floating(y.dtype())
             ? dy.to(y.dtype())
             : dy;
}

void backward(const Tensor& x, const std::optional<Tensor>& gradient, std::optional<bool> retain_graph,
              bool create_graph) {
  if (create_graph) {
    fail<GradientError>(
        "backward: create_graph=True would make x.grad keep its own history alive. Use "
        "tenet.autograd.grad(y, x, create_graph=True), whose result can be differentiated again.");
  }
  const BackwardOptions options{.retain_graph = retain_graph.value_or(false)};
  const LongPass pass;
  gradient ? x.backward(fitted(*gradient, x), options) : x.backward(options);
}

std::vector<Tensor> gradients(const std::vector<Tensor>& outputs, const std::vector<Tensor>& inputs,
                              const std::vector<std::optional<Tensor>>& dys, std::optional<bool> retain_graph,
                              bool create_graph, bool allow_unused) {
  std::vector<Tensor> given;
  for (std::size_t i = 0; i < dys.size(); ++i) {
    given.push_back(i < outputs.size() ? fitted(dys[i].value_or(Tensor()), outputs[i]) : Tensor());
  }
  const LongPass pass;
  return grad(outputs, inputs, given,
              {.retain_graph = retain_graph, .create_graph = create_graph, .allow_unused = allow_unused});
}

}  // namespace

py::object grad_fn(const Tensor& x) {
  Record* record = history(x);
  return record == nullptr || record->is_leaf() ? py::none() : node(record);
}

void add_autograd(py::module_& module, TensorClass& tensor) {
  using py::arg;
  py::class_<Node>(module, "Node", "A record of the tape: one op that was carried out.")
      .def("name", &node_name, "The op.")
      .def_property_readonly("next_functions", &next_functions,
                             "The records its inputs came from, None where no gradient is needed.")
      .def("__eq__",
           [](const Node& self, const py::object& other) {
             return py::isinstance<Node>(other) && other.cast<const Node&>().record == self.record;
           })
      .def("__hash__", [](const Node& n) { return std::hash<Record*>()(n.record.get()); })
      .def("__repr__", [](const Node& n) { return "<" + node_name(n) + ">"; });
  py::class_<HookHandle>(module, "RemovableHandle", "Removes a hook: handle.remove().")
      .def("remove", [](HookHandle& handle) { handle.tensor.remove_hook(handle.id); })
      .def("__enter__", [](const py::object& self) { return self; })
      .def("__exit__", [](HookHandle& handle, const py::args&) { handle.tensor.remove_hook(handle.id); });

  tensor
      .def("backward", &backward, arg("gradient") = py::none(), arg("retain_graph") = py::none(),
           arg("create_graph") = false,
           "Adds d(this)/d(leaf) to the grad of every leaf it was computed from. This must be a scalar, or "
           "`gradient`, "
           "the gradient arriving at it, be given. Raises GradientError naming the shape otherwise.")
      .def("register_hook", &register_hook, arg("hook"),
           "Calls hook(gradient) when the whole gradient of this tensor has arrived; what it returns, if not "
           "None, "
           "replaces the gradient. Returns a handle with remove().")
      .def_in_place(
          "requires_grad_", +[](Tensor& x, bool value) { x.requires_grad_(value); },
          arg("requires_grad") = true,
          "Makes a leaf collect gradients. Raises GradientError for a computed tensor, DTypeError for "
          "integers.")
      .def_in_place(
          "retain_grad", +[](Tensor& x) { x.retain_grad(); },
          "Keeps the gradient of a computed tensor in its grad.")
      .def("detach", &Tensor::detach, "The same elements without a history.")
      .def_in_place(
          "detach_", +[](Tensor& x) { x = x.detach(); }, "Forgets the history.");

  module.def("grad", &gradients, arg("outputs"), arg("inputs"), arg("grad_outputs"), arg("retain_graph"),
             arg("create_graph"), arg("allow_unused"));
  module.def("record", &record_python, arg("name"), arg("output"), arg("inputs"), arg("saved"),
             arg("backward"));
  module.def(
      "adopt",
      [](const py::object& x, const Tensor& value) {
        check_writable(unwrap(x), "mark_dirty");
        adopt_history(unwrap(x), value);
        return x;
      },
      arg("x"), arg("value"), "x, whose elements are those of value already, gets its history too.");
  module.def(
      "is_grad_enabled", [] { return grad_enabled(); }, "Whether ops on this thread are being recorded.");
  module.def(
      "set_grad_enabled", [](bool enabled) { return std::exchange(thread_state.grad_enabled, enabled); },
      arg("mode"), "Returns what was set before.");
}

}  // namespace tenet::python
