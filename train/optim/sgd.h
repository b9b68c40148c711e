#pragma once

#include "tenet/train/optim/optimizer.h"

namespace tenet::optim {

struct SGDOptions {
  double lr = 1e-3;
  double momentum = 0;
  double dampening = 0;
  double weight_decay = 0;
  bool nesterov = false;
  bool maximize = false;
};

/// Stochastic gradient descent as PyTorch has it, with g the gradient:
///   g += weight_decay x;   b = momentum b + (1 - dampening) g, the first time b = g;
///   x -= lr (g + momentum b) with nesterov, lr b with momentum, lr g without.
/// With maximize g is minus the gradient.
/// Throws ValueError for a setting out of range. Source: I. Sutskever et al., 2013, ICML, section 2.
class SGD : public Optimizer {
 public:
  explicit SGD(std::vector<Tensor> parameters, const SGDOptions& options = {});

  SGDOptions options;  // may be changed between steps

 private:
  std::vector<Setting> settings() override;
  std::vector<const char*> slots() const override { return {"momentum_buffer"}; }
  void prepare(const Tensor& x, std::vector<Tensor>& state) override;
  void update(Tensor& x, const Tensor& dx, std::vector<Tensor>& state, bool first) override;
};

}  // namespace tenet::optim
