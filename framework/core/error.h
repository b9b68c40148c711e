// What Tenet throws. A message names the op, what was wanted, what came, and what to do about it.
#pragma once

#include <new>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "tenet/framework/core/device.h"
#include "tenet/framework/core/dtype.h"
#include "tenet/framework/core/shape.h"

namespace tenet {

/// The base of every error a user's call can cause. Nothing has been changed when one is thrown.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class ShapeError : public Error {
 public:
  using Error::Error;
};  // sizes or ranks disagree
class DTypeError : public Error {
 public:
  using Error::Error;
};  // an element type does not fit
class ValueError : public Error {
 public:
  using Error::Error;
};  // an option has no meaning
class IndexError : public Error {
 public:
  using Error::Error;
};  // an index or label out of range
class DeviceError : public Error {
 public:
  using Error::Error;
};  // wrong or missing device
class GradientError : public Error {
 public:
  using Error::Error;
};  // the tape cannot do this
class FormatError : public Error {
 public:
  using Error::Error;
};  // a file is not what it should be
class OutOfMemoryError : public Error {
 public:
  using Error::Error;
};  // an allocation failed

/// Throws DeviceError: the operands of an op lie on two devices.
[[noreturn]] void fail_devices(const char* op, Device one, Device other);

namespace detail {
void append_number(std::string& out, double part);  // six significant digits
inline void append(std::string& out, std::string_view part) { out += part; }
inline void append(std::string& out, const Dims& part) { out += str(part); }
inline void append(std::string& out, DType part) { out += name(part); }
inline void append(std::string& out, Device part) { out += str(part); }
template <class N>
  requires std::is_arithmetic_v<N>
void append(std::string& out, N part) {
  if constexpr (std::is_same_v<N, bool>) {
    out += part ? "true" : "false";
  } else if constexpr (std::is_floating_point_v<N>) {
    append_number(out, part);
  } else {
    out += std::to_string(part);
  }
}
}  // namespace detail

/// Joins its arguments into one string. (Constrained, because a list of tensors has its own cat.)
template <class... Parts>
  requires requires(std::string& out, const Parts&... parts) { (detail::append(out, parts), ...); }
std::string cat(const Parts&... parts) {
  std::string out;
  (detail::append(out, parts), ...);
  return out;
}

template <class E = Error, class... Parts>
[[noreturn, gnu::cold, gnu::noinline]] void fail(const Parts&... parts) {
  throw E(cat(parts...));
}

/// f(), with the bad_alloc of a standard container as an OutOfMemoryError of `op`.
template <class F> decltype(auto) without_bad_alloc(const char* op, F&& f) {
  try {
    return std::forward<F>(f)();
  } catch (const std::bad_alloc&) {
    fail<OutOfMemoryError>(op, ": out of memory. Use smaller sizes or free tensors.");
  }
}

}  // namespace tenet
