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

/// Samples of scores and their labels, for every reduction; some with weights of the classes.
std::vector<Sample> classified() {
  std::vector<Sample> samples;
  for (const char* how : {"mean", "sum", "none"}) {
    samples.push_back({{real(4, 3), index_below(3, {4})}, {{"reduction", how}}});
    samples.push_back({{real(4, 3), labels_below(3, {4})}, {{"reduction", how}}});
    samples.push_back({{real(2, 3, 2, 2), index_below(3, {2, 2, 2})}, {{"reduction", how}}});
    samples.push_back({{real(3), index_below(3, {})}, {{"reduction", how}}});
    samples.push_back({{real(4, 3), index_below(3, {4})}, {{"reduction", how}, {"ignore_index", 1}}});
    samples.push_back({{real(300, 101), labels_below(101, {300})}, {{"reduction", how}}, true});
    samples.push_back({{real(4, 3), labels_below(3, {4}), positive(3)}, {{"reduction", how}}});
    samples.push_back({{real(2, 3, 2), index_below(3, {2, 2}), positive(3)}, {{"reduction", how}}});
    samples.push_back({{real(3), index_below(3, {}), positive(3)}, {{"reduction", how}}});
    samples.push_back(
        {{real(300, 101), labels_below(101, {300}), positive(101)}, {{"reduction", how}}, true});
  }
  samples.push_back({{real(0, 3), index_below(3, {0})}, {{"reduction", "sum"}}});
  samples.push_back({{real(0, 3), index_below(3, {0})}, {{"reduction", "none"}}});
  return samples;
}

Tensor weight_of(const Tensors& in) { return in.size() > 2 ? in[2] : Tensor(); }

/// `also`: what the op says of a target that is no labels.
std::vector<Wrong> wrong_labels(const std::string& name, const std::string& also = "") {
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
          name +
              ": target has shape [3] but scores of shape [2, 3] (N,C) need [2]: one label for each. "
              "Reshape target, or move the classes of the scores to dimension 1." +
              also),
      wrong(
          [] {
            return Tensors{tenet::ones({2, 3}), labels({{0, 1}})};
          },
          {}, "ShapeError",
          name +
              ": target has shape [1, 2] but scores of shape [2, 3] (N,C) need [2]: one label for each. "
              "Reshape target, or move the classes of the scores to dimension 1." +
              also),
      wrong(
          [] {
            return Tensors{tenet::ones({2, 3}), tenet::ones({2})};
          },
          {}, "DTypeError",
          name +
              ": target is float32 but labels are int64 (or int32, uint8). Convert with .to(tenet::int64)." +
              also),
      wrong(
          [] {
            return Tensors{tenet::ones({}), labels(0)};
          },
          {}, "ShapeError",
          name + ": scores have shape [] but need a dimension of classes: [C], [N, C] or [N, C, ...]."),
      wrong(
          [] {
            return Tensors{tenet::ones({2, 3}), labels({0, 1}), tenet::ones({2})};
          },
          {}, "ShapeError",
          name + ": weight has shape [2] but scores of shape [2, 3] (N,C) have 3 classes. Pass a weight of "
                 "shape [3], "
                 "one number for each class."),
      wrong(
          [] {
            return Tensors{tenet::ones({3}), labels(1), tenet::ones({1, 3})};
          },
          {}, "ShapeError",
          name + ": weight has shape [1, 3] but scores of shape [3] (C) have 3 classes. Pass a weight of "
                 "shape [3], "
                 "one number for each class."),
      wrong(
          [] {
            return Tensors{tenet::ones({2, 3}), labels({0, 1}), tenet::ones({3}, {.dtype = tenet::float64})};
          },
          {}, "DTypeError",
          name + ": weight is float64 but the scores are float32. Convert with weight.to(tenet::float32).")};
}

Op nll_loss_op() {
  Op op{.name = "nll_loss",
        .call =
            [](const Tensors& in, const Options& o) {
              return Tensors{tenet::nll_loss(in[0], in[1],
                                             {.reduction = reduction(o),
                                              .ignore_index = o.integer_or("ignore_index", -100),
                                              .weight = weight_of(in)})};
            },
        .samples = classified(),
        .linear = {1},
        .wrong = wrong_labels("nll_loss"),
        .nan_of_nothing = true};
  return op;
}

Tensors call_cross_entropy(const Tensors& in, const Options& o) {
  return {tenet::cross_entropy(in[0], in[1],
                               {.reduction = reduction(o),
                                .ignore_index = o.integer_or("ignore_index", -100),
                                .label_smoothing = o.number_or("label_smoothing", 0),
                                .weight = weight_of(in)})};
}

Op cross_entropy_op() {
  Op op{.name = "cross_entropy",
        .call = call_cross_entropy,
        .samples = classified(),
        .wrong = wrong_labels("cross_entropy",
                              " A target of probabilities is floating and has the shape of the scores."),
        .nan_of_nothing = true};
  op.samples.push_back({{real(4, 3), labels_below(3, {4})}, {{"label_smoothing", 0.1}}});
  op.samples.push_back(
      {{real(2, 3, 2), index_below(3, {2, 2})}, {{"label_smoothing", 1.0}, {"reduction", "none"}}});
  op.samples.push_back({{real(4, 3), labels_below(3, {4}), positive(3)}, {{"label_smoothing", 0.3}}});
  op.wrong.push_back(wrong(
      [] {
        return Tensors{tenet::ones({2, 3}), labels({0, 1})};
      },
      {{"label_smoothing", 1.5}}, "ValueError",
      "cross_entropy: label_smoothing is 1.5 but must lie in [0, 1]."));
  return op;
}

