#pragma once

#include "tenet/backends/kernel.h"
#include "tenet/framework/core/dispatch.h"

namespace tenet::copy {

/// Operands to, from.
template <class To, class From> struct Cast {};

/// to = from, element by element, converted.
inline void run_cast(DType to, DType from, Loop loop, Device device) {
  dispatch_all(to, [&](auto to_tag) {
    dispatch_all(from, [&](auto from_tag) {
      run(loop_kernel<Cast<typename decltype(to_tag)::type, typename decltype(from_tag)::type>>(), loop,
          device);
    });
  });
}

}  // namespace tenet::copy
