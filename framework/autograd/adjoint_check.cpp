#include "tenet/framework/autograd/adjoint_check.h"

#include <cmath>
#include <ostream>

#include "tenet/framework/autograd/grad_mode.h"

namespace tenet {
namespace {

struct Product {
  double value = 0, terms = 0;  // the sum, and the sum of absolute values
  bool integers = true;
};

Product inner(const Tensor& a, const Tensor& b) {
  const auto on_host = [](const Tensor& x) { return x.detach().to(Device{}).to(float64).contiguous(); };
  const Tensor u = on_host(a), v = on_host(b);
  Product p;
  for (std::int64_t i = 0; i < u.numel(); ++i) {
    const double s = u.data<double>()[i], t = v.data<double>()[i];
    p.value += s * t;
    p.terms += std::abs(s * t);
    const double limit = a.dtype() == float32 ? 0x1p24 : 0x1p53;
    p.integers =
        p.integers && s == std::floor(s) && t == std::floor(t) && std::abs(s) < limit && std::abs(t) < limit;
  }
  p.integers = p.integers && p.terms < 0x1p53;
  return p;
}

void require(const char* what, const Tensor& got, const Tensor& wanted) {
  if (got.shape() == wanted.shape()) return;
  fail<ShapeError>("adjoint_check: ", what, " has shape ", got.shape(), " but must have ", wanted.shape(),
                   ". x and backward(y) share a shape, y and forward(x) another.");
}

}  // namespace

AdjointReport adjoint_check(const std::function<Tensor(const Tensor&)>& forward,
                            const std::function<Tensor(const Tensor&)>& backward, const Tensor& x,
                            const Tensor& y) {
  const NoGradGuard no_grad;
  const Tensor ax = forward(x);
  require("forward(x)", ax, y);
  const Tensor aty = backward(y);
  require("backward(y)", aty, x);
  const Product left = inner(ax, y), right = inner(x, aty);
  AdjointReport report;
  report.forward = left.value;
  report.backward = right.value;
  report.exact = left.integers && right.integers;
  const double epsilon = x.dtype() == float64 ? 0x1p-53 : 0x1p-24;
  const double length = static_cast<double>(x.numel() + y.numel());
  report.allowed = report.exact ? 0 : 4 * epsilon * std::sqrt(length) * (left.terms + right.terms);
  report.pass = std::abs(left.value - right.value) <= report.allowed;
  return report;
}

std::string str(const AdjointReport& r) {
  return cat("adjoint_check: ", r.pass ? "pass" : "fail", ": <A x, y> = ", r.forward,
             ", <x, A^T y> = ", r.backward,
             r.exact ? " (integers: equality is exact)" : cat(" (allowed difference ", r.allowed, ")"));
}

std::ostream& operator<<(std::ostream& out, const AdjointReport& report) { return out << str(report); }

}  // namespace tenet
