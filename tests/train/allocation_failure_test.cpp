// Every allocation an operation makes fails once: the first, the second, ... Each time the operation ends in an
// OutOfMemoryError, everything is as it was, and done again it gives the bits it gives otherwise. An allocation whose
// failure the library makes good (the cache is given back and asked again) ends in success.
#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>

#include "tenet/backends/cpu/allocator.h"
#include "tenet/framework/autograd/tape.h"
#include "tenet/framework/core/block_pool.h"
#include "tenet/tenet.h"
#include "train/failing_allocator.h"

namespace tenet {
namespace {

using tenet_test::FailNth;

std::int64_t live_bytes() { return block_stats().in_use + cpu::allocator().stats().in_use; }

int live_records() {
  int count = 0;
  for (const Record* r = Tape::current().newest(); r != nullptr; r = Tape::older(r)) ++count;
  return count;
}

/// Holds the small blocks that are free, so that the next ones have to be allocated.
class Hoard {
 public:
  Hoard() {
    for (std::size_t bytes = 64; bytes <= 4096; bytes += 64) {
      while (take(bytes)) {
      }
    }
  }
  ~Hoard() {
    for (const auto& [block, bytes] : blocks_) block_free(block, bytes);
  }

 private:
  bool take(std::size_t bytes) {
    void* block = nullptr;
    try {
      const FailNth failing(1);
      block = block_allocate(bytes);
    } catch (const OutOfMemoryError&) {  // the list is empty
      return false;
    }
    blocks_.emplace_back(block, bytes);
    return true;
  }

