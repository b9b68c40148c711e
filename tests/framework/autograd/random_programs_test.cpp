// Random programs against references that do not use what is tested: programs of views and in-place writes
// against the same program over plain arrays of dual numbers; random graphs against central differences.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdlib>
#include <random>
#include <sstream>

#include "support/expect.h"
#include "support/scale.h"
#include "tenet/tenet.h"

namespace tenet {
namespace {

using tenet_test::scaled;
using tenet_test::values;

/// A case is its seed; TENET_SEED=n runs that one alone.
template <class F> void for_seeds(std::int64_t count, const char* test, F run) {
  const char* one = std::getenv("TENET_SEED");
  const auto from = one != nullptr ? std::strtoull(one, nullptr, 10) : 1;
  for (std::uint64_t seed = from; seed < from + static_cast<std::uint64_t>(one != nullptr ? 1 : count);
       ++seed) {
    SCOPED_TRACE("repro: TENET_SEED=" + std::to_string(seed) + " --gtest_filter=" + test);
    run(seed);
    if (testing::Test::HasFailure()) return;
  }
}

struct Random {
  std::mt19937_64 engine;
  std::int64_t below(std::int64_t n) {
    return static_cast<std::int64_t>(engine() % static_cast<std::uint64_t>(n));
  }
  double real() { return 0.5 + static_cast<double>(below(1024)) / 1024; }  // in [0.5, 1.5)
};

// --- The reference: cells that hold a value and its derivatives by all inputs ---------------------------------

constexpr int kInputs = 8;

struct Dual {
  double value = 0;
  std::array<double, kInputs> slope{};
};
Dual operator+(Dual a, const Dual& b) {
  a.value += b.value;
  for (int i = 0; i < kInputs; ++i)
    a.slope[static_cast<std::size_t>(i)] += b.slope[static_cast<std::size_t>(i)];
  return a;
}
Dual operator*(const Dual& a, const Dual& b) {
  Dual y{a.value * b.value, {}};
  for (std::size_t i = 0; i < kInputs; ++i) y.slope[i] = a.slope[i] * b.value + a.value * b.slope[i];
  return y;
}
Dual sine(const Dual& a) {
  Dual y{std::sin(a.value), {}};
  for (std::size_t i = 0; i < kInputs; ++i) y.slope[i] = std::cos(a.value) * a.slope[i];
  return y;
}

/// A tensor of the program beside the list of the cells it reads, in row-major order.
struct Pair {
  Tensor tensor;
  std::vector<int> cells;
  bool computed = true;  // no leaf, no view of one: may be written
};

class Program {
 public:
  explicit Program(std::uint64_t seed) : random_{std::mt19937_64(seed)} {
    Tensor inputs = Tensor::make({kInputs}, float64);
    for (int i = 0; i < kInputs; ++i) inputs.data<double>()[i] = random_.real();
    leaf_ = inputs.requires_grad_();
    Pair x{leaf_, {}, false};
    for (int i = 0; i < kInputs; ++i) {
      x.cells.push_back(new_cell({inputs.data<double>()[i], {}}));
      memory_.back().slope[static_cast<std::size_t>(i)] = 1;
    }
    tensors_.push_back(x);
    tensors_.push_back(fresh(x.tensor * 1, x.cells));
    Pair zero{zeros({2, 3}, {.dtype = float64}), {}};
    for (int i = 0; i < 6; ++i) zero.cells.push_back(new_cell({}));
    tensors_.push_back(zero);
  }

  void run(int steps) {
    for (int i = 0; i < steps; ++i) {
      const auto kind = random_.below(10);
      if (kind < 4) {
        make_view();
      } else if (kind < 8) {
        write();
      } else {
        compute();
      }
      if (tensors_.size() > 12)
        tensors_.erase(tensors_.begin() + 1 + random_.below(11));  // handles go away too
    }
  }

