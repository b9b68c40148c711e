// The geometry of pooling is that of a convolution whose kernel is the window.
#pragma once

#include <vector>

#include "tenet/ops/conv/geometry.h"
#include "tenet/ops/pool/windows.h"

namespace tenet::pool {

struct Request {
  const char* op;
  const PerAxis& kernel;
  const PerAxis& stride;  // not given: the kernel
  const PerAxis& padding;
  const PerAxis& dilation;
  bool ceil_mode;
};

/// One value for each of `axes` axes. Throws ValueError if their number does not fit or one is below `least`.
Dims per_axis(const char* op, const char* option, const PerAxis& values, int axes, std::int64_t least);

/// The stride: the kernel if not given.
inline const PerAxis& stride_or(const PerAxis& stride, const PerAxis& kernel) {
  return stride.given() ? stride : kernel;
}

/// Windows over the last `axes` dimensions of a tensor of shape x, after the checks that pool.h lists.
ConvGeometry solve(const Request& request, const Shape& x, int axes);

/// `like` with its last dimensions replaced by ConvAxis::in or ConvAxis::out of g.
Shape with_sizes(const Shape& like, const ConvGeometry& g, std::int64_t ConvAxis::*size);

/// What kernels read of a geometry, and the memory it lies in.
class Table {
 public:
  explicit Table(const ConvGeometry& g);
  Table(const Table&) = delete;
  const Windows& windows() const { return windows_; }

 private:
  std::vector<Tap> taps_[3];
  Windows windows_;
};

}  // namespace tenet::pool
