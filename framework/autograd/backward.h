// Gradients: one walk over the tape from the newest output towards older records.
#pragma once

#include <span>
#include <vector>

#include "tenet/framework/autograd/record.h"

namespace tenet {

/// d(outputs)/d(inputs), summed over outputs weighted by `dys` (an empty list or an undefined dy stands
/// for 1 and needs a scalar output). Nothing is added to any grad(). Gradients can be differentiated
/// again with {.create_graph = true}, to any order.
/// Throws GradientError if an output is no scalar and has no dy, needs no gradient, or does not depend
/// on an input (unless allow_unused, when its gradient is undefined).
std::vector<Tensor> grad(const std::vector<Tensor>& outputs, const std::vector<Tensor>& inputs,
                         const std::vector<Tensor>& dys, GradOptions options = {});
std::vector<Tensor> grad(const std::vector<Tensor>& outputs, const std::vector<Tensor>& inputs,
                         GradOptions options = {});
std::vector<Tensor> grad(const Tensor& y, const std::vector<Tensor>& inputs, GradOptions options = {});
/// dy/dx for a scalar y.
Tensor grad(const Tensor& y, const Tensor& x, GradOptions options = {});
/// The gradient of <dy, y> with respect to x.
Tensor grad(const Tensor& y, const Tensor& x, const Tensor& dy, GradOptions options = {});

}  // namespace tenet
