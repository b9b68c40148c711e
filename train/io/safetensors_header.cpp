#include "tenet/train/io/safetensors_header.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "tenet/nn/state_dict.h"

namespace tenet::safetensors {
namespace {

using Json = nlohmann::json;

constexpr DType kTypes[] = {float32, float64, int64, int32, uint8, boolean};

std::optional<DType> find_dtype(std::string_view name) {
  for (const DType dtype : kTypes) {
    if (name == dtype_name(dtype)) return dtype;
  }
  return {};
}

// Reads {"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, "__metadata__": {"key": "value"}} event
// by event. What is not exactly this is refused where it stands, so depth and memory need no other limit.
class Reader final : public nlohmann::json_sax<Json> {
 public:
  explicit Reader(const std::string& file) : file_(file) {}

  std::vector<Entry> entries;
  Metadata metadata;

  bool start_object(std::size_t) override {
    if (depth_ > 1 || (depth_ == 1 && !expects_object_)) unexpected("an object");
    expects_object_ = false;
    ++depth_;
    return true;
  }

  bool key(std::string& name) override {
    if (depth_ == 1) return begin_entry(name);
    if (in_metadata_) {
      if (!metadata.emplace(name, "").second) twice(name, "metadata");
      text_of_ = name;
      return true;
    }
    field_ = std::find(std::begin(kFields), std::end(kFields), name) - std::begin(kFields);
    if (field_ == kNoField)
      refuse(where(), "the field ", in_quotes(name), " is not one of dtype, shape, data_offsets.");
    return once(fields_, name, "field");
  }

  bool end_object() override {
    if (depth_ == 2 && !in_metadata_ && fields_.size() != std::size(kFields)) {
      refuse(where(), "dtype, shape and data_offsets are needed, but only ", fields_.size(), " came.");
    }
    --depth_;
    field_ = kNoField;
    return true;
  }

  bool string(std::string& text) override {
    if (depth_ == 2 && in_metadata_) {
      metadata[text_of_] = text;
      return true;
    }
    if (depth_ != 2 || field_ != kDtype) unexpected("a string");
    const std::optional<DType> dtype = find_dtype(text);
    if (!dtype) refuse(where(), "dtype ", in_quotes(text), " is not one of F32, F64, I64, I32, U8, BOOL.");
    entries.back().dtype = *dtype;
    return true;
  }

  bool start_array(std::size_t) override {
    if (depth_ != 2 || (field_ != kShape && field_ != kOffsets)) unexpected("an array");
    ++depth_;
    return true;
  }

  bool number_unsigned(std::uint64_t value) override {
    if (depth_ != 3) unexpected("a number");
    Entry& entry = entries.back();
    if (field_ == kOffsets) {
      if (offsets_ >= 2) refuse(where(), "data_offsets has more than two numbers.");
      (offsets_++ == 0 ? entry.begin : entry.end) = value;
      return true;
    }
    if (entry.shape.size() == Dims::kMaxRank)
      refuse(where(), "shape has more than ", Dims::kMaxRank, " dimensions.");
    if (value > kLargest) refuse(where(), "the extent ", value, " does not fit 63 bits.");
    entry.shape.push_back(static_cast<std::int64_t>(value));
    return true;
  }

  bool end_array() override {
    --depth_;
    if (field_ == kOffsets && offsets_ != 2)
      refuse(where(), "data_offsets has ", offsets_, " numbers, not two.");
    return true;
  }

  bool null() override { unexpected("null"); }
  bool boolean(bool) override { unexpected("a bool"); }
  bool number_integer(std::int64_t) override { unexpected("a negative number"); }
  bool number_float(double, const std::string&) override { unexpected("a number that is no 64-bit integer"); }
  bool binary(Json::binary_t&) override { unexpected("binary data"); }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) override {
    refuse(file_, "the header is not valid JSON in UTF-8, at its byte ", position, ".");
  }

 private:
  enum Field : std::ptrdiff_t { kDtype, kShape, kOffsets, kNoField };
  static constexpr std::string_view kFields[] = {"dtype", "shape", "data_offsets"};
  static constexpr auto kLargest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());

