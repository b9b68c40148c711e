// The steps of the optimisers, each one pass over the memory: unrecorded, in place, and allocating nothing, so that
// a step cannot stop half way. The formulas stand with optim::SGD and optim::Adam.
#pragma once

#include <cmath>
#include <initializer_list>

#include "tenet/framework/core/host_device.h"
#include "tenet/framework/tensor/tensor.h"

namespace tenet::update {

struct Sgd {
  double lr, momentum, dampening, weight_decay;
  bool nesterov;
  bool maximize;
  bool first;  // there is nothing in b yet

  template <class T> TENET_HD void operator()(T& x, T g, T* b) const {
    if (maximize) g = -g;
    if (weight_decay != 0) g = g + x * static_cast<T>(weight_decay);
    if (b != nullptr) {
      *b = first ? g : *b * static_cast<T>(momentum) + g * static_cast<T>(1 - dampening);
      g = nesterov ? g + *b * static_cast<T>(momentum) : *b;
    }
    x = x - g * static_cast<T>(lr);
  }
};

struct Adam {
  double lr, beta1, beta2, eps, weight_decay;  // lr is divided by 1 - beta1^t
  double root;                                 // sqrt(1 - beta2^t)
  double shrink;                               // x times this first: 1 unless the decay is decoupled
  bool maximize;

  template <class T> TENET_HD void operator()(T& x, T g, T& m, T& v, T* largest) const {
    if (maximize) g = -g;
    if (shrink != 1) x = x * static_cast<T>(shrink);
    if (weight_decay != 0) g = g + x * static_cast<T>(weight_decay);
    m = m + (g - m) * static_cast<T>(1 - beta1);
    v = v * static_cast<T>(beta2) + g * g * static_cast<T>(1 - beta2);
    T top = v;
    if (largest != nullptr) top = *largest = (v > *largest || v != v) ? v : *largest;
    x = x - m / (std::sqrt(top) / static_cast<T>(root) + static_cast<T>(eps)) * static_cast<T>(lr);
  }
};

/// Throws ShapeError or DTypeError, naming `op` and the operand, unless g and every defined tensor of `state` are like x,
/// and whatever forbids writing into x or them.
void check(const char* op, const Tensor& x, const Tensor& g, std::initializer_list<const Tensor*> state);

/// x, its gradient g and b, undefined without momentum: of one shape, floating type and device.
void run(const Sgd& sgd, Tensor& x, const Tensor& g, const Tensor& b);
/// `largest` is undefined but for amsgrad.
void run(const Adam& adam, Tensor& x, const Tensor& g, const Tensor& m, const Tensor& v,
         const Tensor& largest);

}  // namespace tenet::update
