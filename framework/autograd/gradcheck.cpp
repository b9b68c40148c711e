#include "tenet/framework/autograd/gradcheck.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <unordered_map>

#include "tenet/framework/autograd/backward.h"
#include "tenet/framework/autograd/difference.h"
#include "tenet/framework/autograd/grad_mode.h"
#include "tenet/framework/autograd/record.h"
#include "tenet/framework/core/dispatch.h"

namespace tenet::detail {
namespace {

constexpr std::int64_t kEntries = 20000;   // Jacobian entries checked one by one
constexpr std::int64_t kProjected = 4000;  // input elements checked one by one

double get(const Tensor& t, std::int64_t i) {
  if (t.device() != Device{}) return t.detach().view({-1}).narrow(0, i, 1).item<double>();
  return t.dtype() == float64 ? t.data<double>()[i] : static_cast<double>(t.data<float>()[i]);
}
void set(const Tensor& t, std::int64_t i, double value) {
  if (t.device() != Device{}) {
    const NoGradGuard no_grad;
    t.detach().view({-1}).narrow(0, i, 1).fill_(value);
  } else if (t.dtype() == float64) {
    t.data<double>()[i] = value;
  } else {
    t.data<float>()[i] = static_cast<float>(value);
  }
}
double epsilon_of(DType dtype) { return dtype == float64 ? 0x1p-53 : 0x1p-24; }

/// The floating outputs one after the other.
std::vector<double> flatten(const std::vector<Tensor>& outputs) {
  std::vector<double> values;
  for (const Tensor& y : outputs) {
    if (!y.defined() || !is_floating(y.dtype())) continue;
    const Tensor dense = y.detach().to(Device{}).contiguous();
    for (std::int64_t i = 0; i < dense.numel(); ++i) values.push_back(get(dense, i));
  }
  return values;
}

std::vector<Tensor> floating_only(const std::vector<Tensor>& outputs) {
  std::vector<Tensor> kept;
  for (const Tensor& y : outputs) {
    if (y.defined() && is_floating(y.dtype())) kept.push_back(y);
  }
  return kept;
}

/// Copies of the inputs; the floating ones are leaves.
std::vector<Tensor> leaves_of(const std::vector<Tensor>& inputs) {
  std::vector<Tensor> leaves;
  for (const Tensor& x : inputs) {
    const NoGradGuard no_grad;
    Tensor copy = x.detach().clone();
    if (is_floating(x.dtype())) copy.requires_grad_();
    leaves.push_back(std::move(copy));
  }
  return leaves;
}

/// Whether there are records from `leaf` to the outputs, and every one is declared linear in what depends on it.
/// Where there are none nothing was declared: sign(x) is constant to the tape, and still jumps at a step of 1.
bool declared_linear(const std::vector<Tensor>& outputs, const Tensor& leaf) {
  std::vector<Record*> reached;
  std::unordered_map<Record*, bool> depends;  // every record met; whether it depends on the leaf
  const auto reach = [&](Record* r) {
    if (r != nullptr && depends.emplace(r, false).second) reached.push_back(r);
  };
  for (const Tensor& y : outputs) reach(history(y));
  for (std::size_t i = 0; i < reached.size(); ++i) {
    for (int k = 0; k < reached[i]->input_count(); ++k) reach(reached[i]->input(k));
  }
  std::sort(reached.begin(), reached.end(),
            [](Record* a, Record* b) { return a->sequence() < b->sequence(); });
  depends[history(leaf)] = true;
  for (Record* r : reached) {
    InputMask active = 0;
    for (int k = 0; k < r->input_count(); ++k) {
      Record* input = r->input(k);
      if (input != nullptr && depends[input]) active |= InputMask{1} << std::min(k, 31);
    }
    if (active == 0) continue;
    if (!r->linear_in(active)) return false;
    depends[r] = true;
  }
  return std::any_of(outputs.begin(), outputs.end(), [&](const Tensor& y) { return depends[history(y)]; });
}

/// One order of one check.
class Checker {
 public:
  Checker(const CheckedFunction& f, const std::vector<Tensor>& inputs, const GradcheckOptions& options,
          int order, GradcheckReport& report)
      : f_(f),
        inputs_(leaves_of(inputs)),
        options_(options),
        order_(order),
        report_(report),
        random_(options.seed) {}

