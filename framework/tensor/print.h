// Tensors as text, in PyTorch's layout.
//
//   tensor([[ 1.0000, -2.5000],
//           [ 0.3333,  4.0000]], dtype=float64, grad_fn=<Conv2d>)
//
// Floats print with 4 digits after the point, or as 3. where all are integers; in scientific notation
// where the largest is over 1e8 or over 1000 times the smallest, or the smallest is under 1e-4 (zeros
// left out). Lines have 80 characters. Of more than 1000 elements, the first and last 3 along each
// dimension are shown. PrintOptions has other numbers. The type is named unless it is float32, int64 or bool; an empty tensor names its size
// and any type but float32; a computed tensor names its op, a leaf requires_grad=True.
// Source: PyTorch 2.13, torch/_tensor_str.py.
#pragma once

#include <iosfwd>
#include <optional>
#include <string>

#include "tenet/framework/tensor/tensor.h"

namespace tenet {

// Declared in tensor.h:
//   std::string str(const Tensor& tensor);
//   std::ostream& operator<<(std::ostream& out, const Tensor& tensor);

struct PrintOptions {
  int precision = 4;                    // digits after the point, 0 to 50
  std::int64_t threshold = 1000;        // elements, above which the middle is left out
  std::int64_t edge_items = 3;          // elements shown at either end then
  std::int64_t line_width = 80;         // characters
  std::optional<bool> scientific = {};  // default: as above
};
/// For all tensors from now on. Not while another thread prints. Throws ValueError for a number out of range.
void set_print_options(const PrintOptions& options);
const PrintOptions& print_options();

/// "Conv2d" for "conv2d", "ConvTranspose2d" for "conv_transpose2d": how a record's name is printed.
std::string camel_case(const std::string& name);

}  // namespace tenet
