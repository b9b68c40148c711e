// What optimisers share: the parameters, one state of named tensors for each, and how both are saved.
#pragma once

#include <vector>

#include "tenet/nn/state_dict.h"

namespace tenet::optim {

/// Base of all optimisers. It holds handles to the parameters and changes them in place, unrecorded. A
/// parameter without a gradient is left alone by a step.
class Optimizer {
 public:
  virtual ~Optimizer() = default;

  /// One update of every parameter from its grad(). Throws OutOfMemoryError, nothing changed, if there is no room for
  /// the state that the first step makes.
  void step();
  /// Forgets the gradients: they are undefined until the next backward.
  void zero_grad();

  /// Settings ("lr") and what has been gathered for the i-th parameter ("0.exp_avg"): with it and the
  /// parameters training continues bit for bit. The tensors are copies.
  StateDict state_dict() const;
  /// Throws ValueError, nothing changed, if names or shapes do not fit this optimiser and its parameters.
  void load_state_dict(const StateDict& state);

  const std::vector<Tensor>& parameters() const { return parameters_; }
  /// Other tensors in the place of the parameters, of the same number, shapes and types; what has been gathered stays,
  /// and moves to the device where its parameter is now.
  /// Throws ValueError, nothing changed, if they do not fit.
  void set_parameters(std::vector<Tensor> parameters);

 protected:
  /// Throws ValueError for no parameters, an undefined, a non-floating or a repeated one, or one that is no leaf.
  Optimizer(const char* name, std::vector<Tensor> parameters);

  struct Setting {
    const char* name;
    double* value;
  };
  /// The numbers that belong to the saved state.
  virtual std::vector<Setting> settings() = 0;
  /// The names of the tensors gathered for a parameter: of its shape, or "step", which is one int64.
  virtual std::vector<const char*> slots() const = 0;
  /// Makes what the state of x lacks: state[k] is slot k, undefined until then.
  virtual void prepare(const Tensor& x, std::vector<Tensor>& state) = 0;
  /// Updates x from its gradient dx. Allocates nothing, so that it cannot fail: a step is whole or has not been.
  /// `first`: slot 0 has just been made.
  virtual void update(Tensor& x, const Tensor& dx, std::vector<Tensor>& state, bool first) = 0;

  /// Throws ValueError unless `valid`, naming the setting.
  void require(bool valid, const char* setting, double value, const char* range) const;

 private:
  void check(const std::vector<Tensor>& parameters) const;

  const char* name_;
  std::vector<Tensor> parameters_;
  std::vector<std::vector<Tensor>> states_;
};

}  // namespace tenet::optim
