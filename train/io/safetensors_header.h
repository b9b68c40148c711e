// The JSON header of a safetensors file, checked.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tenet/framework/core/error.h"
#include "tenet/train/io/safetensors.h"

namespace tenet::safetensors {

inline constexpr std::uint64_t kLongestHeader = 100'000'000;
inline constexpr std::size_t kMostTensors = 65'536;
inline constexpr std::size_t kLongestName = 1'024;

/// Where a tensor lies: bytes [begin, end) after the header.
struct Entry {
  std::string name;
  DType dtype = float32;
  Shape shape;
  std::uint64_t begin = 0, end = 0;
};

const char* dtype_name(DType dtype);  // "F32"

/// The entries of a header in the order of their data, which they cover without gap or overlap up to
/// `data_bytes`. Throws FormatError beginning with `file` and naming the tensor and the rule.
/// `metadata`, if given, is set to the texts beside the tensors.
std::vector<Entry> read_header(std::string_view json, std::uint64_t data_bytes, const std::string& file,
                               Metadata* metadata = nullptr);

/// What every refusal says. `file` is where it happened: load: "a.safetensors".
template <class... Parts> [[noreturn]] void refuse(const std::string& file, const Parts&... rule) {
  fail<FormatError>(file, ": ", rule..., " Nothing was loaded: the file is damaged or no safetensors file.");
}

}  // namespace tenet::safetensors