  void run() {
    outputs_ = floating_only(f_(inputs_));
    at_zero_ = flatten(outputs_);
    if (at_zero_.empty()) return;
    if (!values_are_usable()) return;
    epsilon_ = 0;
    for (const Tensor& y : outputs_) epsilon_ = std::max(epsilon_, epsilon_of(y.dtype()));
    for (const Tensor& x : inputs_) {
      if (is_floating(x.dtype())) epsilon_ = std::max(epsilon_, epsilon_of(x.dtype()));
    }
    measure_rounding();
    for (std::size_t k = 0; k < inputs_.size(); ++k) {
      if (is_floating(inputs_[k].dtype()) && inputs_[k].numel() > 0) check_input(k);
    }
  }

 private:
  bool values_are_usable() {
    for (double y : at_zero_) {
      if (std::isfinite(y)) continue;
      give_up("the function gives NaN or infinity at these inputs; choose inputs inside its domain");
      return false;
    }
    if (flatten(f_(inputs_)) != at_zero_) {
      give_up(
          "two calls of the function at the same inputs gave different values; seed what is random in it");
      return false;
    }
    return true;
  }

  void give_up(const std::string& why) {
    report_.note += (report_.note.empty() ? "" : "; ") + why;
    if (report_.verdict != Verdict::fail) report_.verdict = Verdict::inconclusive;
  }

  /// How far the values move when every input is moved by a rounding: rounding noise can be that large.
  void measure_rounding() {
    rounding_.epsilon = epsilon_;
    for (double y : at_zero_) rounding_.magnitude.push_back(std::abs(y));
    for (int repeat = 0; repeat < 3; ++repeat) {
      std::vector<Tensor> moved = leaves_of(inputs_);
      for (const Tensor& x : moved) {
        for (std::int64_t i = 0; is_floating(x.dtype()) && i < x.numel(); ++i) {
          set(x, i, get(x, i) * (1 + 2 * epsilon_of(x.dtype()) * uniform_(random_)));
        }
      }
      const std::vector<double> values = flatten(f_(moved));
      for (std::size_t j = 0; j < values.size() && j < at_zero_.size(); ++j) {
        const double move = std::abs(values[j] - at_zero_[j]) / epsilon_;
        if (std::isfinite(move)) rounding_.magnitude[j] = std::max(rounding_.magnitude[j], move);
      }
    }
  }

  void check_input(std::size_t k) {
    const std::int64_t n = inputs_[k].numel();
    const bool entries = options_.full.value_or(n * static_cast<std::int64_t>(at_zero_.size()) <= kEntries);
    const bool linear = declared_linear(outputs_, inputs_[k]);
    if (entries) {
      check_entries(k, linear);
    } else {
      check_projected(k, linear, n <= kProjected && options_.full.value_or(true));
    }
  }

  /// The whole Jacobian of input k.
  void check_entries(std::size_t k, bool linear) {
    const std::int64_t n = inputs_[k].numel();
    std::vector<std::vector<double>> jacobian;  // [output][index]
    for (const Tensor& y : outputs_) {
      for (std::int64_t j = 0; j < y.numel(); ++j) {
        Tensor dy = zeros(y);
        set(dy, j, 1);
        jacobian.push_back(gradient(y, dy, k));
      }
    }
    for (std::int64_t i = 0; i < n; ++i) {
      const auto slopes = slopes_along(k, linear,
                                       [&](double& t, const Tensor& x) {
                                         const double from = get(x, i);
                                         set(x, i, from + t);
                                         t = get(x, i) - from;
                                       },
                                       std::abs(get(inputs_[k], i)), rounding_, at_zero_, {});
      for (std::size_t j = 0; j < slopes.size(); ++j) {
        compare(k, i, static_cast<std::int64_t>(j), jacobian[j][static_cast<std::size_t>(i)], slopes[j]);
      }
    }
  }

