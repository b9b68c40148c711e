// What a gradient check found, for a person.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ostream>

#include "tenet/framework/autograd/gradcheck.h"

namespace tenet {
namespace {

constexpr std::size_t kShown = 8;

Dims position(const Shape& shape, std::int64_t index) {
  Dims at = shape;
  for (int d = shape.size() - 1; d >= 0; --d) {
    at[d] = index % shape[d];
    index /= shape[d];
  }
  return at;
}

std::string input_name(const GradcheckReport& r, const GradcheckEntry& e) {
  const auto i = static_cast<std::size_t>(e.input);
  return i < r.names.size() ? r.names[i] : "input " + std::to_string(e.input);
}

std::string line(const GradcheckReport& r, const GradcheckEntry& e) {
  const auto i = static_cast<std::size_t>(e.input);
  const std::string where =
      e.index < 0 || i >= r.shapes.size() ? "along a random direction" : str(position(r.shapes[i], e.index));
  const std::string output = e.output < 0 ? "" : fmt::format("  output {}", e.output);
  return fmt::format("  {}  {} {}{}  analytic {:.6g}  numeric {:.6g}  error of numeric {:.1e}{}\n",
                     name(e.verdict), input_name(r, e), where, output, e.analytic, e.numeric, e.error,
                     e.order > 1 ? fmt::format("  (order {})", e.order) : "");
}

/// The ratio analytic / numeric if all failing entries share it, else NaN.
double common_ratio(const std::vector<GradcheckEntry>& failing) {
  double ratio = std::nan("");
  for (const GradcheckEntry& e : failing) {
    if (e.numeric == 0) return std::nan("");
    const double own = e.analytic / e.numeric;
    if (!std::isnan(ratio) && !(std::abs(own - ratio) <= 1e-3 * std::abs(ratio))) return std::nan("");
    ratio = own;
  }
  return ratio;
}

/// Whether the entries of a square matrix agree after exchanging rows and columns.
bool looks_transposed(const GradcheckReport& r, const std::vector<GradcheckEntry>& failing) {
  int found = 0;
  for (const GradcheckEntry& a : failing) {
    const auto i = static_cast<std::size_t>(a.input);
    if (a.index < 0 || i >= r.shapes.size() || r.shapes[i].size() != 2) return false;
    const Dims at = position(r.shapes[i], a.index);
    for (const GradcheckEntry& b : failing) {
      if (b.input != a.input || b.output != a.output || b.index == a.index) continue;
      const Dims other = position(r.shapes[i], b.index);
      found += other[0] == at[1] && other[1] == at[0] &&
               std::abs(a.analytic - b.numeric) <= 1e-3 * std::abs(b.numeric);
    }
  }
  return found >= 2;
}

std::string meaning(const GradcheckReport& r) {
  std::vector<GradcheckEntry> failing;
  bool undefined = false, vanishes = true;
  for (const GradcheckEntry& e : r.worst) {
    if (e.verdict != Verdict::fail) continue;
    failing.push_back(e);
    undefined |= !std::isfinite(e.analytic);
    vanishes &= e.analytic == 0;
  }
  if (failing.empty()) return "";
  if (undefined)
    return "The gradient is NaN or infinite where the values are not: a division by zero, or 0 * inf, in the "
           "backward rule.";
  if (vanishes)
    return "The gradient is zero where the values do change: a detach(), a missing term, or an input "
           "backward does not return.";
  const double ratio = common_ratio(failing);
  const double share =
      static_cast<double>(failing.size()) / static_cast<double>(std::max<std::int64_t>(r.compared, 1));
  if (!std::isnan(ratio) && failing.size() > 1) {
    if (std::abs(ratio + 1) < 1e-3) return "Every analytic value is the negative of the numeric one: a sign.";
    const double inverse = 1 / ratio;
    const std::string broadcast =
        inverse > 1.5 && std::abs(inverse - std::round(inverse)) < 1e-3
            ? fmt::format(" A gradient summed over {:.0f} broadcast copies would be that much larger.",
                          inverse)
            : "";
    return fmt::format("Every analytic value is {:.6g} times the numeric one: a constant factor.{}", ratio,
                       broadcast);
  }
  if (looks_transposed(r, failing))
    return "Analytic values agree with numeric ones at exchanged indices: a transposed index.";
  if (share < 0.1)
    return fmt::format("{} of {} numbers are wrong: a border, a tie or a special case.", failing.size(),
                       r.compared);
  return "The values do not follow the gradient: a missing or a wrong term in the backward rule.";
}

const char* remedy(Verdict verdict) {
  switch (verdict) {
    case Verdict::inconclusive:
      return "The differences are too inexact to tell: use float64 inputs, inputs of ordinary size, or "
             "options.atol and rtol.";
    case Verdict::kink:
      return "The one-sided slopes differ here, so there is no derivative to compare with: move the input "
             "off the kink.";
    default: return "";
  }
}

}  // namespace

const char* name(Verdict verdict) {
  constexpr const char* names[] = {"pass", "fail", "inconclusive", "kink"};
  return names[static_cast<int>(verdict)];
}

std::ostream& operator<<(std::ostream& out, Verdict verdict) { return out << name(verdict); }

std::string str(const GradcheckReport& r) {
  std::string out = fmt::format("gradcheck: {} ({} numbers compared, {} with exact differences)\n",
                                name(r.verdict), r.compared, r.exact_steps);
  for (std::size_t i = 0; i < std::min(kShown, r.worst.size()); ++i) out += line(r, r.worst[i]);
  if (r.worst.size() > kShown) out += fmt::format("  ... and {} more\n", r.worst.size() - kShown);
  if (!r.note.empty()) out += "  note: " + r.note + ".\n";
  if (const std::string text = meaning(r); !text.empty()) out += "  " + text + "\n";
  if (*remedy(r.verdict) != 0) out += std::string("  ") + remedy(r.verdict) + "\n";
  out.pop_back();
  return out;
}

std::ostream& operator<<(std::ostream& out, const GradcheckReport& report) { return out << str(report); }

}  // namespace tenet
