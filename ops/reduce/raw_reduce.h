#pragma once

#include "tenet/framework/tensor/tensor.h"

namespace tenet::reduce {

/// x summed over `dims`, which stay with extent 1; not recorded.
Tensor raw_sum(const Tensor& x, const Dims& dims);

}  // namespace tenet::reduce
