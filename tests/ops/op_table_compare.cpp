// Rows of the comparisons and of logic: ops/elementwise/compare.h. Nothing here has a gradient.
#include "ops/op_table.h"
#include "tenet/ops/create/create.h"
#include "tenet/ops/elementwise/compare.h"

namespace tenet_test {
namespace {

using Tensors2 = Tensor (*)(const Tensor&, const Tensor&);
using TensorScalar = Tensor (*)(const Tensor&, tenet::Scalar);

Op compare(const std::string& name, Tensors2 f, TensorScalar g) {
  return {.name = name,
          .call =
              [f, g](const Tensors& in, const Options& o) {
                return Tensors{o.has("right") ? g(in[0], o.scalar("right")) : f(in[0], in[1])};
              },
          .samples = {{{real(2, 3), real(2, 3)}},
                      {{{{8}, Draw::index, 2}, {{8}, Draw::index, 2}}},
                      {{real(2, 1, 3), real(4, 1)}},
                      {{real(), real()}},
                      {{real(0, 3), real(3)}},
                      {{real(7)}, {{"right", 1}}},
                      {{real(7)}, {{"right", 0.5}}},
                      {{real(300, 301), real(301)}, {}, true}},
          .types = kAll,
          .result = bool_result,
          .gradient = 0,
          .wrong = {{[] {
                       return Tensors{tenet::ones({3}), tenet::ones({2})};
                     },
                     {},
                     "ShapeError",
                     name + ": shapes [3] and [2] do not broadcast: dimension -1 has extents 3 and 2."
                            " Extents must be equal, or one of them 1; reshape or unsqueeze first."}}};
}

Op test_of_one(const std::string& name, Tensor (*f)(const Tensor&)) {
  return {.name = name,
          .call = [f](const Tensors& in, const Options&) { return Tensors{f(in[0])}; },
          .samples = {{{real(2, 3)}},
                      {{{{8}, Draw::index, 2}}},
                      {{real()}},
                      {{real(0, 3)}},
                      {{real(300, 301)}, {}, true}},
          .types = kAll,
          .result = bool_result,
          .gradient = 0};
}

/// equal and allclose answer with one bool.
Op one_answer(const std::string& name, std::function<bool(const Tensors&, const Options&)> f) {
  return {.name = name,
          .call = [f](const Tensors& in, const Options& o) { return Tensors{tenet::full({}, f(in, o))}; },
          .samples = {{{real(2, 3), real(2, 3)}}, {{real(), real()}}, {{real(2, 0), real(2, 0)}}},
          .types = kAll,
          .result = bool_result,
          .gradient = 0};
}

std::vector<Op> compare_ops() {
  Op allclose = one_answer("allclose", [](const Tensors& in, const Options& o) {
    return tenet::allclose(in[0], in[1], o.number_or("rtol", 1e-5), o.number_or("atol", 1e-8));
  });
  allclose.wrong = compare("allclose", tenet::eq, tenet::eq).wrong;
  return {compare("eq", tenet::eq, tenet::eq),
          compare("ne", tenet::ne, tenet::ne),
          compare("lt", tenet::lt, tenet::lt),
          compare("le", tenet::le, tenet::le),
          compare("gt", tenet::gt, tenet::gt),
          compare("ge", tenet::ge, tenet::ge),
          compare("logical_and", tenet::logical_and, tenet::logical_and),
          compare("logical_or", tenet::logical_or, tenet::logical_or),
          compare("logical_xor", tenet::logical_xor, tenet::logical_xor),
          test_of_one("logical_not", tenet::logical_not),
          test_of_one("isnan", tenet::isnan),
          one_answer("equal", [](const Tensors& in, const Options&) { return tenet::equal(in[0], in[1]); }),
          allclose};
}

const Rows kRows(compare_ops);

}  // namespace
}  // namespace tenet_test
