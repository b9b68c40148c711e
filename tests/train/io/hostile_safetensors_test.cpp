// Files that are wrong: each rule broken in turn, truncation at every byte, every byte changed.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>

#include "support/expect_error.h"
#include "tenet/framework/core/memory.h"
#include "tenet/train/io/safetensors.h"

namespace {

using namespace tenet;  // NOLINT

std::string file_of(const std::string& json, const std::string& data = "") {
  const std::uint64_t length = json.size();
  return std::string(reinterpret_cast<const char*>(&length), 8) + json + data;
}

std::string tensor(const std::string& name, const std::string& dtype, const std::string& shape,
                   const std::string& offsets) {
  return "\"" + name + "\":{\"dtype\":\"" + dtype + "\",\"shape\":" + shape + ",\"data_offsets\":" + offsets +
         "}";
}

class Hostile : public testing::Test {
 protected:
  ~Hostile() override { std::filesystem::remove(path_); }

  StateDict load_bytes(const std::string& bytes) {
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << bytes;
    return load(path_);
  }
  // The rule that the message names.
  std::string rule(const std::string& bytes) {
    const std::string text = tenet_test::message<FormatError>([&] { load_bytes(bytes); });
    const std::string begin = "load: \"" + path_ + "\": ";
    const std::string end = " Nothing was loaded: the file is damaged or no safetensors file.";
    if (text.size() < begin.size() + end.size() || text.compare(0, begin.size(), begin) != 0 ||
        text.compare(text.size() - end.size(), end.size(), end) != 0) {
      return "(" + text + ")";
    }
    return text.substr(begin.size(), text.size() - begin.size() - end.size());
  }
  std::string rule_of_header(const std::string& json, const std::string& data = "1234") {
    return rule(file_of(json, data));
  }

