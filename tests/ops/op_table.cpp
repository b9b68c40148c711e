#include "ops/op_table.h"

#include <algorithm>
#include <numeric>
#include <random>
#include <stdexcept>

#include "tenet/framework/autograd/grad_mode.h"
#include "tenet/framework/core/dispatch.h"

namespace tenet_test {
namespace {

using Random = std::mt19937_64;

double uniform(Random& random, double low, double high) {
  // Not std::uniform_real_distribution: its numbers are the library's choice.
  return low + (high - low) * static_cast<double>(random() >> 11) * 0x1p-53;
}
std::int64_t below(Random& random, std::int64_t n) {
  return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(std::max<std::int64_t>(n, 1)));
}

double one_real(Draw how, Random& random) {
  const auto whole = static_cast<double>(below(random, 4) - 2);
  switch (how) {
    case Draw::positive: return uniform(random, 0.5, 2.5);
    case Draw::low: return whole + uniform(random, 0.1, 0.4);
    case Draw::high: return whole + uniform(random, 0.6, 0.9);
    default: return uniform(random, -2, 2);
  }
}

std::int64_t one_integer(Draw how, DType dtype, Random& random) {
  if (dtype == tenet::boolean) return how == Draw::positive ? 1 : below(random, 2);
  if (how == Draw::positive) return 1 + below(random, 4);
  return dtype == tenet::uint8 ? below(random, 8) : below(random, 8) - 4;
}

std::vector<std::int64_t> permutation(std::int64_t n, Random& random) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), 0);
  for (std::size_t i = order.size(); i > 1; --i) {
    std::swap(order[i - 1], order[static_cast<std::size_t>(below(random, static_cast<std::int64_t>(i)))]);
  }
  return order;
}

template <class T> void fill(T* data, std::int64_t n, const Input& input, DType dtype, Random& random) {
  const bool orders = input.draw == Draw::distinct || input.draw == Draw::permuted;
  const std::vector<std::int64_t> order = orders ? permutation(n, random) : std::vector<std::int64_t>();
  for (std::int64_t i = 0; i < n; ++i) {
    if (orders) {
      const std::int64_t rank = order[static_cast<std::size_t>(i)];
      if (std::is_floating_point_v<T>) {
        data[i] = static_cast<T>((static_cast<double>(rank) - static_cast<double>(n) / 2) * 0.25 +
                                 uniform(random, -0.07, 0.07));
      } else {
        data[i] = static_cast<T>(rank);
      }
    } else if (input.draw == Draw::index || input.draw == Draw::labels) {
      const bool ignored = input.draw == Draw::labels && i % 4 == 1;
      const std::int64_t drawn = ignored ? -100 : below(random, input.below);
      data[i] = static_cast<T>(drawn);
    } else if (tenet::is_floating(dtype)) {
      data[i] = static_cast<T>(one_real(input.draw, random));
    } else {
      data[i] = static_cast<T>(one_integer(input.draw, dtype, random));
    }
  }
}

Tensor draw_one(const Input& input, DType dtype, Random& random) {
  if (input.draw == Draw::mask) dtype = tenet::boolean;
  if (!input.typed() && input.draw != Draw::mask) dtype = tenet::int64;
  Tensor t = Tensor::make(input.shape, dtype);
  tenet::dispatch_all(dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    fill(t.data<T>(), t.numel(), input, dtype, random);
  });
  return t;
}

/// Called when the table is first asked for: rows read constants that other files initialise.
std::vector<std::vector<Op> (*)()>& makers() {
  static std::vector<std::vector<Op> (*)()> all;
  return all;
}

}  // namespace

Tensors draw(const Sample& sample, DType dtype, std::uint64_t seed) {
  Random random(seed * 0x9E3779B97F4A7C15u + 1);
  Tensors inputs;
  for (const Input& input : sample.inputs) inputs.push_back(draw_one(input, dtype, random));
  return inputs;
}

std::string repro(const Op& op, const Sample& sample, DType dtype, std::uint64_t seed) {
  std::string line =
      "op=" + op.name + " dtype=" + tenet::name(dtype) + " seed=" + std::to_string(seed) + " shapes=";
  for (const Input& input : sample.inputs) line += tenet::str(input.shape);
  return line + " options=" + sample.options.str();
}

const std::vector<Op>& op_table() {
  static const std::vector<Op> table = [] {
    std::vector<Op> all;
    for (auto make : makers()) {
      for (Op& op : make()) all.push_back(std::move(op));
    }
    return all;
  }();
  return table;
}

Rows::Rows(std::vector<Op> (*make)()) { makers().push_back(make); }

const Op& op_named(const std::string& name) {
  for (const Op& op : op_table()) {
    if (op.name == name) return op;
  }
  throw std::invalid_argument("the op table has no row called " + name);
}

void PrintTo(const Op& op, std::ostream* out) { *out << op.name; }

std::vector<std::string> op_names() {
  std::vector<std::string> names;
  for (const Op& op : op_table()) names.push_back(op.name);
  return names;
}

}  // namespace tenet_test