  /// Values of every tensor alive, and the gradient of a random weighted sum of some of them.
  void check() {
    Tensor loss = tensor(0., {.dtype = float64});
    Dual want;
    for (const Pair& p : tensors_) {
      const auto found = values(p.tensor);
      ASSERT_EQ(found.size(), p.cells.size());
      for (std::size_t i = 0; i < found.size(); ++i) {
        ASSERT_NEAR(found[i], cell(p, i).value, 1e-9 * (1 + std::abs(found[i]))) << trace_.str();
      }
      if (random_.below(3) == 0) continue;
      const double weight = random_.real();
      loss = loss + p.tensor.sum() * weight;
      for (std::size_t i = 0; i < p.cells.size(); ++i) want = want + cell(p, i) * Dual{weight, {}};
    }
    if (!loss.requires_grad()) return;
    const Tensor g = grad(loss, leaf_, {.allow_unused = true});
    const auto found = g.defined() ? values(g) : std::vector<double>(kInputs, 0);
    for (std::size_t i = 0; i < kInputs; ++i) {
      ASSERT_NEAR(found[i], want.slope[i], 1e-9 * (1 + std::abs(want.slope[i])))
          << "input " << i << trace_.str();
    }
  }

 private:
  const Dual& cell(const Pair& p, std::size_t i) const {
    return memory_[static_cast<std::size_t>(p.cells[i])];
  }
  int new_cell(const Dual& d) {
    memory_.push_back(d);
    return static_cast<int>(memory_.size()) - 1;
  }
  /// A computed tensor: cells of its own, copied from these.
  Pair fresh(const Tensor& t, const std::vector<int>& from) {
    Pair p{t, {}};
    for (int c : from) p.cells.push_back(new_cell(Dual(memory_[static_cast<std::size_t>(c)])));
    return p;
  }
  Pair& any() {
    return tensors_[static_cast<std::size_t>(random_.below(static_cast<std::int64_t>(tensors_.size())))];
  }

  /// Reads the positions of a view off a tensor that holds its own positions.
  template <class View> void add_view(Pair& from, View view, const std::string& name) {
    Tensor positions = arange(from.tensor.numel()).view(from.tensor.shape());
    Pair p{view(from.tensor), {}, from.computed};
    for (double at : values(view(positions))) p.cells.push_back(from.cells[static_cast<std::size_t>(at)]);
    trace_ << "\n  " << name << " -> " << p.tensor.shape();
    tensors_.push_back(std::move(p));
  }

  void make_view() {
    Pair from = any();
    const Tensor& t = from.tensor;
    if (t.dim() == 0 || t.numel() == 0) return;
    const std::int64_t d = random_.below(t.dim()), n = t.size(d);
    switch (random_.below(7)) {
      case 0: {
        const std::int64_t at = random_.below(n) - (random_.below(2) ? n : 0);
        return add_view(
            from, [=](const Tensor& x) { return x.select(d, at); }, "select");
      }
      case 1: {
        const std::int64_t start = random_.below(n + 1), stop = random_.below(n + 1),
                           step = 1 + random_.below(3);
        std::vector<Index> index(static_cast<std::size_t>(d), Slice());
        index.push_back(Slice(start, stop, step));
        return add_view(
            from, [=](const Tensor& x) { return x.index(index); }, "slice");
      }
      case 2:
        return add_view(
            from, [=](const Tensor& x) { return x.transpose(d, 0); }, "transpose");
      case 3:
        return add_view(
            from, [=](const Tensor& x) { return x.unsqueeze(d); }, "unsqueeze");
      case 4:
        return add_view(
            from,
            [](const Tensor& x) {
              return x[{ellipsis, newaxis, Slice({}, {}, 2)}];
            },
            "newaxis");
      case 5:
        if (t.dim() < 7 && t.is_contiguous() && t.numel() % 2 == 0) {
          const std::int64_t half = t.numel() / 2;
          return add_view(
              from,
              [=](const Tensor& x) {
                return x.view({2, half});
              },
              "view");
        }
        return;
      default:
        return add_view(
            from, [](const Tensor& x) { return x.squeeze(); }, "squeeze");
    }
  }

