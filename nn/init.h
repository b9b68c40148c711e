// Starting values, written into a tensor in place and not recorded. No generator means the global one.
#pragma once

#include <utility>

#include "tenet/framework/tensor/tensor.h"

namespace tenet::nn::init {

/// What one output of a layer with this weight [O, I, ...] reads, and what one input is read by:
/// {I, O} times the extents after the first two. Throws ShapeError for fewer than two dimensions.
std::pair<std::int64_t, std::int64_t> fans(const Tensor& weight);

/// Uniform on [low, high); normal. Throw ValueError if low > high, or if the deviation is negative.
void uniform_(const Tensor& tensor, double low = 0, double high = 1, Generator* generator = nullptr);
void normal_(const Tensor& tensor, double mean = 0, double deviation = 1, Generator* generator = nullptr);
void constant_(const Tensor& tensor, double value);

/// Uniform on +-gain sqrt(3 / fan_in) with gain = sqrt(2 / (1 + a^2)): keeps the variance through leaky ReLUs of
/// slope a. K. He et al., 2015, "Delving deep into rectifiers", ICCV, eq. 10 and 15.
void kaiming_uniform_(const Tensor& weight, double a = 0, Generator* generator = nullptr);

/// Uniform on +-gain sqrt(6 / (fan_in + fan_out)). X. Glorot, Y. Bengio, 2010, AISTATS, eq. 16.
void xavier_uniform_(const Tensor& weight, double gain = 1, Generator* generator = nullptr);

/// PyTorch's default for linear and convolution layers: kaiming_uniform_(weight, sqrt(5)), which is uniform on
/// +-1/sqrt(fan_in), and the same bound for the bias, which may be undefined.
void default_(const Tensor& weight, const Tensor& bias, Generator* generator = nullptr);

}  // namespace tenet::nn::init
