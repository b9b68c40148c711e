#include "tenet/ops/shape/flip.h"

#include <gtest/gtest.h>

#include "ops/op_table.h"
#include "support/expect_error.h"
#include "tenet/ops/conv/conv2d.h"
#include "tenet/ops/conv/conv_transpose2d.h"
#include "tenet/ops/create/create.h"
#include "tenet/ops/elementwise/compare.h"

namespace tenet_test {
namespace {

Wrong wrong(const tenet::Dims& dims, std::string error, std::string text) {
  return {[] { return Tensors{tenet::ones({2, 3})}; }, {{"dims", dims}}, std::move(error), std::move(text)};
}

// PyTorch: "flip", [real(2, 3)], lambda x: x.flip([0]), dims=[0]
// PyTorch: "flip", [real(2, 3, 4)], lambda x: x.flip([-1, 0]), dims=[-1, 0]
// PyTorch: "flip", [real()], lambda x: x.flip([]), dims=[]
// PyTorch: "flip", [real(0, 2)], lambda x: x.flip([0, 1]), dims=[0, 1]
const Rows kRow([]() -> std::vector<Op> {
  return {{.name = "flip",
           .call = [](const Tensors& in,
                      const Options& o) { return Tensors{tenet::flip(in[0], o.list("dims"))}; },
           .samples = {{{real(2, 3)}, {{"dims", {0}}}},
                       {{real(2, 3, 4)}, {{"dims", {-1, 0}}}},
                       {{real()}, {{"dims", Shape{}}}},
                       {{real()}, {{"dims", {-1}}}},
                       {{real(0, 2)}, {{"dims", {0, 1}}}},
                       {{real(300, 301)}, {{"dims", {1, 0}}}, true}},
           .types = kAll,
           .linear = {1},
           .wrong = {
               wrong({2}, "IndexError",
                     "flip: dim 2 is out of range for a tensor of 2 dimensions. Use a dim in [-2, 1]."),
               wrong({1, -1}, "ValueError", "flip: dims [1, -1] name dimension 1 twice. Name each once.")}}};
});

TEST(Flip, ReversesTheOrderAlongEachDimension) {
  const Tensor x = tenet::arange(6).reshape({2, 3});
  EXPECT_TRUE(tenet::equal(tenet::flip(x, {0}), tenet::tensor({{3, 4, 5}, {0, 1, 2}})));
  EXPECT_TRUE(tenet::equal(tenet::flip(x, {0, 1}), tenet::tensor({{5, 4, 3}, {2, 1, 0}})));
}

TEST(Flip, NeverSharesMemory) {
  const Tensor x = tenet::ones({2});
  tenet::flip(x, {}).fill_(7);
  EXPECT_TRUE(tenet::equal(x, tenet::ones({2})));
}

TEST(Flip, OfTheKernelTurnsATransposedConvolutionIntoAFullyPaddedOne) {
  const Tensor x = tenet::arange(12., {.dtype = tenet::float64}).reshape({1, 1, 3, 4});
  const Tensor w = tenet::arange(4., {.dtype = tenet::float64}).reshape({1, 1, 2, 2});
  EXPECT_TRUE(tenet::equal(tenet::conv_transpose2d(x, w),
                           tenet::conv2d(x, tenet::flip(w, {2, 3}), {}, {.padding = 1})));
}

}  // namespace
}  // namespace tenet_test
