// Rows of reading and adding by position: ops/index/index.h.
#include "ops/op_table.h"
#include "tenet/ops/create/create.h"
#include "tenet/ops/index/index.h"

namespace tenet_test {
namespace {

Tensor indices(const tenet::NestedList& values) { return tenet::tensor(values, {.dtype = tenet::int64}); }

Op index_select_op() {
  return {
      .name = "index_select",
      .call = [](const Tensors& in,
                 const Options& o) { return Tensors{tenet::index_select(in[0], o.integer("dim"), in[1])}; },
      .samples = {{{real(4, 3), index_below(4, {5})}, {{"dim", 0}}},
                  {{real(4, 3), index_below(3, {2})}, {{"dim", -1}}},
                  {{real(2, 3, 4), index_below(3, {7})}, {{"dim", 1}}},
                  {{real(4, 3), index_below(4, {0})}, {{"dim", 0}}},
                  {{real(0, 3), index_below(3, {2})}, {{"dim", 1}}},
                  {{real(300, 301), index_below(300, {500})}, {{"dim", 0}}, true},
                  {{real(300, 301), index_below(301, {40})}, {{"dim", 1}}, true}},
      .types = kAll,
      .linear = {1},
      .wrong =
          {{[] {
              return Tensors{tenet::ones({4, 3}), indices({0, 4})};
            },
            {{"dim", 0}},
            "IndexError",
            "index_select: index[1] is 4 but dimension 0 of shape [4, 3] has extent 4. Indices must lie in "
            "[0, 4)."},
           {[] {
              return Tensors{tenet::ones({4, 3}), indices({0, -1})};
            },
            {{"dim", 0}},
            "IndexError",
            "index_select: index[1] is -1 but dimension 0 of shape [4, 3] has extent 4. Indices must lie in "
            "[0, 4)."},
           {[] {
              return Tensors{tenet::ones({4, 3}), indices({{0, 1}})};
            },
            {{"dim", 0}},
            "ShapeError",
            "index_select: index has shape [1, 2] but must have one dimension. Flatten it, or use gather."},
           {[] {
              return Tensors{tenet::ones({4, 3}), indices({0})};
            },
            {{"dim", 2}},
            "IndexError",
            "index_select: dim 2 is out of range for a tensor of 2 dimensions. Use a dim in [-2, 1]."},
           {[] {
              return Tensors{tenet::ones({4, 3}), tenet::ones({2})};
            },
            {{"dim", 0}},
            "DTypeError",
            "index_select: index is float32 but must be int64 or int32. Convert with .to(tenet::int64)."}},
      .no_scalar = "a scalar has no positions"};
}

Op gather_op() {
  return {.name = "gather",
          .call = [](const Tensors& in,
                     const Options& o) { return Tensors{tenet::gather(in[0], o.integer("dim"), in[1])}; },
          .samples = {{{real(4, 3), index_below(4, {2, 3})}, {{"dim", 0}}},
                      {{real(4, 3), index_below(3, {4, 5})}, {{"dim", 1}}},
                      {{real(4, 3), index_below(3, {2, 5})}, {{"dim", -1}}},
                      {{real(2, 3, 4), index_below(3, {2, 2, 3})}, {{"dim", 1}}},
                      {{real(4, 3), index_below(4, {0, 3})}, {{"dim", 0}}},
                      {{real(0, 3), index_below(3, {0, 2})}, {{"dim", 1}}},
                      {{real(300, 301), index_below(300, {200, 301})}, {{"dim", 0}}, true}},
          .types = kAll,
          .linear = {1},
          .wrong = {{[] {
                       return Tensors{tenet::ones({4, 3}), indices({{0, 4}})};
                     },
                     {{"dim", 0}},
                     "IndexError",
                     "gather: index[0, 1] is 4 but dimension 0 of shape [4, 3] has extent 4. Indices must "
                     "lie in [0, 4)."},
                    {[] {
                       return Tensors{tenet::ones({4, 3}), indices({0, 1})};
                     },
                     {{"dim", 0}},
                     "ShapeError",
                     "gather: index of shape [2] does not fit a tensor of shape [4, 3]: it needs as many "
                     "dimensions and, but along dim 0, no larger extents. Reshape or narrow it."},
                    {[] {
                       return Tensors{tenet::ones({4, 1}), indices({{0, 1}})};
                     },
                     {{"dim", 0}},
                     "ShapeError",
                     "gather: index of shape [1, 2] does not fit a tensor of shape [4, 1]: it needs as many "
                     "dimensions and, but along dim 0, no larger extents. Reshape or narrow it."},
                    {[] {
                       return Tensors{tenet::ones({4, 3}), indices({{0}})};
                     },
                     {{"dim", -3}},
                     "IndexError",
                     "gather: dim -3 is out of range for a tensor of 2 dimensions. Use a dim in [-2, 1]."},
                    {[] {
                       return Tensors{tenet::ones({4, 3}), tenet::ones({1, 1})};
                     },
                     {{"dim", 0}},
                     "DTypeError",
                     "gather: index is float32 but must be int64 or int32. Convert with .to(tenet::int64)."}},
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
          .types = kAll,
          .gradient = 5,
          .linear = {5},
          .in_place = [](Tensors& in, const Options& o) -> Tensor& {
            return tenet::scatter_add_(in[0], o.integer("dim"), in[1], in[2]);
          },
          .wrong = {{[] {
                       return Tensors{tenet::ones({4, 3}), indices({{0, 4}}), tenet::ones({1, 2})};
                     },
                     {{"dim", 0}},
                     "IndexError",
                     "scatter_add: index[0, 1] is 4 but dimension 0 of shape [4, 3] has extent 4. Indices "
                     "must lie in [0, 4)."},
                    {[] {
                       return Tensors{tenet::ones({4, 3}), indices({{0, 4}}), tenet::ones({1, 2})};
                     },
                     {{"dim", 0}},
                     "IndexError",
                     "scatter_add: index[0, 1] is 4 but dimension 0 of shape [4, 3] has extent 4. Indices "
                     "must lie in [0, 4).",
                     true},
                    {[] {
                       return Tensors{tenet::ones({4, 3}), indices({{0, 1}}), tenet::ones({1, 1})};
                     },
                     {{"dim", 0}},
                     "ShapeError",
                     "scatter_add: index of shape [1, 2] does not fit src of shape [1, 1]: it needs as many "
                     "dimensions and no larger extents. Reshape or narrow it."},
                    {[] {
                       return Tensors{tenet::ones({4, 3}), indices({{0}}),
                                      tenet::ones({1, 1}, {.dtype = tenet::float64})};
                     },
                     {{"dim", 0}},
                     "DTypeError",
                     "scatter_add: src is float64 but the tensor it is added to is float32. Convert one of "
                     "them with .to(dtype)."}},
          .no_scalar = "PyTorch's rule for scalars has no use here"};
}

Op masked_fill_op() {
  return {
      .name = "masked_fill",
      .call = [](const Tensors& in,
                 const Options& o) { return Tensors{tenet::masked_fill(in[0], in[1], o.scalar("value"))}; },
      .samples = {{{real(2, 3), mask(2, 3)}, {{"value", 3}}},
                  {{real(2, 3), mask(3)}, {{"value", 0}}},
                  {{real(3), mask(2, 1)}, {{"value", 1}}},
                  {{real(), mask()}, {{"value", 1}}},
                  {{real(0, 3), mask(3)}, {{"value", 1}}},
                  {{real(300, 301), mask(301)}, {{"value", 1}}, true}},
      .types = kAll,
      .linear = {1},
      .wrong = {{[] {
                   return Tensors{tenet::ones({2}), tenet::ones({2})};
                 },
                 {{"value", 1}},
                 "DTypeError",
                 "masked_fill: the mask is float32 but must be bool. Compare first, as in mask != 0."},
                {[] {
                   return Tensors{tenet::ones({2}), tenet::ones({3}, {.dtype = tenet::boolean})};
                 },
                 {{"value", 1}},
                 "ShapeError",
                 "masked_fill: shapes [2] and [3] do not broadcast: dimension -1 has extents 2 and 3. "
                 "Extents must be equal, or one of them 1; reshape or unsqueeze first."}}};
}

std::vector<Op> index_ops() { return {index_select_op(), gather_op(), scatter_add_op(), masked_fill_op()}; }

const Rows kRows(index_ops);

}  // namespace
}  // namespace tenet_test
