// Losses. reduction says what becomes of the values, one for each element or label: their mean (the default),
// their sum, or themselves. The mean of nothing is NaN, and its gradient 0: so is that of labels all ignored.
#pragma once

#include "tenet/ops/loss/softmax.h"

namespace tenet {

enum class Reduction { mean, sum, none };

struct NllLossOptions {
  Reduction reduction = Reduction::mean;
  std::int64_t ignore_index = -100;  // labels that do not count: loss 0, gradient 0, not in the mean
  Tensor weight = {};                // of each class, [C]; undefined: 1
};

struct CrossEntropyOptions {
  Reduction reduction = Reduction::mean;
  std::int64_t ignore_index = -100;
  double label_smoothing = 0;  // in [0, 1]
  Tensor weight = {};
};

struct MseLossOptions {
  Reduction reduction = Reduction::mean;
  Tensor weight = {};  // of each element, of a's shape; undefined: 1
};

/// -weight log_probs at the label, for each label; the mean is sum(values) / sum(weights of the labels that count).
/// Shapes: log_probs [N, C], [N, C, ...] or [C]; target [N], [N, ...] or []: int64 (int32 and uint8 are accepted),
/// labels in [0, C); weight [C], of log_probs' type.
/// Gradients: for log_probs, -weight at the labels (divided as the mean is), 0 elsewhere; for the weight too.
/// Throws IndexError naming a label out of range, ShapeError if the shapes do not fit.
Tensor nll_loss(const Tensor& log_probs, const Tensor& target, const NllLossOptions& options = {});

/// nll_loss(log_softmax(logits)); with label smoothing e, (1 - e) of that plus e / C times the sum of
/// -weight log_softmax over the classes. Shapes, gradients through log_softmax, and errors as in nll_loss.
///
/// A floating target of the logits' shape gives each class its probability: -sum(weight target log_softmax(logits))
/// over the classes, where smoothing makes (1 - e) target + e / C of the target, and the mean divides by the number of
/// sums, whatever the weight. Differentiable in all three. Throws ValueError for an ignore_index of 0 or more.
/// Source: C. Szegedy et al., Rethinking the Inception architecture, arXiv:1512.00567, section 7 (label smoothing).
Tensor cross_entropy(const Tensor& logits, const Tensor& target, const CrossEntropyOptions& options = {});

/// weight (a - b)^2; a and b broadcast. Gradients: da = 2 weight (a - b), db = -da, dweight = (a - b)^2. The mean
/// divides by the number of values, or by the sum of the weight, as it is. Throws ShapeError if the shapes do not fit,
/// DTypeError for integers.
Tensor mse_loss(const Tensor& a, const Tensor& b, const MseLossOptions& options = {});

}  // namespace tenet
