#include "tenet/train/optim/optimizer.h"

#include <algorithm>
#include <set>
#include <string>

#include "tenet/framework/autograd/grad_mode.h"
#include "tenet/framework/autograd/in_place.h"
#include "tenet/ops/create/create.h"

namespace tenet::optim {
namespace {

std::string key_of(std::size_t parameter, const char* slot) { return cat(parameter, ".", slot); }

bool is_step(const char* slot) { return std::string_view(slot) == "step"; }

}  // namespace

Optimizer::Optimizer(const char* name, std::vector<Tensor> parameters)
    : name_(name), parameters_(std::move(parameters)), states_(parameters_.size()) {
  check(parameters_);
}

void Optimizer::check(const std::vector<Tensor>& parameters) const {
  if (parameters.empty()) fail<ValueError>(name_, ": there are no parameters. Pass net.parameters().");
  std::set<TensorImpl*> seen;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const Tensor& x = parameters[i];
    const bool usable = x.defined() && is_floating(x.dtype()) && x.is_leaf();
    if (!usable)
      fail<ValueError>(name_, ": parameter ", i,
                       " must be a floating-point leaf, not undefined or computed.");
    if (!seen.insert(x.impl()).second)
      fail<ValueError>(name_, ": parameter ", i, " is there twice. Pass it once.");
  }
}

void Optimizer::set_parameters(std::vector<Tensor> parameters) {
  check(parameters);
  const auto fits = [](const Tensor& a, const Tensor& b) {
    return a.shape() == b.shape() && a.dtype() == b.dtype();
  };
  if (!std::equal(parameters.begin(), parameters.end(), parameters_.begin(), parameters_.end(), fits)) {
    fail<ValueError>(
        name_,
        ": the new parameters differ in number, shape or type from those before. Make a new optimiser.");
  }
  without_bad_alloc(name_, [&] {
    auto states = states_;
    for (std::size_t i = 0; i < states.size(); ++i) {
      for (std::size_t k = 0; k < states[i].size(); ++k) {
        Tensor& gathered = states[i][k];
        if (gathered.defined() && !is_step(slots()[k])) gathered = gathered.to(parameters[i].device());
      }
    }
    states_ = std::move(states);
  });
  parameters_ = std::move(parameters);
}

void Optimizer::require(bool valid, const char* setting, double value, const char* range) const {
  if (!valid) fail<ValueError>(name_, ": ", setting, "=", value, " must be ", range, ".");
}

void Optimizer::step() {
  const NoGradGuard no_grad;
  std::vector<Tensor> gradients;
  std::vector<std::vector<Tensor>> states;
  without_bad_alloc(name_, [&] {
    gradients.resize(parameters_.size());
    states = states_;
    for (std::size_t i = 0; i < parameters_.size(); ++i) {
      gradients[i] = parameters_[i].grad();
      if (!gradients[i].defined()) continue;
      check_writable(parameters_[i], name_);
      states[i].resize(slots().size());
      prepare(parameters_[i], states[i]);
    }
  });
  std::swap(states, states_);  // from here on nothing can fail
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    if (!gradients[i].defined()) continue;
    const bool first = states[i].empty() || !states[i][0].defined();
    update(parameters_[i], gradients[i], states_[i], first);
  }
}

void Optimizer::zero_grad() {
  for (Tensor& x : parameters_) x.set_grad({});
}

StateDict Optimizer::state_dict() const {
  return without_bad_alloc("state_dict", [&] {
    StateDict state;
    for (const Setting& setting : const_cast<Optimizer*>(this)->settings()) {
      state.emplace(setting.name, full({}, *setting.value, {.dtype = float64}));
    }
    const auto names = slots();
    for (std::size_t i = 0; i < states_.size(); ++i) {
      for (std::size_t k = 0; k < states_[i].size(); ++k) {
        if (states_[i][k].defined()) state.emplace(key_of(i, names[k]), states_[i][k].clone());
      }
    }
    return state;
  });
}

void Optimizer::load_state_dict(const StateDict& state) {
  without_bad_alloc("load_state_dict", [&] {
    const auto settings = this->settings();
    const auto names = slots();
    std::vector<std::vector<Tensor>> states(parameters_.size(), std::vector<Tensor>(names.size()));
    std::size_t used = 0;
    const auto find = [&](const std::string& key, const Shape& shape, DType dtype, Device device) -> Tensor {
      const auto found = state.find(key);
      if (found == state.end()) return {};
      ++used;
      const Tensor& value = found->second;
      if (value.shape() == shape && value.dtype() == dtype) {
        return value.device() == device ? value.clone() : value.detach().to(device);
      }
      fail<ValueError>("load_state_dict: ", in_quotes(key), " is ", value.dtype(), " of shape ",
                       value.shape(), " but ", name_, " needs ", dtype, " of shape ", shape,
                       ". Nothing was changed.");
    };
    std::vector<Tensor> values;
    for (const Setting& setting : settings) {
      values.push_back(find(setting.name, {}, float64, {}));
      if (values.back().defined()) continue;
      fail<ValueError>("load_state_dict: ", in_quotes(setting.name), " is missing: this is no state of ",
                       name_, ". Nothing was changed.");
    }
    for (std::size_t i = 0; i < states.size(); ++i) {
      const Tensor& x = parameters_[i];
      for (std::size_t k = 0; k < names.size(); ++k) {
        const bool step = is_step(names[k]);
        states[i][k] = step ? find(key_of(i, names[k]), {}, int64, {})
                            : find(key_of(i, names[k]), x.shape(), x.dtype(), x.device());
      }
    }
    if (used != state.size()) {
      fail<ValueError>("load_state_dict: ", state.size() - used, " names of the state do not belong to ",
                       name_, " with ", parameters_.size(), " parameters. Nothing was changed.");
    }
    for (std::size_t i = 0; i < settings.size(); ++i) *settings[i].value = values[i].item<double>();
    states_ = std::move(states);
  });
}

}  // namespace tenet::optim