  /// The gradient of a random combination of the outputs: element by element, or along random directions.
  void check_projected(std::size_t k, bool linear, bool by_element) {
    std::vector<double> weights(at_zero_.size());
    for (double& w : weights) w = normal_(random_);
    std::vector<double> analytic(static_cast<std::size_t>(inputs_[k].numel()), 0);
    std::size_t at = 0;
    for (const Tensor& y : outputs_) {
      Tensor dy = zeros(y);
      for (std::int64_t j = 0; j < y.numel(); ++j) set(dy, j, weights[at + static_cast<std::size_t>(j)]);
      // The weights as rounded to y's type.
      for (std::int64_t j = 0; j < y.numel(); ++j) weights[at + static_cast<std::size_t>(j)] = get(dy, j);
      at += static_cast<std::size_t>(y.numel());
      const std::vector<double> part = gradient(y, dy, k);
      for (std::size_t i = 0; i < part.size(); ++i) analytic[i] += part[i];
    }
    Rounding rounding{epsilon_, {0}};
    double zero = 0;
    for (std::size_t j = 0; j < weights.size(); ++j) {
      rounding.magnitude[0] += std::abs(weights[j]) * rounding_.magnitude[j];
      zero += weights[j] * at_zero_[j];
    }
    const std::int64_t count = by_element ? inputs_[k].numel() : options_.directions;
    for (std::int64_t c = 0; c < count; ++c) {
      std::vector<double> direction(analytic.size(), 0);
      double expected = 0, largest = 0;
      for (std::size_t i = 0; i < direction.size(); ++i) {
        direction[i] = by_element ? (static_cast<std::int64_t>(i) == c ? 1 : 0) : uniform_(random_);
        if (direction[i] != 0)
          largest = std::max(largest, std::abs(get(inputs_[k], static_cast<std::int64_t>(i))));
        expected += direction[i] * analytic[i];
      }
      const auto slopes = slopes_along(
          k, linear,
          [&](double& t, const Tensor& x) {
            for (std::size_t i = 0; i < direction.size(); ++i) {
              const auto e = static_cast<std::int64_t>(i);
              if (direction[i] != 0) set(x, e, get(x, e) + t * direction[i]);
            }
            if (by_element) t = get(x, c) - get(inputs_[k], c);
          },
          largest, rounding, {zero}, weights);
      compare(k, by_element ? c : -1, -1, expected, slopes[0]);
    }
  }

  static Tensor zeros(const Tensor& y) {
    Tensor dy = Tensor::make(y.shape(), y.dtype(), y.device());
    return dy.zero_();
  }

  std::vector<double> gradient(const Tensor& y, const Tensor& dy, std::size_t k) {
    std::vector<double> values(static_cast<std::size_t>(inputs_[k].numel()), 0);
    if (!y.requires_grad()) return values;
    const Tensor dx = grad(std::vector{y}, std::vector{inputs_[k]}, std::vector{dy},
                           {.retain_graph = true, .allow_unused = true})[0];
    if (!dx.defined()) return values;
    const Tensor dense = dx.detach().to(Device{}).contiguous();
    for (std::int64_t i = 0; i < dense.numel(); ++i) values[static_cast<std::size_t>(i)] = get(dense, i);
    return values;
  }

  /// Slopes of all outputs, or of their combination if `weights` is given, along the direction `move` goes.
  template <class Move>
  std::vector<Slope> slopes_along(std::size_t k, bool linear, Move&& move, double magnitude,
                                  const Rounding& rounding, const std::vector<double>& zero,
                                  const std::vector<double>& weights) {
    const Line line = [&](double& t) {
      std::vector<Tensor> moved = inputs_;
      {
        const NoGradGuard no_grad;
        moved[k] = inputs_[k].detach().clone();
      }
      move(t, moved[k]);
      moved[k].requires_grad_();
      std::vector<double> values = flatten(f_(moved));
      values.resize(at_zero_.size(), std::nan(""));
      if (weights.empty()) return values;
      double sum = 0;
      for (std::size_t j = 0; j < weights.size(); ++j) sum += weights[j] * values[j];
      return std::vector<double>{sum};
    };
    if (linear && !options_.step) {
      if (is_linear(line, zero, rounding)) {
        report_.exact_steps += static_cast<std::int64_t>(zero.size());
        return unit_slopes(line, rounding);
      }
      if (!noted_bend_) {
        noted_bend_ = true;
        report_.note +=
            cat(report_.note.empty() ? "" : "; ", "every op between input ", k,
                " and the output is declared linear in it, but the values are not: something depends on it "
                "behind a detach (a mask, an index, a factor), or a declaration is wrong");
      }
    }
    const double first = options_.step.value_or(std::max(magnitude, 0.25) / (epsilon_ < 1e-12 ? 16 : 8));
    return extrapolated_slopes(line, zero, first, rounding);
  }