  bool begin_entry(const std::string& name) {
    in_metadata_ = name == "__metadata__";
    expects_object_ = true;
    once(names_, name, "name");
    fields_.clear();
    offsets_ = 0;
    if (in_metadata_) return true;
    if (name.size() > kLongestName)
      refuse(file_, "the name ", in_quotes(name), " has more than ", kLongestName, " bytes.");
    if (entries.size() == kMostTensors) refuse(file_, "there are more than ", kMostTensors, " tensors.");
    entries.emplace_back().name = name;
    return true;
  }

  bool once(std::set<std::string>& seen, const std::string& name, const char* what) {
    if (!seen.insert(name).second) twice(name, what);
    return true;
  }

  [[noreturn]] void twice(const std::string& name, const char* what) const {
    refuse(where(), "the ", what, " ", in_quotes(name), " stands there twice.");
  }

  std::string where() const {
    if (depth_ < 2) return file_;
    return file_ + (in_metadata_ ? ": __metadata__" : ": tensor " + in_quotes(entries.back().name));
  }

  [[noreturn]] void unexpected(const char* what) const {
    refuse(where(), "the header has ", what, " in the wrong place.");
  }

  const std::string& file_;
  int depth_ = 0;
  bool expects_object_ = false, in_metadata_ = false;
  std::ptrdiff_t field_ = kNoField;
  int offsets_ = 0;
  std::set<std::string> names_, fields_;
  std::string text_of_;
};

// The size in bytes, or nothing if it does not fit.
std::optional<std::uint64_t> bytes_of(const Entry& entry) {
  std::int64_t bytes = static_cast<std::int64_t>(item_size(entry.dtype));
  for (const std::int64_t extent : entry.shape) {
    if (__builtin_mul_overflow(bytes, extent, &bytes)) return {};
  }
  return static_cast<std::uint64_t>(bytes);
}

// Sizes fit, and the entries, in the order of their data, cover it exactly.
void check_coverage(const std::vector<Entry>& entries, std::uint64_t data_bytes, const std::string& file) {
  std::uint64_t reached = 0;
  for (const Entry& entry : entries) {
    const std::string tensor = cat(file, ": tensor ", in_quotes(entry.name));
    const std::string offsets = cat("data_offsets [", entry.begin, ", ", entry.end, "]");
    const auto needed = bytes_of(entry);
    if (!needed)
      refuse(tensor, "shape ", entry.shape, " of ", dtype_name(entry.dtype), " does not fit 63 bits.");
    if (entry.begin > entry.end) refuse(tensor, offsets, " end before they begin.");
    if (entry.end - entry.begin != *needed) {
      refuse(tensor, offsets, " are ", entry.end - entry.begin, " bytes, but shape ", entry.shape, " of ",
             dtype_name(entry.dtype), " needs ", *needed, ".");
    }
    if (entry.begin != reached) {
      refuse(tensor, offsets, entry.begin < reached ? " overlap" : " leave a gap after",
             " the data before, which ends at ", reached, ".");
    }
    if (entry.end > data_bytes)
      refuse(tensor, offsets, " reach beyond the file, which has ", data_bytes, " bytes of data.");
    reached = entry.end;
  }
  if (reached != data_bytes) refuse(file, data_bytes - reached, " bytes follow the last tensor.");
}

}  // namespace

const char* dtype_name(DType dtype) {
  constexpr const char* names[] = {"F32", "F64", "I64", "I32", "U8", "BOOL"};
  return names[static_cast<int>(dtype)];
}

std::vector<Entry> read_header(std::string_view json, std::uint64_t data_bytes, const std::string& file,
                               Metadata* metadata) {
  if (json.empty() || json.front() != '{') refuse(file, "the header does not begin with {.");
  // To the JSON library a zero byte is the end of its input.
  if (const std::size_t zero = json.find('\0'); zero != json.npos)
    refuse(file, "the header has a zero byte, at ", zero, ".");
  Reader reader(file);
  Json::sax_parse(json.begin(), json.end(), &reader);
  std::sort(reader.entries.begin(), reader.entries.end(), [](const Entry& a, const Entry& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  check_coverage(reader.entries, data_bytes, file);
  if (metadata != nullptr) *metadata = std::move(reader.metadata);
  return std::move(reader.entries);
}

}  // namespace tenet::safetensors
