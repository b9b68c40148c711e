// Rows of the matrix products: ops/matmul/matmul.h.
#include "ops/op_table.h"
#include "tenet/ops/create/create.h"
#include "tenet/ops/matmul/matmul.h"

namespace tenet_test {
namespace {

Tensors shaped(const std::vector<Shape>& shapes) {
  Tensors tensors;
  for (const Shape& shape : shapes) tensors.push_back(tenet::ones(shape));
  return tensors;
}

Op matmul_op() {
  return {
      .name = "matmul",
      .call = [](const Tensors& in, const Options&) { return Tensors{tenet::matmul(in[0], in[1])}; },
      .samples = {{{real(2, 3), real(3, 4)}},
                  {{real(3), real(3)}},
                  {{real(3), real(3, 4)}},
                  {{real(2, 3), real(3)}},
                  {{real(3), real(5, 3, 2)}},
                  {{real(5, 2, 3), real(3)}},
                  {{real(2, 1, 2, 3), real(4, 3, 2)}},
                  {{real(1, 2, 3), real(5, 3, 1)}},
                  {{real(0, 3), real(3, 2)}},
                  {{real(2, 0), real(0, 3)}},
                  {{real(0), real(0)}},
                  {{real(0, 2, 3), real(3, 2)}},
                  {{real(130, 67), real(67, 140)}, {}, true},
                  {{real(7, 40, 33), real(33, 30)}, {}, true}},
      .types = kNumbers,
      .gradient = 3,
      .linear = {1, 2},
      .wrong =
          {{[] {
              return shaped({{2, 3}, {4, 3}});
            },
            {},
            "ShapeError",
            "matmul: the inner extents differ: [2, 3] x [4, 3] contracts 3 with 4. The last extent of a must "
            "equal the second last of b (the only one of a vector)."},
           {[] {
              return shaped({{}, {3}});
            },
            {},
            "ShapeError",
            "matmul: needs operands of at least one dimension but got shapes [] and [3]. Multiply by a "
            "scalar "
            "with *."},
           {[] {
              return shaped({{2, 2, 3}, {4, 3, 2}});
            },
            {},
            "ShapeError",
            "matmul: shapes [2] and [4] do not broadcast: dimension -1 has extents 2 and 4. Extents must be "
            "equal, or one of them 1; reshape or unsqueeze first."}},
      .layout_epsilons = 32,
      .no_scalar = "a product of matrices needs at least one dimension"};
}

Op linear_op() {
  return {
      .name = "linear",
      .call =
          [](const Tensors& in, const Options&) {
            return Tensors{tenet::linear(in[0], in[1], in.size() > 2 ? in[2] : Tensor())};
          },
      .samples = {{{real(2, 3), real(4, 3), real(4)}},
                  {{real(2, 3), real(4, 3)}},
                  {{real(3), real(4, 3), real(4)}},
                  {{real(2, 2, 3), real(1, 3), real(1)}},
                  {{real(0, 3), real(4, 3), real(4)}},
                  {{real(2, 0), real(4, 0), real(4)}},
                  {{real(2, 3), real(0, 3), real(0)}},
                  {{real(130, 67), real(140, 67), real(140)}, {}, true}},
      .gradient = 7,
      .linear = {5, 6},
      .wrong =
          {{[] {
              return shaped({{2, 3}, {4, 2}});
            },
            {},
            "ShapeError",
            "linear: input of shape [2, 3] does not fit weight [4, 2] (O,I): the last extent of the input "
            "must "
            "be I. Pass a weight [O, 3], or an input [..., 2]."},
           {[] {
              return shaped({{2, 3}, {4, 3}, {3}});
            },
            {},
            "ShapeError",
            "linear: bias has shape [3] but weight [4, 3] needs [4]. Pass a bias of shape [4], or none."},
           {[] {
              return Tensors{tenet::ones({2, 3}), tenet::ones({4, 3}, {.dtype = tenet::float64})};
            },
            {},
            "DTypeError",
            "linear: input is float32, weight float64. All must be of the same floating type; convert with "
            ".to(tenet::float32)."}},
      .layout_epsilons = 32,
      .no_scalar = "the input needs a dimension of features"};
}

std::vector<Op> matmul_ops() { return {matmul_op(), linear_op()}; }

const Rows kRows(matmul_ops);

}  // namespace
}  // namespace tenet_test
