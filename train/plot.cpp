#include "tenet/train/plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "tenet/framework/core/error.h"
#include "tenet/train/io/atomic_file.h"

namespace tenet {
namespace {

// The paper, in pixels, and the frame on it.
constexpr double kWidth = 720, kHeight = 420, kLeft = 70, kRight = 20, kTop = 40, kBottom = 50;
// Okabe and Ito's colours, told apart by colour-blind readers too.
constexpr const char* kColours[] = {"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                    "#e69f00", "#56b4e9", "#000000", "#f0e442"};

struct Point {
  double x, y;
};

Point point_of(const Series& series, std::size_t i) {
  return {series.x.empty() ? static_cast<double>(i + 1) : series.x[i], series.y[i]};
}

bool finite(Point p) { return std::isfinite(p.x) && std::isfinite(p.y); }

// From data to paper along one axis.
struct Axis {
  double low = INFINITY, high = -INFINITY, from, to;

  void include(double value) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
  double place(double value) const { return from + (value - low) / (high - low) * (to - from); }

  // Steps of 1, 2 or 5 times a power of ten, four to ten of them.
  double step() const {
    const double power = std::pow(10., std::floor(std::log10((high - low) / 4)));
    const double times = (high - low) / 4 / power;
    return (times >= 5 ? 5 : times >= 2 ? 2 : 1) * power;
  }
  void widen() {
    if (low == high) {
      const double slack = std::max(0.5, std::abs(low) / 10);
      low -= slack;
      high += slack;
    }
    low = std::floor(low / step()) * step();
    high = std::ceil(high / step()) * step();
  }
  // Where the marks stand.
  std::vector<double> marks() const {
    std::vector<double> at;
    const double last = high + step() / 2;
    for (int i = 0; i < 20 && low + i * step() <= last; ++i) {
      const double mark = low + i * step();
      at.push_back(std::abs(mark) < step() / 1e6 ? 0 : mark);
    }
    return at;
  }
};

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '&': out += "&amp;"; break;
      default: out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
  }
  return out;
}

std::string text_at(double x, double y, const char* anchor, const std::string& text, const char* more = "") {
  return fmt::format(R"(<text x="{:.1f}" y="{:.1f}" text-anchor="{}"{}>{}</text>)", x, y, anchor, more,
                     escaped(text)) +
         "\n";
}

std::string grid(const Axis& x, const Axis& y) {
  std::string out;
  for (const double mark : x.marks()) {
    out += fmt::format(R"(<path d="M{0:.1f} {1:.1f}V{2:.1f}" class="grid"/>)", x.place(mark), y.from, y.to) +
           "\n";
    out += text_at(x.place(mark), y.from + 18, "middle", fmt::format("{:.4g}", mark));
  }
  for (const double mark : y.marks()) {
    out += fmt::format(R"(<path d="M{0:.1f} {1:.1f}H{2:.1f}" class="grid"/>)", x.from, y.place(mark), x.to) +
           "\n";
    out += text_at(x.from - 8, y.place(mark) + 4, "end", fmt::format("{:.4g}", mark));
  }
  return out;
}

std::string line(const Series& series, const Axis& x, const Axis& y, const char* colour) {
  std::string path;
  bool down = false;
  for (std::size_t i = 0; i < series.y.size(); ++i) {
    const Point p = point_of(series, i);
    if (finite(p)) path += fmt::format("{}{:.1f} {:.1f}", down ? 'L' : 'M', x.place(p.x), y.place(p.y));
    down = finite(p);
  }
  return fmt::format(R"(<path d="{}" fill="none" stroke="{}" stroke-width="1.8"/>)", path, colour) + "\n";
}

void include_all(const std::vector<Series>& all, Axis& x, Axis& y) {
  for (const Series& series : all) {
    if (!series.x.empty() && series.x.size() != series.y.size()) {
      fail<ValueError>("save_line_plot: a series has ", series.x.size(), " values of x and ", series.y.size(),
                       " of y. Give as many, or no x.");
    }
    for (std::size_t i = 0; i < series.y.size(); ++i) {
      const Point p = point_of(series, i);
      if (!finite(p)) continue;
      x.include(p.x);
      y.include(p.y);
    }
  }
  if (x.low > x.high) fail<ValueError>("save_line_plot: there is no finite point to draw.");
}

}  // namespace

void save_line_plot(const std::string& path, const std::vector<Series>& series, const PlotOptions& options) {
  if (series.size() > std::size(kColours)) {
    fail<ValueError>("save_line_plot: ", series.size(), " lines are more than ", std::size(kColours), ".");
  }
  Axis x{.from = kLeft, .to = kWidth - kRight}, y{.from = kHeight - kBottom, .to = kTop};
  include_all(series, x, y);
  x.widen();
  y.widen();
  std::string svg = fmt::format(
      R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0} {1}" width="{0}" height="{1}">)", kWidth,
      kHeight);
  svg +=
      "\n<style>text{font:12px sans-serif;fill:#333}.grid{stroke:#ddd}</style>\n<rect width=\"100%\" "
      "height=\"100%\" fill=\"#fff\"/>\n";
  svg += grid(x, y);
  for (std::size_t i = 0; i < series.size(); ++i) {
    svg += line(series[i], x, y, kColours[i]);
    const double height = kTop + 16 + 18 * static_cast<double>(i);
    svg += fmt::format(R"(<path d="M{:.1f} {:.1f}h24" stroke="{}" stroke-width="3"/>)", x.to - 34, height - 4,
                       kColours[i]) +
           "\n";
    svg += text_at(x.to - 42, height, "end", series[i].name);
  }
  svg += text_at(kWidth / 2, 22, "middle", options.title, R"( font-weight="bold")");
  svg += text_at((x.from + x.to) / 2, kHeight - 12, "middle", options.x_label);
  svg += text_at(18, (y.from + y.to) / 2, "middle", options.y_label,
                 fmt::format(R"svg( transform="rotate(-90 18 {:.1f})")svg", (y.from + y.to) / 2).c_str());
  svg += "</svg>\n";
  const std::string_view part = svg;
  write_atomically(path, {&part, 1});
}

}  // namespace tenet
