// The digits: the split, and that what is compiled in are the files beside the script.
#include "tenet/train/data/digits.h"

#include <gtest/gtest.h>

#include <set>

#include "support/expect.h"
#include "tenet/ops/create/create.h"
#include "tenet/ops/elementwise/compare.h"
#include "tenet/train/data/idx.h"

namespace {

using namespace tenet;  // NOLINT

const std::string kFolder = TENET_TESTS_DIR "/../train/data/digits/";

TEST(Digits, AreTheFiles) {
  for (const auto& [split, name] :
       {std::pair(data::Split::train, "train"), std::pair(data::Split::test, "test")}) {
    const auto [images, labels] = data::digits({.split = split}).all();
    const Tensor pixels = data::read_idx(kFolder + name + "_images.idx");
    EXPECT_TRUE(equal((images * 16).to(uint8).squeeze(1), pixels));
    EXPECT_TRUE(equal(labels.to(uint8), data::read_idx(kFolder + name + "_labels.idx")));
    EXPECT_EQ(images.dtype(), float32);
    EXPECT_EQ(labels.dtype(), int64);
  }
}

TEST(Digits, AreSplitByClass) {
  const std::vector<std::vector<double>> wanted = {{142, 145, 142, 146, 145, 146, 145, 143, 139, 144},
                                                   {36, 37, 35, 37, 36, 36, 36, 36, 35, 36}};
  for (const auto split : {data::Split::train, data::Split::test}) {
    const auto [images, labels] = data::digits({.split = split}).all();
    const std::int64_t n = split == data::Split::train ? 1437 : 360;
    EXPECT_EQ(images.shape(), (Shape{n, 1, 8, 8}));
    EXPECT_EQ(images.amax().item<float>(), 1.f);
    std::vector<double> counts(10);
    for (const double label : tenet_test::values(labels)) counts.at(static_cast<std::size_t>(label)) += 1;
    EXPECT_EQ(counts, wanted[split == data::Split::train ? 0 : 1]);
  }
}

TEST(Digits, NoImageIsInBothParts) {
  std::set<std::vector<double>> train;
  const auto [images, labels] = data::digits().all();
  for (std::int64_t i = 0; i < images.size(0); ++i) train.insert(tenet_test::values(images[i]));
  const auto [test_images, test_labels] = data::digits({.split = data::Split::test}).all();
  for (std::int64_t i = 0; i < test_images.size(0); ++i) {
    EXPECT_FALSE(train.contains(tenet_test::values(test_images[i]))) << i;
  }
}

}  // namespace
