// Advanced indexing against loops over one element at a time, for random shapes, indices and layouts.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "support/expect.h"
#include "support/scale.h"
#include "tenet/framework/core/strides.h"
#include "tenet/ops/index/advanced.h"
#include "tenet/ops/reduce/sum_to.h"
#include "tenet/tenet.h"

namespace {

using tenet::equal;
using tenet::Shape;
using tenet::Tensor;
using tenet_test::values;
using Tensors = std::vector<Tensor>;

/// For every element of index(x, indices), in row-major order, the number of the element of x it is.
struct Reference {
  Shape shape;
  std::vector<std::int64_t> source;
};

/// Coordinates counted up like an odometer: false after the last.
bool next(std::vector<std::int64_t>& at, const Shape& shape) {
  for (std::int64_t d = shape.size() - 1; d >= 0; --d) {
    if (++at[static_cast<std::size_t>(d)] < shape[d]) return true;
    at[static_cast<std::size_t>(d)] = 0;
  }
  return false;
}

/// Calls body(coordinates) for every index of the shape, row-major.
template <class Body> void each(const Shape& shape, Body body) {
  if (tenet::count(shape) == 0) return;
  std::vector<std::int64_t> at(static_cast<std::size_t>(shape.size()));
  do body(at);
  while (next(at, shape));
}

/// A mask as integer indices, one per dimension; other indices as they are. A mask without dimensions becomes an index
/// into a new dimension of extent 1: `shape` gets it.
Tensors without_masks(const Tensors& indices, Shape& shape) {
  Tensors out;
  for (const Tensor& t : indices) {
    if (!t.defined() || t.dtype() != tenet::boolean) {
      out.push_back(t);
      continue;
    }
    std::vector<std::vector<std::int64_t>> found(
        static_cast<std::size_t>(std::max<std::int64_t>(t.dim(), 1)));
    std::size_t k = 0;
    const std::vector<double> set = values(t);
    each(t.shape(), [&](const std::vector<std::int64_t>& at) {
      if (set[k++] == 0) return;
      for (std::size_t d = 0; d < at.size(); ++d) found[d].push_back(at[d]);
      if (at.empty()) found[0].push_back(0);
    });
    if (t.dim() == 0) shape.insert(static_cast<std::int64_t>(out.size()), 1);
    for (const auto& positions : found) {
      Tensor index = tenet::zeros({static_cast<std::int64_t>(positions.size())}, {.dtype = tenet::int64});
      std::copy(positions.begin(), positions.end(), index.data<std::int64_t>());
      out.push_back(index);
    }
  }
  out.resize(static_cast<std::size_t>(shape.size()));
  return out;
}

Reference reference(Shape from, const Tensors& given) {
  const Tensors indices = without_masks(given, from);
  Shape together;
  std::vector<int> indexed;
  for (int d = 0; d < from.size(); ++d) {
    if (!indices[static_cast<std::size_t>(d)].defined()) continue;
    indexed.push_back(d);
    together = tenet::broadcast_shapes(together, indices[static_cast<std::size_t>(d)].shape(), "reference");
  }
  const bool adjacent =
      indexed.empty() || indexed.back() - indexed.front() + 1 == static_cast<int>(indexed.size());
  const int front = adjacent && !indexed.empty() ? indexed.front() : 0;
  Reference r;
  std::vector<int> whole;  // the dimension of x for each dimension of the result that is whole
  for (int d = 0; d < from.size(); ++d) {
    if (!indices[static_cast<std::size_t>(d)].defined()) whole.push_back(d);
  }
  for (int d = 0; d < front; ++d) r.shape.push_back(from[d]);
  for (std::int64_t n : together) r.shape.push_back(n);
  for (std::size_t w = static_cast<std::size_t>(front); w < whole.size(); ++w)
    r.shape.push_back(from[whole[w]]);
  const tenet::Strides strides = tenet::contiguous_strides(from);
  std::vector<std::vector<double>> positions;
  for (int d : indexed) {
    positions.push_back(values(indices[static_cast<std::size_t>(d)].expand(together)));
  }
  each(r.shape, [&](const std::vector<std::int64_t>& at) {
    std::int64_t source = 0, k = 0;
    for (int d = 0; d < together.size(); ++d) k = k * together[d] + at[static_cast<std::size_t>(front + d)];
    for (std::size_t w = 0; w < whole.size(); ++w) {
      const std::size_t d = static_cast<int>(w) < front ? w : w + static_cast<std::size_t>(together.size());
      source += at[d] * strides[whole[w]];
    }
    for (std::size_t i = 0; i < indexed.size(); ++i) {
      const auto p = static_cast<std::int64_t>(positions[i][static_cast<std::size_t>(k)]);
      source += (p < 0 ? p + from[indexed[i]] : p) * strides[indexed[i]];
    }
    r.source.push_back(source);
  });
  return r;
}

class Draws {
 public:
  explicit Draws(std::uint64_t seed) : generator_(seed) {}
  std::int64_t below(std::int64_t n) {
    return tenet::randint(0, n, {}, {.generator = &generator_}).item<std::int64_t>();
  }
  Tensor numbers(const Shape& shape) {
    return tenet::randint(-9, 10, shape, {.dtype = tenet::float64, .generator = &generator_});
  }
  Shape shape(std::int64_t most_dims, std::int64_t most) {
    Shape s;
    for (std::int64_t d = below(most_dims + 1); d > 0; --d) {
      s.push_back(below(12) == 0 ? 0 : 1 + below(most));
    }
    return s;
  }
  /// A shape that broadcasts to `to`.
  Shape stretched(const Shape& to) {
    Shape s = to;
    while (!s.empty() && below(4) == 0) s.erase(0);
    for (std::int64_t& n : s) n = below(4) == 0 ? 1 : n;
    return s;
  }
  /// Indices for x of this shape, the integer ones broadcasting to `together`.
  Tensors indices(const Shape& shape, const Shape& together) {
    Tensors out;
    int added = 0;
    for (int d = 0; d < shape.size() && below(6) != 0;) {
      const std::int64_t kind = below(8);
      if (kind == 0 && ++added <= 3) {  // the reference gives each a dimension of its own
        out.push_back(mask({}, below(4) == 0 ? 0 : 1));
      } else if (kind <= 2) {
        const std::int64_t rank = std::min<std::int64_t>(1 + below(2), shape.size() - d);
        Shape part;
        for (std::int64_t k = 0; k < rank; ++k) part.push_back(shape[d + k]);
        out.push_back(mask(part, together.empty() || below(3) == 0 ? 1 : together.back()));
        d += static_cast<int>(rank);
      } else {
        const Shape s = stretched(together);
        const bool possible = shape[d] > 0 || tenet::count(s) == 0;
        out.push_back(kind >= 6 || !possible ? Tensor() : integers(shape[d], s));
        ++d;
      }
    }
    return out;
  }

