// Rows of the losses: ops/loss/{softmax,loss}.h.
#include <stdexcept>

#include "ops/op_table.h"
#include "tenet/ops/create/create.h"
#include "tenet/ops/loss/loss.h"

namespace tenet_test {
namespace {

Wrong wrong(std::function<Tensors()> inputs, Options options, std::string error, std::string text) {
  return {std::move(inputs), std::move(options), std::move(error), std::move(text)};
}

Tensor labels(const tenet::NestedList& values) { return tenet::tensor(values, {.dtype = tenet::int64}); }

Op softmax_like(const std::string& name, Tensor (*f)(const Tensor&, std::int64_t)) {
  return {
      .name = name,
      .call = [f](const Tensors& in, const Options& o) { return Tensors{f(in[0], o.integer("dim"))}; },
      .samples = {{{real(3, 4)}, {{"dim", 1}}},
                  {{real(2, 3, 4)}, {{"dim", 1}}},
                  {{real(2, 3)}, {{"dim", 0}}},
                  {{real(4)}, {{"dim", -1}}},
                  {{real()}, {{"dim", 0}}},
                  {{real(0, 3)}, {{"dim", 1}}},
                  {{real(2, 0)}, {{"dim", 1}}},
                  {{real(300, 101)}, {{"dim", 1}}, true},
                  {{real(20, 101, 30)}, {{"dim", 1}}, true}},
      .wrong = {
          wrong(
              [] {
                return Tensors{tenet::ones({2, 3})};
              },
              {{"dim", 2}}, "IndexError",
              name + ": dim 2 is out of range for a tensor of 2 dimensions. Use a dim in [-2, 1]."),
          wrong([] { return Tensors{tenet::ones({2}, {.dtype = tenet::int64})}; }, {{"dim", 0}}, "DTypeError",
                name + ": needs a floating-point tensor but got int64. Convert with .to(tenet::float32).")}};
}

tenet::Reduction reduction(const Options& o) {
  const std::string name = o.text_or("reduction", "mean");
  if (name == "mean") return tenet::Reduction::mean;
  if (name == "sum") return tenet::Reduction::sum;
  if (name == "none") return tenet::Reduction::none;
  throw std::invalid_argument("no reduction is called " + name);
}

/// Samples of scores and their labels, for every reduction.
std::vector<Sample> classified() {
  std::vector<Sample> samples;
  for (const char* how : {"mean", "sum", "none"}) {
    samples.push_back({{real(4, 3), index_below(3, {4})}, {{"reduction", how}}});
    samples.push_back({{real(4, 3), labels_below(3, {4})}, {{"reduction", how}}});
    samples.push_back({{real(2, 3, 2, 2), index_below(3, {2, 2, 2})}, {{"reduction", how}}});
    samples.push_back({{real(3), index_below(3, {})}, {{"reduction", how}}});
    samples.push_back({{real(4, 3), index_below(3, {4})}, {{"reduction", how}, {"ignore_index", 1}}});
    samples.push_back({{real(300, 101), labels_below(101, {300})}, {{"reduction", how}}, true});
  }
  samples.push_back({{real(0, 3), index_below(3, {0})}, {{"reduction", "sum"}}});
  samples.push_back({{real(0, 3), index_below(3, {0})}, {{"reduction", "none"}}});
  return samples;
}

std::vector<Wrong> wrong_labels(const std::string& name) {
  return {
      wrong(
          [] {
            return Tensors{tenet::ones({2, 3}), labels({0, 3})};
          },
          {}, "IndexError",
          name + ": label 3 at element 1 of the target (shape [2]) is out of range: there are 3 classes "
                 "(scores [2, 3]). Labels must lie in [0, 3), or be ignore_index=-100."),
      wrong(
          [] {
            return Tensors{tenet::ones({2, 3}), labels({0, -1})};
          },
          {}, "IndexError",
          name + ": label -1 at element 1 of the target (shape [2]) is out of range: there are 3 classes "
                 "(scores [2, 3]). Labels must lie in [0, 3), or be ignore_index=-100."),
      wrong(
          [] {
            return Tensors{tenet::ones({2, 3}), labels({0, 1, 2})};
          },
          {}, "ShapeError",
          name + ": target has shape [3] but scores of shape [2, 3] (N,C) need [2]: one label for each. "
                 "Reshape target, or move the classes of the scores to dimension 1."),
      wrong(
          [] {
            return Tensors{tenet::ones({2, 3}), labels({{0, 1}})};
          },
          {}, "ShapeError",
          name + ": target has shape [1, 2] but scores of shape [2, 3] (N,C) need [2]: one label for each. "
                 "Reshape target, or move the classes of the scores to dimension 1."),
      wrong(
          [] {
            return Tensors{tenet::ones({2, 3}), tenet::ones({2})};
          },
          {}, "DTypeError",
          name + ": target is float32 but labels are int64 (or int32). Convert with .to(tenet::int64)."),
      wrong(
          [] {
            return Tensors{tenet::ones({}), labels(0)};
          },
          {}, "ShapeError",
          name + ": scores have shape [] but need a dimension of classes: [C], [N, C] or [N, C, ...]."),
      wrong(
          [] {
            return Tensors{tenet::ones({0, 3}), tenet::zeros({0}, {.dtype = tenet::int64})};
          },
          {}, "ShapeError",
          name + ": there is no mean of no labels (shape [0]). Skip the empty batch, or use Reduction::sum."),
      wrong(
          [] {
            return Tensors{tenet::ones({2, 3}), labels({-100, -100})};
          },
          {}, "ShapeError",
          name +
              ": there is no mean of no labels (shape [2]). Skip the empty batch, or use Reduction::sum.")};
}

Op nll_loss_op() {
  Op op{.name = "nll_loss",
        .call =
            [](const Tensors& in, const Options& o) {
              return Tensors{tenet::nll_loss(
                  in[0], in[1],
                  {.reduction = reduction(o), .ignore_index = o.integer_or("ignore_index", -100)})};
            },
        .samples = classified(),
        .linear = {1},
        .wrong = wrong_labels("nll_loss")};
  return op;
}

Op cross_entropy_op() {
  Op op{.name = "cross_entropy",
        .call =
            [](const Tensors& in, const Options& o) {
              return Tensors{tenet::cross_entropy(in[0], in[1],
                                                  {.reduction = reduction(o),
                                                   .ignore_index = o.integer_or("ignore_index", -100),
                                                   .label_smoothing = o.number_or("label_smoothing", 0)})};
            },
        .samples = classified(),
        .wrong = wrong_labels("cross_entropy")};
  op.samples.push_back({{real(4, 3), labels_below(3, {4})}, {{"label_smoothing", 0.1}}});
  op.samples.push_back(
      {{real(2, 3, 2), index_below(3, {2, 2})}, {{"label_smoothing", 1.0}, {"reduction", "none"}}});
  op.wrong.push_back(wrong(
      [] {
        return Tensors{tenet::ones({2, 3}), labels({0, 1})};
      },
      {{"label_smoothing", 1.5}}, "ValueError",
      "cross_entropy: label_smoothing is 1.5 but must lie in [0, 1]."));
  return op;
}

Op mse_loss_op() {
  Op op{.name = "mse_loss",
        .call =
            [](const Tensors& in, const Options& o) {
              return Tensors{tenet::mse_loss(in[0], in[1], {.reduction = reduction(o)})};
            },
        .gradient = 3,
        .wrong = {
            wrong(
                [] {
                  return Tensors{tenet::ones({2, 1}), tenet::ones({2})};
                },
                {}, "ShapeError",
                "mse_loss: the shapes [2, 1] and [2] differ, and nothing broadcasts here. Reshape or expand "
                "one of them."),
            wrong(
                [] {
                  return Tensors{tenet::ones({2}, {.dtype = tenet::int64}),
                                 tenet::ones({2}, {.dtype = tenet::int64})};
                },
                {}, "DTypeError",
                "mse_loss: needs a floating-point tensor but got int64. Convert with .to(tenet::float32)."),
            wrong(
                [] {
                  return Tensors{tenet::ones({0}), tenet::ones({0})};
                },
                {}, "ShapeError",
                "mse_loss: there is no mean of no elements (shape [0]). Skip the empty batch, or use "
                "Reduction::sum.")}};
  for (const char* how : {"mean", "sum", "none"}) {
    op.samples.push_back({{real(2, 3), real(2, 3)}, {{"reduction", how}}});
    op.samples.push_back({{real(), real()}, {{"reduction", how}}});
    op.samples.push_back({{real(300, 301), real(300, 301)}, {{"reduction", how}}, true});
  }
  op.samples.push_back({{real(2, 0), real(2, 0)}, {{"reduction", "sum"}}});
  op.samples.push_back({{real(2, 0), real(2, 0)}, {{"reduction", "none"}}});
  return op;
}

std::vector<Op> loss_ops() {
  return {softmax_like("softmax", tenet::softmax), softmax_like("log_softmax", tenet::log_softmax),
          nll_loss_op(), cross_entropy_op(), mse_loss_op()};
}

const Rows kRows(loss_ops);

}  // namespace
}  // namespace tenet_test
