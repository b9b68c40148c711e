#include "tenet/train/io/safetensors.h"

#include <algorithm>
#include <bit>
#include <nlohmann/json.hpp>

#include "tenet/framework/core/backend.h"
#include "tenet/train/io/atomic_file.h"
#include "tenet/train/io/file_source.h"
#include "tenet/train/io/safetensors_header.h"

namespace tenet {
namespace {

using safetensors::Entry;
using safetensors::refuse;

static_assert(std::endian::native == std::endian::little, "the format is little-endian");

constexpr std::size_t kLengthBytes = 8;

struct Item {
  std::string_view name;
  Tensor tensor;  // contiguous, on the CPU
  std::string_view bytes() const {
    return {reinterpret_cast<const char*>(tensor.impl()->data), tensor.impl()->bytes()};
  }
};

// In the order of the reference implementation: large elements first, which aligns all of them; then by name.
std::vector<Item> items_of(const StateDict& state) {
  if (state.size() > safetensors::kMostTensors) {
    fail<ValueError>("save: ", state.size(), " tensors are more than a file may have, ",
                     safetensors::kMostTensors, ".");
  }
  std::vector<Item> items;
  for (const auto& [name, tensor] : state) {
    if (name == "__metadata__" || name.size() > safetensors::kLongestName) {
      fail<ValueError>("save: a tensor cannot be called ", in_quotes(name), ": names have at most ",
                       safetensors::kLongestName, " bytes, and __metadata__ is taken.");
    }
    if (!tensor.defined())
      fail<ValueError>("save: the tensor ", in_quotes(name), " is undefined. Leave it out.");
    items.push_back({name, tensor.detach().to(Device{}).contiguous()});
  }
  std::stable_sort(items.begin(), items.end(), [](const Item& a, const Item& b) {
    return item_size(a.tensor.dtype()) > item_size(b.tensor.dtype());
  });
  return items;
}

std::string json_string(std::string_view text) {
  try {
    return nlohmann::json(text).dump();
  } catch (const nlohmann::json::exception&) {
    fail<ValueError>("save: the name ", in_quotes(text), " is not valid UTF-8.");
  }
}

// The length and the JSON, padded so that the data begins at a multiple of 8.
std::string header_of(const std::vector<Item>& items, const Metadata& metadata) {
  std::string json = R"({"__metadata__":{"format":"tenet")";
  for (const auto& [name, text] : metadata) {
    if (name != "format") json += cat(",", json_string(name), ":", json_string(text));
  }
  json += "}";
  std::size_t offset = 0;
  for (const Item& item : items) {
    const std::size_t end = offset + item.bytes().size();
    json += cat(",", json_string(item.name), R"(:{"dtype":")", safetensors::dtype_name(item.tensor.dtype()),
                R"(","shape":)", item.tensor.shape(), R"(,"data_offsets":[)", offset, ",", end, "]}");
    offset = end;
  }
  json += "}";
  json.append((kLengthBytes - json.size() % kLengthBytes) % kLengthBytes, ' ');
  const std::uint64_t length = json.size();
  return std::string(reinterpret_cast<const char*>(&length), kLengthBytes) + json;
}

std::string read_json(FileSource& source) {
  std::uint64_t length = 0;
  if (source.size() < kLengthBytes)
    refuse(source.where(), "it has ", source.size(), " bytes, fewer than the length of a header.");
  source.read(&length, kLengthBytes);
  if (length > safetensors::kLongestHeader || length > source.left()) {
    refuse(source.where(), "the header would have ", length, " bytes; at most ", safetensors::kLongestHeader,
           " are allowed, and the file has ", source.left(), " more.");
  }
  std::string json(length, '\0');
  source.read(json.data(), length);
  return json;
}

Tensor read_tensor(FileSource& source, const Entry& entry) {
  Tensor tensor = Tensor::make(entry.shape, entry.dtype);
  const auto* bytes = reinterpret_cast<const unsigned char*>(tensor.impl()->data);
  source.read(tensor.impl()->data, entry.end - entry.begin);
  if (entry.dtype == boolean &&
      std::any_of(bytes, bytes + tensor.numel(), [](unsigned char b) { return b > 1; })) {
    refuse(cat(source.where(), ": tensor ", in_quotes(entry.name)), "a BOOL is neither 0 nor 1.");
  }
  return tensor;
}

}  // namespace

void save(const StateDict& state, const std::string& path, const Metadata& metadata) {
  without_bad_alloc("save", [&] {
    const std::vector<Item> items = items_of(state);
    const std::string header = header_of(items, metadata);
    if (header.size() - kLengthBytes > safetensors::kLongestHeader) {
      fail<ValueError>("save: names and metadata make a header of ", header.size() - kLengthBytes,
                       " bytes, but a file may have at most ", safetensors::kLongestHeader, ".");
    }
    std::vector<std::string_view> parts{header};
    for (const Item& item : items) parts.push_back(item.bytes());
    write_atomically(path, parts);
  });
}

StateDict load(const std::string& path, ReadOptions options) {
  backend(options.device);  // throws if there is none
  return without_bad_alloc("load", [&] {
    FileSource source("load", path);
    const std::string json = read_json(source);
    StateDict state;
    for (const Entry& entry :
         safetensors::read_header(json, source.left(), source.where(), options.metadata)) {
      state.emplace(entry.name, read_tensor(source, entry).to(options.device));
    }
    return state;
  });
}

}  // namespace tenet
