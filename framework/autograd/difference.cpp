#include "tenet/framework/autograd/difference.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace tenet::detail {
namespace {

constexpr int kLevels = 10;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Values at t and -t, and the distance between the two points as rounded.
struct Pair {
  std::vector<double> above, below;
  double up, down;
};

Pair evaluate(const Line& line, double t) {
  Pair pair;
  pair.up = t;
  pair.above = line(pair.up);
  pair.down = -t;
  pair.below = line(pair.down);
  return pair;
}

/// The rounding error a difference of two values may carry.
double noise(const Rounding& rounding, std::size_t j, double above, double below) {
  const double terms = std::max({std::abs(above), std::abs(below), rounding.magnitude[j]});
  return 4 * rounding.epsilon * terms;
}

/// The one-sided slopes at shrinking steps keep apart by the same amount, well above rounding.
bool has_kink(const std::vector<Pair>& pairs, std::size_t j, double zero, const Rounding& rounding) {
  int agreeing = 0;
  double before = 0;
  for (const Pair& p : pairs) {
    const double right = (p.above[j] - zero) / p.up, left = (p.below[j] - zero) / p.down;
    const double jump = right - left;
    if (!std::isfinite(jump)) continue;
    const double doubt = 4 * noise(rounding, j, p.above[j], p.below[j]) / p.up;
    if (std::abs(jump) <= 8 * doubt || std::abs(jump) <= 1e-3 * (std::abs(right) + std::abs(left)))
      return false;
    if (agreeing > 0 && std::abs(jump - before) > 0.1 * std::abs(jump) + doubt) agreeing = 0;
    before = jump;
    if (++agreeing >= 5) return true;
  }
  return false;
}

/// The tableau of one component: the entry whose neighbours agree best.
Slope ridders(const std::vector<Pair>& pairs, std::size_t j, const Rounding& rounding) {
  std::array<std::array<double, kLevels>, kLevels> table{};
  Slope best{0, kInfinity, false};
  int rows = 0;
  for (const Pair& p : pairs) {
    const double step = p.up - p.down;
    const double difference = (p.above[j] - p.below[j]) / step;
    if (!std::isfinite(difference)) {
      rows = 0;  // outside f's domain: begin again with smaller steps
      best.error = kInfinity;
      continue;
    }
    auto& row = table[static_cast<std::size_t>(rows)];
    row[0] = difference;
    const double rounded = noise(rounding, j, p.above[j], p.below[j]) / step;
    for (int k = 1; k <= rows; ++k) {
      const auto& above = table[static_cast<std::size_t>(rows - 1)];
      const double factor = std::pow(4, k);
      const auto i = static_cast<std::size_t>(k);
      row[i] = (factor * row[i - 1] - above[i - 1]) / (factor - 1);
      const double scatter = std::max(std::abs(row[i] - row[i - 1]), std::abs(row[i] - above[i - 1]));
      const double error = 2 * scatter + 4 * rounded;
      if (error <= best.error) best = {row[i], error, false};
    }
    ++rows;
  }
  return best;
}

}  // namespace

bool is_linear(const Line& line, const std::vector<double>& at_zero, const Rounding& rounding) {
  for (const double t : {1., 2.}) {
    const Pair p = evaluate(line, t);
    for (std::size_t j = 0; j < at_zero.size(); ++j) {
      // Weighted, since rounding the points may have made them lie unevenly.
      const double bend = (p.above[j] - at_zero[j]) / p.up - (p.below[j] - at_zero[j]) / p.down;
      if (!(std::abs(bend) * t <= 8 * noise(rounding, j, p.above[j], p.below[j]) +
                                      4 * noise(rounding, j, at_zero[j], at_zero[j]))) {
        return false;
      }
    }
  }
  return true;
}

std::vector<Slope> unit_slopes(const Line& line, const Rounding& rounding) {
  const Pair p = evaluate(line, 1);
  std::vector<Slope> slopes(p.above.size());
  for (std::size_t j = 0; j < slopes.size(); ++j) {
    const double step = p.up - p.down;
    slopes[j] = {(p.above[j] - p.below[j]) / step, 2 * noise(rounding, j, p.above[j], p.below[j]) / step,
                 false};
  }
  return slopes;
}

std::vector<Slope> extrapolated_slopes(const Line& line, const std::vector<double>& at_zero, double first,
                                       const Rounding& rounding) {
  std::vector<Pair> pairs;
  double step = first;
  for (int level = 0; level < kLevels; ++level, step /= 2) pairs.push_back(evaluate(line, step));
  std::vector<Slope> slopes(at_zero.size());
  for (std::size_t j = 0; j < slopes.size(); ++j) {
    slopes[j] = ridders(pairs, j, rounding);
    slopes[j].kink = has_kink(pairs, j, at_zero[j], rounding);
  }
  return slopes;
}

}  // namespace tenet::detail
