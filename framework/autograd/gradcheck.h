// Gradient checks: are the gradients a function returns those of its values?
//
//   GradcheckReport report = gradcheck(f, {x, w});
//   GradcheckReport second = gradcheck(f, {x, w}, {.order = 2});
//   std::cout << report << '\n';
#pragma once

#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "tenet/framework/tensor/tensor.h"

namespace tenet {

enum class Verdict {
  pass,          // every gradient agrees with the values
  fail,          // one does not, by more than the differences can be wrong
  inconclusive,  // the differences are too inexact to tell
  kink,          // the function has no derivative here: its one-sided slopes differ
};
const char* name(Verdict verdict);
std::ostream& operator<<(std::ostream& out, Verdict verdict);

struct GradcheckOptions {
  /// Order n checks, after the gradient, the gradient of the gradient, ... n times.
  int order = 1;
  /// analytic and numeric agree within atol + rtol max(|analytic|, |numeric|), beside the error of the
  /// numeric value itself. Default: 1e-6 and 1e-7 for float64, 1e-2 and 1e-3 for float32.
  std::optional<double> rtol = {}, atol = {};
  /// The largest difference step tried. Default: by type and magnitude of each element.
  std::optional<double> step = {};
  /// Every entry of the Jacobian (true), or products with random directions. Default: entries as long as
  /// there are at most 20,000; then the entries of the gradient of a random combination of the outputs, up
  /// to 4,000; then random directions.
  std::optional<bool> full = {};
  int directions = 16;  // how many, where directions are random
  std::uint64_t seed = 0;
  /// What the report calls the inputs. Default: their positions.
  std::vector<std::string> names = {};
};

/// One compared number: d output / d input, or along random directions (index -1).
struct GradcheckEntry {
  int order = 1;
  int input = 0;
  std::int64_t index = -1;   // of the input, row-major
  std::int64_t output = -1;  // of all outputs one after the other; -1 for a random combination
  double analytic = 0, numeric = 0;
  double error = 0;  // how far numeric may be off
  Verdict verdict = Verdict::pass;
};

struct GradcheckReport {
  Verdict verdict = Verdict::pass;
  std::vector<GradcheckEntry> worst;  // what did not pass: failures first, by the size of the difference
  std::int64_t compared = 0;          // numbers compared
  std::int64_t exact_steps = 0;       // of them with step 1, free of truncation error
  std::string note;                   // what else was found
  std::vector<std::string> names;
  std::vector<Shape> shapes;

  explicit operator bool() const { return verdict == Verdict::pass; }
};
/// For a person: the verdict, the worst entries, and what they may mean.
std::string str(const GradcheckReport& report);
std::ostream& operator<<(std::ostream& out, const GradcheckReport& report);

namespace detail {
using CheckedFunction = std::function<std::vector<Tensor>(const std::vector<Tensor>&)>;
GradcheckReport gradcheck(const CheckedFunction& f, const std::vector<Tensor>& inputs,
                          const GradcheckOptions& options);

template <class> using AsTensor = const Tensor&;

template <class F, std::size_t... I>
auto call_with(F& f, const std::vector<Tensor>& x, std::index_sequence<I...>) {
  return f(x[I]...);
}
template <class F, std::size_t N, class = std::make_index_sequence<N>> struct CallableWith;
template <class F, std::size_t N, std::size_t... I>
struct CallableWith<F, N, std::index_sequence<I...>>
    : std::is_invocable<F&, decltype((static_cast<void>(I), std::declval<const Tensor&>()))...> {};

inline std::vector<Tensor> as_list(Tensor y) { return {std::move(y)}; }
inline std::vector<Tensor> as_list(std::vector<Tensor> y) { return y; }

/// f(x[0], ..., x[n-1]) for the n of x, or f(x).
template <class F, std::size_t N = 1> std::vector<Tensor> call(F& f, const std::vector<Tensor>& x) {
  if constexpr (std::is_invocable_v<F&, const std::vector<Tensor>&> && !CallableWith<F, 1>::value) {
    return as_list(f(x));
  } else if constexpr (N <= 8) {
    if constexpr (CallableWith<F, N>::value) {
      if (x.size() == N) return as_list(call_with(f, x, std::make_index_sequence<N>()));
    }
    return call<F, N + 1>(f, x);
  } else {
    fail<ValueError>("gradcheck: the function cannot be called with ", x.size(),
                     " tensors. Give as many inputs as it has parameters, at most 8.");
  }
}
}  // namespace detail

/// Compares the gradients of f at `inputs` with differences of its values.
///
/// f takes 1 to 8 `const Tensor&`, or one `const std::vector<Tensor>&`, and returns a Tensor or a
/// std::vector<Tensor>. Every floating input is checked; integer ones are passed through. The inputs
/// and their grads are left as they are. f may itself call grad().
///
/// Where every record between an input and the output is declared linear in it, and the values confirm it
/// (f(x+v) - 2 f(x) + f(x-v) is 0 within rounding at steps 1 and 2), the difference is taken at step 1 and has no
/// truncation error; where only the values say no, the report's note tells. Elsewhere differences at shrinking steps are extrapolated to step 0, and how they
/// scatter tells the error. Cost: 2 to 20 evaluations of f per entry and one backward pass per output.
/// Source: C. Ridders, Accurate computation of F'(x), Advances in Engineering Software 4 (1982) 75.
template <class F>
GradcheckReport gradcheck(F f, const std::vector<Tensor>& inputs, const GradcheckOptions& options = {}) {
  return detail::gradcheck([&f](const std::vector<Tensor>& x) { return detail::call(f, x); }, inputs,
                           options);
}

}  // namespace tenet
