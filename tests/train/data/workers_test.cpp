// Worker threads change when a batch is made, and nothing else.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <thread>

#include "support/expect_error.h"
#include "tenet/framework/core/random.h"
#include "tenet/nn/linear.h"
#include "tenet/ops/create/create.h"
#include "tenet/ops/elementwise/compare.h"
#include "tenet/ops/loss/loss.h"
#include "tenet/train/data/digits.h"
#include "tenet/train/data/loader.h"
#include "tenet/train/optim/sgd.h"

namespace {

using namespace tenet;  // NOLINT
using data::Batch;
using data::DataLoader;

std::vector<Batch> epoch_of(int workers) {
  std::vector<Batch> batches;
  DataLoader loader(data::digits(), {.batch_size = 50, .shuffle = true, .seed = 3, .workers = workers});
  for (int epoch = 0; epoch < 2; ++epoch) {
    for (const Batch& batch : loader) batches.push_back(batch);
  }
  return batches;
}

/// Ten numbers, one at a time; `stumble` throws and the first ones take longest.
struct Slow {
  std::int64_t stumble = -1;
  std::shared_ptr<std::atomic<int>> calls = std::make_shared<std::atomic<int>>(0);

  std::int64_t size() const { return 10; }
  Batch get(std::int64_t i) const {
    ++*calls;
    std::this_thread::sleep_for(std::chrono::milliseconds(10 - i));
    if (i == stumble) throw std::runtime_error("example " + std::to_string(i) + " is torn");
    return {full({1}, static_cast<double>(i)), full({}, i)};
  }
};

TEST(Workers, GiveTheSameBatchesInTheSameOrder) {
  const std::vector<Batch> alone = epoch_of(0);
  for (const int workers : {1, 2, 5}) {
    const std::vector<Batch> found = epoch_of(workers);
    ASSERT_EQ(found.size(), alone.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
      ASSERT_TRUE(equal(found[i].images, alone[i].images)) << workers << " workers, batch " << i;
      ASSERT_TRUE(equal(found[i].labels, alone[i].labels)) << workers << " workers, batch " << i;
    }
  }
}

TEST(Workers, KeepTheOrderWhenLaterBatchesAreDoneFirst) {
  DataLoader loader(Slow{}, {.batch_size = 1, .workers = 4});
  std::int64_t expected = 0;
  for (const auto& [x, labels] : loader) EXPECT_EQ(labels[0].item<std::int64_t>(), expected++);
  EXPECT_EQ(expected, 10);
}

TEST(Workers, AnExceptionArrivesInTheLoopAtItsBatch) {
  DataLoader loader(Slow{.stumble = 6}, {.batch_size = 1, .workers = 3});
  std::int64_t seen = 0;
  const auto loop = [&] {
    for ([[maybe_unused]] const Batch& batch : loader) ++seen;
  };
  EXPECT_EQ(tenet_test::message<std::runtime_error>(loop), "example 6 is torn");
  EXPECT_EQ(seen, 6);
}

TEST(Workers, AreBoundedAndEndWithTheLoop) {
  const Slow dataset;
  {
    DataLoader loader(dataset, {.batch_size = 1, .workers = 2});
    for ([[maybe_unused]] const Batch& batch : loader) break;
  }
  EXPECT_LE(*dataset.calls, 1 + 2 * 2) << "batches made ahead of their use";
  const int calls = *dataset.calls;
  std::this_thread::sleep_for(std::chrono::milliseconds(30));
  EXPECT_EQ(*dataset.calls, calls) << "a worker outlived its loop";
}

TEST(Workers, HandTheirTensorsToATrainingLoop) {
  const auto trained = [](int workers) {
    manual_seed(1);
    nn::Linear net({.in_features = 64, .out_features = 10});
    optim::SGD sgd(net.parameters(), {.lr = 0.1});
    DataLoader loader(data::digits(), {.batch_size = 100, .shuffle = true, .seed = 5, .workers = workers});
    for (const auto& [images, labels] : loader) {
      sgd.zero_grad();
      cross_entropy(net(images.flatten(1)), labels).backward();
      sgd.step();
    }
    return net.weight.detach().clone();
  };
  EXPECT_TRUE(equal(trained(0), trained(3)));
}

TEST(Workers, MayNotBeNegative) {
  EXPECT_ERROR(DataLoader(Slow{}, {.workers = -1}), ValueError, "DataLoader: workers=-1 must be at least 0.");
}

}  // namespace
