#include "tenet/framework/tensor/print.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <limits>
#include <ostream>
#include <vector>

#include "tenet/framework/core/dispatch.h"

namespace tenet {
namespace {

PrintOptions chosen;

/// A tensor's elements through its strides; of a long dimension only the ends, if it is summarised.
struct Elements {
  Shape shape;
  Strides strides;
  DType dtype;
  bool summarised;

  bool cut(int d) const { return summarised && shape[d] > 2 * chosen.edge_items; }

  /// Calls f(offset of the slice) for each shown position along dimension d.
  template <class F> void along(int d, std::int64_t offset, F&& f) const {
    for (std::int64_t i = 0; i < shape[d]; ++i) {
      if (cut(d) && i == chosen.edge_items) i = shape[d] - chosen.edge_items;
      f(offset + i * strides[d]);
    }
  }

  /// Calls f(offset) for each shown element.
  template <class F> void each(int d, std::int64_t offset, F&& f) const {
    if (d == shape.size()) return f(offset);
    along(d, offset, [&](std::int64_t at) { each(d + 1, at, f); });
  }
};

/// How one element is written, and how wide: decided by all that are shown.
class Format {
 public:
  Format(const Tensor& x, const Elements& elements) : data_(x.impl()->data), dtype_(x.dtype()) {
    if (!is_floating(dtype_)) {
      elements.each(0, 0, [&](std::int64_t at) { widen(text(at)); });
      return;
    }
    double smallest = std::numeric_limits<double>::infinity(), largest = 0;
    elements.each(0, 0, [&](std::int64_t at) {
      const double value = real(at);
      if (value == 0 || !std::isfinite(value)) return;
      smallest = std::min(smallest, std::abs(value));
      largest = std::max(largest, std::abs(value));
      integers_ = integers_ && value == std::ceil(value);
    });
    if (largest == 0) return;
    scientific_ = chosen.scientific.value_or(largest / smallest > 1000 || largest > 1e8 || smallest < 1e-4);
    elements.each(0, 0, [&](std::int64_t at) {
      const double value = real(at);
      if (value != 0 && std::isfinite(value)) widen(text(at));
    });
  }

  std::int64_t width() const { return width_; }
  std::string operator()(std::int64_t at) const {
    const std::string shown = text(at);
    const auto length = static_cast<std::int64_t>(shown.size());
    return std::string(static_cast<std::size_t>(std::max<std::int64_t>(width_ - length, 0)), ' ') + shown;
  }

 private:
  void widen(const std::string& shown) { width_ = std::max(width_, static_cast<std::int64_t>(shown.size())); }

  double real(std::int64_t at) const {
    return dtype_ == float32 ? static_cast<double>(reinterpret_cast<const float*>(data_)[at])
                             : reinterpret_cast<const double*>(data_)[at];
  }

  std::string text(std::int64_t at) const {
    if (is_floating(dtype_)) return number(real(at));
    if (dtype_ == boolean) return reinterpret_cast<const bool*>(data_)[at] ? "True" : "False";
    return dispatch_all(dtype_, [&](auto tag) {
      using T = typename decltype(tag)::type;
      return std::to_string(reinterpret_cast<const T*>(data_)[at]);
    });
  }

  std::string number(double value) const {
    if (std::isnan(value)) return "nan";
    if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
    char buffer[400];  // the largest double has 309 digits
    const bool whole = integers_ && !scientific_;
    const auto form = scientific_ ? std::chars_format::scientific : std::chars_format::fixed;
    const char* end =
        std::to_chars(buffer, buffer + sizeof buffer, value, form, whole ? 0 : chosen.precision).ptr;
    return std::string(buffer, static_cast<std::size_t>(end - buffer)) + (whole ? "." : "");
  }

