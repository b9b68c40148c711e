// Copies: Tensor::to, contiguous, clone, copy_, fill_, zero_, and x[i] = y.
//
//   to(dtype)     the elements converted; the tensor itself if it has that type. Floats become integers
//                 by truncation, anything becomes bool by comparing with 0. Gradient: dy converted back;
//                 none where either side is an integer type.
//   contiguous()  the tensor itself if it is row-major already, else a copy. dx = dy.
//   clone()       a copy, contiguous. dx = dy.
//   to(device)    the elements on another device; the tensor itself if it is there. Waits for the copy. Gradient: dy
//                 carried back.
//   copy_(x)      writes x, broadcast, converted and carried, into this tensor's elements. The history is then
//                 x's: dx = dy summed to x's shape; what was there before gets 0.
//   fill_, zero_  write a number. ValueError if the type cannot hold it.
#pragma once

#include "tenet/framework/tensor/tensor.h"

namespace tenet::copy {

/// For recorded in-place ops: writes `value`, a fresh result of target's shape and type, into target, which
/// takes over its history.
Tensor& take(Tensor& target, const Tensor& value);

/// Throws ValueError unless a tensor of this type can hold the number: a finite one as finite, integers within their ends,
/// but for uint8, where negative ones down to -255 wrap around.
void check_fits(const char* op, Scalar value, DType dtype);

}  // namespace tenet::copy

namespace tenet {

/// x where the host can read it, contiguous and without a history; from a card it waits for the copy.
Tensor on_host(const Tensor& x);

}  // namespace tenet