  std::vector<std::pair<void*, std::size_t>> blocks_;
};

/// One run of what is tried, over tensors of its own.
struct Trial {
  std::function<void()> operation;
  std::function<std::string()> state;  // what a failure must not change, and a success must make right
};

/// Lets the n-th allocation fail; whether there was one.
bool survives(const Trial& trial, std::int64_t n, const std::string& right) {
  SCOPED_TRACE("allocation " + std::to_string(n));
  const std::string before = trial.state();
  const Hoard hoard;
  const std::int64_t bytes = live_bytes();
  const int records = live_records();
  cpu::allocator().empty_cache();
  std::string problem = "none";
  bool reached = false;
  try {
    const FailNth failing(n);
    const auto note = [&] { reached = failing.failed(); };
    try {
      trial.operation();
      note();
    } catch (...) {
      note();
      throw;
    }
  } catch (const OutOfMemoryError& error) {
    problem = error.what();
  } catch (const std::exception& error) {
    ADD_FAILURE() << "not an OutOfMemoryError: " << error.what();
  }
  if (problem != "none") {
    EXPECT_NE(problem.find("out of memory"), std::string::npos) << problem;
    EXPECT_TRUE(trial.state() == before);
    EXPECT_EQ(live_bytes(), bytes);
    EXPECT_EQ(live_records(), records);
    trial.operation();
  }
  EXPECT_TRUE(trial.state() == right) << problem;
  return reached;
}

/// How many allocations the operation makes, each of which has failed once.
std::int64_t failures_survived(const std::function<Trial()>& fresh) {
  const Trial sound = fresh();
  sound.operation();
  const std::string right = sound.state();
  std::int64_t n = 0;
  while (!::testing::Test::HasFailure() && survives(fresh(), n + 1, right)) ++n;
  return n;
}

std::string bits(const Tensor& t) {
  if (!t.defined()) return "-";
  const Tensor flat = t.detach().contiguous();
  return {reinterpret_cast<const char*>(flat.impl()->data), flat.impl()->bytes()};
}

std::string bits(const std::vector<Tensor>& tensors) {
  std::string all;
  for (const Tensor& t : tensors) all += bits(t) + "|";
  return all;
}

Tensor numbers(const Shape& shape, bool requires_grad = false) {
  Generator generator(7);
  return randn(shape, {.requires_grad = requires_grad, .generator = &generator});
}

std::string content(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

// conv is conv2d or conv_transpose2d.
template <class Conv> Trial forward_of(Conv conv) {
  const auto x = std::make_shared<Tensor>(numbers({2, 4, 16, 16}));
  const auto w = std::make_shared<Tensor>(numbers({4, 4, 3, 3}));
  const auto y = std::make_shared<Tensor>();
  return {[=] { *y = conv(*x, *w); }, [=] { return bits({*x, *w, *y}); }};
}

template <class Conv> Trial backward_of(Conv conv, bool again) {
  const auto x = std::make_shared<Tensor>(numbers({2, 4, 16, 16}, true));
  const auto w = std::make_shared<Tensor>(numbers({4, 4, 3, 3}, true));
  const auto b = std::make_shared<Tensor>(numbers({4}, true));
  const auto pass = [=] { (conv(*x, *w, *b) * conv(*x, *w, *b)).sum().backward(); };
  if (again) pass();
  return {pass, [=] { return bits({*x, *w, *b, x->grad(), w->grad(), b->grad()}); }};
}

const auto forward_conv = [](const auto&... tensors) { return conv2d(tensors...); };
const auto transposed_conv = [](const auto&... tensors) { return conv_transpose2d(tensors...); };

TEST(AllocationFailure, InConv) {
  EXPECT_GE(failures_survived([] { return forward_of(forward_conv); }), 3);
  EXPECT_GE(failures_survived([] { return forward_of(transposed_conv); }), 3);
}

TEST(AllocationFailure, InTheBackwardOfConv) {
  for (const bool again : {false, true}) {
    EXPECT_GE(failures_survived([&] { return backward_of(forward_conv, again); }), 20);
    EXPECT_GE(failures_survived([&] { return backward_of(transposed_conv, again); }), 20);
  }
}

/// The step after `before` others, over parameters of different sizes.
template <class Optimizer, class Options> Trial step_of(const Options& options, int before) {
  const auto net = std::make_shared<std::vector<Tensor>>();
  for (const std::int64_t n : {5, 3000, 70}) net->push_back(numbers({n}, true));
  for (Tensor& x : *net) x.set_grad(numbers(x.shape()));
  const auto optimizer = std::make_shared<Optimizer>(*net, options);
  for (int i = 0; i < before; ++i) optimizer->step();
  return {[=] { optimizer->step(); },
          [=] {
            std::string all = bits(*net);
            for (const auto& [name, tensor] : optimizer->state_dict()) all += name + bits(tensor);
            return all;
          }};
}

TEST(AllocationFailure, InAnOptimiserStep) {
  using optim::Adam;
  using optim::SGD;
  for (const int before : {0, 1}) {
    const std::int64_t least = before == 0 ? 4 : 1;
    EXPECT_GE(failures_survived([&] {
                return step_of<SGD>(optim::SGDOptions{.lr = .1, .momentum = .9, .weight_decay = .1}, before);
              }),
              least);
    EXPECT_GE(failures_survived(
                  [&] { return step_of<Adam>(optim::AdamOptions{.lr = .1, .amsgrad = true}, before); }),
              least);
  }
}

struct Net : nn::Module {
  nn::Conv2d conv{{.in_channels = 1, .out_channels = 8, .kernel_size = 5}};
  nn::Linear fc{{.in_features = 10, .out_features = 20}};
  TENET_MODULE(Net, conv, fc)
};

std::string bits(const StateDict& state) {
  std::string all;
  for (const auto& [name, tensor] : state) all += name + bits(tensor);
  return all;
}

class InFiles : public ::testing::Test {
 protected:
  const std::string path = ::testing::TempDir() + "allocation_failure.safetensors";
  void TearDown() override { std::filesystem::remove(path); }
};

TEST_F(InFiles, Save) {
  EXPECT_GE(failures_survived([this] {
              const auto net = std::make_shared<Net>();
              manual_seed(3);
              for (Tensor& x : net->parameters()) nn::init::normal_(x);
              std::ofstream(path) << "what was there";
              return Trial{
                  [=, this] { save(net->state_dict(), path); },
                  [this] { return content(path) + (std::filesystem::exists(path + ".tmp") ? "!" : ""); }};
            }),
            20);
}

TEST_F(InFiles, Load) {
  save(Net().state_dict(), path);
  EXPECT_GE(failures_survived([this] {
              const auto net = std::make_shared<Net>();
              for (Tensor& x : net->parameters()) x.detach().fill_(1);
              return Trial{[=, this] { net->load_state_dict(load(path)); },
                           [=] { return bits(net->state_dict()); }};
            }),
            20);
}

}  // namespace
}  // namespace tenet
