// Rows of the pointwise ops with gradients: ops/elementwise/{unary,binary,where}.h.
#include <algorithm>

#include "ops/op_table.h"
#include "tenet/ops/create/create.h"
#include "tenet/ops/elementwise/binary.h"
#include "tenet/ops/elementwise/unary.h"
#include "tenet/ops/elementwise/where.h"

namespace tenet_test {
namespace {

using Unary = Tensor (*)(const Tensor&);
using UnaryInPlace = Tensor& (*)(Tensor&);

Tensors ints(const Shape& shape) { return {tenet::ones(shape, {.dtype = tenet::int64})}; }

std::string no_floats_in_place(const std::string& name) {
  return name + "_: the result is float32 and cannot be written into a int64 tensor. Use " + name +
         "(x), or convert with .to(tenet::float32) first.";
}

/// A pointwise op of one tensor, drawn in its smooth domain.
Op unary(const std::string& name, Unary f, UnaryInPlace f_, Draw draw, const std::vector<DType>& types = kAll,
         Result result = floated) {
  Op op{.name = name,
        .call = [f](const Tensors& in, const Options&) { return Tensors{f(in[0])}; },
        .samples = {{{{{2, 3}, draw}}},
                    {{{{}, draw}}},
                    {{{{0, 3}, draw}}},
                    {{{{7, 5, 2}, draw}}},
                    {{{{300, 301}, draw}}, {}, true}},
        .types = types,
        .result = result,
        .in_place = [f_](Tensors& in, const Options&) -> Tensor& { return f_(in[0]); }};
  if (std::find(types.begin(), types.end(), tenet::boolean) == types.end()) {
    op.wrong = {{[] { return Tensors{tenet::ones({2}, {.dtype = tenet::boolean})}; },
                 {},
                 "DTypeError",
                 name + ": is not defined for bool tensors. Convert with .to(tenet::int64)."}};
  }
  if (result == floated) {
    op.wrong = {{[] { return ints({2}); }, {}, "DTypeError", no_floats_in_place(name), true}};
  }
  return op;
}

Op clamp_op() {
  return {.name = "clamp",
          .call =
              [](const Tensors& in, const Options& o) {
                return Tensors{tenet::clamp(in[0], o.scalar("low"), o.scalar("high"))};
              },
          .samples = {{{low(4, 5)}, {{"low", -1}, {"high", 1}}},
                      {{low()}, {{"low", 0}, {"high", 0}}},
                      {{low(3, 0)}, {{"low", 0}, {"high", 1}}},
                      {{low(300, 301)}, {{"low", -1}, {"high", 1}}, true}},
          .types = kAll,
          .result = [](DType in, const Options& o, int) { return o.scalar("low").promote_with(in); },
          .in_place = [](Tensors& in, const Options& o) -> Tensor& {
            return tenet::clamp_(in[0], o.scalar("low"), o.scalar("high"));
          },
          .wrong = {{[] { return Tensors{tenet::ones({2})}; },
                     {{"low", 2}, {"high", 1}},
                     "ValueError",
                     "clamp: low is 2 and high is 1. low must not exceed high."},
                    {[] { return ints({2}); },
                     {{"low", 0.5}, {"high", 1}},
                     "DTypeError",
                     no_floats_in_place("clamp"),
                     true}}};
}

struct BinaryForms {
  Tensor (*tensors)(const Tensor&, const Tensor&);
  Tensor (*right)(const Tensor&, tenet::Scalar);
  Tensor (*left)(tenet::Scalar, const Tensor&);
  Tensor& (*in_place)(Tensor&, const Tensor&);
};

#define FORMS(name) \
  BinaryForms { tenet::name, tenet::name, tenet::name, tenet::name##_ }

Tensors call_binary(const BinaryForms& f, const Tensors& in, const Options& o) {
  if (o.has("right")) return {f.right(in[0], o.scalar("right"))};
  if (o.has("left")) return {f.left(o.scalar("left"), in[0])};
  return {f.tensors(in[0], in[1])};
}

Op binary(const std::string& name, BinaryForms f, Draw a, Draw b, const std::vector<DType>& types,
          Result result, std::vector<InputSet> linear) {
  return {
      .name = name,
      .call = [f](const Tensors& in, const Options& o) { return call_binary(f, in, o); },
      .samples = {{{{{2, 3}, a}, {{2, 3}, b}}},
                  {{{{2, 1, 3}, a}, {{4, 1}, b}}},
                  {{{{3}, a}, {{2, 3}, b}}},
                  {{{{2, 3}, a}, {{}, b}}},
                  {{{{}, a}, {{}, b}}},
                  {{{{0, 3}, a}, {{3}, b}}},
                  {{{{2, 1}, a}, {{2, 0}, b}}},
                  {{{{3, 2}, a}}, {{"right", 2}}},
                  {{{{3, 2}, b}}, {{"left", 1}}},
                  {{{{300, 301}, a}, {{301}, b}}, {}, true}},
      .types = types,
      .result = result,
      .gradient = 3,
      .linear = std::move(linear),
      .in_place = [f](Tensors& in, const Options&) -> Tensor& { return f.in_place(in[0], in[1]); },
      .wrong =
          {{[] {
              return Tensors{tenet::ones({2, 3}), tenet::ones({2})};
            },
            {},
            "ShapeError",
            name + ": shapes [2, 3] and [2] do not broadcast: dimension -1 has extents 3 and 2. Extents must "
                   "be equal, or one of them 1; reshape or unsqueeze first."},
           {[] {
              return Tensors{tenet::ones({3}), tenet::ones({2, 3})};
            },
            {},
            "ShapeError",
            name +
                "_: the result has shape [2, 3] and cannot be written into a tensor of shape [3]. Only the "
                "other operand broadcasts in place.",
            true},
           {[] {
              return Tensors{tenet::ones({3}, {.dtype = tenet::int32}), tenet::ones({3})};
            },
            {},
            "DTypeError",
            name + "_: the result is float32 and cannot be written into a int32 tensor. Use " + name +
                "(a, b), or convert a first.",
            true}}};
}

/// floor_divide and remainder.
Op whole_division(const std::string& name, BinaryForms f) {
  Op op = binary(name, f, Draw::low, Draw::positive, kNumbers, promoted, {});
  op.wrong.push_back({[] {
                        return Tensors{tenet::ones({2}, {.dtype = tenet::int64}),
                                       tenet::zeros({2}, {.dtype = tenet::int64})};
                      },
                      {},
                      "ValueError",
                      name + ": an integer is divided by 0 (the divisor has shape [2]). Convert with "
                             ".to(tenet::float32) for inf and NaN there."});
  return op;
}

Op where_op() {
  return {
      .name = "where",
      .call =
          [](const Tensors& in, const Options& o) {
            if (o.has("right")) return Tensors{tenet::where(in[0], in[1], o.scalar("right"))};
            if (o.has("left")) return Tensors{tenet::where(in[0], o.scalar("left"), in[1])};
            return Tensors{tenet::where(in[0], in[1], in[2])};
          },
      .samples = {{{mask(2, 3), real(2, 3), real(2, 3)}},
                  {{mask(2, 1), real(4, 1, 3), real(3)}},
                  {{mask(), real(2, 2), real()}},
                  {{mask(), real(), real()}},
                  {{mask(2, 0), real(2, 1), real()}},
                  {{mask(2, 3), real(3)}, {{"right", 2}}},
                  {{mask(2, 3), real(3)}, {{"left", 2}}},
                  {{mask(301), real(300, 301), real(300, 1)}, {}, true}},
      .types = kAll,
      .result = promoted,
      .gradient = 6,
      .linear = {6},
      .wrong = {
          {[] {
             return Tensors{tenet::ones({2}), tenet::ones({2}), tenet::ones({2})};
           },
           {},
           "DTypeError",
           "where: the condition is float32 but must be bool. Compare first, as in where(x > 0, a, b)."},
          {[] {
             return Tensors{tenet::ones({2}, {.dtype = tenet::boolean}), tenet::ones({2}), tenet::ones({3})};
           },
           {},
           "ShapeError",
           "where: shapes [2] and [3] do not broadcast: dimension -1 has extents 2 and 3. Extents must be "
           "equal, or one of them 1; reshape or unsqueeze first."}}};
}

std::vector<Op> elementwise_ops() {
  Op neg = unary("neg", tenet::neg, tenet::neg_, Draw::real, kNumbers, same);
  neg.linear = {1};
  // 1 / x is not linear in the first input; golden cases have it.
  Op div = binary("div", FORMS(div), Draw::real, Draw::positive, kAll, floated, {1});
  std::erase_if(div.samples, [](const Sample& s) { return s.options.has("left"); });
  return {neg,
          unary("abs", tenet::abs, tenet::abs_, Draw::low, kNumbers, same),
          unary("exp", tenet::exp, tenet::exp_, Draw::real),
          unary("log", tenet::log, tenet::log_, Draw::positive),
          unary("sqrt", tenet::sqrt, tenet::sqrt_, Draw::positive),
          unary("square", tenet::square, tenet::square_, Draw::real, kNumbers, same),
          unary("sin", tenet::sin, tenet::sin_, Draw::real),
          unary("cos", tenet::cos, tenet::cos_, Draw::real),
          unary("tanh", tenet::tanh, tenet::tanh_, Draw::real),
          unary("sigmoid", tenet::sigmoid, tenet::sigmoid_, Draw::real),
          unary("relu", tenet::relu, tenet::relu_, Draw::low, kNumbers, same),
          clamp_op(),
          binary("add", FORMS(add), Draw::real, Draw::real, kAll, promoted, {3}),
          binary("sub", FORMS(sub), Draw::real, Draw::real, kNumbers, promoted, {3}),
          binary("mul", FORMS(mul), Draw::real, Draw::real, kAll, promoted, {1, 2}),
          div,
          binary("pow", FORMS(pow), Draw::positive, Draw::real, kNumbers, promoted, {}),
          binary("maximum", FORMS(maximum), Draw::low, Draw::high, kAll, promoted, {}),
          binary("minimum", FORMS(minimum), Draw::low, Draw::high, kAll, promoted, {}),
          whole_division("floor_divide", FORMS(floor_divide)),
          whole_division("remainder", FORMS(remainder)),
          where_op()};
}

const Rows kRows(elementwise_ops);

}  // namespace
}  // namespace tenet_test
