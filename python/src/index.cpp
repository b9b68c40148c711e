#include "tenet/ops/index/index.h"

#include "tenet/python/src/bind.h"

namespace tenet::python {

void bind_index(Binder& bind) {
  bind.both("index_select", unlocking(&index_select), arg("dim"), arg("index"),
            "The positions index[0], index[1], ... along dim.");
  bind.both("gather", unlocking(&gather), arg("dim"), arg("index"),
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
