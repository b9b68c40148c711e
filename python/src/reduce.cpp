#include "tenet/ops/reduce/reduce.h"

#include "tenet/ops/elementwise/binary.h"
#include "tenet/ops/reduce/sum_to.h"
#include "tenet/python/src/bind.h"

namespace tenet::python {
namespace {

using MaybeDims = std::optional<Dims>;

template <class F> void def_reduction(Binder& bind, const char* name, F f, const char* doc) {
  bind.both(
      name,
      [f](const Tensor& x, const MaybeDims& dim, bool keepdim) {
        return unlocked(size_of(x), [&] { return f(x, or_all(dim), keepdim); });
      },
      arg("dim") = none, arg("keepdim") = false, doc);
}

/// Also in a type of its own: x.sum(dtype=tenet.float64)
template <class F> void def_typed_reduction(Binder& bind, const char* name, F f, const char* doc) {
  bind.both(
      name,
      [f](const Tensor& x, const MaybeDims& dim, bool keepdim, std::optional<DType> dtype) {
        return unlocked(size_of(x), [&] { return f(dtype ? x.to(*dtype) : x, or_all(dim), keepdim); });
      },
      arg("dim") = none, arg("keepdim") = false, py::kw_only(), arg("dtype") = none, doc);
}

py::object named_tuple(const char* name, const char* fields) {
  return py::module_::import("collections").attr("namedtuple")(name, fields);
}

}  // namespace

void bind_reduce(Binder& bind) {
  def_typed_reduction(bind, "sum", &sum,
                      "The sum over the dimensions `dim`, all by default. Integers sum to int64.");
  def_typed_reduction(bind, "mean", &mean,
                      "sum / count. Raises DTypeError for integers, ShapeError for no elements.");
  def_reduction(bind, "amax", static_cast<Tensor (*)(const Tensor&, const Dims&, bool)>(&amax),
                "The largest element; equal largest ones share the gradient.");
  def_reduction(bind, "any", static_cast<Tensor (*)(const Tensor&, const Dims&, bool)>(&any),
                "Whether any element is non-zero.");
  def_reduction(bind, "all", static_cast<Tensor (*)(const Tensor&, const Dims&, bool)>(&all),
                "Whether all elements are non-zero.");
  bind.both(
      "var",
      [](const Tensor& x, bool unbiased) {
        return unlocked(size_of(x), [&] { return var(x, {}, unbiased ? 1 : 0); });
      },
      arg("unbiased").noconvert());
  bind.both(
      "var",
      [](const Tensor& x, const MaybeDims& dim, std::int64_t correction, bool keepdim) {
        return unlocked(size_of(x), [&] { return var(x, or_all(dim), correction, keepdim); });
      },
      arg("dim") = none, py::kw_only(), arg("correction") = 1, arg("keepdim") = false,
      "sum((x - mean)^2) / (count - correction).");

  bind.both(
      "var",
      [](const Tensor& x, const MaybeDims& dim, bool unbiased, bool keepdim) {
        return unlocked(size_of(x), [&] { return var(x, or_all(dim), unbiased ? 1 : 0, keepdim); });
      },
      arg("dim"), arg("unbiased"), arg("keepdim") = false, "correction 1 if unbiased, else 0.");

  const py::object result = named_tuple("max", "values indices");
  bind.both("max", unlocking<Tensor, const Tensor&>(&max), "The largest of all elements.");
  bind.both("max", unlocking<Tensor, const Tensor&, const Tensor&>(&maximum), arg("other"),
            "maximum(input, other)");
  bind.both(
      "max",
      [result](const Tensor& x, std::int64_t dim, bool keepdim) {
        const MaxResult largest = unlocked(size_of(x), [&] { return max(x, dim, keepdim); });
        return result(largest.values, largest.indices);
      },
      arg("dim"), arg("keepdim") = false,
      "The largest elements along dim and where they stand, the first of equal ones, as (values, indices).");
  bind.both(
      "argmax",
      [](const Tensor& x, std::optional<std::int64_t> dim, bool keepdim) {
        return unlocked(size_of(x), [&] {
          if (dim) return argmax(x, *dim, keepdim);
          return keepdim ? argmax(x).reshape(Shape(std::vector<std::int64_t>(x.dim(), 1))) : argmax(x);
        });
      },
      arg("dim") = none, arg("keepdim") = false,
      "Where the largest element stands, int64; of the flattened tensor without dim.");

  bind.tensor.def("sum_to_size", [](const Tensor& x, const py::args& size) {
    return sum_to(x, dims_of(size, "sum_to_size"));
  });
  bind.both("sum_to_size", &sum_to, arg("size"),
            "The adjoint of broadcasting to x's shape: x summed to `size`.");
  bind.both("broadcast_to", &broadcast_to, arg("size"), "x read as `size` without a copy.");
}

}  // namespace tenet::python
