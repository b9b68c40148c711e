// The table of ops: a row per op says what the generic tests need to know about it.
//
//   op_table_*.cpp        the rows, a file per family; an op's own test file may have its row too
//   op_table_*_test.cpp   the generic tests, over every row
//   golden/               PyTorch's values and gradients, by the rows' names and options
#pragma once

#include <cstdint>
#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "ops/op_options.h"
#include "tenet/framework/tensor/tensor.h"

namespace tenet_test {

using tenet::DType;
using tenet::Shape;
using tenet::Tensor;
using Tensors = std::vector<Tensor>;

/// How the elements of an input are drawn. Integer types get small integers, bool both values.
enum class Draw {
  real,      // in [-2, 2]
  positive,  // in [0.5, 2.5]; integers in [1, 4]
  low,       // k + [0.1, 0.4] for integers k: away from every integer and from every `high`
  high,      // k + [0.6, 0.9]
  distinct,  // no two closer than 0.1
  index,     // int64 in [0, below), whatever type the other inputs have
  permuted,  // int64: each of 0 .. numel - 1 once
  mask,      // bool
  labels,    // as index, but one in four is -100, which losses ignore
};

struct Input {
  Shape shape;
  Draw draw = Draw::real;
  std::int64_t below = 0;

  bool typed() const { return draw < Draw::index; }  // takes the type under test
};

template <class... I> Input real(I... extents) { return {{extents...}, Draw::real}; }
template <class... I> Input positive(I... extents) { return {{extents...}, Draw::positive}; }
template <class... I> Input low(I... extents) { return {{extents...}, Draw::low}; }
template <class... I> Input high(I... extents) { return {{extents...}, Draw::high}; }
template <class... I> Input distinct(I... extents) { return {{extents...}, Draw::distinct}; }
template <class... I> Input mask(I... extents) { return {{extents...}, Draw::mask}; }
inline Input index_below(std::int64_t below, const Shape& shape) { return {shape, Draw::index, below}; }
inline Input labels_below(std::int64_t below, const Shape& shape) { return {shape, Draw::labels, below}; }

struct Sample {
  std::vector<Input> inputs;
  Options options = {};
  /// Only for the tests of bits: too large for gradient checks.
  bool big = false;
};

/// A call that must fail, with what it says, and change nothing.
struct Wrong {
  std::function<Tensors()> inputs;
  Options options;
  std::string error;  // "ShapeError"
  std::string text;
  bool in_place = false;
};

/// The type of output i when the typed inputs have type `in`.
using Result = DType (*)(DType in, const Options& options, int i);
inline DType same(DType in, const Options&, int) { return in; }
inline DType floated(DType in, const Options&, int) { return tenet::to_floating(in); }
inline DType summed(DType in, const Options&, int) { return tenet::is_floating(in) ? in : tenet::int64; }
inline DType bool_result(DType, const Options&, int) { return tenet::boolean; }
inline DType int64_result(DType, const Options&, int) { return tenet::int64; }
inline DType value_and_index(DType in, const Options&, int i) { return i == 0 ? in : tenet::int64; }
inline DType as_asked(DType in, const Options& o, int) { return o.has("dtype") ? o.dtype("dtype") : in; }
/// Of `tensor op scalar`, the scalar being the option "right" or "left".
inline DType promoted(DType in, const Options& o, int) {
  const char* side = o.has("right") ? "right" : "left";
  return o.has(side) ? o.scalar(side).promote_with(in) : in;
}

inline const std::vector<DType> kFloats = {tenet::float32, tenet::float64};
inline const std::vector<DType> kNumbers = {tenet::float32, tenet::float64, tenet::int64, tenet::int32,
                                            tenet::uint8};
inline const std::vector<DType> kAll = {tenet::float32, tenet::float64, tenet::int64,
                                        tenet::int32,   tenet::uint8,   tenet::boolean};

/// Bit i stands for input i.
using InputSet = std::uint32_t;

struct Op {
  std::string name;
  std::function<Tensors(const Tensors& inputs, const Options& options)> call;
  std::vector<Sample> samples = {};
  std::vector<DType> types = kFloats;  // that the typed inputs may have; the others are DTypeErrors
  Result result = same;
  InputSet gradient = 1;              // the inputs that get a gradient
  std::vector<InputSet> linear = {};  // each a set of inputs the op is linear, or affine, in together
  bool smooth = true;                 // whether a second derivative is worth checking
  std::function<Tensor&(Tensors& inputs, const Options& options)> in_place =
      nullptr;  // writes into inputs[0]
  std::vector<Wrong> wrong = {};
  bool nan_of_nothing = false;  // whether the value without elements may be NaN, as a mean is
  bool any_layout = true;       // whether it accepts every layout; where not, a wrong call says so
  /// By how many epsilons of the largest element floats may differ between layouts: 0 but where BLAS, which has
  /// kernels of its own for transposed matrices, does the sums.
  int layout_epsilons = 0;
  const char* no_golden = nullptr;  // why PyTorch has no second opinion
  const char* no_empty = nullptr;   // why there is no sample with a zero extent
  const char* no_scalar = nullptr;  // why there is no sample with a 0-dimensional input
};

/// Every row of every file.
const std::vector<Op>& op_table();

/// The row called `name`. Throws std::invalid_argument.
const Op& op_named(const std::string& name);

/// For the names of parameterised tests.
void PrintTo(const Op& op, std::ostream* out);
std::vector<std::string> op_names();

/// The inputs of a sample. Equal arguments give equal bits.
Tensors draw(const Sample& sample, DType dtype, std::uint64_t seed = 0);

/// One line from which the inputs can be drawn again.
std::string repro(const Op& op, const Sample& sample, DType dtype, std::uint64_t seed = 0);

/// Puts rows into the table; a file that has rows defines one: `const Rows kRows([] { return ...; });`
struct Rows {
  explicit Rows(std::vector<Op> (*make)());
};

}  // namespace tenet_test
