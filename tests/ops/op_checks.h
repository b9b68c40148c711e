// What the generic tests of the op table do with a row.
#pragma once

#include <gtest/gtest.h>

#include "ops/op_table.h"

namespace tenet_test {

/// Whether two tensors have the same shape, type and bits; both undefined counts too.
bool same_bits(const Tensor& a, const Tensor& b);
/// Says where they differ first.
testing::AssertionResult same_bits(const Tensors& a, const Tensors& b);

/// The same, but floats may differ by `epsilons` machine epsilons of the largest element.
testing::AssertionResult same_within(int epsilons, const Tensors& a, const Tensors& b);

/// Where the elements of an input lie.
enum class Layout { transposed, strided, offset, expanded };
inline constexpr Layout kLayouts[] = {Layout::transposed, Layout::strided, Layout::offset, Layout::expanded};
const char* name(Layout layout);

/// The same elements laid out another way, in the middle of a buffer of NaN (or values no op accepts).
/// expanded: the first index of the longest dimension stands for all of it, so the elements are others.
struct LaidOut {
  Tensor view;
  Tensor buffer;
};
LaidOut lay_out(const Tensor& x, Layout layout);

/// What a call gives: its outputs and, for drawn dy, the gradients of op.gradient's inputs (all undefined where
/// none is asked for or nothing is floating).
struct Outcome {
  Tensors outputs;
  Tensors gradients;
};
Outcome run(const Op& op, const Tensors& inputs, const Options& options);
/// The outputs alone, nothing recorded.
Tensors value(const Op& op, const Tensors& inputs, const Options& options);

/// Fresh leaves over the same memory, those of op.gradient (if floating) requiring grad.
Tensors leaves(const Op& op, const Tensors& inputs);

/// Whether a typed input of the sample exists.
bool typed(const Sample& sample);

inline std::string op_name(const testing::TestParamInfo<std::string>& info) { return info.param; }

/// Runs body(op, sample, seed) for every sample of the row, with the repro line in scope.
template <class Body> void each_sample(const Op& op, DType dtype, Body body) {
  for (std::size_t i = 0; i < op.samples.size(); ++i) {
    SCOPED_TRACE(repro(op, op.samples[i], dtype, i));
    body(op.samples[i], draw(op.samples[i], dtype, i));
  }
}

}  // namespace tenet_test
