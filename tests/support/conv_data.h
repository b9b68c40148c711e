// Integer data for convolution problems, as tensors of any layout and back.
#pragma once

#include <limits>

#include "support/conv_case.h"
#include "tenet/framework/autograd/grad_mode.h"
#include "tenet/ops/create/create.h"

namespace tenet_test {

using tenet::Shape;
using tenet::Tensor;

/// Whole numbers in [-3, 3]: sums of products of them are exact in float32 up to 2^24. With layout "expanded"
/// all entries of dimension 0 are equal.
inline Integers draw_integers(Random& random, const Shape& shape, int layout) {
  Integers values(static_cast<std::size_t>(tenet::count(shape)));
  for (std::int64_t& value : values) value = draw(random, -3, 3);
  if (layout == 3 && !values.empty()) {
    const std::size_t part = values.size() / static_cast<std::size_t>(shape[0]);
    for (std::size_t i = part; i < values.size(); ++i) values[i] = values[i - part];
  }
  return values;
}

/// The same values with other strides. What lies between the elements of "sliced" is NaN.
inline Tensor with_layout(const Tensor& t, int layout) {
  const tenet::NoGradGuard no_grad;
  if (layout == 1 && t.dim() > 1) return t.transpose(0, -1).contiguous().transpose(0, -1).detach();
  if (layout == 2) {
    Shape wide = t.shape();
    for (std::int64_t& n : wide) n = 2 * n + 1;
    Tensor around = tenet::full(wide, std::numeric_limits<double>::quiet_NaN(), {.dtype = t.dtype()});
    std::vector<tenet::Index> every_second(static_cast<std::size_t>(t.dim()), tenet::Slice{1, {}, 2});
    Tensor view = around.index(every_second);
    view.copy_(t);
    return view.detach();
  }
  if (layout == 3 && t.numel() > 0) return t.narrow(0, 0, 1).contiguous().expand(t.shape()).detach();
  return t;
}

inline Tensor to_tensor(const Integers& values, const Shape& shape, bool f64, int layout = 0) {
  Tensor t = Tensor::make(shape, f64 ? tenet::float64 : tenet::float32);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (f64) {
      t.data<double>()[i] = static_cast<double>(values[i]);
    } else {
      t.data<float>()[i] = static_cast<float>(values[i]);
    }
  }
  return with_layout(t, layout);
}

/// The elements; a number that is not whole becomes one that no sum of the tests reaches.
inline Integers to_integers(const Tensor& t) {
  const Tensor dense = t.detach().to(tenet::float64).contiguous();
  Integers values;
  for (std::int64_t i = 0; i < dense.numel(); ++i) {
    const double value = dense.data<double>()[i];
    const bool whole =
        value > -1e15 && value < 1e15 && value == static_cast<double>(static_cast<std::int64_t>(value));
    values.push_back(whole ? static_cast<std::int64_t>(value) : std::numeric_limits<std::int64_t>::min());
  }
  return values;
}

}  // namespace tenet_test
