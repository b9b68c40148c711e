// Rows of Tensor's methods that copy, convert or look: ops/copy/copy.h, ops/shape/views.cpp, ops/reduce/sum_to.cpp.
#include "ops/op_table.h"
#include "tenet/ops/create/create.h"

namespace tenet_test {
namespace {

using Method = Tensor (*)(const Tensor&, const Options&);

/// A linear op of one tensor.
Op method(const std::string& name, Method f, std::vector<Sample> samples, std::vector<Wrong> wrong = {}) {
  return {.name = name,
          .call = [f](const Tensors& in, const Options& o) { return Tensors{f(in[0], o)}; },
          .samples = std::move(samples),
          .types = kAll,
          .linear = {1},
          .wrong = std::move(wrong)};
}

Wrong wrong(const Shape& shape, Options options, std::string error, std::string text) {
  return {[shape] { return Tensors{tenet::ones(shape)}; }, std::move(options), std::move(error),
          std::move(text)};
}

/// "1, :-1, ::2, ..., None" as what stands between brackets in Python.
std::vector<tenet::Index> parse_index(const std::string& text) {
  std::vector<tenet::Index> index;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(", ", at), text.size());
    const std::string item = text.substr(at, end - at);
    at = end + 2;
    if (item == "...") {
      index.push_back(tenet::ellipsis);
    } else if (item == "None") {
      index.push_back(tenet::newaxis);
    } else if (item.find(':') == std::string::npos) {
      index.push_back(std::stoi(item));
    } else {
      std::optional<std::int64_t> part[3];
      std::size_t from = 0;
      for (auto& p : part) {
        const std::size_t colon = std::min(item.find(':', from), item.size());
        if (colon > from) p = std::stoi(item.substr(from, colon - from));
        from = std::min(colon + 1, item.size());
      }
      index.push_back(tenet::Slice(part[0], part[1], part[2].value_or(1)));
    }
  }
  return index;
}

std::vector<Op> reshapes() {
  Op view =
      method("view", [](const Tensor& x, const Options& o) { return x.view(o.list("shape")); },
             {{{real(2, 6)}, {{"shape", {3, 4}}}},
              {{real(2, 6)}, {{"shape", {-1, 2, 3}}}},
              {{real()}, {{"shape", {1, 1}}}},
              {{real(0, 3)}, {{"shape", {3, 0}}}}},
             {{[] {
                 return Tensors{tenet::ones({3, 2}).t()};
               },
               {{"shape", {6}}},
               "ShapeError",
               "view: a tensor of shape [2, 3] and strides [1, 2] cannot be read as [6] without a copy. Use "
               "reshape(), which copies where it must."}});
  view.any_layout = false;
  return {
      method(
          "reshape", [](const Tensor& x, const Options& o) { return x.reshape(o.list("shape")); },
          {{{real(2, 6)}, {{"shape", {3, 4}}}},
           {{real(2, 3, 4)}, {{"shape", {6, -1}}}},
           {{real(2, 3)}, {{"shape", {2, 3}}}},
           {{real()}, {{"shape", {1}}}},
           {{real(1)}, {{"shape", tenet::Dims{}}}},
           {{real(0, 3)}, {{"shape", {2, 0}}}},
           {{real(300, 301)}, {{"shape", {301, 300}}}, true}},
          {wrong({2, 3}, {{"shape", {4}}}, "ShapeError",
                 "reshape: a tensor of shape [2, 3] has 6 elements, shape [4] needs 4. Choose extents whose "
                 "product is 6."),
           wrong(
               {2, 3}, {{"shape", {-1, 4}}}, "ShapeError",
               "reshape: a tensor of shape [2, 3] has 6 elements, shape [-1, 4] cannot hold them (its known "
               "extents give 4). Choose extents whose product divides 6."),
           wrong({2, 3}, {{"shape", {-1, -1}}}, "ShapeError",
                 "reshape: cannot use shape [-1, -1]. Extents must be 0 or more, and one of them may be -1."),
           wrong(
               {2, 0}, {{"shape", {-1, 0}}}, "ShapeError",
               "reshape: a tensor of shape [2, 0] has 0 elements, shape [-1, 0] cannot hold them (its known "
               "extents give 0). Choose extents whose product divides 0."),
           wrong({2, 3}, {{"shape", {std::int64_t{1} << 40, std::int64_t{1} << 40}}}, "ShapeError",
                 "reshape: the number of elements of shape [1099511627776, 1099511627776] does not fit 64 "
                 "bits.")}),
      view,
      method("flatten",
             [](const Tensor& x, const Options& o) {
               return x.flatten(o.integer_or("start_dim", 0), o.integer_or("end_dim", -1));
             },
             {{{real(2, 3, 4)}},
              {{real(2, 3, 4)}, {{"start_dim", 1}}},
              {{real(2, 3, 4)}, {{"end_dim", 1}}},
              {{real()}},
              {{real(0, 3)}}},
             {wrong({2, 3}, {{"start_dim", 1}, {"end_dim", 0}}, "ValueError",
                    "flatten: start_dim 1 comes after end_dim 0. Swap them."),
              wrong({2, 3}, {{"start_dim", 2}}, "IndexError",
                    "flatten: dim 2 is out of range for a tensor of 2 dimensions. Use a dim in [-2, 1].")}),
      method("squeeze",
             [](const Tensor& x, const Options& o) {
               return o.has("dim") ? x.squeeze(o.integer("dim")) : x.squeeze();
             },
             {{{real(1, 3, 1)}},
              {{real(1, 3, 1)}, {{"dim", -1}}},
              {{real(2, 3)}, {{"dim", 0}}},
              {{real()}},
              {{real(0, 1)}}},
             {wrong({2, 3}, {{"dim", 2}}, "IndexError",
                    "squeeze: dim 2 is out of range for a tensor of 2 dimensions. Use a dim in [-2, 1].")}),
      method(
          "unsqueeze", [](const Tensor& x, const Options& o) { return x.unsqueeze(o.integer("dim")); },
          {{{real(2, 3)}, {{"dim", 1}}},
           {{real(2, 3)}, {{"dim", -1}}},
           {{real()}, {{"dim", 0}}},
           {{real(0)}, {{"dim", 0}}}},
          {wrong({2, 3}, {{"dim", 3}}, "IndexError",
                 "unsqueeze: dim 3 is out of range for a tensor of 3 dimensions. Use a dim in [-3, 2].")})};
}

