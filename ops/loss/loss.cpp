#include "tenet/ops/loss/loss.h"

#include "tenet/framework/autograd/grad_mode.h"
#include "tenet/framework/core/cuda.h"
#include "tenet/framework/core/strides.h"
#include "tenet/ops/copy/copy.h"
#include "tenet/ops/elementwise/compare.h"
#include "tenet/ops/elementwise/unary.h"
#include "tenet/ops/elementwise/where.h"
#include "tenet/ops/index/index_map.h"
#include "tenet/ops/reduce/reduce.h"

namespace tenet {
namespace {

/// The values of a loss, `counted` of which count, reduced.
Tensor reduced(const Tensor& values, Reduction reduction, std::int64_t counted) {
  if (reduction == Reduction::none) return values;
  if (reduction == Reduction::sum) return values.sum();
  return values.sum() / static_cast<double>(counted);
}

/// Scores, and where their classes stand.
struct Classes {
  Classes(const char* op, const Tensor& scores) : shape(scores.shape()), dim(scores.dim() == 1 ? 0 : 1) {
    if (!is_floating(scores.dtype())) {
      fail<DTypeError>(op, ": needs a floating-point tensor but got ", scores.dtype(),
                       ". Convert with .to(tenet::float32).");
    }
    if (!shape.empty()) return;
    fail<ShapeError>(op,
                     ": scores have shape [] but need a dimension of classes: [C], [N, C] or [N, C, ...].");
  }

  std::int64_t count() const { return shape[dim]; }
  const char* letters() const { return shape.size() == 1 ? "C" : shape.size() == 2 ? "N,C" : "N,C,..."; }

  void check_weight(const char* op, const Tensor& weight, Device device) const {
    if (weight.device() != device) fail_devices(op, device, weight.device());
    if (weight.shape() == Shape{count()}) return;
    fail<ShapeError>(op, ": weight has shape ", weight.shape(), " but scores of shape ", shape, " (",
                     letters(), ") have ", count(), " classes. Pass a weight of shape ", Shape{count()},
                     ", one number for each class.");
  }

  /// The weight, broadcasting with the scores.
  Tensor along(const Tensor& weight) const {
    Shape wide = shape;
    for (std::int64_t& extent : wide) extent = 1;
    wide[dim] = count();
    return weight.reshape(wide);
  }

  Shape shape;
  int dim;
};

/// What the labels of a call say, checked.
class Labels {
 public:
  /// `also`: what else the target might be, as a sentence.
  Labels(const char* op, const Tensor& scores, const Tensor& target, std::int64_t ignore,
         const Tensor& weight, const char* also = "")
      : classes_(op, scores) {
    check_shape(op, target, also);
    if (target.dtype() != int64 && target.dtype() != int32 && target.dtype() != uint8) {
      fail<DTypeError>(op, ": target is ", target.dtype(),
                       " but labels are int64 (or int32, uint8). Convert with .to(tenet::int64).", also);
    }
    if (target.device() != scores.device()) fail_devices(op, scores.device(), target.device());
    if (weight.defined()) check_weight(op, scores, weight);
    const Tensor labels = target.to(int64).contiguous();
    // While a graph is recorded, its labels are not known: each replay has its own.
    if (!cuda::is_capturing()) check_range(op, labels, ignore);
    if (cuda::is_capturing() || counted_ < labels.numel()) kept_ = labels != ignore;
    const Tensor known = kept_.defined() ? where(kept_, labels, 0) : labels;
    index_ = known.unsqueeze(classes_.dim);
    if (weight.defined()) weights_ = counting(at_labels(weight, known));
  }

  const Classes& classes() const { return classes_; }
  /// values at the labels.
  Tensor at(const Tensor& values) const {
    const indexing::Gather gather{values.shape(), classes_.dim, false};
    return indexing::linear_at(gather, values, index_).squeeze(classes_.dim);
  }
  /// The values by the weights of their labels.
  Tensor weighed(const Tensor& values) const { return weights_.defined() ? values * weights_ : values; }
  /// Of the values, 0 where the label is ignored.
  Tensor reduce(const Tensor& values, Reduction reduction) const {
    const Tensor masked = counting(values);
    if (reduction != Reduction::mean) return reduced(masked, reduction, 0);
    if (weights_.defined()) return masked.sum() / weights_.sum();
    return cuda::is_capturing() ? masked.sum() / kept_.sum() : reduced(masked, reduction, counted_);
  }

 private:
  void check_shape(const char* op, const Tensor& target, const char* also) const {
    Shape wanted = classes_.shape;
    wanted.erase(classes_.dim);
    if (target.shape() == wanted) return;
    fail<ShapeError>(op, ": target has shape ", target.shape(), " but scores of shape ", classes_.shape, " (",
                     classes_.letters(), ") need ", wanted,
                     ": one label for each. Reshape target, or move the classes of the scores to dimension ",
                     classes_.dim, ".", also);
  }

  void check_weight(const char* op, const Tensor& scores, const Tensor& weight) const {
    classes_.check_weight(op, weight, scores.device());
    if (weight.dtype() == scores.dtype()) return;
    fail<DTypeError>(op, ": weight is ", weight.dtype(), " but the scores are ", scores.dtype(),
                     ". Convert with weight.to(tenet::", scores.dtype(), ").");
  }

