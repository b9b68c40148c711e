#include "tenet/ops/loss/loss.h"

#include "tenet/framework/autograd/grad_mode.h"
#include "tenet/framework/core/cuda.h"
#include "tenet/ops/copy/copy.h"
#include "tenet/ops/elementwise/compare.h"
#include "tenet/ops/elementwise/unary.h"
#include "tenet/ops/elementwise/where.h"
#include "tenet/ops/index/index_map.h"
#include "tenet/ops/reduce/reduce.h"

namespace tenet {
namespace {

/// The values of a loss, `counted` of which count, reduced.
Tensor reduced(const char* op, const Tensor& values, Reduction reduction, std::int64_t counted,
               const char* what) {
  if (reduction == Reduction::none) return values;
  if (reduction == Reduction::sum) return values.sum();
  if (counted == 0) {
    fail<ShapeError>(op, ": there is no mean of no ", what, " (shape ", values.shape(),
                     "). Skip the empty batch, or use Reduction::sum.");
  }
  return values.sum() / static_cast<double>(counted);
}

/// What the labels of a call say, checked.
class Labels {
 public:
  Labels(const char* op, const Tensor& scores, const Tensor& target, std::int64_t ignore)
      : class_dim_(scores.dim() == 1 ? 0 : 1) {
    check_shapes(op, scores, target);
    if (target.dtype() != int64 && target.dtype() != int32) {
      fail<DTypeError>(op, ": target is ", target.dtype(),
                       " but labels are int64 (or int32). Convert with .to(tenet::int64).");
    }
    if (target.device() != scores.device()) fail_devices(op, scores.device(), target.device());
    const Tensor labels = target.to(int64).contiguous();
    // While a graph is recorded, its labels are not known: each replay has its own.
    if (!cuda::is_capturing()) check_range(op, scores, labels, ignore);
    if (counted_ < labels.numel()) kept_ = labels != ignore;
    index_ = (kept_.defined() ? where(kept_, labels, 0) : labels).unsqueeze(class_dim_);
  }

  std::int64_t class_dim() const { return class_dim_; }
  /// values at the labels.
  Tensor at(const Tensor& values) const {
    const indexing::Gather gather{values.shape(), static_cast<int>(class_dim_), false};
    return indexing::linear_at(gather, values, index_).squeeze(class_dim_);
  }
  /// Of the values, 0 where the label is ignored.
  Tensor reduce(const char* op, const Tensor& values, Reduction reduction) const {
    const Tensor masked = kept_.defined() ? where(kept_, values, 0) : values;
    if (reduction == Reduction::mean && cuda::is_capturing()) return masked.sum() / kept_.sum();
    return reduced(op, masked, reduction, counted_, "labels");
  }

 private:
  void check_shapes(const char* op, const Tensor& scores, const Tensor& target) const {
    if (scores.dim() == 0) {
      fail<ShapeError>(op,
                       ": scores have shape [] but need a dimension of classes: [C], [N, C] or [N, C, ...].");
    }
    Shape wanted = scores.shape();
    wanted.erase(class_dim_);
    if (target.shape() == wanted) return;
    fail<ShapeError>(op, ": target has shape ", target.shape(), " but scores of shape ", scores.shape(), " (",
                     scores.dim() == 1   ? "C"
                     : scores.dim() == 2 ? "N,C"
                                         : "N,C,...",
                     ") need ", wanted,
                     ": one label for each. Reshape target, or move the classes of the scores to dimension ",
                     class_dim_, ".");
  }

  void check_range(const char* op, const Tensor& scores, const Tensor& labels, std::int64_t ignore) {
    const std::int64_t classes = scores.size(class_dim_);
    const Tensor here = on_host(labels);
    const auto* label = here.data<const std::int64_t>();
    for (std::int64_t i = 0; i < labels.numel(); ++i) {
      if (label[i] == ignore) continue;
      ++counted_;
      if (label[i] >= 0 && label[i] < classes) continue;
      fail<IndexError>(op, ": label ", label[i], " at element ", i, " of the target (shape ", labels.shape(),
                       ") is out of range: there are ", classes, " classes (scores ", scores.shape(),
                       "). Labels must lie in [0, ", classes, "), or be ignore_index=", ignore, ".");
    }
  }

  std::int64_t class_dim_;
  std::int64_t counted_ = 0;
  Tensor index_;  // the labels, 0 in place of ignored ones, with a dimension of classes
  Tensor kept_;   // undefined if all are
};

void require_floating(const char* op, const Tensor& x) {
  if (is_floating(x.dtype())) return;
  fail<DTypeError>(op, ": needs a floating-point tensor but got ", x.dtype(),
                   ". Convert with .to(tenet::float32).");
}

}  // namespace

Tensor nll_loss(const Tensor& log_probs, const Tensor& target, NllLossOptions options) {
  require_floating("nll_loss", log_probs);
  const Labels labels("nll_loss", log_probs, target, options.ignore_index);
  return labels.reduce("nll_loss", -labels.at(log_probs), options.reduction);
}

Tensor cross_entropy(const Tensor& logits, const Tensor& target, CrossEntropyOptions options) {
  require_floating("cross_entropy", logits);
  if (!(options.label_smoothing >= 0 && options.label_smoothing <= 1)) {
    fail<ValueError>("cross_entropy: label_smoothing is ", options.label_smoothing,
                     " but must lie in [0, 1].");
  }
  const Labels labels("cross_entropy", logits, target, options.ignore_index);
  const Tensor log_probs = log_softmax(logits, labels.class_dim());
  Tensor values = -labels.at(log_probs);
  if (options.label_smoothing > 0) {
    const double e = options.label_smoothing;
    values = (1 - e) * values - e * log_probs.mean(labels.class_dim());
  }
  return labels.reduce("cross_entropy", values, options.reduction);
}

Tensor mse_loss(const Tensor& a, const Tensor& b, MseLossOptions options) {
  if (a.shape() != b.shape()) {
    fail<ShapeError>("mse_loss: the shapes ", a.shape(), " and ", b.shape(),
                     " differ, and nothing broadcasts here. Reshape or expand one of them.");
  }
  if (!is_floating(a.dtype())) require_floating("mse_loss", b);
  return reduced("mse_loss", square(a - b), options.reduction, a.numel(), "elements");
}

}  // namespace tenet
