// Batches: sizes, order, and the order's dependence on seed and epoch alone.
#include "tenet/train/data/loader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "support/expect_error.h"
#include "tenet/framework/core/random.h"
#include "tenet/framework/core/threads.h"
#include "tenet/ops/create/create.h"

namespace {

using namespace tenet;  // NOLINT
using data::DataLoader;
using Labels = std::vector<std::int64_t>;

// Example i is the image [i, i] and the label i.
data::TensorDataset counting(std::int64_t n) {
  return {arange(n).to(float32).unsqueeze(1).expand({n, 2}).contiguous(), arange(n)};
}

std::vector<Labels> epoch(DataLoader& loader) {
  std::vector<Labels> batches;
  for (const auto& [images, labels] : loader) {
    const auto* label = labels.data<std::int64_t>();
    batches.emplace_back(label, label + labels.numel());
    EXPECT_EQ(images.shape(), (Shape{labels.size(0), 2}));
    EXPECT_EQ(tenet_test::values(images.select(1, 0)), tenet_test::values(labels));  // they stay together
  }
  return batches;
}

Labels flat(const std::vector<Labels>& batches) {
  Labels all;
  for (const Labels& batch : batches) all.insert(all.end(), batch.begin(), batch.end());
  return all;
}

TEST(DataLoader, GoesInOrderWithoutShuffle) {
  DataLoader loader(counting(7), {.batch_size = 3});
  EXPECT_EQ(loader.size(), 3);
  EXPECT_EQ(epoch(loader), (std::vector<Labels>{{0, 1, 2}, {3, 4, 5}, {6}}));
  EXPECT_EQ(epoch(loader), (std::vector<Labels>{{0, 1, 2}, {3, 4, 5}, {6}}));
}

TEST(DataLoader, DropsTheLastIfAsked) {
  DataLoader loader(counting(7), {.batch_size = 3, .drop_last = true});
  EXPECT_EQ(loader.size(), 2);
  EXPECT_EQ(epoch(loader), (std::vector<Labels>{{0, 1, 2}, {3, 4, 5}}));
  DataLoader large(counting(2), {.batch_size = 3, .drop_last = true});
  EXPECT_TRUE(epoch(large).empty());
}

TEST(DataLoader, NothingIsNoBatch) {
  DataLoader loader(counting(0), {.batch_size = 3, .shuffle = true});
  EXPECT_EQ(loader.size(), 0);
  EXPECT_TRUE(epoch(loader).empty());
}

TEST(DataLoader, ShufflesEveryEpochAnew) {
  DataLoader loader(counting(100), {.batch_size = 8, .shuffle = true, .seed = 1});
  Labels first = flat(epoch(loader)), second = flat(epoch(loader));
  EXPECT_NE(first, second);
  Labels all(100);
  std::iota(all.begin(), all.end(), 0);
  EXPECT_NE(first, all);
  std::sort(first.begin(), first.end());
  std::sort(second.begin(), second.end());
  EXPECT_EQ(first, all);
  EXPECT_EQ(second, all);
}

TEST(DataLoader, TheOrderIsAFunctionOfSeedAndEpoch) {
  const data::LoaderOptions options{.batch_size = 8, .shuffle = true, .seed = 1};
  DataLoader whole(counting(100), options), resumed(counting(100), options);
  std::vector<Labels> orders;
  for (int e = 0; e < 4; ++e) orders.push_back(flat(epoch(whole)));
  set_num_threads(3);
  resumed.set_epoch(2);
  EXPECT_EQ(resumed.epoch(), 2);
  EXPECT_EQ(flat(epoch(resumed)), orders[2]);
  set_num_threads(1);
  manual_seed(99);  // has no say any more
  EXPECT_EQ(flat(epoch(resumed)), orders[3]);
  DataLoader other(counting(100), {.batch_size = 8, .shuffle = true, .seed = 2});
  EXPECT_NE(flat(epoch(other)), orders[0]);
}

TEST(DataLoader, TakesItsSeedFromTheGlobalGenerator) {
  const data::LoaderOptions options{.batch_size = 4, .shuffle = true};
  manual_seed(7);
  DataLoader a(counting(50), options), b(counting(50), options);
  manual_seed(7);
  DataLoader c(counting(50), options);
  EXPECT_NE(a.seed(), b.seed());
  EXPECT_EQ(a.seed(), c.seed());
  EXPECT_EQ(epoch(a), epoch(c));
}

TEST(DataLoader, ALoopLeftEarlyEndsItsEpoch) {
  const data::LoaderOptions options{.batch_size = 8, .shuffle = true, .seed = 3};
  DataLoader left(counting(40), options), whole(counting(40), options);
  for (const auto& batch : left) {
    EXPECT_EQ(batch.labels.numel(), 8);
    break;
  }
  epoch(whole);
  EXPECT_EQ(epoch(left), epoch(whole));
}

struct Squares {  // a dataset of the user's own, one example at a time
  std::int64_t size() const { return 5; }
  data::Batch get(std::int64_t i) const { return {full({2, 2}, static_cast<float>(i * i)), full({}, i)}; }
};

TEST(DataLoader, StacksExamplesOfAnyDataset) {
  DataLoader loader(Squares(), {.batch_size = 2});
  std::vector<Shape> shapes;
  std::vector<double> sums;
  for (const auto& [images, labels] : loader) {
    shapes.push_back(images.shape());
    EXPECT_EQ(labels.dtype(), int64);
    sums.push_back(images.sum().item<double>());
  }
  EXPECT_EQ(shapes, (std::vector<Shape>{{2, 2, 2}, {2, 2, 2}, {1, 2, 2}}));
  EXPECT_EQ(sums, (std::vector<double>{4, 4 * (4 + 9), 4 * 16}));
}

TEST(DataLoader, RefusesABatchSizeWithoutMeaning) {
  EXPECT_ERROR(DataLoader(counting(3), {.batch_size = 0}), ValueError,
               "DataLoader: batch_size=0 must be at least 1.");
}

TEST(TensorDataset, ChecksItsExtents) {
  EXPECT_ERROR(
      data::TensorDataset(zeros({3, 2}), zeros({4})), ShapeError,
      "TensorDataset: images [3, 2] and labels [4] must have the same extent in dimension 0, the number of "
      "examples.");
  EXPECT_THROW(data::TensorDataset(zeros({}), zeros({})), ShapeError);
}

TEST(TensorDataset, GivesOneSomeOrAll) {
  const data::TensorDataset set = counting(6);
  EXPECT_EQ(set.get(4).images.shape(), (Shape{2}));
  EXPECT_EQ(set.get(4).labels.item<int>(), 4);
  EXPECT_EQ(tenet_test::values(set.get(tensor({5, 0, 5})).labels), (std::vector<double>{5, 0, 5}));
  const auto [images, labels] = set.all();
  EXPECT_EQ(images.shape(), (Shape{6, 2}));
  EXPECT_THROW(set.get(6), IndexError);
}

}  // namespace