  /// What broadcasts to `shape`: all of a tensor of that shape, or one element of any.
  Pair operand(const Shape& shape) {
    for (int attempt = 0; attempt < 4; ++attempt) {
      const Pair p = any();
      if (p.tensor.shape() == shape) return p;
    }
    Pair p = any();
    if (p.tensor.numel() == 0) p = tensors_[0];
    const std::int64_t at = random_.below(p.tensor.numel());
    Tensor one = p.tensor;
    std::int64_t rest = at, below = p.tensor.numel();
    while (one.dim() > 0) {
      below /= one.size(0);
      one = one[rest / below];
      rest %= below;
    }
    return {one, {p.cells[static_cast<std::size_t>(at)]}};
  }

  void write() {
    const std::size_t at =
        static_cast<std::size_t>(random_.below(static_cast<std::int64_t>(tensors_.size())));
    Pair& to = tensors_[at];
    if (!to.computed) return;
    const Pair from = operand(to.tensor.shape());
    const auto kind = random_.below(5);
    const double number = random_.real();
    std::vector<Dual> written;
    for (std::size_t i = 0; i < to.cells.size(); ++i) {
      const Dual a = cell(to, i), b = cell(from, from.cells.size() == 1 ? 0 : i);
      written.push_back(kind == 0   ? a + b
                        : kind == 1 ? a * b
                        : kind == 2 ? b
                        : kind == 3 ? Dual{number, {}}
                                    : sine(a));
    }
    // Another factor is saved itself, and would be stale when it is written later.
    const bool shared = from.tensor.impl()->owner == to.tensor.impl()->owner;
    trace_ << "\n  write " << kind << " into tensor " << at << ' ' << to.tensor.shape() << " from "
           << from.tensor.shape();
    switch (kind) {
      case 0: to.tensor += from.tensor; break;
      case 1: to.tensor *= shared ? from.tensor : from.tensor.clone(); break;
      case 2: to.tensor.copy_(from.tensor); break;
      case 3: to.tensor.fill_(number); break;
      default: sin_(to.tensor);
    }
    for (std::size_t i = 0; i < written.size(); ++i)
      memory_[static_cast<std::size_t>(to.cells[i])] = written[i];
  }

  void compute() {
    const Pair a = any();
    const Pair b = operand(a.tensor.shape());
    const bool product = random_.below(2) == 0;
    // What later writes will change is used through clones: a stale saved tensor is an error, tested elsewhere.
    const Tensor x = a.tensor.clone(), y = b.tensor.clone();
    Pair p{product ? x * y : x + y, {}};
    for (std::size_t i = 0; i < a.cells.size(); ++i) {
      const Dual& u = cell(a, i);
      const Dual& v = cell(b, b.cells.size() == 1 ? 0 : i);
      const Dual w = product ? u * v : u + v;
      p.cells.push_back(new_cell(w));
    }
    trace_ << "\n  " << (product ? "mul" : "add") << " -> " << p.tensor.shape();
    tensors_.push_back(std::move(p));
  }

