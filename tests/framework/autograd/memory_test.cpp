// What a program's memory does over its life: constant in loops, given back at once, linear in a chain.
#include <gtest/gtest.h>
#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <stdexcept>

#include "support/expect.h"
#include "support/scale.h"
#include "tenet/framework/autograd/tape.h"
#include "tenet/framework/core/block_pool.h"
#include "tenet/tenet.h"

namespace tenet {
namespace {

using tenet_test::scaled;
using tenet_test::values;

Tensor leaf(const NestedList& list) { return tensor(list, {.requires_grad = true}); }

std::int64_t in_use() { return block_stats().in_use; }

int live_records() {
  int count = 0;
  for (const Record* r = Tape::current().newest(); r != nullptr; r = Tape::older(r)) ++count;
  return count;
}

/// Runs the body 1,000 times; blocks and records must be what they were after the first few.
void expect_constant(const std::function<void()>& body) {
  for (int i = 0; i < 3; ++i) body();
  const std::int64_t bytes = in_use();
  const int records = live_records();
  const std::int64_t n = scaled(1000);
  for (std::int64_t i = 0; i < n; ++i) {
    body();
    ASSERT_EQ(in_use(), bytes) << "iteration " << i;
  }
  EXPECT_EQ(live_records(), records);
}

/// The same, and nothing is left when the body's tensors are gone.
void expect_nothing_left(const std::function<void()>& body) {
  body();  // what is made once: names, lists
  const std::int64_t bytes = in_use();
  const int records = live_records();
  body();
  EXPECT_EQ(in_use(), bytes);
  EXPECT_EQ(live_records(), records);
  expect_constant(body);
}

TEST(Memory, AnEvaluationLoopWithoutNoGrad) {
  const Tensor w = leaf({{1., 2.}, {3., 4.}});
  const Tensor x = ones({3, 2});
  double total = 0;
  expect_constant([&] { total += matmul(x, w).tanh().sum().item<double>(); });
}

TEST(Memory, ALoopThatKeepsTheLastLoss) {
  Tensor w = leaf({{1., 2.}, {3., 4.}});
  const Tensor x = ones({3, 2});
  Tensor last;
  expect_constant([&] {
    w.set_grad({});
    last = matmul(x, w).tanh().sum();
    last.backward();
  });
}

TEST(Memory, ATrainingLoopThatAccumulatesAndSteps) {
  Tensor w = leaf({{1., 2.}, {3., 4.}});
  const Tensor x = ones({3, 2});
  expect_constant([&] {
    for (int part = 0; part < 3; ++part) matmul(x, w).tanh().sum().backward();
    const NoGradGuard no_grad;
    w.sub_(w.grad() * 0.01);
    w.grad().zero_();
  });
}

TEST(Memory, DoubleBackward) {
  const Tensor w = leaf({{1., 2.}, {3., 4.}}), x = leaf({{1., 1.}, {2., 2.}});
  expect_nothing_left([&] {
    const Tensor y = matmul(x, w).tanh().sum();
    const Tensor first = grad(y, x, {.create_graph = true});
    const Tensor second = grad(first.square().sum(), w, {.create_graph = true});
    grad(second.sum(), x, {.allow_unused = true});
  });
}

TEST(Memory, GraphsThatAreNeverDifferentiated) {
  const Tensor w = leaf({1., 2.});
  expect_nothing_left([&] {
    const Tensor h = w.exp();
    const Tensor first = grad((h * h).sum(), w, {.create_graph = true});
    const Tensor y = first * h;
  });
}

struct Throws : Function {
  Tensor forward(Context& context, const Tensor& x) {
    const Tensor y = x * 2;
    context.save(x);
    context.save(y);
    return y;
  }
  std::vector<Tensor> backward(const Context&, const Tensor&) { throw std::runtime_error("no"); }
};
struct ThrowsForward : Function {
  Tensor forward(Context& context, const Tensor& x) {
    context.save(x);
    throw std::runtime_error("no");
  }
  std::vector<Tensor> backward(const Context&, const Tensor&) { return {}; }
};

TEST(Memory, ExceptionsInRulesHooksAndForwards) {
  const Tensor w = leaf({1., 2.});
  expect_nothing_left([&] {
    const Tensor h = w * w;
    EXPECT_THROW((apply<Throws>(h) * h).sum().backward(), std::runtime_error);
    EXPECT_THROW(grad((apply<Throws>(h) * h).sum(), w, {.create_graph = true}), std::runtime_error);
    EXPECT_THROW(apply<ThrowsForward>(h), std::runtime_error);
    Tensor hooked = h * 2;
    hooked.register_hook([](const Tensor&) -> Tensor { throw std::runtime_error("no"); });
    EXPECT_THROW((hooked * h).sum().backward(), std::runtime_error);
    EXPECT_THROW(matmul(h, ones({3, 3})), ShapeError);
    EXPECT_THROW(h + ones({3}), ShapeError);
    EXPECT_THROW((h * h).backward(), GradientError);
  });
  EXPECT_FALSE(w.grad().defined());
}

TEST(Memory, ASavedInputThatIsWrittenAndBecomesAFunctionOfItsSaver) {
  const Tensor w = leaf({1., 2.});
  expect_nothing_left([&] {
    Tensor x = w * 2;
    const Tensor y = x * x;  // saves x
    x.add_(y);               // x now comes from y
    EXPECT_THROW(x.sum().backward(), GradientError);
  });
}

TEST(Memory, SavedViewsWhoseBaseIsWritten) {
  const Tensor w = leaf({1., 2., 3., 4.});
  expect_nothing_left([&] {
    Tensor base = w * 2;
    Tensor view = base[Slice(1, 3)];
    const Tensor y = view * view;  // saves the view
    view.mul_(y);
    base[Slice(0, 2)] += y;
    const Tensor again = view.exp();  // derived anew, saves its output
    base.copy_(again.sum().expand({4}));
    view.add_(base[Slice(0, 2)]);
  });
}

TEST(Memory, AViewThatOutlivesItsBase) {
  const Tensor w = leaf({1., 2., 3., 4.});
  expect_nothing_left([&] {
    Tensor view;
    {
      Tensor base = w * 2;
      view = base[Slice(1, 3)];
      base.mul_(3);
    }
    view.mul_(view);
    view.sum().backward();
    Tensor(w).set_grad({});
  });
}

TEST(Memory, AGradientStoredInItsOwnLeaf) {
  expect_nothing_left([] {
    Tensor w = leaf({1., 2.});
    w.set_grad(grad((w * w * w).sum(), w, {.create_graph = true}));
    w.set_grad(w);
    const Tensor h = w * 2;
    {
      const NoGradGuard no_grad;
      w.set_grad(h[Slice()]);  // a view without history of what has one
    }
  });
}

TEST(Memory, RetainedGradsAndHooks) {
  const Tensor w = leaf({1., 2.});
  expect_nothing_left([&] {
    Tensor h = w * 2;
    h.retain_grad();
    h.register_hook([w](const Tensor& g) { return g * w; });
    (h * h).sum().backward();
    h.mul_(2);
    Tensor(w).set_grad({});
  });
}

TEST(Memory, BackwardGivesBackAsItGoes) {
  const Tensor w = ones({100}, {.requires_grad = true});
  Tensor y = w * 1;
  for (int i = 0; i < 100; ++i) y = y.exp().log();  // both save what lies between them, 400 bytes
  const Tensor loss = y.sum();
  const std::int64_t built = in_use();
  loss.backward();
  EXPECT_LT(in_use(), built - 100 * 400) << "what was saved is gone, although the loss is still held";
}

// --- Long chains on a small stack -------------------------------------------------------------------------------

/// Runs f in a thread with a stack of 1 MiB.
void on_small_stack(std::function<void()> f) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 1 << 20);
  pthread_t thread;
  const auto run = [](void* g) -> void* {
    (*static_cast<std::function<void()>*>(g))();
    return nullptr;
  };
  ASSERT_EQ(pthread_create(&thread, &attributes, run, &f), 0);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
}