std::vector<Op> permutations() {
  return {
      method("permute", [](const Tensor& x, const Options& o) { return x.permute(o.list("dims")); },
             {{{real(2, 3, 4)}, {{"dims", {2, 0, 1}}}},
              {{real(2, 3, 4)}, {{"dims", {0, -1, 1}}}},
              {{real()}, {{"dims", tenet::Dims{}}}},
              {{real(0, 3)}, {{"dims", {1, 0}}}}},
             {wrong({2, 3}, {{"dims", {0}}}, "ShapeError",
                    "permute: [0] names 1 dimensions but the tensor has 2 (shape [2, 3]). Name each "
                    "dimension once."),
              wrong({2, 3}, {{"dims", {0, 0}}}, "ValueError",
                    "permute: dim 0 appears more than once in [0, 0]. Name each dimension once.")}),
      method(
          "transpose",
          [](const Tensor& x, const Options& o) { return x.transpose(o.integer("dim0"), o.integer("dim1")); },
          {{{real(2, 3, 4)}, {{"dim0", 0}, {"dim1", -1}}},
           {{real(2, 3)}, {{"dim0", 1}, {"dim1", 1}}},
           {{real()}, {{"dim0", 0}, {"dim1", -1}}},
           {{real(0, 3)}, {{"dim0", 0}, {"dim1", 1}}}},
          {wrong({2, 3}, {{"dim0", 0}, {"dim1", 2}}, "IndexError",
                 "transpose: dim 2 is out of range for a tensor of 2 dimensions. Use a dim in [-2, 1].")}),
      method("t", [](const Tensor& x, const Options&) { return x.t(); },
             {{{real(2, 3)}}, {{real(3)}}, {{real()}}, {{real(0, 3)}}},
             {wrong({2, 3, 4}, {}, "ShapeError",
                    "t: needs a matrix, a vector or a scalar but got shape [2, 3, 4]. Use transpose(dim0, "
                    "dim1).")})};
}

constexpr const char* kNoDimension = "a scalar has no dimension to take a part of";

