#pragma once

#include <array>

#include "tenet/ops/update/update.h"
#include "tenet/train/optim/optimizer.h"

namespace tenet::optim {

struct AdamOptions {
  double lr = 1e-3;
  std::array<double, 2> betas = {0.9, 0.999};
  double eps = 1e-8;
  double weight_decay = 0;
  bool amsgrad = false;
  bool maximize = false;
  bool decoupled_weight_decay = false;
};

/// Adam as PyTorch has it, with g the gradient and t the number of steps of this parameter, from 1:
///   g += weight_decay x;   m += (1 - beta1) (g - m);   v = beta2 v + (1 - beta2) g^2;
///   x -= lr / (1 - beta1^t) * m / (sqrt(v) / sqrt(1 - beta2^t) + eps);
/// amsgrad takes the largest v so far, with maximize g is minus the gradient, and with decoupled_weight_decay
/// x -= lr weight_decay x in the place of what is added to g. Throws ValueError for a setting out of range.
/// Source: D. Kingma, J. Ba, arXiv:1412.6980, algorithm 1; S. Reddi et al., 2018, ICLR, algorithm 2.
class Adam : public Optimizer {
 public:
  explicit Adam(std::vector<Tensor> parameters, const AdamOptions& options = {});

  /// What step number t, from 1, of a parameter does.
  static update::Adam update_at(const AdamOptions& options, double t);

  AdamOptions options;  // may be changed between steps

 protected:
  Adam(const char* name, std::vector<Tensor> parameters, const AdamOptions& options);

 private:
  std::vector<Setting> settings() override;
  std::vector<const char*> slots() const override {
    return {"step", "exp_avg", "exp_avg_sq", "max_exp_avg_sq"};
  }
  void prepare(const Tensor& x, std::vector<Tensor>& state) override;
  void update(Tensor& x, const Tensor& dx, std::vector<Tensor>& state, bool first) override;
};

struct AdamWOptions {
  double lr = 1e-3;
  std::array<double, 2> betas = {0.9, 0.999};
  double eps = 1e-8;
  double weight_decay = 1e-2;
  bool amsgrad = false;
  bool maximize = false;
};

/// Adam with decoupled_weight_decay. Source: I. Loshchilov, F. Hutter, arXiv:1711.05101, algorithm 2.
class AdamW : public Adam {
 public:
  explicit AdamW(std::vector<Tensor> parameters, const AdamWOptions& options = {});
};

}  // namespace tenet::optim
