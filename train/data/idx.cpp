#include "tenet/train/data/idx.h"

#include <algorithm>
#include <cstring>

#include "tenet/train/io/file_source.h"

namespace tenet::data {
namespace {

constexpr std::size_t kMagicBytes = 4, kExtentBytes = 4;

template <class... Parts> [[noreturn]] void refuse(const std::string& where, const Parts&... rule) {
  fail<FormatError>(where, ": ", rule..., " Nothing was read: the file is damaged or no IDX file.");
}

unsigned byte_at(std::string_view bytes, std::size_t i) { return static_cast<unsigned char>(bytes[i]); }

DType type_of(unsigned code, const std::string& where) {
  switch (code) {
    case 0x08: return uint8;
    case 0x0C: return int32;
    case 0x0D: return float32;
    case 0x0E: return float64;
    default:
      refuse(where, "the type ", code, " is not one of 8 (uint8), 12 (int32), 13 (float32), 14 (float64).");
  }
}

}  // namespace

Tensor parse_idx(std::string_view bytes, const std::string& where) {
  if (bytes.size() < kMagicBytes || byte_at(bytes, 0) != 0 || byte_at(bytes, 1) != 0) {
    refuse(where, "it does not begin with two zero bytes, a type and a number of dimensions.");
  }
  const DType dtype = type_of(byte_at(bytes, 2), where);
  const std::size_t rank = byte_at(bytes, 3), header = kMagicBytes + rank * kExtentBytes;
  if (rank > Dims::kMaxRank) refuse(where, "it has ", rank, " dimensions, more than ", Dims::kMaxRank, ".");
  if (bytes.size() < header) refuse(where, "it has ", bytes.size(), " bytes, its header alone ", header, ".");
  Shape shape;
  const std::size_t item = item_size(dtype);
  std::uint64_t needed = item;
  for (std::size_t i = kMagicBytes; i < header; i += kExtentBytes) {
    const std::uint64_t extent = byte_at(bytes, i) << 24 | byte_at(bytes, i + 1) << 16 |
                                 byte_at(bytes, i + 2) << 8 | byte_at(bytes, i + 3);
    shape.push_back(static_cast<std::int64_t>(extent));
    if (__builtin_mul_overflow(needed, extent, &needed)) refuse(where, "its size does not fit 64 bits.");
  }
  bytes.remove_prefix(header);
  if (bytes.size() != needed) {
    refuse(where, "shape ", shape, " of ", dtype, " needs ", needed, " bytes after the header, it has ",
           bytes.size(), ".");
  }
  Tensor tensor = Tensor::make(shape, dtype);
  auto* to = reinterpret_cast<char*>(tensor.impl()->data);
  if (needed > 0) std::memcpy(to, bytes.data(), needed);
  if (item > 1) {
    for (std::uint64_t i = 0; i < needed; i += item) std::reverse(to + i, to + i + item);
  }
  return tensor;
}

Tensor read_idx(const std::string& path) {
  FileSource source("read_idx", path);
  std::string bytes(source.size(), '\0');
  source.read(bytes.data(), bytes.size());
  return parse_idx(bytes, source.where());
}

}  // namespace tenet::data
