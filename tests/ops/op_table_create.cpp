// Rows of the factories: ops/create/create.h. They have no input, or one that gives shape and type alone.
#include "ops/op_table.h"
#include "tenet/ops/create/create.h"

namespace tenet_test {
namespace {

constexpr const char* kNoInput = "it has no input";

tenet::TensorOptions typed(const Options& o) {
  if (!o.has("dtype")) return {};
  return {.dtype = o.dtype("dtype")};
}

Op factory(const std::string& name, std::function<Tensor(const Options&)> f, Result result,
           std::vector<Options> options, std::vector<Wrong> wrong = {}) {
  Op op{.name = name,
        .call = [f](const Tensors&, const Options& o) { return Tensors{f(o)}; },
        .types = kAll,
        .result = result,
        .gradient = 0,
        .wrong = std::move(wrong),
        .no_scalar = kNoInput};
  for (Options& o : options) op.samples.push_back({{}, std::move(o)});
  return op;
}

Op like(const std::string& name, std::function<Tensor(const Tensor&, const Options&)> f,
        const Options& options = {}) {
  return {.name = name,
          .call = [f](const Tensors& in, const Options& o) { return Tensors{f(in[0], o)}; },
          .samples = {{{real(2, 3)}, options}, {{real()}, options}, {{real(0, 3)}, options}},
          .types = kAll,
          .gradient = 0};
}

DType float32_unless_asked(DType, const Options& o, int) { return as_asked(tenet::float32, o, 0); }
DType of_the_value(DType, const Options& o, int) { return as_asked(o.scalar("value").dtype(), o, 0); }
DType of_the_ends(DType, const Options& o, int) {
  DType type = tenet::int64;
  for (const char* end : {"start", "end", "step"}) {
    if (o.has(end) && o.scalar(end).is_floating()) type = tenet::float32;
  }
  return as_asked(type, o, 0);
}

Wrong wrong(Options options, std::string error, std::string text) {
  return {[] { return Tensors{}; }, std::move(options), std::move(error), std::move(text)};
}

Tensor arange(const Options& o) {
  if (!o.has("start")) return tenet::arange(o.scalar("end"), typed(o));
  return tenet::arange(o.scalar("start"), o.scalar("end"),
                       o.has("step") ? o.scalar("step") : tenet::Scalar(1), typed(o));
}

std::vector<Op> create_ops() {
  const std::vector<Options> shapes = {{{"shape", {2, 3}}},
                                       {{"shape", tenet::Dims{}}},
                                       {{"shape", {2, 0}}},
                                       {{"shape", {3}}, {"dtype", "int32"}},
                                       {{"shape", {3}}, {"dtype", "bool"}}};
  const Wrong negative =
      wrong({{"shape", {2, -1}}}, "ShapeError",
            "tensor: shape [2, -1] has the negative extent -1. Extents must be 0 or more.");
  const Wrong huge =
      wrong({{"shape", {std::int64_t{1} << 40, std::int64_t{1} << 40}}}, "ShapeError",
            "tensor: the number of elements of shape [1099511627776, 1099511627776] does not fit 64 bits. "
            "Use smaller sizes.");
  return {factory("zeros", [](const Options& o) { return tenet::zeros(o.list("shape"), typed(o)); },
                  float32_unless_asked, shapes, {negative, huge}),
          factory("ones", [](const Options& o) { return tenet::ones(o.list("shape"), typed(o)); },
                  float32_unless_asked, shapes, {negative}),
          factory("full",
                  [](const Options& o) { return tenet::full(o.list("shape"), o.scalar("value"), typed(o)); },
                  of_the_value,
                  {{{"shape", {2, 3}}, {"value", 1.5}},
                   {{"shape", {2}}, {"value", 3}},
                   {{"shape", tenet::Dims{}}, {"value", true}},
                   {{"shape", {2, 0}}, {"value", 1}, {"dtype", "float64"}}},
                  {wrong({{"shape", {-1}}, {"value", 1}}, "ShapeError",
                         "tensor: shape [-1] has the negative extent -1. Extents must be 0 or more.")}),
          like("zeros_like", [](const Tensor& x, const Options&) { return tenet::zeros_like(x); }),
          like("ones_like", [](const Tensor& x, const Options&) { return tenet::ones_like(x); }),
          like("full_like",
               [](const Tensor& x, const Options& o) { return tenet::full_like(x, o.scalar("value")); },
               {{"value", 1}}),
          factory("arange", arange, of_the_ends,
                  {{{"end", 5}},
                   {{"end", 0}},
                   {{"start", 2}, {"end", 9}, {"step", 3}},
                   {{"start", 3}, {"end", -2}, {"step", -2}},
                   {{"start", 0.5}, {"end", 3}, {"step", 0.5}},
                   {{"end", 4}, {"dtype", "float64"}}},
                  {wrong({{"start", 0}, {"end", 5}, {"step", 0}}, "ValueError",
                         "arange: cannot go from 0 to 5 in steps of 0. The step must be finite, not 0, and "
                         "lead from start "
                         "towards end."),
                   wrong({{"start", 0}, {"end", 5}, {"step", -1}}, "ValueError",
                         "arange: cannot go from 0 to 5 in steps of -1. The step must be finite, not 0, and "
                         "lead from start "
                         "towards end.")}),
          factory("linspace",
                  [](const Options& o) {
                    return tenet::linspace(o.number_or("start", 0), o.number_or("end", 1), o.integer("steps"),
                                           typed(o));
                  },
                  float32_unless_asked,
                  {{{"start", -1.0}, {"end", 2.0}, {"steps", 7}, {"dtype", "float64"}},
                   {{"start", -1.0}, {"end", 2.0}, {"steps", 7}},
                   {{"steps", 1}},
                   {{"steps", 0}}},
                  {wrong({{"steps", -1}}, "ValueError", "linspace: steps is -1 but must be 0 or more.")}),
          factory("eye",
                  [](const Options& o) {
                    return o.has("m") ? tenet::eye(o.integer("n"), o.integer("m"), typed(o))
                                      : tenet::eye(o.integer("n"), typed(o));
                  },
                  float32_unless_asked,
                  {{{"n", 3}},
                   {{"n", 2}, {"m", 4}},
                   {{"n", 4}, {"m", 2}},
                   {{"n", 0}},
                   {{"n", 2}, {"dtype", "int64"}}},
                  {wrong({{"n", -1}}, "ShapeError",
                         "tensor: shape [-1, -1] has the negative extent -1. Extents must be 0 or more.")})};
}

const Rows kRows(create_ops);

}  // namespace
}  // namespace tenet_test
