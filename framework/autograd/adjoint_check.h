#pragma once

#include <functional>
#include <iosfwd>
#include <string>

#include "tenet/framework/tensor/tensor.h"

namespace tenet {

struct AdjointReport {
  bool pass = false;
  bool exact = false;   // all numbers were integers small enough to be exact, and equality was asked for
  double forward = 0;   // <A x, y>
  double backward = 0;  // <x, A^T y>
  double allowed = 0;   // the difference rounding can explain

  explicit operator bool() const { return pass; }
};
std::string str(const AdjointReport& report);
std::ostream& operator<<(std::ostream& out, const AdjointReport& report);

/// Whether `backward` is the adjoint of the linear map `forward`: <forward(x), y> == <x, backward(y)>. Both sides
/// are summed in float64. With integers in x, y and both results (|.| < 2^24 for float32) equality is exact;
/// otherwise the difference may be what rounding explains. Throws ShapeError if forward(x) has not y's shape or
/// backward(y) not x's.
AdjointReport adjoint_check(const std::function<Tensor(const Tensor&)>& forward,
                            const std::function<Tensor(const Tensor&)>& backward, const Tensor& x,
                            const Tensor& y);

}  // namespace tenet