/// TENET_CHAIN=10000000 ctest ... for the longer one.
std::int64_t chain_length() {
  const char* text = std::getenv("TENET_CHAIN");
  // Beyond 2^24 float32 no longer counts.
  return text != nullptr ? std::atoll(text) : std::min<std::int64_t>(scaled(1'000'000), 10'000'000);
}

Tensor chain(const Tensor& x, const Tensor& factor, std::int64_t n) {
  Tensor y = x;
  for (std::int64_t i = 0; i < n; ++i) y = y * factor;
  return y;
}

TEST(Chain, IsBuiltDifferentiatedAndFreedOnASmallStack) {
  on_small_stack([] {
    const std::int64_t n = chain_length();
    const Tensor x = ones({8}, {.requires_grad = true}), one = ones({8}, {.requires_grad = true});
    const std::int64_t before = in_use();
    Tensor y = chain(x, one, n);
    const double per_op = static_cast<double>(in_use() - before) / static_cast<double>(n);
    EXPECT_LE(per_op, 400) << "bytes per op";
    testing::Test::RecordProperty("bytes_per_op", static_cast<int>(per_op));
    y.sum().backward();
    EXPECT_EQ(values(x.grad()), std::vector<double>(8, 1));
    EXPECT_EQ(values(one.grad()), std::vector<double>(8, static_cast<double>(n)));
    y = Tensor();
    EXPECT_LE(in_use(), before + 1024);
  });
}

