// Rows of reading and adding by position: ops/index/index.h.
#include "ops/op_table.h"
#include "tenet/ops/create/create.h"
#include "tenet/ops/index/index.h"

namespace tenet_test {
namespace {

Tensor indices(const tenet::NestedList& values) { return tenet::tensor(values, {.dtype = tenet::int64}); }

Op index_select_op() {
  return {.name = "index_select",
          .call =
              [](const Tensors& in, const Options& o) {
                return Tensors{tenet::index_select(in[0], o.integer("dim"), in[1])};
              },
          .samples = {{{real(4, 3), index_below(4, {5})}, {{"dim", 0}}},
                      {{real(4, 3), index_below(3, {2})}, {{"dim", -1}}},
                      {{real(2, 3, 4), index_below(3, {7})}, {{"dim", 1}}},
                      {{real(4, 3), index_below(4, {0})}, {{"dim", 0}}},
                      {{real(0, 3), index_below(3, {2})}, {{"dim", 1}}},
                      {{real(300, 301), index_below(300, {500})}, {{"dim", 0}}, true},
                      {{real(300, 301), index_below(301, {40})}, {{"dim", 1}}, true}},
          .types = kAll,
          .linear = {1},
          .wrong = {{[] { return Tensors{tenet::ones({4, 3}), indices({0, 4})}; }, {{"dim", 0}}, "IndexError", "?"},
                    {[] { return Tensors{tenet::ones({4, 3}), indices({0, -1})}; }, {{"dim", 0}}, "IndexError", "?"},
                    {[] { return Tensors{tenet::ones({4, 3}), indices({{0, 1}})}; }, {{"dim", 0}}, "ShapeError", "?"},
                    {[] { return Tensors{tenet::ones({4, 3}), indices({0})}; }, {{"dim", 2}}, "IndexError", "?"},
                    {[] { return Tensors{tenet::ones({4, 3}), tenet::ones({2})}; }, {{"dim", 0}}, "DTypeError", "?"}},
          .no_scalar = "a scalar has no positions"};
}

Op gather_op() {
  return {.name = "gather",
          .call =
              [](const Tensors& in, const Options& o) { return Tensors{tenet::gather(in[0], o.integer("dim"), in[1])}; },
          .samples = {{{real(4, 3), index_below(4, {2, 3})}, {{"dim", 0}}},
                      {{real(4, 3), index_below(3, {4, 5})}, {{"dim", 1}}},
                      {{real(4, 3), index_below(3, {2, 5})}, {{"dim", -1}}},
                      {{real(2, 3, 4), index_below(3, {2, 2, 3})}, {{"dim", 1}}},
                      {{real(4, 3), index_below(4, {0, 3})}, {{"dim", 0}}},
                      {{real(0, 3), index_below(3, {0, 2})}, {{"dim", 1}}},
                      {{real(300, 301), index_below(300, {200, 301})}, {{"dim", 0}}, true}},
          .types = kAll,
          .linear = {1},
          .wrong = {{[] { return Tensors{tenet::ones({4, 3}), indices({{0, 4}})}; }, {{"dim", 0}}, "IndexError", "?"},
                    {[] { return Tensors{tenet::ones({4, 3}), indices({0, 1})}; }, {{"dim", 0}}, "ShapeError", "?"},
                    {[] { return Tensors{tenet::ones({4, 1}), indices({{0, 1}})}; }, {{"dim", 0}}, "ShapeError", "?"},
                    {[] { return Tensors{tenet::ones({4, 3}), indices({{0}})}; }, {{"dim", -3}}, "IndexError", "?"},
                    {[] { return Tensors{tenet::ones({4, 3}), tenet::ones({1, 1})}; }, {{"dim", 0}}, "DTypeError", "?"}},
          .no_scalar = "PyTorch's rule for scalars has no use here"};
}

Op scatter_add_op() {
  return {.name = "scatter_add",
          .call =
              [](const Tensors& in, const Options& o) {
                return Tensors{tenet::scatter_add(in[0], o.integer("dim"), in[1], in[2])};
              },
          .samples = {{{real(4, 3), index_below(4, {2, 3}), real(2, 3)}, {{"dim", 0}}},
                      {{real(4, 3), index_below(3, {4, 5}), real(4, 5)}, {{"dim", 1}}},
                      {{real(4, 3), index_below(3, {2, 5}), real(4, 6)}, {{"dim", -1}}},
                      {{real(2, 3, 4), index_below(3, {2, 2, 3}), real(2, 2, 3)}, {{"dim", 1}}},
                      {{real(4, 3), index_below(4, {0, 3}), real(0, 3)}, {{"dim", 0}}},
                      {{real(0, 3), index_below(3, {0, 2}), real(0, 2)}, {{"dim", 1}}},
                      {{real(50, 301), index_below(50, {300, 301}), real(300, 301)}, {{"dim", 0}}, true}},
          .types = kNumbers,
          .gradient = 5,
          .linear = {5},
          .in_place = [](Tensors& in, const Options& o) -> Tensor& {
            return tenet::scatter_add_(in[0], o.integer("dim"), in[1], in[2]);
          },
          .wrong = {{[] { return Tensors{tenet::ones({4, 3}), indices({{0, 4}}), tenet::ones({1, 2})}; },
                     {{"dim", 0}},
                     "IndexError",
                     "?"},
                    {[] { return Tensors{tenet::ones({4, 3}), indices({{0, 4}}), tenet::ones({1, 2})}; },
                     {{"dim", 0}},
                     "IndexError",
                     "?",
                     true},
                    {[] { return Tensors{tenet::ones({4, 3}), indices({{0, 1}}), tenet::ones({1, 1})}; },
                     {{"dim", 0}},
                     "ShapeError",
                     "?"},
                    {[] { return Tensors{tenet::ones({4, 3}), indices({{0}}), tenet::ones({1, 1}, {.dtype = tenet::float64})}; },
                     {{"dim", 0}},
                     "DTypeError",
                     "?"}},
          .no_scalar = "PyTorch's rule for scalars has no use here"};
}

Op masked_fill_op() {
  return {.name = "masked_fill",
          .call =
              [](const Tensors& in, const Options& o) {
                return Tensors{tenet::masked_fill(in[0], in[1], o.scalar("value"))};
              },
          .samples = {{{real(2, 3), mask(2, 3)}, {{"value", 3}}},
                      {{real(2, 3), mask(3)}, {{"value", 0}}},
                      {{real(3), mask(2, 1)}, {{"value", 1}}},
                      {{real(), mask()}, {{"value", 1}}},
                      {{real(0, 3), mask(3)}, {{"value", 1}}},
                      {{real(300, 301), mask(301)}, {{"value", 1}}, true}},
          .types = kAll,
          .linear = {1},
          .wrong = {{[] { return Tensors{tenet::ones({2}), tenet::ones({2})}; }, {{"value", 1}}, "DTypeError", "?"},
                    {[] { return Tensors{tenet::ones({2}), tenet::ones({3}, {.dtype = tenet::boolean})}; },
                     {{"value", 1}},
                     "ShapeError",
                     "?"}}};
}

}  // namespace

std::vector<Op> index_ops() { return {index_select_op(), gather_op(), scatter_add_op(), masked_fill_op()}; }

}  // namespace tenet_test