std::vector<Op> slices() {
  Op as_strided = method(
      "as_strided",
      [](const Tensor& x, const Options& o) {
        return x.as_strided(o.list("shape"), o.list("strides"), o.integer_or("offset", 0));
      },
      {{{real(3, 4)}, {{"shape", {2, 2}}, {"strides", {5, 2}}, {"offset", 1}}},
       {{real(6)}, {{"shape", {4, 3}}, {"strides", {1, 1}}}},
       {{real()}, {{"shape", {2}}, {"strides", {0}}}},
       {{real(0)}, {{"shape", {0, 2}}, {"strides", {2, 1}}}}},
      {wrong({2, 3}, {{"shape", {2, 3}}, {"strides", {3, 2}}}, "ShapeError",
             "as_strided: shape [2, 3], strides [3, 2] and offset 0 reach outside the 6 elements of the "
             "memory. Strides must not be negative."),
       wrong({2, 3}, {{"shape", {2}}, {"strides", {1, 1}}}, "ShapeError",
             "as_strided: shape [2] and strides [1, 1] differ in length.")});
  as_strided.any_layout = false;
  std::vector<Op> ops = {
      method("index", [](const Tensor& x, const Options& o) { return x.index(parse_index(o.text("index"))); },
             {{{real(3, 4)}, {{"index", "1"}}},
              {{real(3, 4)}, {{"index", "-1, 2"}}},
              {{real(5, 4)}, {{"index", "1::2, :-1"}}},
              {{real(3, 4, 2)}, {{"index", "..., 1"}}},
              {{real(3, 4, 2)}, {{"index", "None, 0, ..., None, -2:"}}},
              {{real(3, 4)}, {{"index", "2:1"}}},
              {{real()}, {{"index", "None"}}},
              {{real(0, 3)}, {{"index", ":, 1:"}}}},
             {wrong({2, 3}, {{"index", "2"}}, "IndexError",
                    "index: position 2 is out of range for dimension 0 of extent 2 (shape [2, 3]). Use a "
                    "position in "
                    "[-2, 1]."),
              wrong({2, 3}, {{"index", "0, 0, 0"}}, "IndexError",
                    "index: 3 dimensions and 0 ellipses were named for a tensor of 2 dimensions (shape [2, "
                    "3]). Name "
                    "each dimension at most once, and one ellipsis."),
              wrong({2, 3}, {{"index", "::-1"}}, "ValueError",
                    "index: the step of a slice is -1 but must be 1 or more. Reverse with index_select, or "
                    "flip the "
                    "loop.")}),
      method("select",
             [](const Tensor& x, const Options& o) { return x.select(o.integer("dim"), o.integer("index")); },
             {{{real(2, 3)}, {{"dim", 1}, {"index", -1}}},
              {{real(3)}, {{"dim", 0}, {"index", 1}}},
              {{real(0, 3)}, {{"dim", 1}, {"index", 0}}}},
             {wrong({2, 3}, {{"dim", 1}, {"index", 3}}, "IndexError",
                    "index: position 3 is out of range for dimension 1 of extent 3 (shape [2, 3]). Use a "
                    "position in "
                    "[-3, 2]."),
              wrong({}, {{"dim", 0}, {"index", 0}}, "IndexError",
                    "select: a scalar has no dimension to select from.")}),
      method(
          "narrow",
          [](const Tensor& x, const Options& o) {
            return x.narrow(o.integer("dim"), o.integer("start"), o.integer("length"));
          },
          {{{real(5, 3)}, {{"dim", 0}, {"start", 1}, {"length", 3}}},
           {{real(5, 3)}, {{"dim", -1}, {"start", -2}, {"length", 2}}},
           {{real(5, 3)}, {{"dim", 0}, {"start", 5}, {"length", 0}}},
           {{real(0, 3)}, {{"dim", 1}, {"start", 0}, {"length", 2}}}},
          {wrong(
              {5, 3}, {{"dim", 0}, {"start", 3}, {"length", 3}}, "IndexError",
              "narrow: start 3 and length 3 leave dimension 0 of extent 5 (shape [5, 3]). start + length may "
              "be at most 5.")}),
      method(
          "expand", [](const Tensor& x, const Options& o) { return x.expand(o.list("shape")); },
          {{{real(3, 1)}, {{"shape", {2, 3, 4}}}},
           {{real(3, 1)}, {{"shape", {-1, 4}}}},
           {{real()}, {{"shape", {2}}}},
           {{real(2, 1)}, {{"shape", {2, 0}}}},
           {{real(0, 1)}, {{"shape", {0, 3}}}}},
          {wrong(
               {2, 3}, {{"shape", {2, 4}}}, "ShapeError",
               "expand: shapes [2, 3] and [2, 4] do not broadcast: dimension -1 has extents 3 and 4. Extents "
               "must be equal, or one of them 1; reshape or unsqueeze first."),
           wrong({2, 3}, {{"shape", {3}}}, "ShapeError",
                 "expand: shape [2, 3] does not expand to [3]. Only extents of 1 stretch, and new dimensions "
                 "go in "
                 "front.")}),
      as_strided};
  for (Op& op : ops) {
    if (op.name == "select" || op.name == "narrow") op.no_scalar = kNoDimension;
  }
  return ops;
}

