// From a DType known at run time to a C++ type known at compile time:
//   dispatch_float(x.dtype(), "conv2d", [&](auto tag) { using T = typename decltype(tag)::type; ... });
#pragma once

#include <utility>

#include "tenet/framework/core/error.h"

namespace tenet {

template <class T> struct TypeTag { using type = T; };

/// Calls f with float or double; any other type is a DTypeError naming the op.
template <class F> decltype(auto) dispatch_float(DType dtype, const char* op, F&& f) {
  switch (dtype) {
    case DType::float32: return std::forward<F>(f)(TypeTag<float>{});
    case DType::float64: return std::forward<F>(f)(TypeTag<double>{});
    default:
      fail<DTypeError>(op, ": needs a floating-point tensor but got ", dtype,
                       ". Convert with .to(tenet::float32).");
  }
}

/// Calls f with the type of any number: every type but bool.
template <class F> decltype(auto) dispatch_number(DType dtype, const char* op, F&& f) {
  switch (dtype) {
    case DType::float32: return std::forward<F>(f)(TypeTag<float>{});
    case DType::float64: return std::forward<F>(f)(TypeTag<double>{});
    case DType::int64: return std::forward<F>(f)(TypeTag<std::int64_t>{});
    case DType::int32: return std::forward<F>(f)(TypeTag<std::int32_t>{});
    case DType::uint8: return std::forward<F>(f)(TypeTag<std::uint8_t>{});
    default: fail<DTypeError>(op, ": is not defined for bool tensors. Convert with .to(tenet::int64).");
  }
}

/// Calls f with the element type, whatever it is.
template <class F> decltype(auto) dispatch_all(DType dtype, F&& f) {
  switch (dtype) {
    case DType::float32: return std::forward<F>(f)(TypeTag<float>{});
    case DType::float64: return std::forward<F>(f)(TypeTag<double>{});
    case DType::int64: return std::forward<F>(f)(TypeTag<std::int64_t>{});
    case DType::int32: return std::forward<F>(f)(TypeTag<std::int32_t>{});
    case DType::uint8: return std::forward<F>(f)(TypeTag<std::uint8_t>{});
    default: return std::forward<F>(f)(TypeTag<bool>{});
  }
}

/// Calls f with the unsigned type of `bytes` bytes, for kernels that only move elements.
template <class F> decltype(auto) dispatch_size(std::size_t bytes, F&& f) {
  switch (bytes) {
    case 8: return std::forward<F>(f)(TypeTag<std::uint64_t>{});
    case 4: return std::forward<F>(f)(TypeTag<std::uint32_t>{});
    default: return std::forward<F>(f)(TypeTag<std::uint8_t>{});
  }
}

}  // namespace tenet
