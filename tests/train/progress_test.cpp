#include "tenet/train/progress.h"

#include <gtest/gtest.h>

#include <list>
#include <regex>
#include <sstream>
#include <vector>

namespace {

using tenet::progress;

// Rates and times are not the same every time.
std::string masked(const std::string& text) {
  return std::regex_replace(std::regex_replace(text, std::regex("[0-9.]+/s"), "R/s"),
                            std::regex("[0-9]+:[0-9]{2}"), "T");
}

TEST(Progress, IsALineOffATerminal) {
  std::ostringstream out;
  const std::vector<int> range{1, 2, 3};
  auto bar = progress(range, {.label = "epoch 1", .out = &out});
  int sum = 0;
  for (const int i : bar) {
    sum += i;
    bar.show("loss", 1. / i);
    bar.show("lr", 0.1);
  }
  EXPECT_EQ(sum, 6);
  EXPECT_EQ(masked(out.str()), "epoch 1  3/3  R/s  T  loss 0.3333  lr 0.1\n");
}

TEST(Progress, IsRedrawnOnATerminal) {
  std::ostringstream out;
  for (const int i : progress(std::vector<int>{1, 2}, {.label = "a", .out = &out, .live = true}))
    EXPECT_GT(i, 0);
  EXPECT_EQ(masked(out.str()), "\ra  [########################]  2/2  R/s  T\x1b[K\n");
}

TEST(Progress, ALoopLeftEarlyEndsItsLine) {
  std::ostringstream out;
  {
    auto bar = progress(std::list<int>{1, 2, 3, 4}, {.out = &out, .live = true});
    for (const int i : bar) {
      if (i == 3) break;
    }
  }
  EXPECT_EQ(masked(out.str()), "\r[############------------]  2/4  R/s  T\x1b[K\n");
}

TEST(Progress, NeedsNoSize) {
  std::ostringstream out;
  std::istringstream words("a b c");
  struct Words {
    std::istringstream& in;
    auto begin() const { return std::istream_iterator<std::string>(in); }
    auto end() const { return std::istream_iterator<std::string>(); }
  };
  for (const std::string& word : progress(Words{words}, {.out = &out})) EXPECT_FALSE(word.empty());
  EXPECT_EQ(masked(out.str()), "3  R/s  T\n");
}

TEST(Progress, NothingIsDoneAtOnce) {
  std::ostringstream out;
  for (const int i : progress(std::vector<int>{}, {.out = &out, .live = true})) FAIL() << i;
  EXPECT_EQ(masked(out.str()), "\r[########################]  0/0  R/s  T\x1b[K\n");
}

TEST(Progress, LetsElementsBeChanged) {
  std::ostringstream out;
  std::vector<int> range{1, 2};
  for (int& i : progress(range, {.out = &out})) i *= 10;
  EXPECT_EQ(range, (std::vector<int>{10, 20}));
}

}  // namespace
