#include "tenet/inspect/profile.h"

#include <gtest/gtest.h>

#include "tenet/tenet.h"

namespace tenet {
namespace {

TEST(Profile, HasARowForEachRecordWithItsCosts) {
  const Tensor x = randn({2, 3, 8, 8}), w = randn({4, 3, 3, 3}, {.requires_grad = true});
  Profile profile;
  conv2d(x, w).relu().sum().backward();
  const std::vector<ProfileRow>& rows = profile.rows();
  ASSERT_GE(rows.size(), 3u);
  EXPECT_EQ(rows[0].op, "conv2d");
  EXPECT_EQ(rows[0].shape, (Shape{2, 4, 6, 6}));
  EXPECT_EQ(rows[0].flops, 2. * 2 * 4 * 36 * 27);
  EXPECT_EQ(rows[0].output_bytes, 2 * 4 * 36 * 4);
  EXPECT_EQ(rows[0].saved_bytes, 2 * 3 * 64 * 4) << "x, for dw; w is not needed";
  EXPECT_EQ(rows[1].op, "relu");
  EXPECT_EQ(rows[1].flops, 2 * 4 * 36);
  for (const ProfileRow& row : rows) {
    EXPECT_GT(row.forward_seconds, 0) << row.op;
    EXPECT_GT(row.backward_seconds, 0) << row.op;
    EXPECT_GE(row.live_bytes, rows[0].output_bytes) << row.op;
  }
}

TEST(Profile, CountsTheProducts) {
  const Tensor a = ones({5, 2, 3}, {.requires_grad = true}), b = ones({3, 4});
  const Tensor fc = ones({7, 3}, {.requires_grad = true});
  Profile profile;
  matmul(a, b);
  linear(a, fc);
  EXPECT_EQ(profile.rows()[0].flops, 2 * 5 * 2 * 3 * 4);
  EXPECT_EQ(profile.rows().at(2).op, "linear");
  EXPECT_EQ(profile.rows()[2].flops, 2 * 10 * 3 * 7);
}

TEST(Profile, BeginsAnewAfterClear) {
  const Tensor x = ones({2}, {.requires_grad = true});
  Profile profile;
  const Tensor y = x.exp();
  profile.clear();
  y.sum().backward();
  for (const ProfileRow& row : profile.rows()) EXPECT_NE(row.op, "exp");
  EXPECT_GT(profile.rows().at(0).backward_seconds, 0);
}

TEST(Profile, PrintsATableWithTheSums) {
  const Tensor x = ones({100, 100}, {.requires_grad = true});
  Profile profile;
  matmul(x, x).exp().sum().backward();
  const std::string text = str(profile);
  EXPECT_EQ(text.substr(0, 2), "op");
  EXPECT_NE(text.find("matmul   [100, 100] float32"), std::string::npos) << text;
  EXPECT_NE(text.find("\nall      4 records"), std::string::npos) << text;
  EXPECT_NE(text.find("80.0 kB"), std::string::npos) << "the operands of matmul: " << text;
}

}  // namespace
}  // namespace tenet
