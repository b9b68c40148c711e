// The GIL is let go of around work that takes about 10 microseconds or more, so that other Python threads run.
#pragma once

#include <chrono>
#include <optional>
#include <thread>

#include "tenet/python/src/tensor_object.h"

namespace tenet::python {

/// Lets go of the GIL while it lives. Where the interpreter is being finalised when a thread takes the GIL back, as happens
/// to daemon threads, Python ends the thread by unwinding it, which destructors do not survive: pybind11's own ends the
/// program with std::terminate. This one holds the thread where it is, as Python does from 3.14 on; the process is ending.
class WithoutGil {
 public:
  WithoutGil() : state_(PyEval_SaveThread()) {}
  ~WithoutGil() {
    try {
      PyEval_RestoreThread(state_);
    } catch (...) {  // no exception: glibc's pthread_exit unwinds
      while (true) std::this_thread::sleep_for(std::chrono::hours(1));
    }
  }
  WithoutGil(const WithoutGil&) = delete;

 private:
  PyThreadState* state_;
};

/// Elements from which work over them is long enough.
inline constexpr std::int64_t kLongWork = 1 << 15;

/// f(), without the GIL if `work`, a number of elements or of products, is worth it.
template <class F> decltype(auto) unlocked(double work, F&& f) {
  std::optional<WithoutGil> released;
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
