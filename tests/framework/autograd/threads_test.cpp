// What threads may do with tensors, and what they are told when they may not. Meant to run under TSan too.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <set>
#include <thread>

#include "support/expect.h"
#include "support/scale.h"
#include "tenet/framework/autograd/tape.h"
#include "tenet/framework/core/block_pool.h"
#include "tenet/tenet.h"

namespace tenet {
namespace {

using tenet_test::message;
using tenet_test::scaled;
using tenet_test::values;
using Numbers = std::vector<double>;

Tensor leaf(const NestedList& list) { return tensor(list, {.requires_grad = true}); }

template <class... F> void together(F... f) {
  std::vector<std::thread> threads;
  (threads.emplace_back(f), ...);
  for (std::thread& thread : threads) thread.join();
}

TEST(Threads, HaveATapeEach) {
  const auto work = [] {
    for (std::int64_t i = 0; i < scaled(1000); ++i) {
      const Tensor x = leaf({1., 2.});
      const Tensor y = (x * x * x).sum();
      const Tensor first = grad(y, x, {.create_graph = true});
      ASSERT_EQ(values(grad(first.sum(), x)), (Numbers{6, 12}));
    }
  };
  together(work, work);
}

TEST(Threads, ReadAFrozenModelConcurrently) {
  const Tensor w = ones({8, 8}), bias = arange(8.f);
  const auto work = [&] {
    for (std::int64_t i = 0; i < scaled(500); ++i) {
      const Tensor x = full({2, 8}, static_cast<float>(i % 5));
      const Tensor y = matmul(x, w.t()) + bias[Slice()];
      ASSERT_EQ((y[{1, 7}].item<double>()), 8. * static_cast<double>(i % 5) + 7);
    }
  };
  together(work, work, work, work);
}

TEST(Threads, ReadAModelOfLeavesUnderNoGrad) {
  const Tensor w = ones({8, 8}, {.requires_grad = true});
  const auto work = [&] {
    const NoGradGuard no_grad;
    for (std::int64_t i = 0; i < scaled(500); ++i) {
      ASSERT_FALSE(matmul(ones({2, 8}), w.t()).requires_grad());
    }
  };
  together(work, work, work, work);
}

TEST(Threads, ShareParameters) {
  const Tensor w = leaf({1., 2.}), frozen = tensor({3., 4.});
  const std::int64_t n = scaled(500);
  const auto work = [&] {
    for (std::int64_t i = 0; i < n; ++i) (w * w * frozen).sum().backward();
  };
  together(work, work, work);
  EXPECT_EQ(values(w.grad()), (Numbers{3. * static_cast<double>(n) * 6, 3. * static_cast<double>(n) * 16}));
}

TEST(Threads, AComputedTensorStaysWithItsThread) {
  const Tensor x = leaf({1., 2.});
  Tensor y;
  std::thread([&] { y = x * 2; }).join();
  const std::string tail =
      " was computed in another thread, and a recorded tensor stays with its thread. Pass input.detach(), or "
      "compute "
      "it in this thread.";
  EXPECT_EQ(message<GradientError>([&] { y * 2; }), "mul: input 0 (shape [2])" + tail);
  EXPECT_EQ(message<GradientError>([&] { x + y; }), "add: input 1 (shape [2])" + tail);
  EXPECT_EQ(message<GradientError>([&] { y[0]; }), "slice: input 0 (shape [2])" + tail);

  Tensor z = zeros({2}), h = x * 1;
  EXPECT_EQ(message<GradientError>([&] { z.copy_(y); }), "copy_: input 0 (shape [2])" + tail);
  EXPECT_EQ(message<GradientError>([&] { h += y; }), "add: input 1 (shape [2])" + tail);
  EXPECT_EQ(message<GradientError>([&] { h[Slice()] = y; }), "copy_: input 0 (shape [2])" + tail);
  EXPECT_EQ(values(z), (Numbers{0, 0})) << "a refused write changes nothing";
  EXPECT_EQ(values(h), (Numbers{1, 2}));
  EXPECT_FALSE(z.requires_grad());
  EXPECT_EQ(h.grad_fn(), "mul");

  EXPECT_EQ(values(y.detach() * 2), (Numbers{4, 8}));
  const NoGradGuard no_grad;
  EXPECT_EQ(values(y * 2), (Numbers{4, 8})) << "nothing is recorded here";
}

TEST(Threads, AWriteThroughAForeignTensorsViewIsRefused) {
  const Tensor x = leaf({1., 2.}), w = leaf({5.});
  Tensor y, view;
  std::thread([&] {
    y = x * 2;
    view = y[Slice(0, 1)];
  }).join();
  EXPECT_THROW(view.copy_(w), GradientError);
  EXPECT_THROW(view.mul_(2), GradientError);
  EXPECT_EQ(values(y), (Numbers{2, 4}));
  EXPECT_EQ(y.grad_fn(), "mul");
}

TEST(Threads, BackwardMayBeCalledFromAnother) {
  const Tensor x = leaf({1., 2.});
  Tensor h = x * x;
  h.retain_grad();
  Tensor y = (h * h).sum();
  std::thread([&] { y.backward({.retain_graph = true}); }).join();
  EXPECT_EQ(values(x.grad()), (Numbers{4, 32}));
  Tensor first;
  std::thread([&] { first = grad(y, x, {.create_graph = true}); }).join();
  EXPECT_EQ(values(grad(first.sum(), x, {.retain_graph = true})), (Numbers{12, 48}))
      << "what a pass records stands on the tape it runs over";
  EXPECT_EQ(values(grad(y, x)), (Numbers{4, 32})) << "and the owner goes on";
}

TEST(Threads, OutputsOfTwoThreadsAreTwoPasses) {
  const Tensor x = leaf({1., 2.});
  const Tensor mine = x.sum();
  Tensor other;
  std::thread([&] { other = x.sum(); }).join();
  EXPECT_EQ(message<GradientError>([&] {
              grad({mine, other}, {x});
            }),
            "backward: the outputs were computed in different threads. Run one pass for each.");
}

TEST(Threads, OnePassAtATimeOverATape) {
  const Tensor x = leaf({1., 2.});
  Tensor slow = x * 2, quick = (x * 3).sum();
  std::atomic<bool> inside = false, go_on = false;
  slow.register_hook([&](const Tensor&) {
    inside = true;
    while (!go_on) std::this_thread::yield();
    return Tensor();
  });
  const Tensor loss = slow.sum();
  std::thread runner([&] { loss.backward(); });
  std::string found;
  std::thread second([&] {
    while (!inside) std::this_thread::yield();
    found = message<GradientError>([&] { quick.backward(); });
    go_on = true;
  });
  runner.join();
  second.join();
  EXPECT_EQ(found, "backward: another thread is running a backward pass over this tape. Wait for it to end.");
  quick.backward();
  EXPECT_EQ(values(x.grad()), (Numbers{5, 5}));
}

TEST(Threads, StartingThreadsDoNotDisturbAForeignPass) {
  // A thread that starts looks for abandoned tapes to take over; a pass over one must not notice.
  const Tensor x = leaf({1., 2.});
  Tensor y;
  std::thread([&] { y = (x * x).sum(); }).join();  // its tape is abandoned, with a live record
  std::atomic<bool> done = false;
  std::thread starter([&] {
    while (!done) std::thread([] { leaf({1.}) * 2; }).join();
  });
  for (std::int64_t i = 0; i < scaled(2000); ++i) {
    EXPECT_NO_THROW(grad(y, x, {.retain_graph = true})) << i;
  }
  done = true;
  starter.join();
}

TEST(Threads, ATensorMayBeDroppedElsewhere) {
  const Tensor x = leaf({1., 2.});
  const auto measure = [&] {
    x * 1;  // takes back what other threads left
    return block_stats().in_use;
  };
  const std::int64_t before = measure();
  for (std::int64_t i = 0; i < scaled(200); ++i) {
    Tensor y = (x * x).exp() * x, view = y[Slice(0, 1)];
    view.mul_(2);
    std::thread([&] {
      y = Tensor();
      view = Tensor();
    }).join();
  }
  EXPECT_EQ(measure(), before);
}

TEST(Threads, DropsRaceWithTheOwnersWork) {
  const Tensor x = leaf({1., 2.});
  const std::int64_t n = scaled(2000);
  std::vector<Tensor> handed(static_cast<std::size_t>(n));
  std::atomic<std::int64_t> ready = 0;
  std::thread dropper([&] {
    for (std::int64_t i = 0; i < n; ++i) {
      while (ready <= i) std::this_thread::yield();
      handed[static_cast<std::size_t>(i)] = Tensor();
    }
  });
  for (std::int64_t i = 0; i < n; ++i) {
    const Tensor h = x * x;
    handed[static_cast<std::size_t>(i)] = h.exp();
    ready = i + 1;
    ASSERT_EQ(values(grad(h.sum(), x)), (Numbers{2, 4}));
  }
  dropper.join();
}

TEST(Threads, MayEndWithRecordsAlive) {
  const Tensor x = leaf({1., 2.});
  std::vector<Tensor> left(8);
  for (Tensor& y : left) {
    std::thread([&] { y = (x * x).sum(); }).join();
  }
  for (Tensor& y : left) {
    y.backward();  // over the tape of a thread that is gone
    y = Tensor();
  }
  EXPECT_EQ(values(x.grad()), (Numbers{16, 32}));
  std::thread([&] { (x * x).sum().backward(); }).join();  // takes over one of the tapes
  EXPECT_EQ(values(x.grad()), (Numbers{18, 36}));
}

TEST(Threads, TapesOfEndedThreadsAreUsedAgain) {
  const auto tapes_of = [](int threads) {
    std::set<const Tape*> tapes;
    for (int i = 0; i < threads; ++i) {
      std::thread([&] {
        leaf({1.}) * 2;
        tapes.insert(&Tape::current());
      }).join();
    }
    return tapes;
  };
  const auto before = tapes_of(100);
  EXPECT_LT(before.size(), 100u);
  for (const Tape* tape : tapes_of(20)) EXPECT_TRUE(before.contains(tape));
}

thread_local Tensor outlives_the_tape;

TEST(Threads, ThreadLocalTensorsMayOutliveTheirTape) {
  const Tensor x = leaf({1., 2.});
  std::thread([&] {
    outlives_the_tape = Tensor();  // constructed before the tape, so destroyed after it
    outlives_the_tape = x * 2;
  }).join();
  (x * 3).sum().backward();
  EXPECT_EQ(values(x.grad()), (Numbers{3, 3}));
}

TEST(Threads, TheGradModeIsTheThreadsOwn) {
  const NoGradGuard no_grad;
  bool elsewhere = false;
  std::thread([&] { elsewhere = grad_enabled(); }).join();
  EXPECT_TRUE(elsewhere);
  EXPECT_FALSE(grad_enabled());
}

}  // namespace
}  // namespace tenet
