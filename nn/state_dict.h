#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "tenet/framework/tensor/tensor.h"

namespace tenet {

/// Tensors by name: what a module or an optimiser is saved as and loaded from.
using StateDict = std::map<std::string, Tensor, std::less<>>;

/// A name in double quotes for a message; what is not printable ASCII is escaped, what is very long cut.
std::string in_quotes(std::string_view name);

}  // namespace tenet
