#include "ops/golden/golden.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "tenet/framework/core/dispatch.h"

namespace tenet_test {
namespace {

using nlohmann::json;

template <class T> T element(const json& value) {
  if (!value.is_string()) return value.get<T>();
  if (value == "nan") return static_cast<T>(std::numeric_limits<double>::quiet_NaN());
  const double infinity = std::numeric_limits<double>::infinity();
  return static_cast<T>(value == "inf" ? infinity : -infinity);
}

Tensor read_tensor(const json& packed) {
  if (packed.is_null()) return {};
  const Tensor t = Tensor::make(packed[1].get<std::vector<std::int64_t>>(), dtype_named(packed[0]));
  if (static_cast<std::size_t>(t.numel()) != packed[2].size())
    throw std::runtime_error("golden: a tensor is torn");
  tenet::dispatch_all(t.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    T* to = t.data<T>();
    for (const json& value : packed[2]) {
      if constexpr (std::is_same_v<T, bool>) {
        *to++ = value.get<int>() != 0;
      } else {
        *to++ = element<T>(value);
      }
    }
  });
  return t;
}

Tensors read_tensors(const json& list) {
  Tensors tensors;
  for (const json& packed : list) tensors.push_back(read_tensor(packed));
  return tensors;
}

Options read_options(const json& object) {
  Options options;
  for (const auto& [name, value] : object.items()) {
    if (value.is_boolean()) {
      options.set(name, value.get<bool>());
    } else if (value.is_number_integer()) {
      options.set(name, value.get<std::int64_t>());
    } else if (value.is_number()) {
      options.set(name, value.get<double>());
    } else if (value.is_string()) {
      options.set(name, value.get<std::string>());
    } else {
      options.set(name, tenet::Dims(value.get<std::vector<std::int64_t>>()));
    }
  }
  return options;
}

std::filesystem::path folder() { return std::filesystem::path(TENET_TESTS_DIR) / "ops/golden"; }

}  // namespace

std::vector<GoldenCase> golden_cases(const std::string& file) {
  std::ifstream in(folder() / file);
  if (!in) throw std::runtime_error("golden: cannot read " + file);
  const json parsed = json::parse(in);
  std::vector<GoldenCase> cases;
  int line = 2;  // after the bracket
  for (const json& c : parsed) {
    cases.push_back({.op = c.at("op"),
                     .options = read_options(c.at("o")),
                     .inputs = read_tensors(c.at("in")),
                     .outputs = read_tensors(c.at("out")),
                     .dys = read_tensors(c.value("dy", json::array())),
                     .gradients = read_tensors(c.value("dx", json::array())),
                     .in_place = c.value("in_place", false),
                     .exact_types = c.value("exact_types", false),
                     .line = "tests/ops/golden/" + file + ":" + std::to_string(line++)});
  }
  return cases;
}

std::vector<std::string> golden_files() {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder())) {
    if (entry.path().extension() == ".json") files.push_back(entry.path().filename().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace tenet_test
