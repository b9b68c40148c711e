// Rows of the shape ops that are no views: ops/shape/shape.h.
#include "ops/op_table.h"
#include "tenet/ops/create/create.h"
#include "tenet/ops/shape/shape.h"

namespace tenet_test {
namespace {

Wrong wrong(const std::vector<Shape>& shapes, Options options, std::string error, std::string text) {
  const auto inputs = [shapes] {
    Tensors tensors;
    for (const Shape& shape : shapes) tensors.push_back(tenet::ones(shape));
    return tensors;
  };
  return {inputs, std::move(options), std::move(error), std::move(text)};
}

Op cat_op() {
  return {
      .name = "cat",
      .call = [](const Tensors& in, const Options& o) { return Tensors{tenet::cat(in, o.integer("dim"))}; },
      .samples = {{{real(2, 3), real(1, 3)}, {{"dim", 0}}},
                  {{real(2, 3), real(2, 1), real(2, 2)}, {{"dim", -1}}},
                  {{real(2, 0), real(2, 3)}, {{"dim", 1}}},
                  {{real(0, 3), real(0, 3)}, {{"dim", 0}}},
                  {{real(2)}, {{"dim", 0}}},
                  {{real(300, 101), real(300, 200)}, {{"dim", 1}}, true}},
      .types = kAll,
      .gradient = 7,
      .linear = {7},
      .wrong = {wrong({}, {{"dim", 0}}, "ValueError",
                      "cat: the list of tensors is empty. Pass at least one."),
                wrong({{2, 3}, {2, 4}}, {{"dim", 0}}, "ShapeError",
                      "cat: tensor 0 has shape [2, 3] but tensor 1 has shape [2, 4]. All must agree in every "
                      "dimension but 0, along which they are joined."),
                wrong({{2, 3}, {2}}, {{"dim", 0}}, "ShapeError",
                      "cat: tensor 0 has shape [2, 3] but tensor 1 has shape [2]. All must agree in every "
                      "dimension but 0, along which they are joined."),
                wrong({{2, 3}, {2, 3}}, {{"dim", 2}}, "IndexError",
                      "cat: dim 2 is out of range for a tensor of 2 dimensions. Use a dim in [-2, 1]."),
                wrong({{}, {}}, {{"dim", 0}}, "ShapeError",
                      "cat: tensor 0 is a scalar, which has no dimension to join along. Use stack, or "
                      "reshape it to [1].")},
      .no_scalar = "scalars have no dimension to be joined along"};
}

Op stack_op() {
  return {
      .name = "stack",
      .call = [](const Tensors& in, const Options& o) { return Tensors{tenet::stack(in, o.integer("dim"))}; },
      .samples = {{{real(2, 3), real(2, 3), real(2, 3)}, {{"dim", 0}}},
                  {{real(2, 3), real(2, 3)}, {{"dim", -1}}},
                  {{real(), real()}, {{"dim", 0}}},
                  {{real(0, 2), real(0, 2)}, {{"dim", 1}}}},
      .types = kAll,
      .gradient = 7,
      .linear = {7},
      .wrong = {
          wrong({}, {{"dim", 0}}, "ValueError", "stack: the list of tensors is empty. Pass at least one."),
          wrong({{2, 3}, {3, 2}}, {{"dim", 0}}, "ShapeError",
                "stack: tensor 0 has shape [2, 3] but tensor 1 has shape [3, 2]. All must have one shape."),
          wrong({{2, 3}, {2, 3}}, {{"dim", 3}}, "IndexError",
                "stack: dim 3 is out of range for a tensor of 3 dimensions. Use a dim in [-3, 2].")}};
}

Op pad_op() {
  return {
      .name = "pad",
      .call =
          [](const Tensors& in, const Options& o) {
            return Tensors{
                tenet::pad(in[0], o.list("widths"), o.has("value") ? o.scalar("value") : tenet::Scalar(0))};
          },
      .samples = {{{real(2, 3)}, {{"widths", {1, 2}}}},
                  {{real(2, 3)}, {{"widths", {1, 0, 0, 2}}, {"value", 1}}},
                  {{real(4, 5)}, {{"widths", {-1, -2}}}},
                  {{real(3, 3)}, {{"widths", {-1, 2, 1, -1}}}},
                  {{real(2, 0)}, {{"widths", {1, 1}}}},
                  {{real(2, 3)}, {{"widths", {-1, -2}}}},
                  {{real()}, {{"widths", Shape{}}}},
                  {{real(300, 301)}, {{"widths", {3, -5}}}, true}},
      .types = kAll,
      .linear = {1},
      .wrong = {
          wrong({{2, 3}}, {{"widths", {1}}}, "ValueError",
                "pad: widths [1] has 1 entries. Pass two for each dimension, the last one first: {left, "
                "right, top, bottom, ...}."),
          wrong({{3}}, {{"widths", {1, 1, 1, 1}}}, "ShapeError",
                "pad: widths [1, 1, 1, 1] name 2 dimensions but the tensor has 1 (shape [3]). Pass two "
                "widths for each dimension to pad, the last one first."),
          wrong({{2, 3}}, {{"widths", {-2, -2}}}, "ShapeError",
                "pad: dimension 1 of shape [2, 3] has extent 3 and would get 3 + -2 + -2 = -1. Crop less."),
          wrong({{2, 3}}, {{"widths", {std::int64_t{1} << 62, std::int64_t{1} << 62}}}, "ShapeError",
                "pad: 4611686018427387907 + 4611686018427387904 does not fit 64 bits. Use smaller sizes.")}};
}

std::vector<Op> shape_ops() { return {cat_op(), stack_op(), pad_op()}; }

const Rows kRows(shape_ops);

}  // namespace
}  // namespace tenet_test
