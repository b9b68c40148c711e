// Files that are right: what goes in comes out, and Python's safetensors reads and writes the same.
#include "tenet/train/io/safetensors.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>

#include "support/expect_error.h"
#include "tenet/ops/create/create.h"
#include "tenet/ops/elementwise/compare.h"
#include "tenet/ops/random/random.h"

namespace {

using namespace tenet;  // NOLINT

class Safetensors : public testing::Test {
 protected:
  ~Safetensors() override { std::filesystem::remove(path_); }
  std::string path_ = testing::TempDir() + "tenet_" + std::to_string(::getpid()) + ".safetensors";
};

void expect_same(const StateDict& a, const StateDict& b) {
  ASSERT_EQ(a.size(), b.size());
  for (const auto& [name, tensor] : a) EXPECT_TRUE(equal(tensor, b.at(name))) << name << tensor << b.at(name);
}

TEST_F(Safetensors, EveryTypeAndLayoutGoesRound) {
  const Tensor x = randn({4, 6});
  StateDict state{{"f32", x},
                  {"f64", randn({3}, {.dtype = float64})},
                  {"i64", tensor({std::numeric_limits<std::int64_t>::min(), std::int64_t{-1}})},
                  {"i32", randint(-9, 9, {2, 2}, {.dtype = int32})},
                  {"u8", randint(0, 256, {33}, {.dtype = uint8})},
                  {"bool", x > 0},
                  {"scalar", full({}, 2.5f)},
                  {"empty", zeros({3, 0, 2})},
                  {"transposed", x.t()},
                  {"sliced", x[{Slice(1, 4, 2), Slice(0, 5, 3)}]},
                  {"expanded", ones({1, 3}).expand({4, 3})},
                  {"", ones({1})},
                  {"quotes \" and \\ and \n and ü", ones({2})}};
  save(state, path_);
  expect_same(state, load(path_));
}

TEST_F(Safetensors, NothingIsAFileToo) {
  save({}, path_);
  EXPECT_TRUE(load(path_).empty());
}

TEST_F(Safetensors, AHistoryIsNotSaved) {
  const Tensor x = ones({2}, {.requires_grad = true});
  save({{"y", x * 2}}, path_);
  EXPECT_FALSE(load(path_).at("y").requires_grad());
}

TEST_F(Safetensors, ReadsWhatPythonWrote) {
  const StateDict state = load(TENET_TESTS_DIR "/train/io/every_type.safetensors");
  ASSERT_EQ(state.size(), 8u);
  const float inf = std::numeric_limits<float>::infinity();
  EXPECT_TRUE(equal(state.at("f32"), tensor({{1.5f, -2.25f, 3e30f}, {inf, -0.f, 1e-42f}})));
  EXPECT_TRUE(std::signbit(state.at("f32")[{1, 1}].item<float>()));
  EXPECT_TRUE(equal(state.at("f64"), full({}, M_PI, {.dtype = float64})));
  EXPECT_TRUE(equal(state.at("i64"), tensor({std::numeric_limits<std::int64_t>::min(),
                                             std::numeric_limits<std::int64_t>::max(), std::int64_t{0}})));
  EXPECT_TRUE(equal(state.at("i32"), tensor({{-2147483648LL}, {2147483647LL}}, {.dtype = int32})));
  EXPECT_TRUE(equal(state.at("u8"), arange(256, {.dtype = uint8}).reshape({2, 2, 64})));
  EXPECT_TRUE(equal(state.at("bool"), tensor({true, false, true})));
  EXPECT_EQ(state.at("empty").shape(), (Shape{0, 5}));
  EXPECT_TRUE(equal(state.at("name with \"quotes\", \\ and ü"), tensor({7}, {.dtype = int32})));
}

TEST_F(Safetensors, WritesThePublishedLayout) {
  save({{"b", tensor({1, 2}, {.dtype = uint8})}, {"a", tensor({3.f})}, {"d", tensor({4}, {.dtype = int64})}},
       path_);
  std::ifstream file(path_, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  const std::string json =
      R"({"__metadata__":{"format":"tenet"},"d":{"dtype":"I64","shape":[1],"data_offsets":[0,8]},)"
      R"("a":{"dtype":"F32","shape":[1],"data_offsets":[8,12]},"b":{"dtype":"U8","shape":[2],"data_offsets":[12,14]}})";
  const std::size_t header = (json.size() + 7) / 8 * 8;
  EXPECT_EQ(bytes.substr(8, json.size()), json);
  EXPECT_EQ(static_cast<unsigned char>(bytes[0]) + 256u * static_cast<unsigned char>(bytes[1]), header);
  EXPECT_EQ(bytes.substr(8 + json.size(), header - json.size()), std::string(header - json.size(), ' '));
  EXPECT_EQ(bytes.size(), 8 + header + 14);
}

TEST_F(Safetensors, TextsGoRoundBesideTheTensors) {
  const Metadata texts{{"author", "a \"name\"\n"}, {"empty", ""}, {"\xc3\xbc", "\xe4\xb8\xad"}};
  save({{"a", ones({2})}}, path_, texts);
  Metadata read;
  expect_same({{"a", ones({2})}}, load(path_, {.metadata = &read}));
  EXPECT_EQ(read.extract("format").mapped(), "tenet");
  EXPECT_EQ(read, texts);
  EXPECT_THROW(save({}, path_, {{"text", "\xff"}}), ValueError);
  EXPECT_ERROR(
      save({}, path_, {{"long", std::string(100'000'000, 'x')}}), ValueError,
      "save: names and metadata make a header of 100000048 bytes, but a file may have at most 100000000.");
  load(path_, {.metadata = &read});
  EXPECT_TRUE(read.contains("author"));
}

TEST_F(Safetensors, RefusesToWriteWhatItWouldNotRead) {
  EXPECT_ERROR(save({{"__metadata__", ones({1})}}, path_), ValueError,
               "save: a tensor cannot be called \"__metadata__\": names have at most 1024 bytes, and "
               "__metadata__ is taken.");
  EXPECT_THROW(save({{std::string(1025, 'x'), ones({1})}}, path_), ValueError);
  EXPECT_ERROR(save({{"a\xff", ones({1})}}, path_), ValueError,
               "save: the name \"a\\xff\" is not valid UTF-8.");
  EXPECT_ERROR(save({{"a", Tensor()}}, path_), ValueError,
               "save: the tensor \"a\" is undefined. Leave it out.");
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(Safetensors, SaysWhenAFileCannotBeOpened) {
  EXPECT_ERROR(load("/no/such\x1b"), Error,
               "load: \"/no/such\\x1b\": there is no such file, or it is no regular file.");
  EXPECT_ERROR(load("/dev"), Error, "load: \"/dev\": there is no such file, or it is no regular file.");
  EXPECT_ERROR(load("/dev/zero"), Error,
               "load: \"/dev/zero\": there is no such file, or it is no regular file.");
}

}  // namespace
