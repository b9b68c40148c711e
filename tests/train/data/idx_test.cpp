// The IDX reader: right files, and each rule broken.
#include "tenet/train/data/idx.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "support/expect_error.h"
#include "tenet/ops/create/create.h"
#include "tenet/ops/elementwise/compare.h"

namespace {

using namespace tenet;  // NOLINT
using data::parse_idx;

std::string bytes(std::initializer_list<int> values) {
  std::string out;
  for (const int value : values) out += static_cast<char>(value);
  return out;
}

// The rule that the message names.
std::string rule(const std::string& file) {
  const std::string text = tenet_test::message<FormatError>([&] { parse_idx(file, "idx"); });
  const std::string end = " Nothing was read: the file is damaged or no IDX file.";
  const std::size_t at = text.find(end);
  return at == text.npos || text.rfind("idx: ", 0) != 0 ? "(" + text + ")" : text.substr(5, at - 5);
}

TEST(Idx, ReadsEveryType) {
  EXPECT_TRUE(equal(parse_idx(bytes({0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 255}), ""),
                    tensor({{1, 2, 3}, {4, 5, 255}}, {.dtype = uint8})));
  EXPECT_TRUE(equal(parse_idx(bytes({0, 0, 12, 1, 0, 0, 0, 2, 0, 0, 1, 2, 255, 255, 255, 254}), ""),
                    tensor({258, -2}, {.dtype = int32})));
  EXPECT_TRUE(equal(parse_idx(bytes({0, 0, 13, 1, 0, 0, 0, 1, 0xbf, 0xc0, 0, 0}), ""), tensor({-1.5f})));
  EXPECT_TRUE(equal(parse_idx(bytes({0, 0, 14, 1, 0, 0, 0, 1, 0x40, 0x08, 0, 0, 0, 0, 0, 0}), ""),
                    tensor({3.}, {.dtype = float64})));
  EXPECT_EQ(parse_idx(bytes({0, 0, 8, 0, 7}), "").item<int>(), 7);
  EXPECT_EQ(parse_idx(bytes({0, 0, 8, 2, 0, 0, 0, 0, 0, 0, 0, 5}), "").shape(), (Shape{0, 5}));
}

TEST(Idx, RefusesEachRuleBroken) {
  const char* start = "it does not begin with two zero bytes, a type and a number of dimensions.";
  EXPECT_EQ(rule(""), start);
  EXPECT_EQ(rule(bytes({0, 0, 8})), start);
  EXPECT_EQ(rule(bytes({1, 0, 8, 0, 7})), start);
  EXPECT_EQ(rule(bytes({0, 1, 8, 0, 7})), start);
  EXPECT_EQ(rule(bytes({0, 0, 9, 1, 0, 0, 0, 1, 7})),
            "the type 9 is not one of 8 (uint8), 12 (int32), 13 (float32), 14 (float64).");
  EXPECT_EQ(rule(bytes({0, 0, 8, 9})), "it has 9 dimensions, more than 8.");
  EXPECT_EQ(rule(bytes({0, 0, 8, 255})), "it has 255 dimensions, more than 8.");
  EXPECT_EQ(rule(bytes({0, 0, 8, 2, 0, 0, 0, 2, 0, 0})), "it has 10 bytes, its header alone 12.");
  EXPECT_EQ(rule(bytes({0, 0, 8, 1, 0, 0, 0, 3, 1, 2})),
            "shape [3] of uint8 needs 3 bytes after the header, it has 2.");
  EXPECT_EQ(rule(bytes({0, 0, 8, 1, 0, 0, 0, 1, 1, 2})),
            "shape [1] of uint8 needs 1 bytes after the header, it has 2.");
  EXPECT_EQ(rule(bytes({0, 0, 14, 1, 0, 0, 0, 1, 1, 2})),
            "shape [1] of float64 needs 8 bytes after the header, it has 2.");
  EXPECT_EQ(rule(bytes({0, 0, 8, 1, 255, 255, 255, 255})),
            "shape [4294967295] of uint8 needs 4294967295 bytes after the header, it has 0.");
  EXPECT_EQ(rule(bytes({0, 0, 8, 3, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255})),
            "its size does not fit 64 bits.");
}

TEST(Idx, RefusesEveryTruncation) {
  const std::string good = bytes({0, 0, 12, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2});
  EXPECT_EQ(parse_idx(good, "idx").shape(), (Shape{1, 2}));
  for (std::size_t length = 0; length < good.size(); ++length) {
    EXPECT_THROW(parse_idx(good.substr(0, length), "idx"), FormatError) << length;
  }
}

TEST(Idx, ReadsFiles) {
  const std::string path = testing::TempDir() + "tenet_" + std::to_string(::getpid()) + ".idx";
  std::ofstream(path, std::ios::binary) << bytes({0, 0, 8, 1, 0, 0, 0, 2, 3, 4});
  EXPECT_TRUE(equal(data::read_idx(path), tensor({3, 4}, {.dtype = uint8})));
  std::ofstream(path, std::ios::binary) << "text";
  EXPECT_ERROR(data::read_idx(path), FormatError,
               "read_idx: \"" + path +
                   "\": it does not begin with two zero bytes, a type and a number of dimensions. "
                   "Nothing was read: the file is damaged or no IDX file.");
  std::filesystem::remove(path);
  EXPECT_ERROR(data::read_idx("/no/file"), Error,
               "read_idx: \"/no/file\": there is no such file, or it is no regular file.");
}

}  // namespace