std::vector<Op> copies() {
  const Method convert = [](const Tensor& x, const Options& o) { return x.to(o.dtype("dtype")); };
  Op to = method("to", convert,
                 {{{real(2, 3)}, {{"dtype", "float64"}}},
                  {{real(2, 3)}, {{"dtype", "float32"}}},
                  {{real()}, {{"dtype", "float64"}}},
                  {{real(0, 3)}, {{"dtype", "float64"}}},
                  {{real(300, 301)}, {{"dtype", "float64"}}, true}});
  to.result = as_asked;
  // Floats become integers by truncation; the gradient ends there.
  Op to_integer = method("to_integer", convert,
                         {{{positive(2, 3)}, {{"dtype", "int64"}}},
                          {{positive(2, 3)}, {{"dtype", "int32"}}},
                          {{positive(2, 3)}, {{"dtype", "uint8"}}},
                          {{real(2, 3)}, {{"dtype", "bool"}}},
                          {{positive()}, {{"dtype", "int64"}}},
                          {{positive(0)}, {{"dtype", "int64"}}}});
  to_integer.result = as_asked;
  to_integer.gradient = 0;
  to_integer.linear = {};
  std::vector<Sample> samples = {{{real(2, 3)}}, {{real()}}, {{real(0, 3)}}, {{real(300, 301)}, {}, true}};
  return {to, to_integer,
          method(
              "contiguous", [](const Tensor& x, const Options&) { return x.contiguous(); }, samples),
          method(
              "clone", [](const Tensor& x, const Options&) { return x.clone(); }, samples)};
}

/// What writes numbers into a tensor, seen as an op of a copy of it.
std::vector<Op> writes() {
  Op copy{.name = "copy_",
          .call = [](const Tensors& in, const Options&) { return Tensors{in[0].clone().copy_(in[1])}; },
          .samples = {{{real(2, 3), real(2, 3)}},
                      {{real(2, 3), real(3)}},
                      {{real(2, 3), real()}},
                      {{real(), real()}},
                      {{real(0, 3), real(3)}},
                      {{real(300, 301), real(300, 301)}, {}, true}},
          .types = kAll,
          .gradient = 2,
          .linear = {2},
          .in_place = [](Tensors& in, const Options&) -> Tensor& { return in[0].copy_(in[1]); },
          .wrong = {{[] {
                       return Tensors{tenet::ones({3}), tenet::ones({2, 3})};
                     },
                     {},
                     "ShapeError",
                     "copy_: a tensor of shape [2, 3] does not broadcast to shape [3]. Reshape it, or write "
                     "into a larger "
                     "slice.",
                     true}}};
  Op fill =
      method("fill_", [](const Tensor& x, const Options& o) { return x.clone().fill_(o.scalar("value")); },
             {{{real(2, 3)}, {{"value", 1}}}, {{real()}, {{"value", true}}}, {{real(0)}, {{"value", 1}}}});
  fill.gradient = 0;
  fill.linear = {};
  fill.in_place = [](Tensors& in, const Options& o) -> Tensor& { return in[0].fill_(o.scalar("value")); };
  Op zero = method("zero_", [](const Tensor& x, const Options&) { return x.clone().zero_(); },
                   {{{real(2, 3)}}, {{real()}}, {{real(0)}}});
  zero.gradient = 0;
  zero.linear = {};
  zero.in_place = [](Tensors& in, const Options&) -> Tensor& { return in[0].zero_(); };
  for (Op* op : {&fill, &zero}) {
    op->wrong = {{[] { return Tensors{tenet::ones({1}).expand({3})}; },
                  {{"value", 1}},
                  "ShapeError",
                  op->name +
                      ": cannot write into a tensor of shape [3] and strides [0] in which several indices "
                      "share one element. Write into a clone().",
                  true}};
  }
  return {copy, fill, zero};
}

std::vector<Op> view_ops() {
  std::vector<Op> all;
  for (auto part : {reshapes, permutations, slices, copies, writes}) {
    for (Op& op : part()) all.push_back(std::move(op));
  }
  return all;
}

const Rows kRows(view_ops);

}  // namespace
}  // namespace tenet_test