  void compare(std::size_t k, std::int64_t index, std::int64_t output, double analytic, const Slope& slope) {
    ++report_.compared;
    const bool precise = epsilon_ < 1e-12;
    const double rtol = options_.rtol.value_or(precise ? 1e-6 : 1e-2);
    const double atol = options_.atol.value_or(precise ? 1e-7 : 1e-3);
    const double allowed = atol + rtol * std::max(std::abs(analytic), std::abs(slope.value));
    const double difference = std::abs(analytic - slope.value);
    Verdict verdict = Verdict::pass;
    if (slope.kink) {
      verdict = Verdict::kink;
    } else if (!std::isfinite(slope.error) || !std::isfinite(slope.value)) {
      verdict = Verdict::inconclusive;
    } else if (!(difference <= allowed + slope.error)) {  // also if analytic is NaN
      verdict = Verdict::fail;
    } else if (slope.error > std::max(allowed, 0.05 * std::abs(slope.value))) {
      verdict = Verdict::inconclusive;
    }
    if (verdict == Verdict::pass) return;
    if (verdict == Verdict::fail || report_.verdict == Verdict::pass ||
        (verdict == Verdict::kink && report_.verdict == Verdict::inconclusive)) {
      report_.verdict = verdict;
    }
    report_.worst.push_back(
        {order_, static_cast<int>(k), index, output, analytic, slope.value, slope.error, verdict});
  }

  const CheckedFunction& f_;
  std::vector<Tensor> inputs_, outputs_;
  const GradcheckOptions& options_;
  int order_;
  GradcheckReport& report_;
  std::mt19937_64 random_;
  std::uniform_real_distribution<double> uniform_{-1, 1};
  std::normal_distribution<double> normal_;
  std::vector<double> at_zero_;
  Rounding rounding_{};
  double epsilon_ = 0;
  bool noted_bend_ = false;
};

/// (x..., v...) -> the gradients of <f(x), v> with respect to every floating x: f's derivative as a function.
CheckedFunction derivative(const CheckedFunction& f, std::size_t n_inputs) {
  return [f, n_inputs](const std::vector<Tensor>& all) {
    const std::vector<Tensor> x(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(n_inputs));
    std::vector<Tensor> wanted, outputs, dys;
    for (const Tensor& t : x) {
      if (is_floating(t.dtype())) wanted.push_back(t);
    }
    std::size_t at = n_inputs;
    for (const Tensor& y : floating_only(f(x))) {
      const Tensor& v = all[at++];
      if (!y.requires_grad()) continue;
      outputs.push_back(y);
      dys.push_back(v);
    }
    if (outputs.empty()) return std::vector<Tensor>{};
    return grad(outputs, wanted, dys, {.create_graph = true, .allow_unused = true});
  };
}

}  // namespace

GradcheckReport gradcheck(const CheckedFunction& f, const std::vector<Tensor>& inputs,
                          const GradcheckOptions& options) {
  if (options.order < 1) fail<ValueError>("gradcheck: order is ", options.order, " but must be 1 or more.");
  const EnableGradGuard recording;
  GradcheckReport report;
  report.names = options.names;
  CheckedFunction function = f;
  std::vector<Tensor> arguments = inputs;
  std::mt19937_64 random(options.seed + 1);
  std::normal_distribution<double> normal;
  for (int order = 1; order <= options.order; ++order) {
    Checker(function, arguments, options, order, report).run();
    if (order == options.order) break;
    const std::vector<Tensor> outputs = floating_only(function(leaves_of(arguments)));
    const std::size_t n = arguments.size();
    for (const Tensor& y : outputs) {
      Tensor v = Tensor::make(y.shape(), y.dtype(), y.device());
      for (std::int64_t i = 0; i < v.numel(); ++i) set(v, i, normal(random));
      arguments.push_back(v);
    }
    function = derivative(function, n);
  }
  for (const Tensor& x : arguments) report.shapes.push_back(x.shape());
  const auto severity = [](const GradcheckEntry& e) {
    return std::pair(e.verdict == Verdict::fail,
                     std::isnan(e.analytic) ? 1e300 : std::abs(e.analytic - e.numeric));
  };
  std::stable_sort(report.worst.begin(), report.worst.end(),
                   [&](const auto& a, const auto& b) { return severity(a) > severity(b); });
  return report;
}

}  // namespace tenet::detail