TEST(Chain, IsFreedUnusedAndInPlace) {
  on_small_stack([] {
    const std::int64_t n = chain_length() / 4;
    const Tensor x = ones({8}, {.requires_grad = true}), one = ones({8}, {.requires_grad = true});
    const std::int64_t before = in_use();
    chain(x, one, n);
    EXPECT_EQ(in_use(), before);
    {
      Tensor h = x * 1;
      for (std::int64_t i = 0; i < n; ++i) h.mul_(1);
      Tensor v = h[0];
      for (std::int64_t i = 0; i < n / 8; ++i) v.add_(x[0]);
      h.sum().backward();
    }
    EXPECT_EQ(x.grad()[0].item<double>(), 1 + static_cast<double>(n / 8));
  });
}

TEST(Chain, IsFreedByAnotherThread) {
  const std::int64_t n = chain_length() / 4;
  const Tensor x = ones({8}, {.requires_grad = true}), one = ones({8}, {.requires_grad = true});
  const int records = live_records();
  Tensor y = chain(x, one, n);
  on_small_stack([&] { y = Tensor(); });
  x * 1;  // the owner's next record takes back what the other thread left
  EXPECT_EQ(live_records(), records);
}

TEST(Chain, OfSecondOrder) {
  on_small_stack([] {
    const std::int64_t n = chain_length() / 20;
    const Tensor x = tensor({1.}, {.dtype = float64, .requires_grad = true});
    Tensor y = x;
    for (std::int64_t i = 0; i < n; ++i) y = y * x;  // x^(n+1)
    const Tensor first = grad(y.sum(), x, {.create_graph = true});
    const double m = static_cast<double>(n) + 1;
    EXPECT_EQ(first.item<double>(), m);
    EXPECT_EQ(grad(first.sum(), x).item<double>(), m * (m - 1));
  });
}

TEST(Chain, SmallGradientsBehindALongOneCostWhatTheyCostAlone) {
  const Tensor x = ones({8}, {.requires_grad = true}), one = ones({8}, {.requires_grad = true});
  const std::int64_t n = scaled(10'000);
  const auto seconds = [&] {
    const auto start = std::chrono::steady_clock::now();
    for (std::int64_t i = 0; i < n; ++i) grad((x * one).sum(), x);
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  seconds();
  const double alone = seconds();
  const Tensor live = chain(x, one, chain_length());
  // Walking the live chain once costs milliseconds; ten thousand times, minutes.
  EXPECT_LT(seconds(), 3 * alone + 1);
}

}  // namespace
}  // namespace tenet
