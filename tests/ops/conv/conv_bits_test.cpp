// On real data, where every order of a sum has its own rounding: what the op promises to give bit for bit.
#include "ops/conv/conv_problem.h"
#include "tenet/ops/shape/shape.h"

namespace tenet_test {
namespace {

struct Results {
  Tensor y, dx, dw, db;
};

Results results(const ConvProblem& p, const Tensor& x, const Tensor& dy, int threads) {
  tenet::set_num_threads(threads);
  Tensor in = x.detach().requires_grad_(), w = p.w.detach().requires_grad_();
  Tensor bias = p.bias.detach().requires_grad_();
  const Tensor y = p.run(in, w, bias);
  const std::vector<Tensor> g = tenet::grad(std::vector<Tensor>{y}, {in, w, bias}, std::vector<Tensor>{dy});
  return {y.detach(), g[0], g[1], g[2]};
}

std::string difference(const Results& a, const Results& b) {
  std::string differs;
  if (!same_bits(a.y, b.y)) differs += " y";
  if (!same_bits(a.dx, b.dx)) differs += " dx";
  if (!same_bits(a.dw, b.dw)) differs += " dw";
  if (!same_bits(a.db, b.db)) differs += " db";
  return differs;
}

TEST(ConvBits, AreTheSameForEveryNumberOfThreads) {
  for_conv_cases(scaled(3000), 101, [](const ConvCase& c) {
    const ConvProblem p = real_problem(c);
    const Results one = results(p, p.x, p.dy, 1);
    for (int threads : {2, 3}) {
      const std::string differs = difference(one, results(p, p.x, p.dy, threads));
      if (!differs.empty()) return std::to_string(threads) + " threads:" + differs;
    }
    return std::string();
  });
}

// A sum over the batch is in dw and db: only y and dx are an image's own.
TEST(ConvBits, OfAnImageAreTheSameInEveryBatch) {
  for_conv_cases(scaled(3000), 102, [](const ConvCase& c) -> std::string {
    if (c.n < 2) return "";
    const ConvProblem p = real_problem(c);
    const Results whole = results(p, p.x, p.dy, c.threads);
    const std::int64_t cut = 1 + c.seed % (c.n - 1);
    const Results low = results(p, p.x.narrow(0, 0, cut), p.dy.narrow(0, 0, cut), c.threads);
    const Results high = results(p, p.x.narrow(0, cut, c.n - cut), p.dy.narrow(0, cut, c.n - cut), c.threads);
    if (!same_bits(whole.y, tenet::cat({low.y, high.y}))) return "y differs, split at " + std::to_string(cut);
    if (!same_bits(whole.dx, tenet::cat({low.dx, high.dx})))
      return "dx differs, split at " + std::to_string(cut);
    return "";
  });
}

// conv2d and conv_transpose2d are each the other's input gradient.
TEST(ConvBits, OfTheTransposeAreThoseOfTheInputGradient) {
  std::int64_t compared = 0, cases = 0;
  for_conv_cases(scaled(3000), 103, [&](const ConvCase& c) -> std::string {
    ++cases;
    if (c.in[0] * c.in[1] == 0) return "";  // conv_transpose2d has no empty result
    const ConvProblem p = real_problem(c);
    const Tensor dx = results(p, p.x, p.dy, c.threads).dx;
    const Tensor other = c.transposed ? tenet::conv2d(p.dy, p.w, {}, c.options())
                                      : tenet::conv_transpose2d(p.dy, p.w, {}, p.back());
    // An output_padding of a stride or more leads to a size from which conv2d comes back with more.
    if (c.transposed && other.shape() != dx.shape()) return "";
    ++compared;
    return same_bits(other, dx) ? "" : "the input gradient is not the other op";
  });
  if (!replayed_conv_case()) {
    EXPECT_GE(compared, cases * 3 / 4);
  }
}

}  // namespace
}  // namespace tenet_test
