#include "ops/op_checks.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "tenet/framework/autograd/backward.h"
#include "tenet/framework/autograd/grad_mode.h"
#include "tenet/framework/core/dispatch.h"
#include "tenet/ops/create/create.h"

namespace tenet_test {
namespace {

/// What a kernel that reads outside its input would find.
void poison(const Tensor& buffer) {
  tenet::dispatch_all(buffer.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    T bad = std::numeric_limits<T>::max();
    if constexpr (std::is_floating_point_v<T>) bad = std::numeric_limits<T>::quiet_NaN();
    std::fill_n(buffer.data<T>(), buffer.numel(), bad);
  });
}

Tensor poisoned(const Shape& shape, DType dtype) {
  Tensor buffer = Tensor::make(shape, dtype);
  poison(buffer);
  return buffer;
}

Tensor drawn_like(const Tensor& y, std::uint64_t seed) {
  return draw({{{y.shape(), Draw::real}}}, y.dtype(), 1000 + seed)[0].to(y.device());
}

}  // namespace

bool same_bits(const Tensor& a, const Tensor& b) {
  if (!a.defined() || !b.defined()) return a.defined() == b.defined();
  if (a.shape() != b.shape() || a.dtype() != b.dtype()) return false;
  const tenet::NoGradGuard no_grad;
  const Tensor x = a.detach().contiguous(), y = b.detach().contiguous();
  return std::memcmp(x.impl()->data, y.impl()->data, x.impl()->bytes()) == 0;
}

testing::AssertionResult same_bits(const Tensors& a, const Tensors& b) {
  if (a.size() != b.size()) return testing::AssertionFailure() << a.size() << " tensors and " << b.size();
  for (std::size_t k = 0; k < a.size(); ++k) {
    if (same_bits(a[k], b[k])) continue;
    auto failure = testing::AssertionFailure() << "tensor " << k << " differs: ";
    if (!a[k].defined() || !b[k].defined()) return failure << "one is undefined";
    if (a[k].shape() != b[k].shape() || a[k].dtype() != b[k].dtype()) {
      return failure << a[k].dtype() << a[k].shape() << " and " << b[k].dtype() << b[k].shape();
    }
    const tenet::NoGradGuard no_grad;
    const Tensor x = a[k].detach().reshape({-1}), y = b[k].detach().reshape({-1});
    for (std::int64_t i = 0; i < x.numel(); ++i) {
      if (same_bits(x[i], y[i])) continue;
      return failure << "element " << i << " of shape " << a[k].shape() << " is " << std::hexfloat
                     << x[i].item<double>() << " and " << y[i].item<double>();
    }
  }
  return testing::AssertionSuccess();
}

testing::AssertionResult same_within(int epsilons, const Tensors& a, const Tensors& b) {
  const auto close = [&](const Tensor& x, const Tensor& y) {
    if (!x.defined() || !y.defined() || x.shape() != y.shape() || x.dtype() != y.dtype()) return false;
    if (!tenet::is_floating(x.dtype()) || x.numel() == 0) return same_bits(x, y);
    const double epsilon = x.dtype() == tenet::float32 ? std::numeric_limits<float>::epsilon()
                                                       : std::numeric_limits<double>::epsilon();
    const double largest = x.detach().abs().amax().item<double>();
    return (x.detach() - y.detach()).abs().amax().item<double>() <= epsilons * epsilon * largest;
  };
  Tensors x = a, y = b;
  for (std::size_t k = 0; epsilons > 0 && k < std::min(a.size(), b.size()); ++k) {
    if (close(a[k], b[k])) x[k] = y[k] = Tensor();
  }
  return same_bits(x, y);
}

const char* name(Layout layout) {
  switch (layout) {
    case Layout::transposed: return "transposed";
    case Layout::strided: return "strided";
    case Layout::offset: return "offset";
    default: return "expanded";
  }
}

LaidOut lay_out(const Tensor& x, Layout layout) {
  const Shape shape = x.shape();
  Shape wide = shape, reversed;
  tenet::Dims order;
  for (std::int64_t& n : wide) n = 2 * n + 1;
  for (int d = shape.size() - 1; d >= 0; --d) {
    reversed.push_back(shape[d]);
    order.push_back(d);
  }
  LaidOut out;
  if (layout == Layout::transposed) {
    out.buffer = poisoned(reversed, x.dtype());
    out.view = out.buffer.permute(order);
  } else if (layout == Layout::strided) {
    out.buffer = poisoned(wide, x.dtype());
    out.view = out.buffer;
    for (int d = 0; d < shape.size(); ++d) {
      tenet::Strides strides = out.view.strides();
      Shape part = out.view.shape();
      part[d] = shape[d];
      const std::int64_t offset = shape[d] > 0 ? strides[d] : 0;
      strides[d] *= 2;
      out.view = out.view.as_strided(part, strides, x.numel() > 0 ? offset : 0);
    }
  } else if (layout == Layout::offset) {
    out.buffer = poisoned({x.numel() + 7}, x.dtype());
    out.view = out.buffer.narrow(0, 3, x.numel()).view(shape);
  } else {
    int longest = 0;
    for (int d = 1; d < shape.size(); ++d) longest = shape[d] > shape[longest] ? d : longest;
    Shape one = shape;
    if (!one.empty() && one[longest] > 0) one[longest] = 1;
    out.buffer = poisoned(one, x.dtype());
    out.buffer.copy_(one == shape ? x : x.narrow(longest, 0, 1));
    out.view = out.buffer.expand(shape);
    return out;
  }
  out.view.copy_(x);
  return out;
}

Tensors leaves(const Op& op, const Tensors& inputs) {
  Tensors fresh;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    fresh.push_back(inputs[i].detach());
    if ((op.gradient >> i & 1) && tenet::is_floating(inputs[i].dtype())) fresh.back().requires_grad_();
  }
  return fresh;
}

Tensors value(const Op& op, const Tensors& inputs, const Options& options) {
  const tenet::NoGradGuard no_grad;
  return op.call(inputs, options);
}

Outcome run(const Op& op, const Tensors& inputs, const Options& options) {
  const Tensors x = leaves(op, inputs);
  Outcome outcome{op.call(x, options), Tensors(inputs.size())};
  Tensors outputs, dys, wanted;
  for (const Tensor& y : outcome.outputs) {
    if (!y.requires_grad()) continue;
    outputs.push_back(y);
    dys.push_back(drawn_like(y, outputs.size()));
  }
  for (const Tensor& leaf : x) {
    if (leaf.requires_grad()) wanted.push_back(leaf);
  }
  if (outputs.empty() || wanted.empty()) return outcome;
  const Tensors found = tenet::grad(outputs, wanted, dys, {.allow_unused = true});
  for (std::size_t i = 0, next = 0; i < x.size(); ++i) {
    if (x[i].requires_grad()) outcome.gradients[i] = found[next++];
  }
  return outcome;
}

bool typed(const Sample& sample) {
  return std::any_of(sample.inputs.begin(), sample.inputs.end(), [](const Input& i) { return i.typed(); });
}

}  // namespace tenet_test
