// Gradients of random problems against differences of values: to the second order, and to the third on a few.
#include "ops/conv/conv_problem.h"
#include "tenet/framework/autograd/gradcheck.h"

namespace tenet_test {
namespace {

/// Small enough that every entry of every order is compared.
ConvCase draw_small(Random& random, bool transposed) {
  for (;;) {
    ConvCase c = draw_conv_case_once(random, transposed, 2);
    c.f64 = true;
    c.n = draw(random, 1, 2);
    c.g = draw(random, 1, 2);
    c.c = c.g * draw(random, 1, 2), c.o = c.g * draw(random, 1, 2);
    if (draw(random, 0, 1) ==
        1) {  // too many channels for the thin path: columns, or 1 x 1, or disjoint windows
      c.g = 1;
      (draw(random, 0, 1) == 1 ? c.c : c.o) = 5;
    }
    for (std::size_t i : {0u, 1u}) {
      c.in[i] = draw(random, 1, 4), c.k[i] = draw(random, 1, 3);
      c.low[i] = draw(random, 0, 2), c.high[i] = draw(random, 0, 2);
    }
    const auto r = c.reference();
    if (r && !c.same_along_axes() && r->x_size() <= 40 && r->y_size() <= 40 && r->w_size() <= 40) return c;
  }
}

void check(std::int64_t n, std::uint64_t seed, int order) {
  std::int64_t compared = 0;
  for_conv_cases(n, seed, draw_small, [&](const ConvCase& c) -> std::string {
    const ConvProblem p = real_problem(c);
    const auto f = [&p](const Tensor& x, const Tensor& w, const Tensor& b) { return p.run(x, w, b); };
    const tenet::GradcheckReport report =
        tenet::gradcheck(f, {p.x.contiguous(), p.w.contiguous(), p.bias.contiguous()},
                         {.order = order, .names = {"x", "w", "bias"}});
    compared += report.compared;
    return report ? "" : tenet::str(report);
  });
  EXPECT_GT(compared, 0);
  std::printf("order %d: %lld numbers compared\n", order, static_cast<long long>(compared));
}

TEST(ConvGradcheck, ToTheSecondOrder) { check(scaled(300), 401, 2); }
TEST(ConvGradcheck, ToTheThirdOrder) { check(scaled(30), 402, 3); }

}  // namespace
}  // namespace tenet_test
