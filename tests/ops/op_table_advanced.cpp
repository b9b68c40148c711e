// Rows of advanced indexing: ops/index/advanced.h. The option "at" lists the places of the indices in their list; the
// others are whole. "negative" counts the positions from the end.
#include "ops/op_table.h"
#include "tenet/ops/create/create.h"
#include "tenet/ops/elementwise/binary.h"
#include "tenet/ops/index/advanced.h"

namespace tenet_test {
namespace {

/// The inputs from number `first` on, at their places.
Tensors placed(const Tensors& in, std::size_t first, const Options& o) {
  const tenet::Dims at = o.list("at");
  Tensors out(at.empty() ? 0 : static_cast<std::size_t>(at.back() + 1));
  for (std::size_t i = 0; first + i < in.size(); ++i) {
    const std::int64_t place = at[static_cast<std::int64_t>(i)];
    const Tensor& index = in[first + i];
    out[static_cast<std::size_t>(place)] = o.flag("negative") ? index - in[0].size(place) : index;
  }
  return out;
}

Tensor indices(const tenet::NestedList& values) { return tenet::tensor(values, {.dtype = tenet::int64}); }
Tensor no_mask(const Shape& shape) { return tenet::zeros(shape, {.dtype = tenet::boolean}); }

// PyTorch: "nonzero", [of(torch.int64, 3, 4)], torch.nonzero, exact_types=True
// PyTorch: "nonzero", [mask(2, 3, 2)], torch.nonzero, exact_types=True
// PyTorch: "nonzero", [special(0.0, -0.0, math.nan, 1.5)], torch.nonzero
// PyTorch: "nonzero", [real()], torch.nonzero
// PyTorch: "nonzero", [real(0, 3)], torch.nonzero
Op nonzero_op() {
  return {.name = "nonzero",
          .call = [](const Tensors& in, const Options&) { return Tensors{tenet::nonzero(in[0])}; },
          .samples =
              {{{real(3, 4)}}, {{real(2, 3, 2)}}, {{real()}}, {{real(0, 3)}}, {{real(300, 301)}, {}, true}},
          .types = kAll,
          .result = int64_result,
          .gradient = 0};
}

// PyTorch: "advanced_index", [real(4, 3), below(4, 5)], lambda x, i: x[i], at=[0]
// PyTorch: "advanced_index", [real(4, 3), below(3, 2, 2)], lambda x, i: x[:, i], at=[1]
// PyTorch: "advanced_index", [real(2, 3, 4), below(2, 5), below(3, 5)], lambda x, i, j: x[i, j], at=[0, 1]
// PyTorch: "advanced_index", [real(2, 3, 4), below(3, 2, 1), below(4, 5)], lambda x, i, j: x[:, i, j], at=[1, 2]
// PyTorch: "advanced_index", [real(2, 3, 4), below(2, 5), below(4, 5)], lambda x, i, j: x[i, :, j], at=[0, 2]
// PyTorch: "advanced_index", [real(2, 3, 2, 2), below(3, 4), below(2, 4)], lambda x, i, j: x[:, i, :, j], at=[1, 3]
// PyTorch: "advanced_index", [real(4, 3), below(4, 5), below(3, 5)], lambda x, i, j: x[i - 4, j - 3], at=[0, 1], negative=True
// PyTorch: "advanced_index", [real(3, 4), mask(3, 4)], lambda x, m: x[m], at=[0]
// PyTorch: "advanced_index", [real(2, 3, 4), mask(3)], lambda x, m: x[:, m], at=[1]
// PyTorch: "advanced_index", [real(2, 3, 4), mask(2, 3), below(4, 1)], lambda x, m, i: x[m, i], at=[0, 1]
// PyTorch: "advanced_index", [real(2, 3), torch.tensor(True)], lambda x, m: x[m], at=[0]
// PyTorch: "advanced_index", [real(2, 3), torch.tensor(False)], lambda x, m: x[:, m], at=[1]
// PyTorch: "advanced_index", [real(), torch.tensor(True)], lambda x, m: x[m], at=[0]
// PyTorch: "advanced_index", [real(4, 3), below(4)], lambda x, i: x[i], at=[0]
// PyTorch: "advanced_index", [real(4, 3), below(4, 0)], lambda x, i: x[i], at=[0]
// PyTorch: "advanced_index", [real(0, 3), below(3, 2)], lambda x, i: x[:, i], at=[1]
// PyTorch: "advanced_index", [of(torch.uint8, 4, 3), below(4, 5)], lambda x, i: x[i], exact_types=True, at=[0]
Op advanced_index_op() {
  return {
      .name = "advanced_index",
      .call = [](const Tensors& in,
                 const Options& o) { return Tensors{tenet::index(in[0], placed(in, 1, o))}; },
      .samples =
          {{{real(4, 3), index_below(4, {5})}, {{"at", {0}}}},
           {{real(4, 3), index_below(3, {2, 2})}, {{"at", {1}}}},
           {{real(2, 3, 4), index_below(3, {2, 1}), index_below(4, {5})}, {{"at", {1, 2}}}},
           {{real(2, 3, 4), index_below(2, {5}), index_below(4, {5})}, {{"at", {0, 2}}, {"negative", true}}},
           {{real(3, 4), mask(3, 4)}, {{"at", {0}}}},
           {{real(2, 3, 4), mask(3)}, {{"at", {1}}}},
           {{real(2, 3, 4), mask(2, 3), index_below(4, {1})}, {{"at", {0, 1}}}},
           {{real(2, 3), mask()}, {{"at", {1}}}},
           {{real(), mask()}, {{"at", {0}}}},
           {{real(2, 3)}, {{"at", tenet::Dims{}}}},
           {{real(4, 3), index_below(4, {0})}, {{"at", {0}}}},
           {{real(0, 3), index_below(3, {2})}, {{"at", {1}}}},
           {{real(300, 301), index_below(300, {500})}, {{"at", {0}}}, true},
           {{real(300, 7, 41), index_below(300, {40000}), index_below(41, {40000})}, {{"at", {0, 2}}}, true}},
      .types = kAll,
      .linear = {1},
      .wrong = {
          {[] {
             return Tensors{tenet::ones({4, 3}), indices({{0, 3}}), indices({{1, 3}})};
           },
           {{"at", {0, 1}}},
           "IndexError",
           "index: indices[1][0, 1] is 3 but dimension 1 of shape [4, 3] has extent 3. Indices must lie in "
           "[-3, "
           "3)."},
          {[] {
             return Tensors{tenet::ones({4, 3}), indices({2, -5})};
           },
           {{"at", {0}}},
           "IndexError",
           "index: indices[0][1] is -5 but dimension 0 of shape [4, 3] has extent 4. Indices must lie in "
           "[-4, 4)."},
          {[] {
             return Tensors{tenet::ones({4, 3}), tenet::full({}, 4)};
           },
           {{"at", {0}}},
           "IndexError",
           "index: indices[0] is 4 but dimension 0 of shape [4, 3] has extent 4. Indices must lie in [-4, "
           "4)."},
          {[] {
             return Tensors{tenet::ones({4, 3}), no_mask({4}), indices({3})};
           },
           {{"at", {0, 1}}},
           "IndexError",
           "index: indices[1][0] is 3 but dimension 1 of shape [4, 3] has extent 3. Indices must lie in [-3, "
           "3)."},
          {[] {
             return Tensors{tenet::ones({4, 3}), no_mask({3})};
           },
           {{"at", {0}}},
           "IndexError",
           "index: indices[0] is a mask of shape [3] but stands for extents [4], those from dimension 0 of "
           "shape "
           "[4, 3]. Give a mask of that shape."},
          {[] {
             return Tensors{tenet::ones({2, 4, 3}), no_mask({3, 4})};
           },
           {{"at", {1}}},
           "IndexError",
           "index: indices[1] is a mask of shape [3, 4] but stands for extents [4, 3], those from dimension "
           "1 of "
           "shape [2, 4, 3]. Give a mask of that shape."},
          {[] {
             return Tensors{tenet::ones({4, 3}), indices({0}), no_mask({4, 3})};
           },
           {{"at", {0, 1}}},
           "IndexError",
           "index: the indices stand for 3 dimensions but the tensor has 2 (shape [4, 3]). Give one index "
           "per "
           "dimension at most; a mask counts for as many as it has."},
          {[] {
             return Tensors{tenet::ones({4, 3}), indices({0, 1}), indices({0, 1, 2})};
           },
           {{"at", {0, 1}}},
           "ShapeError",
           "index: shapes [2] and [3] do not broadcast: dimension -1 has extents 2 and 3. Extents must be "
           "equal, "
           "or one of them 1; reshape or unsqueeze first."},
          {[] {
             return Tensors{tenet::ones({1, 1, 1, 1, 1, 1, 2}), indices({{{0}}})};
           },
           {{"at", {1}}},
           "ShapeError",
           "index: the result would have 9 dimensions but may have 8: shape [1, 1, 1, 1, 1, 1, 2] indexed by "
           "shape [1, 1, 1]. Flatten the indices or x."},
          {[] {
             return Tensors{tenet::ones({4, 3}), tenet::ones({2})};
           },
           {{"at", {1}}},
           "DTypeError",
           "index: indices[1] is float32 but must be int64, int32 or bool. Convert with .to(tenet::int64), "
           "or "
           "compare first, as in x != 0."}}};
}

// PyTorch: "index_put", [real(4, 3), real(2, 3), torch.tensor([3, 1])], lambda x, v, i: x.index_put((i,), v), at=[0]
// PyTorch: "index_put", [real(4, 3), real(2, 3), torch.tensor([3, 1])], lambda x, v, i: x.index_put_((i,), v), in_place=True, at=[0]
// PyTorch: "index_put", [real(4, 3), real(5, 1), below(4, 5)], lambda x, v, i: x.index_put((i,), v, True), at=[0], accumulate=True
// PyTorch: "index_put", [real(4, 3), real(3), below(4, 5)], lambda x, v, i: x.index_put_((i,), v, True), in_place=True, at=[0], accumulate=True
// PyTorch: "index_put", [real(4, 3), real(2, 2), torch.tensor([[0, 2]]), torch.tensor([[1], [2]])], lambda x, v, i, j: x.index_put((i, j), v), at=[0, 1]
// PyTorch: "index_put", [real(2, 3, 2), real(2, 3), torch.tensor([1, 0]), torch.tensor([0, 1])], lambda x, v, i, j: torch.ops.aten.index_put(x, [i, None, j], v), at=[0, 2]
// PyTorch: "index_put", [real(2, 3, 2), real(4, 3), below(2, 4), below(2, 4)], lambda x, v, i, j: torch.ops.aten.index_put(x, [i, None, j], v, True), at=[0, 2], accumulate=True
// PyTorch: "index_put", [real(2, 3), real(), mask(2, 3)], lambda x, v, m: x.index_put((m,), v), at=[0]
// PyTorch: "index_put", [real(2, 3), real(2, 1), mask(3)], lambda x, v, m: torch.ops.aten.index_put(x, [None, m], v), at=[1]
// PyTorch: "index_put", [real(4, 3), real(0, 3), below(4, 0)], lambda x, v, i: x.index_put((i,), v), at=[0]
// PyTorch: "index_put", [real(0, 3), real(0, 2), torch.tensor([2, 0])], lambda x, v, i: torch.ops.aten.index_put(x, [None, i], v), at=[1]
// PyTorch: "index_put", [of(torch.int32, 4), of(torch.int32, 5), below(4, 5)], lambda x, v, i: x.index_put((i,), v, True), exact_types=True, at=[0], accumulate=True
Op index_put_op() {
  const auto wrong = [](Tensor values, Tensor index, std::string error, std::string text, bool in_place) {
    return Wrong{[=] {
                   return Tensors{tenet::ones({4, 3}), values.clone(), index.clone()};
                 },
                 {{"at", {0}}},
                 std::move(error),
                 std::move(text),
                 in_place};
  };
  const std::string shape =
      "index_put: values of shape [2] do not broadcast to shape [1, 3], what is at the indices of shape [4, "
      "3]. "
      "Reshape them.";
  const std::string range =
      "index_put: indices[0][0] is 4 but dimension 0 of shape [4, 3] has extent 4. Indices must lie in [-4, "
      "4).";
  const std::string type =
      "index_put: indices[0] is float32 but must be int64, int32 or bool. Convert with .to(tenet::int64), or "
      "compare first, as in x != 0.";
  Op op = {.name = "index_put",
           .call =
               [](const Tensors& in, const Options& o) {
                 return Tensors{tenet::index_put(in[0], placed(in, 2, o), in[1], o.flag("accumulate"))};
               },
           .samples = {{{real(4, 3), real(5, 3), index_below(4, {5})}, {{"at", {0}}}},
                       {{real(4, 3), real(5, 3), index_below(4, {5})}, {{"at", {0}}, {"accumulate", true}}},
                       {{real(4, 3), real(2), index_below(3, {2, 2})}, {{"at", {1}}}},
                       {{real(2, 3, 4), real(2, 5), index_below(3, {2, 1}), index_below(4, {5})},
                        {{"at", {1, 2}}, {"accumulate", true}}},
                       {{real(2, 3, 4), real(5, 1), index_below(2, {5}), index_below(4, {5})},
                        {{"at", {0, 2}}, {"negative", true}}},
                       {{real(3, 4), real(), mask(3, 4)}, {{"at", {0}}}},
                       {{real(2, 3, 4), real(4), mask(3)}, {{"at", {1}}, {"accumulate", true}}},
                       {{real(), real(), mask()}, {{"at", {0}}}},
                       {{real(2, 3), real(3)}, {{"at", tenet::Dims{}}}},
                       {{real(4, 3), real(0, 3), index_below(4, {0})}, {{"at", {0}}}},
                       {{real(0, 3), real(0, 2), index_below(3, {2})}, {{"at", {1}}}},
                       {{real(300, 301), real(500, 301), index_below(300, {500})}, {{"at", {0}}}, true},
                       {{real(300, 301), real(500, 301), index_below(300, {500})},
                        {{"at", {0}}, {"accumulate", true}},
                        true}},
           .types = kAll,
           .gradient = 3,
           .linear = {3},
           .in_place = [](Tensors& in, const Options& o) -> Tensor& {
             return tenet::index_put_(in[0], placed(in, 2, o), in[1], o.flag("accumulate"));
           }};
  for (bool in_place : {false, true}) {
    op.wrong.push_back(wrong(tenet::ones({2}), indices({0}), "ShapeError", shape, in_place));
    op.wrong.push_back(wrong(tenet::ones({3}), indices({4}), "IndexError", range, in_place));
    op.wrong.push_back(wrong(tenet::ones({3}), tenet::ones({2}), "DTypeError", type, in_place));
  }
  return op;
}

// PyTorch: "masked_select", [real(2, 3), mask(2, 3)], torch.masked_select
// PyTorch: "masked_select", [real(2, 3), mask(3)], torch.masked_select
// PyTorch: "masked_select", [real(3), mask(2, 1)], torch.masked_select
// PyTorch: "masked_select", [real(), torch.tensor(True)], torch.masked_select
// PyTorch: "masked_select", [real(0, 3), mask(3)], torch.masked_select
// PyTorch: "masked_select", [of(torch.bool, 5), mask(5)], torch.masked_select, exact_types=True
Op masked_select_op() {
  return {
      .name = "masked_select",
      .call = [](const Tensors& in, const Options&) { return Tensors{tenet::masked_select(in[0], in[1])}; },
      .samples = {{{real(2, 3), mask(2, 3)}},
                  {{real(2, 3), mask(3)}},
                  {{real(3), mask(2, 1)}},
                  {{real(), mask()}},
                  {{real(0, 3), mask(3)}},
                  {{real(300, 301), mask(301)}, {}, true}},
      .types = kAll,
      .linear = {1},
      .wrong = {{[] {
                   return Tensors{tenet::ones({2}), tenet::ones({2})};
                 },
                 {},
                 "DTypeError",
                 "masked_select: the mask is float32 but must be bool. Compare first, as in mask != 0."},
                {[] {
                   return Tensors{tenet::ones({2}), no_mask({3})};
                 },
                 {},
                 "ShapeError",
                 "masked_select: shapes [2] and [3] do not broadcast: dimension -1 has extents 2 and 3. "
                 "Extents must be equal, or one of them 1; reshape or unsqueeze first."}}};
}

const Rows kRows([]() -> std::vector<Op> {
  return {nonzero_op(), advanced_index_op(), index_put_op(), masked_select_op()};
});

}  // namespace
}  // namespace tenet_test
