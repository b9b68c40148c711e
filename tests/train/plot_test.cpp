#include "tenet/train/plot.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "support/expect_error.h"
#include "tenet/framework/core/error.h"

namespace {

using namespace tenet;  // NOLINT

class Plot : public testing::Test {
 protected:
  ~Plot() override { std::filesystem::remove(path_); }
  std::string draw(const std::vector<Series>& series, const PlotOptions& options = {}) {
    save_line_plot(path_, series, options);
    std::ifstream file(path_);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::string path_ = testing::TempDir() + "tenet_" + std::to_string(::getpid()) + ".svg";
};

bool has(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }

TEST_F(Plot, DrawsLinesOverAxes) {
  const std::string svg = draw({{.name = "loss", .y = {0, 5, 10}}, {.name = "b", .y = {10, 0}, .x = {1, 3}}},
                               {.title = "a < b & c", .x_label = "step", .y_label = "value"});
  EXPECT_TRUE(has(svg, "<svg xmlns=\"http://www.w3.org/2000/svg\""));
  EXPECT_TRUE(has(svg, "d=\"M70.0 370.0L385.0 205.0L700.0 40.0\"")) << svg;  // corner to corner of the frame
  EXPECT_TRUE(has(svg, "d=\"M70.0 40.0L700.0 370.0\""));
  EXPECT_TRUE(has(svg, ">a &lt; b &amp; c<"));
  EXPECT_TRUE(has(svg, ">loss<") && has(svg, ">step<") && has(svg, ">value<") && has(svg, ">8<"));
}

TEST_F(Plot, BreaksALineWhereAValueIsMissing) {
  const std::string svg = draw({{.name = "y", .y = {0, 1, std::nan(""), 1, 0}}});
  EXPECT_TRUE(has(svg, "\"M70.0 370.0L227.5 40.0M542.5 40.0L700.0 370.0\"")) << svg;
}

TEST_F(Plot, EveryRangeIsDrawn) {
  for (const std::vector<double>& y :
       {std::vector<double>{3}, {1e17, 1e17 + 16}, {-1e-300, 1e-300}, {0, 0, 0}, {-1e308, 1e308}}) {
    const std::string svg = draw({{.name = "y", .y = y}});
    EXPECT_LT(svg.size(), 20'000u);
    EXPECT_TRUE(has(svg, "</svg>"));
  }
}

TEST_F(Plot, RefusesWhatItCannotDraw) {
  EXPECT_ERROR(save_line_plot(path_, {}), ValueError, "save_line_plot: there is no finite point to draw.");
  EXPECT_ERROR(save_line_plot(path_, {{.name = "a", .y = {INFINITY}}}), ValueError,
               "save_line_plot: there is no finite point to draw.");
  EXPECT_ERROR(save_line_plot(path_, {{.name = "a", .y = {1, 2}, .x = {1}}}), ValueError,
               "save_line_plot: a series has 1 values of x and 2 of y. Give as many, or no x.");
  EXPECT_ERROR(save_line_plot(path_, std::vector<Series>(9, {.name = "a", .y = {1}})), ValueError,
               "save_line_plot: 9 lines are more than 8.");
}

}  // namespace
