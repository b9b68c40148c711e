#include "tenet/ops/index/index.h"

#include "tenet/ops/index/advanced.h"
#include "tenet/python/src/bind.h"

namespace tenet::python {

namespace {

using Indices = std::vector<std::optional<Tensor>>;

std::vector<Tensor> tensors(const Indices& indices) {
  std::vector<Tensor> list;
  for (const auto& index : indices) list.push_back(or_undefined(index));
  return list;
}

/// Positions as a matrix, or one vector for each dimension.
py::object nonzero_of(const Tensor& x, bool as_tuple) {
  const Tensor positions = unlocked(size_of(x), [&] { return nonzero(x); });
  if (!as_tuple) return wrapped(positions);
  if (x.dim() == 0) return nonzero_of(x.reshape({1}), true);
  py::tuple parts(static_cast<std::size_t>(x.dim()));
  for (std::size_t d = 0; d < parts.size(); ++d)
    parts[d] = wrapped(positions.select(1, static_cast<std::int64_t>(d)));
  return parts;
}

}  // namespace

void bind_index(Binder& bind) {
  bind.both("nonzero", &nonzero_of, py::kw_only(), arg("as_tuple") = false,
            "The positions of the elements that are not 0, row-major: int64 [n, x.dim()]; as a tuple, one "
            "vector for each "
            "dimension.");
  bind.module.def(
      "where", [](const Tensor& condition) { return nonzero_of(condition, true); }, arg("condition"));
  bind.both("masked_select", unlocking(&masked_select), arg("mask"),
            "The elements where mask is true, in one dimension; input and mask broadcast.");
  const char* const put =
      "The tensor with tensor[indices] = values, or += values to accumulate. Where a position is named twice "
      "the last "
      "one stays.";
  const auto index_put_of = [](const Tensor& x, const Indices& indices, const Tensor& values,
                               bool accumulate) {
    return index_put(x, tensors(indices), values, accumulate);
  };
  bind.both("index_put", index_put_of, arg("indices"), arg("values"), arg("accumulate") = false, put);
  bind.tensor.def(
      "index_put_",
      [](py::object self, const Indices& indices, const Tensor& values, bool accumulate) {
        index_put_(unwrap(self), tensors(indices), values, accumulate);
        return self;
      },
      arg("indices"), arg("values"), arg("accumulate") = false, "The same, written into the tensor.");
  bind.both("index_select", unlocking(&index_select), arg("dim"), arg("index"),
            "The positions index[0], index[1], ... along dim.");
  const auto gather_of = [](const Tensor& x, std::int64_t dim, const Tensor& index, bool /*sparse_grad*/) {
    return unlocked_call(&gather, x, dim, index);
  };
  bind.both("gather", gather_of, arg("dim"), arg("index"), py::kw_only(), arg("sparse_grad") = false,
            "y[i, j, k] = x[i, index[i, j, k], k] for dim = 1, likewise for others.");
  bind.both("scatter_add", unlocking(&scatter_add), arg("dim"), arg("index"), arg("src"),
            "x with x[i, index[i, j, k], k] += src[i, j, k] for dim = 1, likewise for others.");
  bind.tensor.def_in_place("scatter_add_", &scatter_add_, arg("dim"), arg("index"), arg("src"),
                           "The same, written into the tensor.");
  bind.both("masked_fill", unlocking(&masked_fill), arg("mask"), arg("value"),
            "`value` where mask is true, x elsewhere.");
  bind.tensor.def_in_place(
      "masked_fill_",
      +[](Tensor& x, const Tensor& mask, Scalar value) { x.copy_(masked_fill(x, mask, value)); }, arg("mask"),
      arg("value"), "The same, written into the tensor.");
}

}  // namespace tenet::python