  Random random_;
  Tensor leaf_;
  std::vector<Dual> memory_;
  std::vector<Pair> tensors_;
  std::ostringstream trace_;
};

TEST(RandomPrograms, OfViewsAndInPlaceWrites) {
  for_seeds(scaled(20000), "RandomPrograms.OfViewsAndInPlaceWrites", [](std::uint64_t seed) {
    Program program(seed);
    program.run(4 + static_cast<int>(seed % 30));
    program.check();
  });
}

// --- Random graphs ----------------------------------------------------------------------------------------------

/// A graph of 1 to 40 ops over inputs of shapes that broadcast; the same seed gives the same graph.
Tensor random_graph(std::uint64_t seed, const std::vector<Tensor>& inputs) {
  Random random{std::mt19937_64(seed)};
  std::vector<Tensor> nodes = inputs;
  const auto any = [&]() -> const Tensor& {
    return nodes[static_cast<std::size_t>(random.below(static_cast<std::int64_t>(nodes.size())))];
  };
  const std::int64_t ops = 1 + random.below(40);
  for (std::int64_t i = 0; i < ops; ++i) {
    const Tensor &a = any(), &b = any();
    switch (random.below(11)) {
      case 0: nodes.push_back(a + b); break;
      case 1: nodes.push_back((a * b).tanh()); break;
      case 2: nodes.push_back(a - 2 * b); break;
      case 3: nodes.push_back(a / (b.square() + 1)); break;
      case 4: nodes.push_back(a.sin()); break;
      case 5: nodes.push_back(a.sigmoid() * b); break;
      case 6: nodes.push_back((a.square() + 0.1).sqrt()); break;
      case 7: nodes.push_back(a.dim() > 0 ? a.mean(-1, true) : a.cos()); break;
      case 8: nodes.push_back(a.dim() > 0 ? a.sum(0) : a * a); break;
      case 9: nodes.push_back(where(b > 0.3, a, b)); break;
      default: nodes.push_back(a.dim() == 2 && a.size(1) > 1 ? a[{Slice(), Slice(0, 1)}] : -a);
    }
  }
  Tensor total = zeros({}, {.dtype = float64});
  for (std::size_t i = inputs.size(); i < nodes.size(); ++i) total = total + nodes[i].tanh().mean();
  return total;
}

TEST(RandomGraphs, HaveTheDerivativeAlongEveryDirection) {
  for_seeds(scaled(20000), "RandomGraphs.HaveTheDerivativeAlongEveryDirection", [](std::uint64_t seed) {
    Random random{std::mt19937_64(seed + 1'000'000)};
    const std::vector<Shape> shapes = {{2, 3}, {3}, {2, 1}, {}};
    const auto draw = [&](const Shape& shape) {
      Tensor t = Tensor::make(shape, float64);
      for (std::int64_t i = 0; i < t.numel(); ++i) t.data<double>()[i] = random.real() - 1;
      return t;
    };
    std::vector<Tensor> x, v;
    for (const Shape& shape : shapes) {
      x.push_back(draw(shape).requires_grad_());
      v.push_back(draw(shape));
    }
    const auto at = [&](double step) {
      std::vector<Tensor> moved;
      for (std::size_t i = 0; i < x.size(); ++i) moved.push_back(x[i].detach() + v[i] * step);
      return random_graph(seed, moved).item<double>();
    };
    const Tensor y = random_graph(seed, x);
    if (!y.requires_grad()) return;
    const auto g = grad(y, x, {.allow_unused = true});
    double analytic = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (g[i].defined()) analytic += (g[i] * v[i]).sum().item<double>();
    }
    // Richardson on two central differences; a kink of `where` within the steps shows as their disagreement.
    const double h = 1e-4;
    const double wide = (at(2 * h) - at(-2 * h)) / (4 * h), narrow = (at(h) - at(-h)) / (2 * h);
    if (std::abs(wide - narrow) > 1e-4 * (1 + std::abs(narrow))) return;
    ASSERT_NEAR(analytic, (4 * narrow - wide) / 3, 1e-7 * (1 + std::abs(analytic)));

    for (const Tensor& t : x) Tensor(t).set_grad({});
    random_graph(seed, x).backward();
    for (std::size_t i = 0; i < x.size(); ++i) {
      ASSERT_EQ(x[i].grad().defined(), g[i].defined());
      if (g[i].defined()) {
        ASSERT_TRUE(equal(x[i].grad(), g[i])) << "backward and grad agree bit for bit";
      }
    }
  });
}

}  // namespace
}  // namespace tenet
