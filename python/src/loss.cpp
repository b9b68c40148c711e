// Softmax and the losses.
#include "tenet/ops/loss/loss.h"

#include <algorithm>

#include "tenet/ops/loss/softmax.h"
#include "tenet/python/src/bind.h"

namespace tenet::python {
namespace {

/// What PyTorch's older options stand for, and what it says of them, or the reduction where neither is given.
Reduction reduction_of(std::optional<bool> size_average, std::optional<bool> reduce, std::string name,
                       const char* op) {
  if (size_average || reduce) {
    name = !reduce.value_or(true) ? "none" : size_average.value_or(true) ? "mean" : "sum";
    warn(cat("size_average and reduce args will be deprecated, please use reduction='", name, "' instead."));
  }
  if (name == "mean") return Reduction::mean;
  if (name == "sum") return Reduction::sum;
  if (name == "none") return Reduction::none;
  fail<ValueError>(op, ": reduction \"", name, "\" is not there. Use \"mean\", \"sum\" or \"none\".");
}

Tensor call_nll_loss(const Tensor& x, const Tensor& target, const std::optional<Tensor>& weight,
                     std::optional<bool> size_average, std::int64_t ignore_index, std::optional<bool> reduce,
                     const std::string& reduction) {
  const NllLossOptions options{reduction_of(size_average, reduce, reduction, "nll_loss"), ignore_index,
                               or_undefined(weight)};
  return unlocked(size_of(x), [&] { return nll_loss(x, target, options); });
}

Tensor call_cross_entropy(const Tensor& x, const Tensor& target, const std::optional<Tensor>& weight,
                          std::optional<bool> size_average, std::int64_t ignore_index,
                          std::optional<bool> reduce, const std::string& reduction, double label_smoothing) {
  const CrossEntropyOptions options{reduction_of(size_average, reduce, reduction, "cross_entropy"),
                                    ignore_index, label_smoothing, or_undefined(weight)};
  return unlocked(size_of(x), [&] { return cross_entropy(x, target, options); });
}

Tensor call_mse_loss(const Tensor& x, const Tensor& target, std::optional<bool> size_average,
                     std::optional<bool> reduce, const std::string& reduction,
                     const std::optional<Tensor>& weight) {
  if (target.shape() != x.shape()) {
    warn(cat("Using a target size (", target.shape(), ") that is different to the input size (", x.shape(),
             "). This will likely lead to incorrect results due to broadcasting. Please ensure they have the "
             "same size."));
  }
  const MseLossOptions options{reduction_of(size_average, reduce, reduction, "mse_loss"),
                               or_undefined(weight)};
  return unlocked(std::max(size_of(x), size_of(target)), [&] { return mse_loss(x, target, options); });
}

void def_softmax(Binder& bind, const char* name, Tensor (*f)(const Tensor&, std::int64_t), const char* doc) {
  const auto call = [f](const Tensor& x, std::int64_t dim, std::optional<DType> dtype) {
    return unlocked(size_of(x), [&] { return f(dtype ? x.to(*dtype) : x, dim); });
  };
  bind.both(name, call, arg("dim"), py::kw_only(), arg("dtype") = none, doc);
}

}  // namespace

void bind_loss(Binder& bind) {
  def_softmax(bind, "softmax", &softmax, "exp(x) / sum(exp(x)) along dim, without overflow.");
  def_softmax(bind, "log_softmax", &log_softmax, "log(softmax(x)) along dim, with all its digits.");
  py::module_& f = bind.functional;
  f.def("nll_loss", call_nll_loss, arg("input"), arg("target"), arg("weight") = none,
        arg("size_average") = none, arg("ignore_index") = -100, arg("reduce") = none,
        arg("reduction") = "mean",
        "-weight input at the label. Shapes: input [N, C], [N, C, ...] or [C]; target [N], [N, ...] or []; "
        "weight [C].");
  f.def("cross_entropy", call_cross_entropy, arg("input"), arg("target"), arg("weight") = none,
        arg("size_average") = none, arg("ignore_index") = -100, arg("reduce") = none,
        arg("reduction") = "mean", arg("label_smoothing") = 0.,
        "nll_loss(log_softmax(input), target, weight). Shapes as nll_loss; a floating target of the input's "
        "shape gives each class its probability.");
  f.def(
      "mse_loss", call_mse_loss, arg("input"), arg("target"), arg("size_average") = none,
      arg("reduce") = none, arg("reduction") = "mean", arg("weight") = none,
      "weight (input - target)^2; input and target broadcast, with a warning. weight has the input's shape.");
}

}  // namespace tenet::python
