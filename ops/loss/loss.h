// Losses. reduction says what becomes of the values, one for each element or label: their mean (the default),
// their sum, or themselves. There is no mean of nothing: that is a ShapeError.
#pragma once

#include "tenet/ops/loss/softmax.h"

namespace tenet {

enum class Reduction { mean, sum, none };

struct NllLossOptions {
  Reduction reduction = Reduction::mean;
  std::int64_t ignore_index = -100;  // labels that do not count: loss 0, gradient 0, not in the mean
};

struct CrossEntropyOptions {
  Reduction reduction = Reduction::mean;
  std::int64_t ignore_index = -100;
  double label_smoothing = 0;  // in [0, 1]
};

struct MseLossOptions {
  Reduction reduction = Reduction::mean;
};

/// -log_probs at the label, for each label.
/// Shapes: log_probs [N, C], [N, C, ...] or [C]; target [N], [N, ...] or []: int64 (int32 is accepted), labels in [0, C).
/// Gradient: -1 (divided by the count for the mean) at the labels, 0 elsewhere.
/// Throws IndexError naming a label out of range, ShapeError if the shapes do not fit.
Tensor nll_loss(const Tensor& log_probs, const Tensor& target, NllLossOptions options = {});

/// nll_loss(log_softmax(logits)); with label smoothing e, (1 - e) of that plus e times the mean of -log_softmax over
/// the classes. Shapes, gradients through log_softmax, and errors as in nll_loss.
/// Source: C. Szegedy et al., Rethinking the Inception architecture, arXiv:1512.00567, section 7 (label smoothing).
Tensor cross_entropy(const Tensor& logits, const Tensor& target, CrossEntropyOptions options = {});

/// (a - b)^2. a and b have one shape: nothing broadcasts. Gradients: da = 2 (a - b), db = -da (divided by the count
/// for the mean). Throws ShapeError if the shapes differ, DTypeError for integers.
Tensor mse_loss(const Tensor& a, const Tensor& b, MseLossOptions options = {});

}  // namespace tenet
