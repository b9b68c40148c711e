// float32 on real data against float64, within the bound that every order of summation keeps:
//   |y - y64| <= gamma S,  gamma = K u / (1 - K u),  u = 2^-24,  S = its K terms' sizes summed.
// Source: N. Higham, Accuracy and Stability of Numerical Algorithms, 2002, section 3.1. Beyond the proven
// bound stands a tight one of 16 u S: no kernel that sums in a sane order comes near it.
#include <cmath>

#include "ops/conv/conv_problem.h"
#include "support/expect.h"

namespace tenet_test {
namespace {

constexpr double kUnit = 1.0 / (1 << 24);

struct Sums {
  std::vector<double> exact, magnitude, terms;
  explicit Sums(std::int64_t n)
      : exact(static_cast<std::size_t>(n)), magnitude(exact.size()), terms(exact.size()) {}
  void add(std::int64_t at, double product) {
    const auto i = static_cast<std::size_t>(at);
    exact[i] += product;
    magnitude[i] += std::abs(product);
    terms[i] += 1;
  }
};

/// The three contractions in float64, from the list of products that the references share.
struct Reference {
  Sums x, w, y;
  Reference(const ReferenceConv& r, const std::vector<double>& xs, const std::vector<double>& ws,
            const std::vector<double>& ys)
      : x(r.x_size()), w(r.w_size()), y(r.y_size()) {
    products_by_output(r, [&](std::int64_t ix, std::int64_t iw, std::int64_t iy) {
      const double a = xs[static_cast<std::size_t>(ix)], b = ws[static_cast<std::size_t>(iw)],
                   c = ys[static_cast<std::size_t>(iy)];
      x.add(ix, b * c);
      w.add(iw, a * c);
      y.add(iy, a * b);
    });
  }
};

/// The largest error in units of u S; "" or what exceeds its bound.
std::string beyond(const char* name, const Tensor& found, const Sums& want, double& worst) {
  const std::vector<double> got = values(found);
  for (std::size_t i = 0; i < got.size(); ++i) {
    const double error = std::abs(got[i] - want.exact[i]), s = want.magnitude[i], k = want.terms[i];
    if (s == 0 && error == 0) continue;
    worst = std::max(worst, error / (kUnit * s));
    const bool proven = error <= k * kUnit / (1 - k * kUnit) * s * (1 + 1e-9) + 1e-30;
    if (proven && error <= 16 * kUnit * s) continue;
    return std::string(name) + "[" + std::to_string(i) + "] is off by " +
           std::to_string(error / (kUnit * s)) + " u S in a sum of " + std::to_string(k) +
           (proven ? "" : ": beyond the proven bound");
  }
  return "";
}

TEST(ConvErrorBound, Float32StaysWithinIt) {
  double worst = 0;
  const auto float32_case = [](Random& random, bool transposed) {
    ConvCase c = draw_conv_case(random, transposed);
    c.f64 = false;
    return c;
  };
  for_conv_cases(scaled(5000), 301, float32_case, [&](const ConvCase& c) -> std::string {
    const ConvProblem p = real_problem(c);
    tenet::set_num_threads(c.threads);
    const Tensor in = p.x.detach().requires_grad_(), w = p.w.detach().requires_grad_();
    const Tensor out = p.run(in, w);
    const auto g = tenet::grad(std::vector<Tensor>{out}, {in, w}, std::vector<Tensor>{p.dy});
    // Of the trilinear form: its x is the larger side.
    const Tensor& x = c.transposed ? p.dy : p.x;
    const Tensor& y = c.transposed ? p.x : p.dy;
    const Reference want(*c.reference(), values(x), values(p.w), values(y));
    std::string found = beyond("y", out, c.transposed ? want.x : want.y, worst);
    if (found.empty()) found = beyond("dx", g[0], c.transposed ? want.y : want.x, worst);
    if (found.empty()) found = beyond("dw", g[1], want.w, worst);
    return found;
  });
  RecordProperty("worst_in_u_S", std::to_string(worst));
  std::printf("worst error: %.2f u S\n", worst);
}

}  // namespace
}  // namespace tenet_test
