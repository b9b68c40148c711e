// The tape, to be looked at: what a tensor was computed from.
#pragma once

#include <string>

#include "tenet/framework/tensor/tensor.h"

namespace tenet {

/// A table, a line per record in the order of the tape, leaves first:
///
///     id  op      inputs  output             saved
///      0  leaf            [2, 3] float32       0 B
///      1  square  0       [2, 3] float32      24 B
///      2  sum     1       [] float32           0 B
///
/// An input "-" needs no gradient. `saved` counts what the record keeps for its backward; a tensor that
/// two records keep is counted in both. "(nothing recorded)" for a tensor without history.
std::string tape_text(const Tensor& y);

/// The same as a graph for Graphviz: dot -Tsvg.
std::string tape_dot(const Tensor& y);

/// The same as a drawing: inputs above, the tensor at the bottom, each record below all it reads.
std::string tape_svg(const Tensor& y);

}  // namespace tenet
