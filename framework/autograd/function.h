// Ops defined outside the library.
//
//   struct Cube : tenet::Function {
//     Tensor forward(tenet::Context& context, const Tensor& x) {
//       context.save(x);
//       return x * x * x;
//     }
//     std::vector<Tensor> backward(const tenet::Context& context, const Tensor& dy) {
//       const Tensor x = context.saved(0);
//       return {3 * dy * x * x};
//     }
//   };
//   Tensor y = tenet::apply<Cube>(x);
#pragma once

#include <typeinfo>

#include "tenet/framework/autograd/op.h"

namespace tenet {

/// The base of a user's op. forward computes the value and is not recorded itself; backward returns one
/// gradient per Tensor argument of forward, in order (Tensor() where there is none). Written with
/// tenet's ops, backward can itself be differentiated, to any order. Members may carry parameters.
struct Function {};

namespace detail {

/// "Cube" from typeid(Cube).name().
const char* type_name(const std::type_info& type);

template <class F> struct FunctionRule {
  F function;
  const char* name() const { return type_name(typeid(F)); }
  Gradients backward(const Context& context, const Tensor& dy) {
    return Gradients(std::vector<Tensor>(function.backward(context, dy)));
  }
};

inline void collect(std::vector<Tensor>& inputs, const Tensor& x) { inputs.push_back(x); }
template <class T> void collect(std::vector<Tensor>&, const T&) {}

Tensor fresh_output(Tensor y, const std::vector<Tensor>& inputs);

}  // namespace detail

/// Runs F's forward on the arguments and records it.
template <class F, class... Args> Tensor apply(const Args&... args) {
  static_assert(std::is_base_of_v<Function, F>, "derive your op from tenet::Function");
  std::vector<Tensor> inputs;
  (detail::collect(inputs, args), ...);
  F function;
  Context context;
  Tensor y;
  {
    const NoGradGuard no_grad;
    y = detail::fresh_output(function.forward(context, args...), inputs);
  }
  bool needed = false;
  for (const Tensor& input : inputs) needed |= recording(input);
  if (!needed) return y;
  Recorder recorder(Recorder::make(detail::FunctionRule<F>{std::move(function)}, y.impl(), inputs.size(),
                                   context.to_save().size()),
                    y.impl());
  for (const Tensor& input : inputs) recorder.add_input(input);
  for (const Tensor& saved : context.to_save()) recorder.add_saved(saved);
  recorder.finish();
  return y;
}

}  // namespace tenet
