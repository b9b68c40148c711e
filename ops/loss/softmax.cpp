#include "tenet/ops/loss/softmax.h"

#include "tenet/framework/autograd/op.h"
#include "tenet/framework/core/dispatch.h"
#include "tenet/framework/core/strides.h"
#include "tenet/ops/elementwise/unary.h"
#include "tenet/ops/loss/softmax_kernels.h"

namespace tenet {
namespace {

struct SoftmaxRule {
  static constexpr const char* name = "softmax";
  std::int64_t dim;
  Gradients backward(const Context& context, const Tensor& dy) const {
    const Tensor y = context.saved(0);
    return {y * (dy - (dy * y).sum(dim, true))};
  }
};

struct LogSoftmaxRule {
  static constexpr const char* name = "log_softmax";
  std::int64_t dim;
  Gradients backward(const Context& context, const Tensor& dy) const {
    return {dy - context.saved(0).exp() * dy.sum(dim, true)};
  }
};

template <class Rule> Tensor normalised(bool logarithm, const Tensor& x, std::int64_t dim) {
  const std::int64_t d = normalize_dim(dim, x.dim(), Rule::name);
  Tensor y;
  dispatch_float(x.dtype(), Rule::name, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const NoGradGuard no_grad;
    const Tensor from = x.contiguous();
    y = Tensor::make_like(from);
    std::int64_t outer = 1, inner = 1;
    for (std::int64_t i = 0; i < d; ++i) outer *= x.size(i);
    for (std::int64_t i = d + 1; i < x.dim(); ++i) inner *= x.size(i);
    const std::int64_t n = x.dim() == 0 ? 1 : x.size(d);
    softmax_kernels::run<T>({logarithm, from.data<T>(), y.data<T>(), outer, n, inner}, x.device());
  });
  if (recording(x)) record(Rule{d}, y, {x}, {y});
  return y;
}

}  // namespace

Tensor softmax(const Tensor& x, std::int64_t dim) { return normalised<SoftmaxRule>(false, x, dim); }
Tensor log_softmax(const Tensor& x, std::int64_t dim) { return normalised<LogSoftmaxRule>(true, x, dim); }

}  // namespace tenet
