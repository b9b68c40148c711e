// Derivatives of a function of one number from its values. Used by gradcheck.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

namespace tenet::detail {

/// phi(t): the values f takes t steps along a direction, as numbers; `t` may be rounded, and is given back.
using Line = std::function<std::vector<double>(double& t)>;

struct Slope {
  double value = 0;
  double error = 0;  // how far value may be off
  bool kink = false;
};

/// What is known about rounding: the relative spacing of the type, and the magnitude of each value's terms.
struct Rounding {
  double epsilon;
  std::vector<double> magnitude;
};

/// Whether phi(1) - 2 phi(0) + phi(-1), and the same at 2, vanish within rounding.
bool is_linear(const Line& line, const std::vector<double>& at_zero, const Rounding& rounding);

/// (phi(1) - phi(-1)) / 2: exact but for rounding where phi is linear.
std::vector<Slope> unit_slopes(const Line& line, const Rounding& rounding);

/// Ridders' extrapolation of central differences at steps first, first / 2, ..., per component of phi.
std::vector<Slope> extrapolated_slopes(const Line& line, const std::vector<double>& at_zero, double first,
                                       const Rounding& rounding);

}  // namespace tenet::detail
