#pragma once

#include <concepts>

#include "tenet/framework/autograd/gradcheck.h"
#include "tenet/nn/module.h"

namespace tenet {

/// Checks the gradients of a module's output with respect to its inputs and every parameter, by name in the
/// report, on a float64 clone: the module itself is left as it is. See gradcheck() of a function for options
/// and cost. Throws ValueError if its forward does not take these tensors and return one.
GradcheckReport gradcheck_module(const nn::Module& module, const std::vector<Tensor>& inputs,
                                 const GradcheckOptions& options = {});

template <std::derived_from<nn::Module> M>
GradcheckReport gradcheck(M module, const std::vector<Tensor>& inputs, const GradcheckOptions& options = {}) {
  return gradcheck_module(module, inputs, options);
}

}  // namespace tenet
