#include "tenet/ops/update/update.h"

#include "tenet/framework/autograd/in_place.h"
#include "tenet/ops/elementwise/pointwise.h"
#include "tenet/ops/update/update_kernels.h"

namespace tenet::update {

using pointwise::make_loop;

namespace {

void require_like(const char* op, const char* what, const Tensor& x, const Tensor& t) {
  if (t.shape() != x.shape()) {
    fail<ShapeError>(op, ": ", what, " has shape ", t.shape(), " but its parameter has ", x.shape(),
                     ". Both need one shape.");
  }
  if (t.dtype() != x.dtype()) {
    fail<DTypeError>(op, ": ", what, " is ", t.dtype(), " but its parameter is ", x.dtype(),
                     ". Both need one type.");
  }
  if (t.device() != x.device()) fail_devices(op, x.device(), t.device());
}

}  // namespace

void check(const char* op, const Tensor& x, const Tensor& g, std::initializer_list<const Tensor*> state) {
  if (!is_floating(x.dtype()))
    fail<DTypeError>(op, ": a parameter is ", x.dtype(), ". It must be floating-point.");
  check_writable(x, op);
  require_like(op, "a gradient", x, g);
  for (const Tensor* t : state) {
    if (!t->defined()) continue;
    require_like(op, "what was gathered", x, *t);
    check_writable(*t, op);
  }
}

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
