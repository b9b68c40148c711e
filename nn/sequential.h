#pragma once

#include <concepts>

#include "tenet/nn/module.h"

namespace tenet::nn {

/// Modules one after the other, named by their place: "0.weight", "2.bias".
///   nn::Sequential net{nn::Conv2d({...}), nn::ReLU(), nn::Flatten(), nn::Linear({...})};
/// Each must take one tensor and give one. In braces the modules are made in this order, and draw their starting values
/// in it; in parentheses C++ leaves the order to the compiler.
struct Sequential : Module {
  template <std::derived_from<Module>... M> explicit Sequential(const M&... modules) {
    (push_back(modules), ...);
  }
  Sequential(const Sequential& other);
  Sequential(Sequential&&) = default;
  Sequential& operator=(Sequential other) {
    modules_.swap(other.modules_);
    Module::operator=(other);
    return *this;
  }

  void push_back(const Module& module) { modules_.push_back(module.copy()); }
  std::size_t size() const { return modules_.size(); }
  /// The i-th module. Throws IndexError.
  Module& operator[](std::size_t i);

  TENET_MODULE_TYPE(Sequential)
  std::vector<Part> parts() override;
  Tensor forward(const Tensor& x) const;

 private:
  std::vector<std::unique_ptr<Module>> modules_;
};

}  // namespace tenet::nn
