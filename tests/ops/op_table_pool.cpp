// Rows of the ops on windows: ops/pool/{pool,unfold}.h.
#include "ops/op_table.h"
#include "tenet/ops/create/create.h"
#include "tenet/ops/pool/pool.h"
#include "tenet/ops/pool/unfold.h"

namespace tenet_test {
namespace {

using tenet::PerAxis;

PerAxis per_axis(const Options& o, const std::string& name, const PerAxis& otherwise) {
  return o.has(name) ? PerAxis(o.list(name)) : otherwise;
}

tenet::MaxPoolOptions max_options(const Options& o) {
  return {.stride = per_axis(o, "stride", {}),
          .padding = per_axis(o, "padding", 0),
          .dilation = per_axis(o, "dilation", 1),
          .ceil_mode = o.flag("ceil_mode")};
}

tenet::UnfoldOptions unfold_options(const Options& o) {
  return {.stride = per_axis(o, "stride", 1),
          .padding = tenet::Padding(o.list_or("padding", {0})),
          .dilation = per_axis(o, "dilation", 1)};
}

constexpr const char* kNoScalar = "an image has at least two dimensions";

Wrong wrong(const Shape& shape, Options options, std::string error, std::string text) {
  return {[shape] { return Tensors{tenet::ones(shape)}; }, std::move(options), std::move(error),
          std::move(text)};
}

/// What max_pool2d and avg_pool2d refuse alike.
std::vector<Wrong> wrong_windows(const std::string& name) {
  return {wrong({4, 4}, {{"kernel_size", 2}}, "ShapeError",
                name + ": input must have 4 dimensions (N,C,H,W), or 3 without a batch (C,H,W), but has "
                       "shape [4, 4]. Reshape it, or add dimensions with unsqueeze."),
          wrong({1, 1, 4, 4}, {{"kernel_size", 5}}, "ShapeError",
                name + ": the kernel does not fit the padded input along H: 4 + 0 + 0 = 4 < 5 = 1 * (5 - 1) "
                       "+ 1 (in + low + high < dilation * (kernel - 1) + 1). The smallest input that fits "
                       "has extent 5; or pad more, or use a smaller kernel or dilation."),
          wrong({1, 1, 4, 4}, {{"kernel_size", 0}}, "ValueError",
                name + ": kernel=[0] must be at least 1 along every axis."),
          wrong({1, 1, 4, 4}, {{"kernel_size", 2}, {"stride", 0}}, "ValueError",
                name + ": stride=[0] must be at least 1 along every axis."),
          wrong({1, 1, 4, 4}, {{"kernel_size", 2}, {"padding", 2}}, "ValueError",
                name + ": padding=2 along H must be at most 1, half the span of the kernel (1 * (2 - 1) + 1 "
                       "= 2). Use less padding, or pad()."),
          wrong({1, 1, 4, 4}, {{"kernel_size", 2}, {"padding", -1}}, "ValueError",
                name + ": padding=[-1] must be at least 0 along every axis."),
          wrong({1, 1, 4, 4}, {{"kernel_size", {2, 2, 2}}}, "ValueError",
                name + ": kernel has 3 values [2, 2, 2] but there are 2 spatial axes. Give one value, or one "
                       "per axis.")};
}

std::vector<Sample> pooled(Draw draw) {
  const auto x = [draw](const Shape& shape) { return std::vector<Input>{{shape, draw}}; };
  return {{x({2, 2, 4, 6}), {{"kernel_size", 2}}},
          {x({1, 2, 5, 7}), {{"kernel_size", {3, 2}}, {"stride", {2, 1}}, {"padding", {1, 0}}}},
          {x({1, 1, 5, 6}), {{"kernel_size", 2}, {"stride", 2}, {"ceil_mode", true}}},
          {x({1, 1, 5, 6}), {{"kernel_size", 3}, {"stride", 2}, {"padding", 1}, {"ceil_mode", true}}},
          {x({2, 4, 4}), {{"kernel_size", 2}}},
          {x({0, 1, 4, 4}), {{"kernel_size", 2}}},
          {x({2, 0, 4, 4}), {{"kernel_size", 2}}},
          {x({3, 7, 33, 41}), {{"kernel_size", 3}, {"stride", 2}, {"padding", 1}}, true}};
}

Op max_pool2d_op() {
  Op op{.name = "max_pool2d_with_indices",
        .call =
            [](const Tensors& in, const Options& o) {
              const auto result =
                  tenet::max_pool2d_with_indices(in[0], o.list("kernel_size"), max_options(o));
              return Tensors{result.values, result.indices};
            },
        .samples = pooled(Draw::distinct),
        .types = kNumbers,
        .result = value_and_index,
        .wrong = wrong_windows("max_pool2d"),
        .no_scalar = kNoScalar};
  op.samples.push_back({{distinct(1, 1, 7, 6)}, {{"kernel_size", 2}, {"dilation", {2, 3}}}});
  return op;
}

Op max_pool2d_alone() {
  Op op = max_pool2d_op();
  op.name = "max_pool2d";
  op.call = [](const Tensors& in, const Options& o) {
    return Tensors{tenet::max_pool2d(in[0], o.list("kernel_size"), max_options(o))};
  };
  op.result = same;
  return op;
}

Op max_unpool2d_op() {
  return {
      .name = "max_unpool2d",
      .call =
          [](const Tensors& in, const Options& o) {
            return Tensors{tenet::max_unpool2d(in[0], in[1], o.list("kernel_size"),
                                               {.stride = per_axis(o, "stride", {}),
                                                .padding = per_axis(o, "padding", 0),
                                                .output_size = per_axis(o, "output_size", {})})};
          },
      .samples = {{{real(1, 2, 2, 3), index_below(24, {1, 2, 2, 3})}, {{"kernel_size", 2}}},
                  {{real(1, 1, 2, 3), index_below(35, {1, 1, 2, 3})},
                   {{"kernel_size", 3}, {"stride", 3}, {"padding", 1}, {"output_size", {5, 7}}}},
                  {{real(2, 2, 2), index_below(16, {2, 2, 2})}, {{"kernel_size", 2}}},
                  {{real(0, 1, 2, 2), index_below(16, {0, 1, 2, 2})}, {{"kernel_size", 2}}},
                  {{real(20, 16, 20, 21), index_below(1680, {20, 16, 20, 21})}, {{"kernel_size", 2}}, true}},
      .types = kAll,
      .linear = {1},
      .wrong =
          {{[] {
              return Tensors{tenet::ones({1, 1, 1, 2}), tenet::full({1, 1, 1, 2}, 8)};
            },
            {{"kernel_size", 2}},
            "IndexError",
            "max_unpool2d: index[0, 0, 0, 0] is 8 but the plane of the result [1, 1, 2, 4] has 8 elements. "
            "Indices must lie in [0, 8)."},
           {[] {
              return Tensors{tenet::ones({1, 1, 1, 2}), tenet::full({1, 1, 2, 1}, 0)};
            },
            {{"kernel_size", 2}},
            "ShapeError",
            "max_unpool2d: indices have shape [1, 1, 2, 1] but the input has [1, 1, 1, 2]. Pass the indices "
            "that max_pool2d_with_indices gave for a result of the input's shape."},
           {[] {
              return Tensors{tenet::ones({1, 1, 1, 2}), tenet::ones({1, 1, 1, 2})};
            },
            {{"kernel_size", 2}},
            "DTypeError",
            "max_unpool2d: index is float32 but must be int64 or int32. Convert with .to(tenet::int64)."},
           {[] {
              return Tensors{tenet::ones({1, 1, 1, 2}), tenet::full({1, 1, 1, 2}, 0)};
            },
            {{"kernel_size", 2}, {"output_size", {2, 8}}},
            "ShapeError",
            "max_unpool2d: output_size=[2, 8] does not pool to the input's 1 x 2: the usual size is [2, 4], "
            "and with stride [2, 2] a size must differ from it by less than that along each axis."}},
      .no_scalar = kNoScalar};
}

Op avg_pool2d_op() {
  Op op{.name = "avg_pool2d",
        .call =
            [](const Tensors& in, const Options& o) {
              return Tensors{tenet::avg_pool2d(
                  in[0], o.list("kernel_size"),
                  {.stride = per_axis(o, "stride", {}),
                   .padding = per_axis(o, "padding", 0),
                   .ceil_mode = o.flag("ceil_mode"),
                   .count_include_pad = !o.has("count_include_pad") || o.flag("count_include_pad")})};
            },
        .samples = pooled(Draw::real),
        .linear = {1},
        .wrong = wrong_windows("avg_pool2d"),
        .no_scalar = kNoScalar};
  op.samples.push_back({{real(1, 1, 5, 6)},
                        {{"kernel_size", 3},
                         {"stride", 2},
                         {"padding", 1},
                         {"ceil_mode", true},
                         {"count_include_pad", false}}});
  return op;
}

Op unfold_op() {
  return {.name = "unfold",
          .call =
              [](const Tensors& in, const Options& o) {
                return Tensors{tenet::unfold(in[0], o.list("kernel_size"), unfold_options(o))};
              },
          .samples = {{{real(2, 2, 4, 5)}, {{"kernel_size", {2, 3}}}},
                      {{real(1, 2, 5, 6)},
                       {{"kernel_size", 3}, {"stride", {2, 1}}, {"padding", {1, 0}}, {"dilation", {1, 2}}}},
                      {{real(2, 3, 3)}, {{"kernel_size", 2}}},
                      {{real(0, 2, 4, 4)}, {{"kernel_size", 2}}},
                      {{real(3, 8, 33, 41)}, {{"kernel_size", 3}, {"stride", 2}, {"padding", 1}}, true}},
          .linear = {1},
          .wrong = {wrong({4, 4}, {{"kernel_size", 2}}, "ShapeError",
                          "unfold: input must have 4 dimensions (N,C,H,W), or 3 without a batch (C,H,W), but "
                          "has shape [4, 4]. Reshape it, or add dimensions with unsqueeze."),
                    wrong({1, 1, 4, 4}, {{"kernel_size", 5}}, "ShapeError",
                          "unfold: the kernel does not fit the padded input along H: 4 + 0 + 0 = 4 < 5 = 1 * "
                          "(5 - 1) + 1 (in + low + high < dilation * (kernel - 1) + 1). The smallest input "
                          "that fits has extent 5; or pad more, or use a smaller kernel or dilation."),
                    wrong({1, 1, 4, 4}, {{"kernel_size", 2}, {"stride", 0}}, "ValueError",
                          "unfold: stride=[0] must be at least 1 along every axis."),
                    wrong({1, 1, 4, 4}, {{"kernel_size", 2}, {"dilation", 0}}, "ValueError",
                          "unfold: dilation=[0] must be at least 1 along every axis."),
                    wrong({1, 1, 4, 4}, {{"kernel_size", 0}}, "ValueError",
                          "unfold: kernel=[0] must be at least 1 along every axis.")},
          .no_scalar = kNoScalar};
}

Op fold_op() {
  return {.name = "fold",
          .call =
              [](const Tensors& in, const Options& o) {
                return Tensors{
                    tenet::fold(in[0], o.list("output_size"), o.list("kernel_size"), unfold_options(o))};
              },
          .samples = {{{real(2, 12, 9)}, {{"output_size", {4, 5}}, {"kernel_size", {2, 3}}}},
                      {{real(1, 8, 12)},
                       {{"output_size", {5, 6}},
                        {"kernel_size", 2},
                        {"stride", {2, 1}},
                        {"padding", {1, 0}},
                        {"dilation", {1, 2}}}},
                      {{real(8, 4)}, {{"output_size", {3, 3}}, {"kernel_size", 2}}},
                      {{real(0, 8, 9)}, {{"output_size", {4, 4}}, {"kernel_size", 2}}},
                      {{real(3, 72, 357)},
                       {{"output_size", {33, 41}}, {"kernel_size", 3}, {"stride", 2}, {"padding", 1}},
                       true}},
          .linear = {1},
          .wrong = {wrong({1, 8, 5}, {{"output_size", {3, 3}}, {"kernel_size", 2}}, "ShapeError",
                          "fold: input [1, 8, 5] has 5 columns but output_size [3, 3] has 2 * 2 = 4 windows. "
                          "Pass the size and options it was unfolded with."),
                    wrong({1, 7, 4}, {{"output_size", {3, 3}}, {"kernel_size", 2}}, "ShapeError",
                          "fold: input must have shape [N, C * 4, L] or [C * 4, L] for kernel [2, 2] but has "
                          "[1, 7, 4]. Reshape it, or pass the kernel it was unfolded with."),
                    wrong({4}, {{"output_size", {3, 3}}, {"kernel_size", 2}}, "ShapeError",
                          "fold: input must have shape [N, C * 4, L] or [C * 4, L] for kernel [2, 2] but has "
                          "[4]. Reshape it, or pass the kernel it was unfolded with."),
                    wrong({1, 8, 4}, {{"output_size", {3, 3}}, {"kernel_size", 4}}, "ShapeError",
                          "fold: input must have shape [N, C * 16, L] or [C * 16, L] for kernel [4, 4] but "
                          "has [1, 8, 4]. Reshape it, or pass the kernel it was unfolded with.")},
          .no_scalar = kNoScalar};
}

std::vector<Op> pool_ops() {
  return {max_pool2d_op(), max_pool2d_alone(), max_unpool2d_op(), avg_pool2d_op(), unfold_op(), fold_op()};
}

const Rows kRows(pool_ops);

}  // namespace
}  // namespace tenet_test
