// The GIL is let go of around work that takes about 10 microseconds or more, so that other Python threads run.
#pragma once

#include <optional>

#include "tenet/python/src/tensor_object.h"

namespace tenet::python {

/// Elements from which work over them is long enough.
inline constexpr std::int64_t kLongWork = 1 << 15;

/// f(), without the GIL if `work`, a number of elements or of products, is worth it.
template <class F> decltype(auto) unlocked(double work, F&& f) {
  std::optional<py::gil_scoped_release> released;
  if (work >= kLongWork) released.emplace();
  return std::forward<F>(f)();
}

inline double size_of(const Tensor& x) { return static_cast<double>(x.numel()); }
template <class T> double size_of(const T&) { return 0; }

/// f(args...), without the GIL if one of them is large.
template <class F, class... Args> decltype(auto) unlocked_call(F&& f, Args&&... args) {
  return unlocked((size_of(args) + ... + 0.0),
                  [&]() -> decltype(auto) { return f(std::forward<Args>(args)...); });
}

}  // namespace tenet::python
