#pragma once

#include "tenet/backends/kernel.h"
#include "tenet/framework/core/dispatch.h"
#include "tenet/framework/core/scalar.h"

namespace tenet::copy {

/// Operands to, from.
template <class To, class From> struct Cast { static constexpr const char* name = "copy_"; };

/// Operand to.
template <class T> struct Fill {
  static constexpr const char* name = "fill_";
  T value;
};

inline void run_fill(DType dtype, Scalar value, Loop loop, Device device) {
  dispatch_all(dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const Fill<T> kernel{value.as<T>()};
    run(loop_kernel(kernel), loop, device);
  });
}

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