  void check_range(const char* op, const Tensor& labels, std::int64_t ignore) {
    const Tensor here = on_host(labels);
    const auto* label = here.data<const std::int64_t>();
    for (std::int64_t i = 0; i < labels.numel(); ++i) {
      if (label[i] == ignore) continue;
      ++counted_;
      if (label[i] >= 0 && label[i] < classes_.count()) continue;
      fail<IndexError>(op, ": label ", label[i], " at element ", i, " of the target (shape ", labels.shape(),
                       ") is out of range: there are ", classes_.count(), " classes (scores ", classes_.shape,
                       "). Labels must lie in [0, ", classes_.count(), "), or be ignore_index=", ignore, ".");
    }
  }

  static Tensor at_labels(const Tensor& weight, const Tensor& labels) {
    const indexing::Gather gather{weight.shape(), 0, true};
    return indexing::linear_at(gather, weight, labels.reshape({-1})).reshape(labels.shape());
  }

  /// The values, 0 where the label is ignored.
  Tensor counting(const Tensor& values) const { return kept_.defined() ? where(kept_, values, 0) : values; }

  Classes classes_;
  std::int64_t counted_ = 0;
  Tensor index_;    // the labels, 0 in place of ignored ones, with a dimension of classes
  Tensor kept_;     // undefined if all are
  Tensor weights_;  // of the labels, 0 for ignored ones; undefined without a weight
};

/// cross_entropy where the target gives each class its probability.
Tensor of_probabilities(const Tensor& logits, const Tensor& target, const CrossEntropyOptions& options) {
  const char* const op = "cross_entropy";
  const Classes classes(op, logits);
  if (target.device() != logits.device()) fail_devices(op, logits.device(), target.device());
  if (options.weight.defined()) classes.check_weight(op, options.weight, logits.device());
  if (options.ignore_index >= 0) {
    fail<ValueError>(op, ": ignore_index=", options.ignore_index, " but the target (", target.dtype(),
                     target.shape(), ") has probabilities and no labels to ignore. Leave ignore_index out.");
  }
  const double e = options.label_smoothing, count = static_cast<double>(classes.count());
  const Tensor smooth = e > 0 ? (1 - e) * target + e / count : target;
  Tensor terms = log_softmax(logits, classes.dim) * smooth;
  if (options.weight.defined()) terms = terms * classes.along(options.weight);
  if (options.reduction == Reduction::none) return -terms.sum(classes.dim);
  const std::int64_t sums = logits.numel() == 0 ? 0 : logits.numel() / classes.count();
  return -reduced(terms, options.reduction, sums);
}

}  // namespace

Tensor nll_loss(const Tensor& log_probs, const Tensor& target, const NllLossOptions& options) {
  const Labels labels("nll_loss", log_probs, target, options.ignore_index, options.weight);
  return labels.reduce(labels.weighed(-labels.at(log_probs)), options.reduction);
}

Tensor cross_entropy(const Tensor& logits, const Tensor& target, const CrossEntropyOptions& options) {
  const double e = options.label_smoothing;
  if (!(e >= 0 && e <= 1)) {
    fail<ValueError>("cross_entropy: label_smoothing is ", e, " but must lie in [0, 1].");
  }
  if (is_floating(target.dtype()) && target.shape() == logits.shape()) {
    return of_probabilities(logits, target, options);
  }
  const Labels labels("cross_entropy", logits, target, options.ignore_index, options.weight,
                      " A target of probabilities is floating and has the shape of the scores.");
  const Classes& classes = labels.classes();
  const Tensor log_probs = log_softmax(logits, classes.dim);
  Tensor values = labels.weighed(-labels.at(log_probs));
  if (e > 0) {
    const bool weighed = options.weight.defined();
    const Tensor all = weighed ? log_probs * classes.along(options.weight) : log_probs;
    values = (1 - e) * values - (e / static_cast<double>(classes.count())) * all.sum(classes.dim);
  }
  return labels.reduce(values, options.reduction);
}

Tensor mse_loss(const Tensor& a, const Tensor& b, const MseLossOptions& options) {
  const Tensor& weight = options.weight;
  broadcast_shapes(a.shape(), b.shape(), "mse_loss");
  if (weight.defined() && weight.shape() != a.shape()) {
    fail<ShapeError>("mse_loss: weight has shape ", weight.shape(), " but an input of shape ", a.shape(),
                     " needs one number for each element. Expand or reshape the weight to ", a.shape(), ".");
  }
  if (!is_floating(a.dtype()) && !is_floating(b.dtype()) &&
      !(weight.defined() && is_floating(weight.dtype()))) {
    fail<DTypeError>("mse_loss: needs a floating-point tensor but got ", b.dtype(),
                     ". Convert with .to(tenet::float32).");
  }
  const Tensor values = square(a - b);
  if (!weight.defined()) return reduced(values, options.reduction, values.numel());
  const Tensor weighed = values * weight;
  return options.reduction == Reduction::mean ? weighed.sum() / weight.sum()
                                              : reduced(weighed, options.reduction, 0);
}

}  // namespace tenet
