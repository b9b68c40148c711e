// IDX, the format of MNIST: two zero bytes, the type, the number of dimensions, their extents and then the
// elements, all big-endian.
#pragma once

#include <string>
#include <string_view>

#include "tenet/framework/tensor/tensor.h"

namespace tenet::data {

/// The tensor in an IDX file: uint8, int32, float32 or float64. Throws Error if the file cannot be read,
/// FormatError naming the rule unless its size is exactly what its header says, of at most 8 dimensions.
Tensor read_idx(const std::string& path);

/// The same from memory; `where` begins the messages.
Tensor parse_idx(std::string_view bytes, const std::string& where);

}  // namespace tenet::data
