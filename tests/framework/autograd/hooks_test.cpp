// Hooks see, replace and refuse gradients.
#include <gtest/gtest.h>

#include <stdexcept>

#include "support/expect.h"
#include "tenet/tenet.h"

namespace tenet {
namespace {

using tenet_test::message;
using tenet_test::values;
using Numbers = std::vector<double>;

Tensor leaf(const NestedList& list) { return tensor(list, {.requires_grad = true}); }

TEST(Hooks, SeeTheWholeGradientOnce) {
  Tensor x = leaf({1., 2.});
  std::vector<Numbers> seen;
  x.register_hook([&](const Tensor& g) {
    seen.push_back(values(g));
    return Tensor();
  });
  (x * 3 + x * x).sum().backward();
  EXPECT_EQ(seen, (std::vector<Numbers>{{5, 7}}));
  EXPECT_EQ(values(x.grad()), (Numbers{5, 7}));
}

TEST(Hooks, OfAComputedTensorChangeWhatFlowsOn) {
  const Tensor x = leaf({1., 2.});
  Tensor h = x * 3;
  h.register_hook([](const Tensor& g) { return g * 10; });
  h.retain_grad();
  (h * h).sum().backward();
  EXPECT_EQ(values(h.grad()), (Numbers{60, 120}));
  EXPECT_EQ(values(x.grad()), (Numbers{180, 360}));
}

TEST(Hooks, RunInTheOrderTheyWereSetAndCanBeRemoved) {
  Tensor x = leaf({1., 2.});
  const int plus = x.register_hook([](const Tensor& g) { return g + 1; });
  const int twice = x.register_hook([](const Tensor& g) { return g * 2; });
  EXPECT_NE(plus, twice);
  x.sum().backward();
  EXPECT_EQ(values(x.grad()), (Numbers{4, 4}));
  x.remove_hook(plus);
  x.remove_hook(plus);  // gone already
  x.set_grad({});
  x.sum().backward();
  EXPECT_EQ(values(x.grad()), (Numbers{2, 2}));
  x.remove_hook(twice);
  EXPECT_NE(x.register_hook([](const Tensor&) { return Tensor(); }), twice) << "an id is never given twice";
}

TEST(Hooks, RunInGradToo) {
  const Tensor x = leaf({1., 2.});
  Tensor h = x * 3;
  h.register_hook([](const Tensor& g) { return g * 10; });
  EXPECT_EQ(values(grad((h * 2).sum(), x, {.retain_graph = true})), (Numbers{60, 60}));
  EXPECT_EQ(values(grad((h * 2).sum(), h)), (Numbers{20, 20}));
}

TEST(Hooks, AreDifferentiatedUnderCreateGraph) {
  Tensor x = leaf({1., 2.});
  x.register_hook([](const Tensor& g) { return g * g; });
  const Tensor first = grad((x * x).sum(), x, {.create_graph = true});  // (2x)^2
  EXPECT_EQ(values(first), (Numbers{4, 16}));
  x.remove_hook(0);
  EXPECT_EQ(values(grad(first.sum(), x)), (Numbers{8, 16}));
}

TEST(Hooks, MustReturnTheShapeAndType) {
  Tensor x = leaf({1., 2.});
  x.register_hook([](const Tensor& g) { return g.sum(); });
  EXPECT_EQ(
      message<GradientError>([&] { (x * 2).sum().backward(); }),
      "hook: returned a gradient of shape [] (float32) for a tensor of shape [2] (float32). Return the same "
      "shape and type, or Tensor().");
  EXPECT_FALSE(x.grad().defined());
}

TEST(Hooks, NeedAGradient) {
  EXPECT_EQ(message<GradientError>([] { ones({2}).register_hook([](const Tensor&) { return Tensor(); }); }),
            "register_hook: this tensor of shape [2] does not require grad, so no gradient will arrive. Call "
            "requires_grad_() first.");
}

TEST(Hooks, ThatThrowLeaveEverythingAsItWas) {
  const Tensor x = leaf({1., 2.}), w = leaf({5., 5.});
  Tensor early = x * 3, late = early * w;
  bool armed = true;
  late.retain_grad();
  early.register_hook([&](const Tensor&) -> Tensor {
    if (armed) throw std::runtime_error("refused");
    return {};
  });
  const Tensor y = (late * early).sum() + early.sum();
  EXPECT_EQ(message<std::runtime_error>([&] { y.backward({.retain_graph = true}); }), "refused");
  for (const Tensor& t : {x, w, early, late}) EXPECT_FALSE(t.grad().defined());
  EXPECT_TRUE(grad_enabled());

  armed = false;
  y.backward();
  EXPECT_EQ(values(w.grad()), (Numbers{9, 36})) << "no gradient of the first pass was still waiting";
  EXPECT_EQ(values(late.grad()), (Numbers{3, 6}));
  EXPECT_EQ(values(x.grad()), (Numbers{3 * (15 + 15) + 3, 3 * (30 + 30) + 3}));
}

TEST(Hooks, OfALeafThatThrowLeavesEveryGradAsItWas) {
  Tensor x = leaf({1., 2.}), w = leaf({5., 5.});
  x.set_grad(tensor({7., 7.}));
  w.register_hook([](const Tensor&) -> Tensor { throw std::runtime_error("refused"); });
  EXPECT_THROW((x * w).sum().backward(), std::runtime_error);
  EXPECT_EQ(values(x.grad()), (Numbers{7, 7}));
  EXPECT_FALSE(w.grad().defined());
  EXPECT_THROW(grad((x * w).sum(), {x, w}), std::runtime_error);
}

TEST(Hooks, MayRemoveHooksWhileTheyRun) {
  Tensor x = leaf({1., 2.});
  int calls = 0;
  Record* record = x.impl()->record;  // a hook that held x itself would keep it alive for ever
  x.register_hook([&calls, record](const Tensor&) {
    ++calls;
    record->extras().hooks.clear();
    return Tensor();
  });
  x.sum().backward();
  x.sum().backward();
  EXPECT_EQ(calls, 1);
}

TEST(Hooks, MayRunAPassInsideThePass) {
  const Tensor x = leaf({1., 2.}), other = leaf({1., 1.});
  Tensor h = x * 3;
  const Tensor shared = (h * h).sum();
  Numbers inner;
  int depth = 0;
  h.register_hook([&](const Tensor&) {
    if (depth++ > 0) return Tensor();  // the inner pass meets this hook too
    const EnableGradGuard enable;
    (other * 4).sum().backward();
    inner = values(grad(shared, x, {.retain_graph = true}));
    return Tensor();
  });
  ((h * 2).sum() + (x * 5).sum() + shared).backward({.retain_graph = true});
  EXPECT_EQ(depth, 2);
  EXPECT_EQ(inner, (Numbers{18, 36}));
  EXPECT_EQ(values(other.grad()), (Numbers{4, 4}));
  EXPECT_EQ(values(x.grad()), (Numbers{6 + 5 + 18, 6 + 5 + 36})) << "the outer pass is undisturbed";
}

TEST(Hooks, StayWithTheValueTheyWereSetOn) {
  const Tensor x = leaf({1., 2.});
  Tensor h = x * 3;
  Numbers seen;
  h.register_hook([&](const Tensor& g) {
    seen = values(g);
    return Tensor();
  });
  h.mul_(10);
  h.sum().backward();
  EXPECT_EQ(seen, (Numbers{10, 10})) << "the gradient of h before the write";
}

}  // namespace
}  // namespace tenet