  const std::byte* data_;
  DType dtype_;
  bool integers_ = true;
  bool scientific_ = false;
  std::int64_t width_ = 1;
};

/// The last dimension, broken into lines.
std::string vector_text(const Elements& elements, const Format& format, std::int64_t offset,
                        std::int64_t indent) {
  const int d = elements.shape.size() - 1;
  const std::int64_t per_line =
      std::max<std::int64_t>(1, (chosen.line_width - indent) / (format.width() + 2));
  std::string out = "[";
  std::int64_t shown = 0;
  const auto add = [&](const std::string& item) {
    if (shown > 0)
      out += shown % per_line == 0 ? ",\n" + std::string(static_cast<std::size_t>(indent + 1), ' ') : ", ";
    out += item;
    ++shown;
  };
  elements.along(d, offset, [&](std::int64_t at) {
    if (elements.cut(d) && shown == chosen.edge_items) add(" ...");
    add(format(at));
  });
  return out + "]";
}

std::string nested_text(const Elements& elements, const Format& format, int d, std::int64_t offset,
                        std::int64_t indent) {
  const int rank = elements.shape.size();
  if (rank == 0) return format(offset);
  if (d == rank - 1) return vector_text(elements, format, offset, indent);
  const std::string separator = "," + std::string(static_cast<std::size_t>(rank - d - 1), '\n') +
                                std::string(static_cast<std::size_t>(indent + 1), ' ');
  std::string out = "[";
  std::int64_t shown = 0;
  elements.along(d, offset, [&](std::int64_t at) {
    if (elements.cut(d) && shown == chosen.edge_items) out += separator + "...";
    if (shown++ > 0) out += separator;
    out += nested_text(elements, format, d + 1, at, indent + 1);
  });
  return out + "]";
}

/// "(0, 3)", "(2,)": as Python writes a tuple.
std::string tuple_text(const Shape& shape) {
  std::string out = "(";
  for (int d = 0; d < shape.size(); ++d) out += (d > 0 ? ", " : "") + std::to_string(shape[d]);
  return out + (shape.size() == 1 ? ",)" : ")");
}

std::vector<std::string> suffixes_of(const Tensor& x) {
  std::vector<std::string> suffixes;
  if (x.device() != Device{}) suffixes.push_back("device='" + str(x.device()) + "'");
  const bool empty = x.numel() == 0;
  if (empty && x.dim() != 1) suffixes.push_back("size=" + tuple_text(x.shape()));
  const bool usual = x.dtype() == float32 || (!empty && (x.dtype() == int64 || x.dtype() == boolean));
  if (!usual) suffixes.push_back(std::string("dtype=") + name(x.dtype()));
  const std::string op = x.grad_fn();
  if (!op.empty()) {
    suffixes.push_back("grad_fn=<" + camel_case(op) + ">");
  } else if (x.requires_grad()) {
    suffixes.push_back("requires_grad=True");
  }
  return suffixes;
}

}  // namespace

void set_print_options(const PrintOptions& options) {
  const bool valid = options.precision >= 0 && options.precision <= 50 && options.threshold >= 0 &&
                     options.edge_items >= 1 && options.line_width >= 1;
  if (!valid)
    fail<ValueError>(
        "set_print_options: precision must be 0 to 50, threshold at least 0, edge_items and line_width at "
        "least 1.");
  chosen = options;
}

const PrintOptions& print_options() { return chosen; }

std::string camel_case(const std::string& name) {
  std::string out;
  bool start = true;
  for (const char c : name) {
    if (c != '_') out += start ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    start = c == '_';
  }
  return out;
}

std::string str(const Tensor& x) {
  if (!x.defined()) return "tensor(undefined)";
  const std::string prefix = "tensor(";
  const auto indent = static_cast<std::int64_t>(prefix.size());
  std::string out = prefix;
  if (x.numel() == 0) {
    out += "[]";
  } else {
    const Tensor here = x.device() == Device{} ? x : x.detach().to(Device{});
    const Elements elements{here.shape(), here.strides(), here.dtype(), here.numel() > chosen.threshold};
    out += nested_text(elements, Format(here, elements), 0, 0, indent);
  }
  const std::size_t newline = out.rfind('\n');
  std::size_t line = newline == std::string::npos ? out.size() + 2 : out.size() - newline + 1;
  for (const std::string& suffix : suffixes_of(x)) {
    const bool wraps = static_cast<std::int64_t>(line + suffix.size() + 2) > chosen.line_width;
    out += (wraps ? ",\n" + std::string(prefix.size(), ' ') : ", ") + suffix;
    line = wraps ? prefix.size() + suffix.size() : line + suffix.size() + 2;
  }
  return out + ")";
}

std::ostream& operator<<(std::ostream& out, const Tensor& tensor) { return out << str(tensor); }

}  // namespace tenet
