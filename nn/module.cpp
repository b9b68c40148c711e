#include "tenet/nn/module.h"

#include <ostream>
#include <set>

#include "tenet/framework/autograd/grad_mode.h"

namespace tenet::nn {
namespace {

std::vector<Part> parts_of(const Module& module) {
  return const_cast<Module&>(module).parts();  // the pointers are not written through
}

using detail::Slot;

std::vector<Slot> slots_of(const Module& module) {
  return detail::slots_of(const_cast<Module&>(module));  // the pointers are not written through
}

// Calls f(part, full name) for everything below these parts, a module before its own parts.
template <class F> void walk(std::vector<Part> parts, const std::string& prefix, const F& f) {
  for (Part& part : parts) {
    const std::string name = prefix + part.name;
    f(part, name);
    if (part.module != nullptr) walk(part.module->parts(), name + ".", f);
    walk(std::move(part.list), name + ".", f);
  }
}

// Puts convert(t) in the place of every tensor t, the same for the same tensor. It requires grad if t did.
template <class F> void replace_tensors(Module& module, const F& convert) {
  const NoGradGuard no_grad;
  const std::vector<Slot> slots = slots_of(module);
  std::map<TensorImpl*, Tensor> replaced;
  for (const Slot& slot : slots) {
    Tensor& fresh = replaced[slot.tensor->impl()];
    if (fresh.defined()) continue;
    fresh = convert(*slot.tensor);
    if (slot.tensor->requires_grad()) fresh.requires_grad_();
  }
  for (const Slot& slot : slots) *slot.tensor = replaced[slot.tensor->impl()];
}

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + in_quotes(name);
  return out;
}

std::string indented(std::string text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') text.insert(i + 1, "  ");
  }
  return text;
}

// "Net(\n  (conv): Conv2d(...)\n)"
std::string layout(const std::string& name, const std::string& extra, const std::vector<Part>& parts) {
  std::string children;
  for (const Part& part : parts) {
    if (part.tensor != nullptr || (!part.list.empty() && part.list[0].tensor != nullptr)) continue;
    const std::string text = part.module != nullptr ? str(*part.module) : layout("ModuleList", "", part.list);
    children += cat("\n  (", part.name, "): ", indented(text));
  }
  if (children.empty()) return cat(name, "(", extra, ")");
  return cat(name, "(", extra.empty() ? "" : "\n  ", extra, children, "\n)");
}

LoadReport load_into(Module& module, const StateDict& state, LoadOptions options) {
  LoadReport report;
  std::string misfits;
  std::vector<std::pair<Tensor, Tensor>> copies;
  std::set<std::string> names;
  for (const Slot& slot : slots_of(module)) {
    names.insert(slot.name);
    const auto found = state.find(slot.name);
    if (found == state.end()) {
      report.missing.push_back(slot.name);
      continue;
    }
    const Tensor &source = found->second, target = slot.tensor->detach();
    if (source.shape() != target.shape()) {
      misfits += cat("\n  Size mismatch for ", in_quotes(slot.name), ": ", source.shape(), " in the state, ",
                     target.shape(), " in the module.");
    } else if (is_floating(source.dtype()) != is_floating(target.dtype())) {
      misfits += cat("\n  Type mismatch for ", in_quotes(slot.name), ": ", source.dtype(), " in the state, ",
                     target.dtype(), " in the module.");
    } else {
      copies.emplace_back(target, source);
    }
  }
  for (const auto& [name, tensor] : state) {
    if (!names.contains(name)) report.unexpected.push_back(name);
  }
  std::string problems;
  if (options.strict && !report.missing.empty())
    problems += cat("\n  Missing: ", joined(report.missing), ".");
  if (options.strict && !report.unexpected.empty())
    problems += cat("\n  Unexpected: ", joined(report.unexpected), ".");
  problems += misfits;
  if (!problems.empty()) {
    fail<ValueError>("load_state_dict: the state does not fit ", module.type_name(), "; nothing was changed.",
                     problems,
                     options.strict ? "\n  {.strict = false} accepts missing and unexpected names." : "");
  }
  const NoGradGuard no_grad;
  for (auto& [target, source] : copies) target.copy_(source);
  return report;
}

}  // namespace

std::vector<std::pair<std::string, Tensor>> Module::named_parameters() const {
  std::vector<std::pair<std::string, Tensor>> named;
  std::set<TensorImpl*> seen;
  for (const Slot& slot : slots_of(*this)) {
    if (!slot.is_buffer && seen.insert(slot.tensor->impl()).second)
      named.emplace_back(slot.name, *slot.tensor);
  }
  return named;
}

std::vector<Tensor> Module::parameters() const {
  std::vector<Tensor> parameters;
  for (auto& [name, tensor] : named_parameters()) parameters.push_back(std::move(tensor));
  return parameters;
}

StateDict Module::state_dict() const {
  return without_bad_alloc("state_dict", [&] {
    StateDict state;
    for (const Slot& slot : slots_of(*this)) state.emplace(slot.name, slot.tensor->detach());
    return state;
  });
}

LoadReport Module::load_state_dict(const StateDict& state, LoadOptions options) {
  return without_bad_alloc("load_state_dict", [&] { return load_into(*this, state, options); });
}

void Module::train(bool on) {
  training_ = on;
  walk(parts(), "", [&](Part& part, const std::string&) {
    if (part.module != nullptr) part.module->training_ = on;
  });
}

void Module::zero_grad() {
  for (Tensor& parameter : parameters()) parameter.set_grad({});
}

void Module::to(DType dtype) {
  if (!is_floating(dtype)) {
    fail<DTypeError>("to: parameters need a floating-point type, not ", dtype, ". Use float32 or float64.");
  }
  replace_tensors(
      *this, [&](const Tensor& t) { return is_floating(t.dtype()) && t.dtype() != dtype ? t.to(dtype) : t; });
}

void Module::to(Device device) {
  replace_tensors(*this, [&](const Tensor& t) { return t.to(device); });
}

std::string str(const Module& module) {
  return layout(module.type_name(), module.extra_repr(), parts_of(module));
}

std::ostream& operator<<(std::ostream& out, const Module& module) { return out << str(module); }

namespace detail {

std::vector<Slot> slots_of(Module& module) {
  std::vector<Slot> slots;
  walk(module.parts(), "", [&](Part& part, const std::string& name) {
    if (part.tensor != nullptr && part.tensor->defined())
      slots.push_back({name, part.tensor, part.is_buffer});
  });
  return slots;
}

constinit thread_local Observer* observer = nullptr;

void separate(Module& module) {
  replace_tensors(module, [](const Tensor& t) { return t.clone(); });
}

void fail_call(const Module& module, std::size_t inputs) {
  fail<ValueError>(module.type_name(), ": its forward does not take ", inputs,
                   inputs == 1 ? " tensor" : " tensors",
                   " and give one. Call it directly, with its own arguments.");
}

std::string take_name(std::string_view& names) {
  const std::size_t end = std::min(names.find(','), names.size());
  std::string name(names.substr(0, end));
  names.remove_prefix(std::min(names.find_first_not_of(", ", end), names.size()));
  return name;
}

}  // namespace detail
}  // namespace tenet::nn