/// cross_entropy again, where the target has a gradient too.
Op cross_entropy_of_probabilities_op() {
  Op op{
      .name = "cross_entropy_of_probabilities",
      .call = call_cross_entropy,
      .gradient = 7,
      .linear = {2, 4},
      .wrong =
          {wrong(
               [] {
                 return Tensors{tenet::ones({2, 3}), tenet::ones({2, 3}), tenet::ones({2})};
               },
               {}, "ShapeError",
               "cross_entropy: weight has shape [2] but scores of shape [2, 3] (N,C) have 3 classes. Pass a "
               "weight of shape [3], one number for each class."),
           wrong(
               [] {
                 return Tensors{tenet::ones({2, 3}), tenet::ones({2, 3})};
               },
               {{"ignore_index", 1}}, "ValueError",
               "cross_entropy: ignore_index=1 but the target (float32[2, 3]) has probabilities and no labels "
               "to "
               "ignore. Leave ignore_index out."),
           wrong(
               [] {
                 return Tensors{tenet::ones({}), tenet::ones({})};
               },
               {}, "ShapeError",
               "cross_entropy: scores have shape [] but need a dimension of classes: [C], [N, C] or [N, C, "
               "...]."),
           wrong(
               [] {
                 return Tensors{tenet::ones({3}, {.dtype = tenet::int64}), tenet::ones({3})};
               },
               {}, "DTypeError",
               "cross_entropy: needs a floating-point tensor but got int64. Convert with "
               ".to(tenet::float32).")},
      .nan_of_nothing = true,
      .no_scalar = "scores have a dimension of classes"};
  for (const char* how : {"mean", "sum", "none"}) {
    op.samples.push_back({{real(4, 3), real(4, 3)}, {{"reduction", how}}});
    op.samples.push_back({{real(2, 3, 2), real(2, 3, 2), positive(3)}, {{"reduction", how}}});
    op.samples.push_back({{real(3), real(3), positive(3)}, {{"reduction", how}, {"label_smoothing", 0.3}}});
    op.samples.push_back({{real(300, 101), real(300, 101), positive(101)}, {{"reduction", how}}, true});
  }
  op.samples.push_back({{real(0, 3), real(0, 3)}, {{"reduction", "sum"}}});
  return op;
}

Op mse_loss_op() {
  Op op{
      .name = "mse_loss",
      .call =
          [](const Tensors& in, const Options& o) {
            return Tensors{
                tenet::mse_loss(in[0], in[1], {.reduction = reduction(o), .weight = weight_of(in)})};
          },
      .gradient = 3,
      .wrong =
          {wrong(
               [] {
                 return Tensors{tenet::ones({2, 3}), tenet::ones({2})};
               },
               {}, "ShapeError",
               "mse_loss: shapes [2, 3] and [2] do not broadcast: dimension -1 has extents 3 and 2. Extents "
               "must be "
               "equal, or one of them 1; reshape or unsqueeze first."),
           wrong(
               [] {
                 return Tensors{tenet::ones({2, 1}), tenet::ones({2}), tenet::ones({2, 2})};
               },
               {}, "ShapeError",
               "mse_loss: weight has shape [2, 2] but an input of shape [2, 1] needs one number for each "
               "element. "
               "Expand or reshape the weight to [2, 1]."),
           wrong(
               [] {
                 return Tensors{tenet::ones({2}, {.dtype = tenet::int64}),
                                tenet::ones({2}, {.dtype = tenet::int64})};
               },
               {}, "DTypeError",
               "mse_loss: needs a floating-point tensor but got int64. Convert with .to(tenet::float32).")},
      .nan_of_nothing = true};
  for (const char* how : {"mean", "sum", "none"}) {
    op.samples.push_back({{real(2, 3), real(2, 3)}, {{"reduction", how}}});
    op.samples.push_back({{real(), real()}, {{"reduction", how}}});
    op.samples.push_back({{real(2, 1), real(3)}, {{"reduction", how}}});
    op.samples.push_back({{real(2, 3), real(2, 3), positive(2, 3)}, {{"reduction", how}}});
    op.samples.push_back({{real(300, 301), real(300, 301)}, {{"reduction", how}}, true});
  }
  op.samples.push_back({{real(2, 0), real(2, 0)}, {{"reduction", "sum"}}});
  op.samples.push_back({{real(2, 0), real(2, 0)}, {{"reduction", "none"}}});
  return op;
}

std::vector<Op> loss_ops() {
  return {softmax_like("softmax", tenet::softmax),
          softmax_like("log_softmax", tenet::log_softmax),
          nll_loss_op(),
          cross_entropy_op(),
          cross_entropy_of_probabilities_op(),
          mse_loss_op()};
}

const Rows kRows(loss_ops);

}  // namespace
}  // namespace tenet_test