  std::string path_ = testing::TempDir() + "tenet_hostile_" + std::to_string(::getpid());
};

const std::string kGood = tensor("a", "F32", "[1]", "[0,4]");

TEST_F(Hostile, TheModelOfAllTheseIsAccepted) {
  EXPECT_EQ(load_bytes(file_of("{" + kGood + "}", "1234")).size(), 1u);
}

TEST_F(Hostile, Lengths) {
  EXPECT_EQ(rule(""), "it has 0 bytes, fewer than the length of a header.");
  EXPECT_EQ(rule("1234567"), "it has 7 bytes, fewer than the length of a header.");
  EXPECT_EQ(rule(std::string("\x03\0\0\0\0\0\0\0{}", 10)),
            "the header would have 3 bytes; at most 100000000 are allowed, and the file has 2 more.");
  EXPECT_EQ(rule(std::string(8, '\xff') + "{}"),
            "the header would have 18446744073709551615 bytes; at most 100000000 are allowed, and the file "
            "has 2 more.");
  const std::uint64_t over = 100'000'001;
  std::ofstream(path_, std::ios::binary | std::ios::trunc)
      << std::string(reinterpret_cast<const char*>(&over), 8);
  std::filesystem::resize_file(path_, over + 8);  // a sparse file: large enough, and still refused
  EXPECT_THROW(load(path_), FormatError);
}

TEST_F(Hostile, HeadersThatAreNoJson) {
  EXPECT_EQ(rule(file_of("")), "the header does not begin with {.");
  EXPECT_EQ(rule_of_header("[]"), "the header does not begin with {.");
  EXPECT_EQ(rule_of_header(" {" + kGood + "}"), "the header does not begin with {.");
  EXPECT_EQ(rule_of_header("\xef\xbb\xbf{" + kGood + "}"), "the header does not begin with {.");
  EXPECT_EQ(rule_of_header("{" + kGood), "the header is not valid JSON in UTF-8, at its byte 54.");
  EXPECT_EQ(rule_of_header("{" + kGood + "}}"), "the header is not valid JSON in UTF-8, at its byte 55.");
  EXPECT_EQ(rule_of_header("{" + kGood + ",}"), "the header is not valid JSON in UTF-8, at its byte 55.");
  EXPECT_EQ(rule_of_header("{/**/" + kGood + "}"), "the header is not valid JSON in UTF-8, at its byte 2.");
  EXPECT_EQ(rule_of_header("{\"\xff\":1}"), "the header is not valid JSON in UTF-8, at its byte 3.");
  EXPECT_EQ(rule_of_header("{\"\\ud800\":1}"), "the header is not valid JSON in UTF-8, at its byte 9.");
  EXPECT_EQ(rule_of_header("{" + kGood + "}" + std::string(2, '\0')), "the header has a zero byte, at 54.");
  EXPECT_EQ(rule_of_header("{" + kGood + "}" + std::string("\0garbage", 8)),
            "the header has a zero byte, at 54.");
}

TEST_F(Hostile, HeadersOfAnotherForm) {
  EXPECT_EQ(rule_of_header("{\"a\":1}"), "the header has a number in the wrong place.");
  EXPECT_EQ(rule_of_header("{\"a\":null}"), "the header has null in the wrong place.");
  EXPECT_EQ(rule_of_header("{\"a\":true}"), "the header has a bool in the wrong place.");
  EXPECT_EQ(rule_of_header("{\"a\":\"F32\"}"), "the header has a string in the wrong place.");
  EXPECT_EQ(rule_of_header("{\"a\":[\"F32\",[1],[0,4]]}"), "the header has an array in the wrong place.");
  EXPECT_EQ(rule_of_header("{\"a\":{}}"),
            "tensor \"a\": dtype, shape and data_offsets are needed, but only 0 came.");
  EXPECT_EQ(rule_of_header("{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}"),
            "tensor \"a\": dtype, shape and data_offsets are needed, but only 2 came.");
  EXPECT_EQ(rule_of_header("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4],\"more\":1}}"),
            "tensor \"a\": the field \"more\" is not one of dtype, shape, data_offsets.");
  EXPECT_EQ(rule_of_header("{\"a\":{\"dtype\":{\"a\":1}}}"),
            "tensor \"a\": the header has an object in the wrong place.");
  EXPECT_EQ(rule_of_header("{\"a\":{\"shape\":3}}"),
            "tensor \"a\": the header has a number in the wrong place.");
  EXPECT_EQ(rule_of_header("{\"a\":{\"shape\":[[1]]}}"),
            "tensor \"a\": the header has an array in the wrong place.");
  EXPECT_EQ(rule_of_header("{\"a\":{\"shape\":[\"1\"]}}"),
            "tensor \"a\": the header has a string in the wrong place.");
  EXPECT_EQ(rule_of_header("{\"a\":{\"shape\":[{}]}}"),
            "tensor \"a\": the header has an object in the wrong place.");
}

TEST_F(Hostile, DepthCostsNothing) {
  EXPECT_EQ(rule_of_header("{\"a\":" + std::string(1'000'000, '[')),
            "the header has an array in the wrong place.");
  std::string objects = "{";
  for (int i = 0; i < 100'000; ++i) objects += "\"a\":{";
  EXPECT_EQ(rule_of_header(objects),
            "tensor \"a\": the field \"a\" is not one of dtype, shape, data_offsets.");
}

TEST_F(Hostile, NamesTwice) {
  EXPECT_EQ(rule_of_header("{" + kGood + "," + kGood + "}"), "the name \"a\" stands there twice.");
  EXPECT_EQ(rule_of_header("{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\"}}"),
            "tensor \"a\": the field \"dtype\" stands there twice.");
  EXPECT_EQ(rule_of_header("{\"__metadata__\":{},\"__metadata__\":{}," + kGood + "}"),
            "the name \"__metadata__\" stands there twice.");
  EXPECT_EQ(rule_of_header("{\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"}," + kGood + "}"),
            "__metadata__: the metadata \"k\" stands there twice.");
}

TEST_F(Hostile, Metadata) {
  EXPECT_EQ(load_bytes(file_of("{\"__metadata__\":{\"k\":\"v\"}," + kGood + "}", "1234")).size(), 1u);
  EXPECT_EQ(rule_of_header("{\"__metadata__\":{\"k\":1}," + kGood + "}"),
            "__metadata__: the header has a number in the wrong place.");
  EXPECT_EQ(rule_of_header("{\"__metadata__\":{\"k\":{}}," + kGood + "}"),
            "__metadata__: the header has an object in the wrong place.");
  EXPECT_EQ(rule_of_header("{\"__metadata__\":[]," + kGood + "}"),
            "the header has an array in the wrong place.");
}

TEST_F(Hostile, Numbers) {
  const auto shape = [&](const std::string& s) {
    return rule_of_header("{" + tensor("a", "F32", s, "[0,4]") + "}");
  };
  EXPECT_EQ(shape("[-1]"), "tensor \"a\": the header has a negative number in the wrong place.");
  EXPECT_EQ(shape("[1.0]"),
            "tensor \"a\": the header has a number that is no 64-bit integer in the wrong place.");
  EXPECT_EQ(shape("[1e0]"),
            "tensor \"a\": the header has a number that is no 64-bit integer in the wrong place.");
  EXPECT_EQ(shape("[18446744073709551616]"),
            "tensor \"a\": the header has a number that is no 64-bit integer in the wrong place.");
  EXPECT_EQ(shape("[18446744073709551615]"),
            "tensor \"a\": the extent 18446744073709551615 does not fit 63 bits.");
  EXPECT_EQ(shape("[1,1,1,1,1,1,1,1,1]"), "tensor \"a\": shape has more than 8 dimensions.");
  EXPECT_EQ(shape("[4294967296,4294967296]"),
            "tensor \"a\": shape [4294967296, 4294967296] of F32 does not fit 63 bits.");
  EXPECT_EQ(shape("[4611686018427387904,4]"),
            "tensor \"a\": shape [4611686018427387904, 4] of F32 does not fit 63 bits.");
  EXPECT_EQ(shape("[4294967296,4294967296,0]"),
            "tensor \"a\": shape [4294967296, 4294967296, 0] of F32 does not fit 63 bits.");
  EXPECT_EQ(shape("[2]"), "tensor \"a\": data_offsets [0, 4] are 4 bytes, but shape [2] of F32 needs 8.");
  EXPECT_EQ(rule_of_header("{" + tensor("a", "F16", "[2]", "[0,4]") + "}"),
            "tensor \"a\": dtype \"F16\" is not one of F32, F64, I64, I32, U8, BOOL.");
}

TEST_F(Hostile, Offsets) {
  const auto offsets = [&](const std::string& o) {
    return rule_of_header("{" + tensor("a", "F32", "[1]", o) + "}");
  };
  EXPECT_EQ(offsets("[0]"), "tensor \"a\": data_offsets has 1 numbers, not two.");
  EXPECT_EQ(offsets("[0,4,4]"), "tensor \"a\": data_offsets has more than two numbers.");
  EXPECT_EQ(offsets("[4,0]"), "tensor \"a\": data_offsets [4, 0] end before they begin.");
  EXPECT_EQ(offsets("[-0,4]"), "tensor \"a\": the header has a negative number in the wrong place.");
  EXPECT_EQ(offsets("[1,5]"),
            "tensor \"a\": data_offsets [1, 5] leave a gap after the data before, which ends at 0.");
  EXPECT_EQ(offsets("[18446744073709551612,18446744073709551616]"),
            "tensor \"a\": the header has a number that is no 64-bit integer in the wrong place.");
  EXPECT_EQ(offsets("[18446744073709551611,18446744073709551615]"),
            "tensor \"a\": data_offsets [18446744073709551611, 18446744073709551615] leave a gap after the "
            "data before, which ends at 0.");
  EXPECT_EQ(rule_of_header("{" + tensor("a", "F32", "[2]", "[0,8]") + "}"),
            "tensor \"a\": data_offsets [0, 8] reach beyond the file, which has 4 bytes of data.");
  EXPECT_EQ(rule_of_header("{" + kGood + "}", "12345"), "1 bytes follow the last tensor.");
  EXPECT_EQ(rule_of_header("{}", "1234"), "4 bytes follow the last tensor.");
  EXPECT_EQ(rule_of_header("{" + kGood + "," + tensor("b", "U8", "[2]", "[2,4]") + "}"),
            "tensor \"b\": data_offsets [2, 4] overlap the data before, which ends at 4.");
  EXPECT_EQ(rule_of_header("{" + kGood + "," + tensor("b", "U8", "[0]", "[2,2]") + "}"),
            "tensor \"b\": data_offsets [2, 2] overlap the data before, which ends at 4.");
  EXPECT_EQ(rule_of_header("{" + kGood + "," + tensor("b", "F32", "[1]", "[0,4]") + "}"),
            "tensor \"b\": data_offsets [0, 4] overlap the data before, which ends at 4.");
}

TEST_F(Hostile, Bools) {
  EXPECT_EQ(rule_of_header("{" + tensor("a", "BOOL", "[2]", "[0,2]") + "}", "\x01\x02"),
            "tensor \"a\": a BOOL is neither 0 nor 1.");
}

TEST_F(Hostile, NamesAreEscapedAndBounded) {
  EXPECT_EQ(rule_of_header("{" + tensor("\\u001b[31m", "F32", "[2]", "[0,4]") + "}"),
            "tensor \"\\x1b[31m\": data_offsets [0, 4] are 4 bytes, but shape [2] of F32 needs 8.");
  EXPECT_EQ(rule_of_header("{" + tensor(std::string(1025, 'n'), "F32", "[1]", "[0,4]") + "}"),
            "the name \"" + std::string(200, 'n') + "...\" has more than 1024 bytes.");
  EXPECT_EQ(load_bytes(file_of("{" + tensor("../../etc/passwd", "F32", "[1]", "[0,4]") + "}", "1234")).size(),
            1u);
}

TEST_F(Hostile, TooManyTensors) {
  std::string json = "{" + tensor("0", "U8", "[0]", "[0,0]");
  for (int i = 1; i < 65'536; ++i) json += "," + tensor(std::to_string(i), "U8", "[0]", "[0,0]");
  EXPECT_EQ(load_bytes(file_of(json + "}")).size(), 65'536u);
  EXPECT_EQ(rule(file_of(json + "," + tensor("more", "U8", "[0]", "[0,0]") + "}")),
            "there are more than 65536 tensors.");
}

TEST_F(Hostile, HugeSizesAllocateNothing) {
  const auto before = memory_stats();
  reset_peak_memory();
  EXPECT_EQ(
      rule_of_header("{" + tensor("a", "F32", "[1099511627776]", "[0,4398046511104]") + "}"),
      "tensor \"a\": data_offsets [0, 4398046511104] reach beyond the file, which has 4 bytes of data.");
  EXPECT_LE(memory_stats().peak, before.in_use + 4096);
}

std::string valid_file() {
  return file_of("{\"__metadata__\":{\"format\":\"tenet\"}," + tensor("w", "F64", "[2,1]", "[0,16]") + "," +
                     tensor("b", "BOOL", "[3]", "[16,19]") + "," + tensor("e", "I32", "[0]", "[19,19]") +
                     "}  ",
                 std::string(16, 'x') + std::string("\0\1\0", 3));
}

TEST_F(Hostile, TruncatedAnywhere) {
  const std::string good = valid_file();
  EXPECT_EQ(load_bytes(good).size(), 3u);
  for (std::size_t length = 0; length < good.size(); ++length) {
    EXPECT_THROW(load_bytes(good.substr(0, length)), FormatError) << length;
  }
}

TEST_F(Hostile, AnyByteChanged) {  // refused or read, but nothing else; data bytes are read
  const std::string good = valid_file();
  int refused = 0;
  for (std::size_t i = 0; i < good.size() - 19; ++i) {
    for (const int change : {1, 2, 8, 32, 128}) {
      std::string bad = good;
      bad[i] = static_cast<char>(bad[i] ^ change);
      try {
        EXPECT_LE(load_bytes(bad).size(), 3u);
      } catch (const FormatError&) {
        ++refused;
      }
    }
  }
  EXPECT_GT(refused, static_cast<int>(good.size() - 19) * 4);
}

}  // namespace
