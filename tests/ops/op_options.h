// The options of a call by name, as the op table writes them and the golden files hold them:
//   {{"dim", 1}, {"keepdim", true}, {"stride", {2, 1}}, {"padding", "same"}}
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "tenet/framework/core/dtype.h"
#include "tenet/framework/core/scalar.h"
#include "tenet/framework/core/shape.h"

namespace tenet_test {

class Options {
 public:
  using Value = std::variant<bool, std::int64_t, double, std::string, tenet::Dims>;

  /// What may stand for a value.
  struct Entry {
    Entry(bool value) : value(value) {}
    template <std::integral I> Entry(I number) : value(static_cast<std::int64_t>(number)) {}
    Entry(double number) : value(number) {}
    Entry(const char* text) : value(std::string(text)) {}
    Entry(std::string text) : value(std::move(text)) {}
    Entry(std::initializer_list<std::int64_t> list) : value(tenet::Dims(list)) {}
    Entry(const tenet::Dims& list) : value(list) {}
    Value value;
  };

  Options() = default;
  Options(std::initializer_list<std::pair<std::string, Entry>> entries) {
    for (const auto& [name, entry] : entries) set(name, entry.value);
  }
  void set(const std::string& name, Value value) { entries_.emplace_back(name, std::move(value)); }

  bool has(const std::string& name) const { return find(name) != nullptr; }
  bool flag(const std::string& name) const;  // false if absent
  std::int64_t integer(const std::string& name) const;
  std::int64_t integer_or(const std::string& name, std::int64_t otherwise) const;
  double number_or(const std::string& name, double otherwise) const;
  tenet::Scalar scalar(const std::string& name) const;  // keeps whether it was bool, integer or floating
  std::string text(const std::string& name) const;
  std::string text_or(const std::string& name, const std::string& otherwise) const;
  bool is_text(const std::string& name) const;
  bool is_list(const std::string& name) const;
  tenet::Dims list(const std::string& name) const;  // a single integer counts as a list of one
  tenet::Dims list_or(const std::string& name, const tenet::Dims& otherwise) const;
  tenet::DType dtype(const std::string& name) const;

  /// {"dim": 1, "keepdim": true}
  std::string str() const;

 private:
  const Value* find(const std::string& name) const;
  const Value& at(const std::string& name) const;

  std::vector<std::pair<std::string, Value>> entries_;
};

/// "float32" and so on. Throws std::invalid_argument.
tenet::DType dtype_named(const std::string& name);

}  // namespace tenet_test
