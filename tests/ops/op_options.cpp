#include "ops/op_options.h"

#include <sstream>
#include <stdexcept>

namespace tenet_test {

const Options::Value* Options::find(const std::string& name) const {
  for (const auto& [key, value] : entries_) {
    if (key == name) return &value;
  }
  return nullptr;
}

const Options::Value& Options::at(const std::string& name) const {
  if (const Value* value = find(name)) return *value;
  throw std::invalid_argument("no option \"" + name + "\" in " + str());
}

bool Options::flag(const std::string& name) const { return has(name) && std::get<bool>(at(name)); }

std::int64_t Options::integer(const std::string& name) const { return std::get<std::int64_t>(at(name)); }

std::int64_t Options::integer_or(const std::string& name, std::int64_t otherwise) const {
  return has(name) ? integer(name) : otherwise;
}

double Options::number_or(const std::string& name, double otherwise) const {
  return has(name) ? scalar(name).as<double>() : otherwise;
}

tenet::Scalar Options::scalar(const std::string& name) const {
  const Value& value = at(name);
  if (const bool* flag = std::get_if<bool>(&value)) return *flag;
  if (const std::int64_t* number = std::get_if<std::int64_t>(&value)) return *number;
  return std::get<double>(value);
}

std::string Options::text(const std::string& name) const { return std::get<std::string>(at(name)); }

std::string Options::text_or(const std::string& name, const std::string& otherwise) const {
  return has(name) ? text(name) : otherwise;
}

bool Options::is_text(const std::string& name) const {
  return has(name) && std::holds_alternative<std::string>(at(name));
}

bool Options::is_list(const std::string& name) const {
  return has(name) && std::holds_alternative<tenet::Dims>(at(name));
}

tenet::Dims Options::list(const std::string& name) const {
  if (const std::int64_t* number = std::get_if<std::int64_t>(&at(name))) return {*number};
  return std::get<tenet::Dims>(at(name));
}

tenet::Dims Options::list_or(const std::string& name, const tenet::Dims& otherwise) const {
  return has(name) ? list(name) : otherwise;
}

tenet::DType Options::dtype(const std::string& name) const { return dtype_named(text(name)); }

std::string Options::str() const {
  std::ostringstream out;
  const auto print = [&](const auto& value) {
    using T = std::decay_t<decltype(value)>;
    if constexpr (std::is_same_v<T, std::string>) {
      out << '"' << value << '"';
    } else {
      out << value;
    }
  };
  out << std::boolalpha << '{';
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    out << (i > 0 ? ", " : "") << '"' << entries_[i].first << "\": ";
    std::visit(print, entries_[i].second);
  }
  out << '}';
  return out.str();
}

tenet::DType dtype_named(const std::string& name) {
  using tenet::DType;
  for (DType dtype :
       {DType::float32, DType::float64, DType::int64, DType::int32, DType::uint8, DType::boolean}) {
    if (name == tenet::name(dtype)) return dtype;
  }
  throw std::invalid_argument("no dtype is called " + name);
}

}  // namespace tenet_test
