// Rows of the reductions: ops/reduce/{reduce,sum_to}.h.
#include "ops/op_table.h"
#include "tenet/ops/create/create.h"
#include "tenet/ops/reduce/reduce.h"
#include "tenet/ops/reduce/sum_to.h"

namespace tenet_test {
namespace {

using Reduction = Tensor (*)(const Tensor&, const tenet::Dims&, bool);

tenet::Dims dims(const Options& o) { return o.list_or("dims", {}); }

Wrong dim_out_of_range(const std::string& name, Options options) {
  return {[] {
            return Tensors{tenet::ones({2, 3})};
          },
          std::move(options), "IndexError",
          name + ": dim 2 is out of range for a tensor of 2 dimensions. Use a dim in [-2, 1]."};
}

Wrong of_nothing(const std::string& name, Options options = {}) {
  return {[] {
            return Tensors{tenet::ones({2, 0})};
          },
          std::move(options), "ShapeError",
          name + ": there is no " + name +
              " of no elements (shape [2, 0]). Reduce over dimensions that are not empty."};
}

/// A reduction over `dims` with `keepdim`.
Op reduction(const std::string& name, Reduction f, Draw draw, const std::vector<DType>& types,
             Result result) {
  return {.name = name,
          .call = [f](const Tensors& in,
                      const Options& o) { return Tensors{f(in[0], dims(o), o.flag("keepdim"))}; },
          .samples = {{{{{2, 3, 4}, draw}}},
                      {{{{2, 3, 4}, draw}}, {{"keepdim", true}}},
                      {{{{2, 3, 4}, draw}}, {{"dims", {1}}}},
                      {{{{2, 3, 4}, draw}}, {{"dims", {0, -1}}, {"keepdim", true}}},
                      {{{{5, 1, 2}, draw}}, {{"dims", {1}}}},
                      {{{{}, draw}}},
                      {{{{}, draw}}, {{"dims", {-1}}, {"keepdim", true}}},
                      {{{{0, 3}, draw}}, {{"dims", {1}}}},
                      {{{{70, 33, 41}, draw}}, {}, true},
                      {{{{70, 33, 41}, draw}}, {{"dims", {0, 2}}}, true},
                      {{{{70, 33, 41}, draw}}, {{"dims", {1}}}, true}},
          .types = types,
          .result = result,
          .wrong = {dim_out_of_range(name, {{"dims", {2}}}),
                    {[] {
                       return Tensors{tenet::ones({2, 3})};
                     },
                     {{"dims", {1, -1}}},
                     "ValueError",
                     name + ": dim -1 appears more than once in [1, -1]. Name each dimension once."}}};
}

Op sum_op() {
  Op op = reduction("sum", tenet::sum, Draw::real, kAll, summed);
  op.samples.push_back({{real(0, 3)}});
  op.samples.push_back({{real(2, 0)}, {{"dims", {1}}, {"keepdim", true}}});
  op.linear = {1};
  return op;
}

Op mean_op() {
  Op op = reduction("mean", tenet::mean, Draw::real, kFloats, same);
  op.linear = {1};
  op.wrong.push_back(of_nothing("mean"));
  op.wrong.push_back(
      {[] { return Tensors{tenet::ones({2}, {.dtype = tenet::int64})}; },
       {},
       "DTypeError",
       "mean: needs a floating-point tensor but got int64. Convert with .to(tenet::float32) first."});
  return op;
}

Op var_op() {
  Op op = reduction("var", nullptr, Draw::real, kFloats, same);
  op.call = [](const Tensors& in, const Options& o) {
    return Tensors{tenet::var(in[0], dims(o), o.integer_or("correction", 1), o.flag("keepdim"))};
  };
  std::erase_if(op.samples,
                [](const Sample& s) { return s.inputs[0].shape.empty() || s.inputs[0].shape[1] == 1; });
  op.samples.push_back({{real()}, {{"correction", 0}}});
  op.samples.push_back({{real(2, 5)}, {{"dims", {1}}, {"correction", 0}}});
  op.samples.push_back({{real(2, 5)}, {{"dims", {1}}, {"correction", 3}}});
  op.wrong.push_back(
      {[] {
         return Tensors{tenet::ones({2, 1})};
       },
       {{"dims", {1}}},
       "ShapeError",
       "var: 1 elements with correction 1 leave nothing to divide by (shape [2, 1]). Use more elements or "
       "a smaller correction."});
  return op;
}

Op amax_op() {
  Op op = reduction("amax", tenet::amax, Draw::distinct, kAll, same);
  op.wrong.push_back(of_nothing("amax", {{"dims", {1}}}));
  return op;
}

Op any_all(const std::string& name, Reduction f) {
  Op op = reduction(name, f, Draw::real, kAll, bool_result);
  op.samples.push_back({{real(2, 0)}});
  op.samples.push_back({{real(2, 0)}, {{"dims", {1}}}});
  op.gradient = 0;
  return op;
}

/// The samples of ops along one dimension.
std::vector<Sample> along_one(bool all_too) {
  std::vector<Sample> samples = {{{distinct(2, 3, 4)}, {{"dim", 1}}},
                                 {{distinct(2, 3, 4)}, {{"dim", -1}, {"keepdim", true}}},
                                 {{distinct(4, 1)}, {{"dim", 1}}},
                                 {{distinct()}, {{"dim", 0}}},
                                 {{distinct(0, 3)}, {{"dim", 1}}},
                                 {{distinct(70, 33, 41)}, {{"dim", 0}}, true},
                                 {{distinct(70, 33, 41)}, {{"dim", 2}}, true}};
  if (all_too) {
    samples.push_back({{distinct(3, 4)}});
    samples.push_back({{distinct()}});
    samples.push_back({{distinct(70, 33, 41)}, {}, true});
  }
  return samples;
}

Op max_op() {
  return {.name = "max",
          .call =
              [](const Tensors& in, const Options& o) {
                if (!o.has("dim")) return Tensors{tenet::max(in[0])};
                const tenet::MaxResult result = tenet::max(in[0], o.integer("dim"), o.flag("keepdim"));
                return Tensors{result.values, result.indices};
              },
          .samples = along_one(true),
          .types = kAll,
          .result = value_and_index,
          .wrong = {dim_out_of_range("max", {{"dim", 2}}), of_nothing("max", {{"dim", 1}})}};
}

Op argmax_op() {
  return {.name = "argmax",
          .call =
              [](const Tensors& in, const Options& o) {
                return Tensors{o.has("dim") ? tenet::argmax(in[0], o.integer("dim"), o.flag("keepdim"))
                                            : tenet::argmax(in[0])};
              },
          .samples = along_one(true),
          .types = kAll,
          .result = int64_result,
          .gradient = 0,
          .wrong = {dim_out_of_range("argmax", {{"dim", 2}}), of_nothing("argmax"),
                    of_nothing("argmax", {{"dim", 1}})}};
}

Op sum_to_op() {
  return {
      .name = "sum_to",
      .call = [](const Tensors& in,
                 const Options& o) { return Tensors{tenet::sum_to(in[0], o.list("shape"))}; },
      .samples = {{{real(2, 3, 4)}, {{"shape", {3, 1}}}},
                  {{real(2, 3)}, {{"shape", tenet::Dims{}}}},
                  {{real(2, 0)}, {{"shape", {2, 1}}}},
                  {{real(0, 3)}, {{"shape", {3}}}},
                  {{real(300, 301)}, {{"shape", {301}}}, true}},
      .types = kAll,
      .result = summed,
      .linear = {1},
      .wrong = {{[] {
                   return Tensors{tenet::ones({2, 3})};
                 },
                 {{"shape", {4, 2, 3}}},
                 "ShapeError",
                 "sum_to: shape [4, 2, 3] does not expand to [2, 3]. Only extents of 1 stretch, and new "
                 "dimensions go in front."},
                {[] {
                   return Tensors{tenet::ones({2, 3})};
                 },
                 {{"shape", {2}}},
                 "ShapeError",
                 "sum_to: shapes [2] and [2, 3] do not broadcast: dimension -1 has extents 2 and 3. Extents "
                 "must be equal, or one of them 1; reshape or unsqueeze first."}},
      .no_scalar = "a scalar is the sum of itself alone"};
}

Op broadcast_to_op() {
  return {
      .name = "broadcast_to",
      .call = [](const Tensors& in,
                 const Options& o) { return Tensors{tenet::broadcast_to(in[0], o.list("shape"))}; },
      .samples = {{{real(3, 1)}, {{"shape", {2, 3, 4}}}},
                  {{real(2, 3)}, {{"shape", {2, 3}}}},
                  {{real()}, {{"shape", {2, 2}}}},
                  {{real(2, 1)}, {{"shape", {2, 0}}}},
                  {{real(0, 1)}, {{"shape", {2, 0, 3}}}},
                  {{real(301)}, {{"shape", {300, 301}}}, true}},
      .types = kAll,
      .linear = {1},
      .wrong = {{[] {
                   return Tensors{tenet::ones({2, 3})};
                 },
                 {{"shape", {2}}},
                 "ShapeError",
                 "broadcast_to: shape [2, 3] does not expand to [2]. Only extents of 1 stretch, and new "
                 "dimensions go in front."},
                {[] {
                   return Tensors{tenet::ones({2, 3})};
                 },
                 {{"shape", {1, 3}}},
                 "ShapeError",
                 "broadcast_to: shape [2, 3] does not expand to [1, 3]. Only extents of 1 stretch, and new "
                 "dimensions go in front."}}};
}

std::vector<Op> reduce_ops() {
  return {sum_op(),
          mean_op(),
          var_op(),
          amax_op(),
          max_op(),
          argmax_op(),
          any_all("any", tenet::any),
          any_all("all", tenet::all),
          sum_to_op(),
          broadcast_to_op()};
}

const Rows kRows(reduce_ops);

}  // namespace
}  // namespace tenet_test
