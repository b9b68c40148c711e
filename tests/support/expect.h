// What tests of tensors say over and over.
#pragma once

#include <cstdint>
#include <exception>
#include <string>
#include <typeinfo>
#include <vector>

#include "tenet/framework/autograd/grad_mode.h"
#include "tenet/framework/tensor/tensor.h"

namespace tenet_test {

/// The elements in row-major order, as doubles.
inline std::vector<double> values(const tenet::Tensor& t) {
  const tenet::NoGradGuard no_grad;
  const tenet::Tensor flat = t.detach().to(tenet::float64).contiguous();
  return {flat.data<double>(), flat.data<double>() + flat.numel()};
}

/// The message of the E, exactly, that f throws; what happened instead if it does not.
template <class E, class F> std::string message(F&& f) {
  try {
    f();
  } catch (const std::exception& error) {
    return typeid(error) == typeid(E) ? error.what() : std::string("of another type: ") + error.what();
  }
  return "nothing was thrown";
}

}  // namespace tenet_test
