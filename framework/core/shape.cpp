#include "tenet/framework/core/shape.h"

#include <algorithm>
#include <ostream>

#include "tenet/framework/core/checked.h"
#include "tenet/framework/core/error.h"

namespace tenet {

Dims::Dims(std::span<const std::int64_t> values) {
  if (values.size() > kMaxRank) {
    fail<ShapeError>("shape: ", values.size(), " dimensions given, at most ", kMaxRank,
                     " are supported. Reshape to fewer dimensions.");
  }
  rank_ = static_cast<int>(values.size());
  std::copy(values.begin(), values.end(), values_.begin());
}

Dims Dims::filled(std::int64_t rank, std::int64_t value) {
  Dims dims;
  for (std::int64_t i = 0; i < rank; ++i) dims.push_back(value);
  return dims;
}

void Dims::push_back(std::int64_t value) { insert(rank_, value); }

void Dims::insert(std::int64_t position, std::int64_t value) {
  if (rank_ == kMaxRank) {
    fail<ShapeError>("shape: ", str(*this), " has ", kMaxRank,
                     " dimensions already, the most supported. Reshape to fewer dimensions first.");
  }
  std::copy_backward(begin() + position, end(), end() + 1);
  ++rank_;
  (*this)[position] = value;
}

void Dims::erase(std::int64_t position) {
  std::copy(begin() + position + 1, end(), begin() + position);
  --rank_;
}

std::int64_t count(const Shape& shape, const char* op) {
  // Zero extents are looked for first: [2^40, 2^40, 0] is empty, not too large.
  bool empty = false;
  for (std::int64_t extent : shape) {
    if (extent < 0) {
      fail<ShapeError>(op, ": shape ", shape, " has the negative extent ", extent,
                       ". Extents must be 0 or more.");
    }
    empty |= extent == 0;
  }
  if (empty) return 0;
  std::int64_t n = 1;
  for (std::int64_t extent : shape) {
    if (__builtin_mul_overflow(n, extent, &n)) {
      fail<ShapeError>(op, ": the number of elements of shape ", shape,
                       " does not fit 64 bits. Use smaller sizes.");
    }
  }
  return n;
}

std::string str(const Dims& dims) {
  std::string out = "[";
  for (int i = 0; i < dims.size(); ++i) {
    if (i > 0) out += ", ";
    out += std::to_string(dims[i]);
  }
  return out + "]";
}

std::ostream& operator<<(std::ostream& out, const Dims& dims) { return out << str(dims); }

}  // namespace tenet
