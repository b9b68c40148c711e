#include "tenet/nn/init.h"

#include <cmath>

#include "tenet/framework/autograd/grad_mode.h"
#include "tenet/ops/random/random.h"

namespace tenet::nn::init {
namespace {

// Empty layers draw nothing; their bound is any finite number.
double bound(double squared, std::int64_t fan) {
  return fan == 0 ? 0 : std::sqrt(squared / static_cast<double>(fan));
}

void write(Tensor tensor, const Tensor& values) {
  const NoGradGuard no_grad;
  tensor.copy_(values);
}

}  // namespace

std::pair<std::int64_t, std::int64_t> fans(const Tensor& weight) {
  if (weight.dim() < 2) {
    fail<ShapeError>("init: a weight needs two dimensions or more to have a fan, this one has shape ",
                     weight.shape(), ". Use uniform_ or normal_ for a bias.");
  }
  std::int64_t taps = 1;
  for (int d = 2; d < weight.dim(); ++d) taps *= weight.size(d);
  return {weight.size(1) * taps, weight.size(0) * taps};
}

void uniform_(const Tensor& tensor, double low, double high, Generator* generator) {
  if (!(low <= high))
    fail<ValueError>("uniform_: low is ", low, " and high is ", high, ". low must not exceed high.");
  const NoGradGuard no_grad;
  write(tensor, rand(tensor.shape(), {.dtype = tensor.dtype(), .generator = generator}) * (high - low) + low);
}

void normal_(const Tensor& tensor, double mean, double deviation, Generator* generator) {
  if (!(deviation >= 0))
    fail<ValueError>("normal_: the deviation is ", deviation, " but must not be negative.");
  const NoGradGuard no_grad;
  write(tensor, randn(tensor.shape(), {.dtype = tensor.dtype(), .generator = generator}) * deviation + mean);
}

void constant_(const Tensor& tensor, double value) {
  const NoGradGuard no_grad;
  Tensor(tensor).fill_(value);
}

void kaiming_uniform_(const Tensor& weight, double a, Generator* generator) {
  const double limit = bound(6 / (1 + a * a), fans(weight).first);
  uniform_(weight, -limit, limit, generator);
}

void xavier_uniform_(const Tensor& weight, double gain, Generator* generator) {
  const auto [fan_in, fan_out] = fans(weight);
  const double limit = gain * bound(6, fan_in + fan_out);
  uniform_(weight, -limit, limit, generator);
}

void default_(const Tensor& weight, const Tensor& bias, Generator* generator) {
  const double limit = bound(1, fans(weight).first);
  uniform_(weight, -limit, limit, generator);
  if (bias.defined()) uniform_(bias, -limit, limit, generator);
}

}  // namespace tenet::nn::init
