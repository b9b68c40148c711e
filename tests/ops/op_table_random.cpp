// Rows of the factories that draw: ops/random/random.h. Each call has a generator of its own, seeded by an option.
#include "ops/op_table.h"
#include "tenet/ops/random/random.h"

namespace tenet_test {
namespace {

Op drawn(const std::string& name, Tensor (*f)(const Options&, const tenet::RandomOptions&), Result result,
         std::vector<Sample> samples, std::vector<Wrong> wrong) {
  return {.name = name,
          .call =
              [f](const Tensors&, const Options& o) {
                tenet::Generator generator(static_cast<std::uint64_t>(o.integer_or("seed", 0)));
                tenet::RandomOptions options{.generator = &generator};
                if (o.has("dtype")) options.dtype = o.dtype("dtype");
                return Tensors{f(o, options)};
              },
          .samples = std::move(samples),
          .types = kAll,  // it has no typed input
          .result = result,
          .gradient = 0,
          .wrong = std::move(wrong),
          .no_golden = "the generator is another than PyTorch's; tests/ops/random has its statistics"};
}

DType float32_unless_asked(DType, const Options& o, int) { return as_asked(tenet::float32, o, 0); }
DType int64_unless_asked(DType, const Options& o, int) { return as_asked(tenet::int64, o, 0); }

Wrong wrong(Options options, std::string error, std::string text) {
  return {[] { return Tensors{}; }, std::move(options), std::move(error), std::move(text)};
}

std::vector<Op> random_ops() {
  const std::vector<Sample> shapes = {{{}, {{"shape", {2, 3}}}},
                                      {{}, {{"shape", {5}}, {"seed", 7}, {"dtype", "float64"}}},
                                      {{}, {{"shape", Shape{}}}},
                                      {{}, {{"shape", {2, 0}}}},
                                      {{}, {{"shape", {300, 301}}}, true}};
  const auto rand = [](const Options& o, const tenet::RandomOptions& r) {
    return tenet::rand(o.list("shape"), r);
  };
  const auto randn = [](const Options& o, const tenet::RandomOptions& r) {
    return tenet::randn(o.list("shape"), r);
  };
  const auto randint = [](const Options& o, const tenet::RandomOptions& r) {
    return tenet::randint(o.integer("low"), o.integer("high"), o.list("shape"), r);
  };
  const auto randperm = [](const Options& o, const tenet::RandomOptions& r) {
    return tenet::randperm(o.integer("n"), r);
  };
  return {
      drawn("rand", rand, float32_unless_asked, shapes,
            {wrong({{"shape", {2}}, {"dtype", "int64"}}, "DTypeError",
                   "rand: draws floating-point numbers but dtype is int64. Use float32 or float64, or "
                   "randint for integers."),
             wrong({{"shape", {-2}}}, "ShapeError",
                   "tensor: shape [-2] has the negative extent -2. Extents must be 0 or more.")}),
      drawn("randn", randn, float32_unless_asked, shapes,
            {wrong({{"shape", {2}}, {"dtype", "bool"}}, "DTypeError",
                   "randn: draws floating-point numbers but dtype is bool. Use float32 or float64, or "
                   "randint for integers.")}),
      drawn("randint", randint, int64_unless_asked,
            {{{}, {{"low", -3}, {"high", 4}, {"shape", {2, 3}}}},
             {{}, {{"low", 0}, {"high", 256}, {"shape", {5}}, {"dtype", "uint8"}}},
             {{}, {{"low", 0}, {"high", 1}, {"shape", {0}}}},
             {{}, {{"low", 0}, {"high", 9}, {"shape", {300, 301}}, {"dtype", "float32"}}, true}},
            {wrong({{"low", 3}, {"high", 3}, {"shape", {2}}}, "ValueError",
                   "randint: there is no integer in [3, 3). high must be greater than low."),
             wrong({{"low", 0}, {"high", 257}, {"shape", {2}}, {"dtype", "uint8"}}, "ValueError",
                   "randint: uint8 cannot hold the integers from 0 to 256. Use a larger dtype."),
             wrong({{"low", 0}, {"high", 2}, {"shape", {2}}, {"dtype", "bool"}}, "DTypeError",
                   "randint: draws integers but dtype is bool. Use int64, or compare rand(...) < 0.5.")}),
      drawn("randperm", randperm, int64_unless_asked,
            {{{}, {{"n", 7}}}, {{}, {{"n", 0}}}, {{}, {{"n", 10000}, {"dtype", "int32"}}, true}},
            {wrong({{"n", -1}}, "ValueError", "randperm: n is -1 but must be 0 or more."),
             wrong({{"n", 300}, {"dtype", "uint8"}}, "ValueError",
                   "randperm: uint8 cannot hold the integers from 0 to 299. Use a larger dtype."),
             wrong({{"n", 2}, {"dtype", "bool"}}, "DTypeError",
                   "randperm: draws integers but dtype is bool. Use int64, or compare rand(...) < 0.5.")})};
}

const Rows kRows(random_ops);

}  // namespace
}  // namespace tenet_test
