#pragma once

#include <string>
#include <vector>

namespace tenet {

/// A line through (x[i], y[i]); without x it counts 1, 2, ... A value that is not finite breaks the line.
struct Series {
  std::string name;
  std::vector<double> y;
  std::vector<double> x = {};
};

struct PlotOptions {
  std::string title = {};
  std::string x_label = {};
  std::string y_label = {};
};

/// Draws up to eight lines over common axes into an SVG file, which any browser shows. Throws ValueError if there
/// is no finite point or x and y differ in length, Error if the file cannot be written.
void save_line_plot(const std::string& path, const std::vector<Series>& series,
                    const PlotOptions& options = {});

}  // namespace tenet
