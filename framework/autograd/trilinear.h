// Bilinear ops: the author writes the three contractions of one trilinear form t(a, b, c), which is
// linear in each argument. An op is the form read towards one slot; its gradients are the same form
// read towards the other two. So three contractions give three ops and their gradients of every order.
//
//   struct MatmulForm {
//     const char* name(int towards) const;
//     /// d t / d slot `towards`, from the other two slots in slot order.
//     Tensor contract(int towards, const Tensor& p, const Tensor& q, const Tensor& bias) const;
//     /// The dimension of slot `towards` a bias runs along.
//     int bias_dim(int towards) const;
//     double flops() const;  // of one contraction, whichever the slot: optional
//   };
#pragma once

#include "tenet/framework/autograd/op.h"

namespace tenet {

template <class Form>
Tensor contract(const Form& form, int towards, const Tensor& p, const Tensor& q, const Tensor& bias = {});

template <class Form> struct TrilinearRule {
  Form form;
  std::int8_t towards;
  bool saves_p, saves_q;  // the first operand is read for the second's gradient, and the reverse

  const char* name() const { return form.name(towards); }

  /// Linear in either operand, and jointly in one of them and the bias.
  static bool linear_in(InputMask active) { return (active & 3) != 3; }

  double flops(const Record&) const requires requires(const Form& f) { f.flops(); }
  { return form.flops(); }

  Gradients backward(const Context& context, const Tensor& dy) const {
    const int slot_p = towards == 0 ? 1 : 0;
    const int slot_q = towards == 2 ? 1 : 2;
    Tensor p = saves_p ? context.saved(0) : Tensor();
    Tensor q = saves_q ? context.saved(saves_p ? 1 : 0) : Tensor();
    Tensor dp, dq, dbias;
    if (context.needs(0)) dp = between(slot_p, towards, dy, slot_q, q);
    if (context.needs(1)) dq = between(slot_q, towards, dy, slot_p, p);
    if (context.needs(2)) dbias = sum_to_bias(dy);
    return {std::move(dp), std::move(dq), std::move(dbias)};
  }

 private:
  /// The form read towards `slot`, its other slots put in order.
  Tensor between(int slot, int slot_a, const Tensor& a, int slot_b, const Tensor& b) const {
    return slot_a < slot_b ? contract(form, slot, a, b) : contract(form, slot, b, a);
  }
  Tensor sum_to_bias(const Tensor& dy) const {
    Dims others;
    for (int d = 0; d < dy.dim(); ++d) {
      if (d != form.bias_dim(towards)) others.push_back(d);
    }
    return others.empty() ? dy : dy.sum(others);
  }
};

/// The form read towards one slot; p and q are the other two in slot order. A defined bias is added
/// along bias_dim.
template <class Form>
Tensor contract(const Form& form, int towards, const Tensor& p, const Tensor& q, const Tensor& bias) {
  Tensor out = form.contract(towards, p, q, bias);
  if (!recording(p, q, bias)) return out;
  TrilinearRule<Form> rule{form, static_cast<std::int8_t>(towards), requires_history(q), requires_history(p)};
  const Tensor all[] = {p, q, bias};
  const std::span inputs(all, bias.defined() ? 3 : 2);
  if (rule.saves_p && rule.saves_q) {
    record(std::move(rule), out, inputs, {p, q});
  } else if (rule.saves_p) {
    record(std::move(rule), out, inputs, {p});
  } else if (rule.saves_q) {
    record(std::move(rule), out, inputs, {q});
  } else {
    record(std::move(rule), out, inputs);
  }
  return out;
}

}  // namespace tenet
