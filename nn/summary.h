#pragma once

#include <string>

#include "tenet/nn/module.h"

namespace tenet {

/// A table of what happens when `net` sees an input of this shape: the modules in the order they run, output shapes,
/// parameters, multiply-adds; and their totals. A module that runs twice has two rows, its parameters in the first.
/// The net runs once, on zeros of its parameters' type, in evaluation and unrecorded, on a copy with tensors of its
/// own. Multiplications outside of Linear, Conv2d and ConvTranspose2d are not counted.
/// Throws what forward throws, and ValueError if it does not take one tensor and give one.
std::string summary(const nn::Module& net, const Shape& input_shape);

}  // namespace tenet
