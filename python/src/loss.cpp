// Softmax and the losses.
#include "tenet/ops/loss/loss.h"

#include "tenet/ops/loss/softmax.h"
#include "tenet/python/src/bind.h"

namespace tenet::python {
namespace {

Reduction reduction_of(const std::string& name, const char* op) {
  if (name == "mean") return Reduction::mean;
  if (name == "sum") return Reduction::sum;
  if (name == "none") return Reduction::none;
  fail<ValueError>(op, ": reduction \"", name, "\" is not there. Use \"mean\", \"sum\" or \"none\".");
}

void def_softmax(Binder& bind, const char* name, Tensor (*f)(const Tensor&, std::int64_t), const char* doc) {
  const auto call = [f](const Tensor& x, std::int64_t dim, std::optional<DType> dtype) {
    return unlocked(size_of(x), [&] { return f(dtype ? x.to(*dtype) : x, dim); });
  };
  bind.both(name, call, arg("dim"), py::kw_only(), arg("dtype") = none, doc);
  bind.functional.attr(name) = bind.module.attr(name);
}

}  // namespace

void bind_loss(Binder& bind) {
  def_softmax(bind, "softmax", &softmax, "exp(x) / sum(exp(x)) along dim, without overflow.");
  def_softmax(bind, "log_softmax", &log_softmax, "log(softmax(x)) along dim, with all its digits.");
  py::module_& f = bind.functional;
  f.def(
      "nll_loss",
      [](const Tensor& x, const Tensor& target, std::int64_t ignore_index, const std::string& reduction) {
        return unlocked(size_of(x), [&] {
          return nll_loss(x, target,
                          {.reduction = reduction_of(reduction, "nll_loss"), .ignore_index = ignore_index});
        });
      },
      arg("input"), arg("target"), py::kw_only(), arg("ignore_index") = -100, arg("reduction") = "mean",
      "-input at the label. Shapes: input [N, C], [N, C, ...] or [C]; target [N], [N, ...] or [].");
  f.def(
      "cross_entropy",
      [](const Tensor& x, const Tensor& target, std::int64_t ignore_index, const std::string& reduction,
         double label_smoothing) {
        const CrossEntropyOptions options{reduction_of(reduction, "cross_entropy"), ignore_index,
                                          label_smoothing};
        return unlocked(size_of(x), [&] { return cross_entropy(x, target, options); });
      },
      arg("input"), arg("target"), py::kw_only(), arg("ignore_index") = -100, arg("reduction") = "mean",
      arg("label_smoothing") = 0., "nll_loss(log_softmax(input), target). Shapes as nll_loss.");
  f.def(
      "mse_loss",
      [](const Tensor& a, const Tensor& b, const std::string& reduction) {
        return unlocked(size_of(a), [&] { return mse_loss(a, b, {reduction_of(reduction, "mse_loss")}); });
      },
      arg("input"), arg("target"), py::kw_only(), arg("reduction") = "mean",
      "(input - target)^2. Both have one shape: nothing broadcasts.");
}

}  // namespace tenet::python
