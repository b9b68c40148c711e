#include "tenet/ops/update/update.h"

#include "tenet/framework/autograd/in_place.h"
#include "tenet/ops/elementwise/pointwise.h"
#include "tenet/ops/update/update_kernels.h"

namespace tenet::update {

using pointwise::make_loop;

void run(const Sgd& sgd, Tensor& x, const Tensor& g, const Tensor& b) {
  run_loop(sgd, x.dtype(),
           b.defined() ? make_loop({x.impl(), g.impl(), b.impl()}) : make_loop({x.impl(), g.impl()}),
           x.device());
  bump_version(x);
}

void run(const Adam& adam, Tensor& x, const Tensor& g, const Tensor& m, const Tensor& v,
         const Tensor& largest) {
  run_loop(adam, x.dtype(),
           largest.defined() ? make_loop({x.impl(), g.impl(), m.impl(), v.impl(), largest.impl()})
                             : make_loop({x.impl(), g.impl(), m.impl(), v.impl()}),
           x.device());
  bump_version(x);
}

}  // namespace tenet::update
