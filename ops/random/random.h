// Factories that draw. Element i is a function of (seed, offset, i), where the generator was at `offset` when the draw
// began: the same numbers for any number of threads. A draw moves its generator on by one counter per element.
#pragma once

#include "tenet/framework/core/random.h"
#include "tenet/framework/tensor/tensor.h"

namespace tenet {

/// Evenly spread over [0, 1): multiples of 2^-24 (float32) or 2^-53 (float64). float32 unless the options say float64;
/// throws DTypeError for any other type.
Tensor rand(const Shape& shape, RandomOptions options = {});

/// N(0, 1), otherwise as rand. Its last bits are those of the platform's log, sin and cos.
Tensor randn(const Shape& shape, RandomOptions options = {});

/// Integers, evenly spread over [low, high), as int64 or any number type the options name. Each value has the
/// probability 1 / (high - low) within 2^-64. A floating type rounds what it cannot hold.
/// Throws ValueError if high <= low or the integer type cannot hold the interval, DTypeError for bool.
Tensor randint(std::int64_t low, std::int64_t high, const Shape& shape, RandomOptions options = {});

/// 0, 1, ..., n - 1 in random order, as int64 or any number type the options name.
/// Throws ValueError if n < 0 or the type cannot hold n - 1 exactly, DTypeError for bool.
/// Fisher and Yates; Durstenfeld 1964, CACM 7(7), algorithm 235: one thread, O(n).
Tensor randperm(std::int64_t n, RandomOptions options = {});

}  // namespace tenet