 private:
  /// With n places set, or all if it has fewer.
  Tensor mask(const Shape& shape, std::int64_t n) {
    const Tensor m = tenet::zeros(shape, {.dtype = tenet::boolean});
    n = std::min(n, m.numel());
    while (n > 0) {
      bool& place = m.data<bool>()[below(m.numel())];
      n -= !place;
      place = true;
    }
    return m;
  }
  Tensor integers(std::int64_t extent, const Shape& shape) {
    const Tensor t = extent == 0 ? tenet::zeros(shape, {.dtype = tenet::int64})
                                 : tenet::randint(-extent, extent, shape, {.generator = &generator_});
    return below(3) == 0 ? t.to(tenet::int32) : t;
  }

  tenet::Generator generator_;
};

std::string str(const Tensors& indices) {
  std::string text;
  for (const Tensor& t : indices) text += t.defined() ? tenet::str(t) + ' ' : "whole ";
  return text;
}

/// The same elements with the dimensions in memory the other way round.
Tensor turned(const Tensor& x) {
  tenet::Dims order;
  for (std::int64_t d = x.dim() - 1; d >= 0; --d) order.push_back(d);
  return x.permute(order).clone().permute(order);
}

/// What the reference says of a tensor's elements, put back into a tensor.
Tensor made(const Shape& shape, const std::vector<double>& elements) {
  const Tensor t = tenet::empty(shape, {.dtype = tenet::float64});
  std::copy(elements.begin(), elements.end(), t.data<double>());
  return t;
}

void expect_index(const Tensor& x, const Tensors& at, const Reference& r, Draws& draws) {
  const std::vector<double> from = values(x);
  std::vector<double> taken, dx(from.size());
  const Tensor dy = draws.numbers(r.shape);
  const std::vector<double> arriving = values(dy);
  for (std::size_t i = 0; i < r.source.size(); ++i) {
    taken.push_back(from[static_cast<std::size_t>(r.source[i])]);
    dx[static_cast<std::size_t>(r.source[i])] += arriving[i];
  }
  const Tensor expected = made(r.shape, taken), leaf = x.detach().requires_grad_();
  const Tensor y = tenet::index(leaf, at);
  EXPECT_TRUE(equal(y.detach(), expected));
  EXPECT_TRUE(equal(tenet::grad(y, leaf, dy), made(x.shape(), dx)));
  EXPECT_TRUE(equal(tenet::grad(tenet::index(leaf, at), leaf, turned(dy)), made(x.shape(), dx)));
  EXPECT_TRUE(equal(tenet::index(turned(x), at), expected));
}

void expect_put(const Tensor& x, const Tensors& at, const Reference& r, bool accumulate, Draws& draws) {
  const Tensor v = draws.numbers(draws.stretched(r.shape)), dy = draws.numbers(x.shape());
  const std::vector<double> in = values(v.expand(r.shape));
  std::vector<double> written = values(x), dx = values(dy), arriving = dx, dv(in.size());
  std::vector<std::size_t> last(written.size());
  for (std::size_t i = 0; i < in.size(); ++i) {
    const auto to = static_cast<std::size_t>(r.source[i]);
    written[to] = accumulate ? written[to] + in[i] : in[i];
    if (!accumulate) dx[to] = 0;
    last[to] = i;
  }
  for (std::size_t i = 0; i < in.size(); ++i) {
    const auto to = static_cast<std::size_t>(r.source[i]);
    dv[i] = accumulate || last[to] == i ? arriving[to] : 0;
  }
  const Tensor expected = made(x.shape(), written), leaf = x.detach().requires_grad_(),
               v_leaf = v.detach().requires_grad_();
  const Tensor y = tenet::index_put(leaf, at, v_leaf, accumulate);
  EXPECT_TRUE(equal(y.detach(), expected));
  const Tensors found = tenet::grad({y}, {leaf, v_leaf}, {dy});
  EXPECT_TRUE(equal(found[0], made(x.shape(), dx)));
  EXPECT_TRUE(equal(found[1], tenet::sum_to(made(r.shape, dv), v.shape())));
  for (Tensor target : {x.clone(), turned(x)}) {
    EXPECT_TRUE(equal(tenet::index_put_(target, at, v, accumulate), expected));
  }
  Tensor recorded = leaf.clone();
  tenet::index_put_(recorded, at, v_leaf, accumulate);
  const Tensors again = tenet::grad({recorded}, {leaf, v_leaf}, {dy});
  EXPECT_TRUE(equal(again[0], found[0]) && equal(again[1], found[1]));
}

TEST(AdvancedIndexReference, AgreesWithOneElementAtATime) {
  Draws draws(5);
  int several = 0, masks = 0, gaps = 0, repeated = 0;
  for (std::int64_t i = 0; i < tenet_test::scaled(6000); ++i) {
    const Tensor x = draws.numbers(draws.shape(4, 4));
    const Tensors at = draws.indices(x.shape(), draws.shape(2, 3));
    SCOPED_TRACE(tenet::cat("i=", i, " shape ", x.shape(), " indices ", str(at)));
    Reference r;
    try {
      r = reference(x.shape(), at);
    } catch (const tenet::ShapeError&) {  // masks with other numbers of places
      EXPECT_THROW(tenet::index(x, at), tenet::ShapeError);
      continue;
    }
    expect_index(x, at, r, draws);
    expect_put(x, at, r, false, draws);
    expect_put(x, at, r, true, draws);
    if (HasFailure()) return;
    const auto is_mask = [](const Tensor& t) { return t.defined() && t.dtype() == tenet::boolean; };
    const auto defined = [](const Tensor& t) { return t.defined(); };
    several += std::count_if(at.begin(), at.end(), defined) > 1;
    masks += std::any_of(at.begin(), at.end(), is_mask);
    gaps += std::find_if(std::find_if_not(std::find_if(at.begin(), at.end(), defined), at.end(), defined),
                         at.end(), defined) != at.end();
    repeated += std::set<std::int64_t>(r.source.begin(), r.source.end()).size() < r.source.size();
  }
  if (tenet_test::scaled(6000) < 6000) return;
  for (int often : {several, masks, gaps, repeated}) EXPECT_GT(often, 300) << "the draws became one-sided";
}

}  // namespace
