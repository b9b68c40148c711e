#include <gtest/gtest.h>

#include "ops/op_table.h"
#include "support/expect_error.h"
#include "tenet/ops/create/create.h"
#include "tenet/ops/elementwise/compare.h"
#include "tenet/ops/shape/shape.h"

namespace tenet_test {
namespace {

using tenet::PadMode;

Op padded(PadMode mode, Wrong too_far) {
  return {.name = std::string("pad_") + tenet::name(mode),
          .call = [mode](const Tensors& in,
                         const Options& o) { return Tensors{tenet::pad(in[0], o.list("widths"), mode)}; },
          .samples = {{{real(2, 3)}, {{"widths", {1, 2}}}},
                      {{real(1, 4, 3)}, {{"widths", {2, 0, 1, 3}}}},
                      {{real(4, 5)}, {{"widths", {-1, 2, 1, -2}}}},
                      {{real(0, 3)}, {{"widths", {1, 1}}}},
                      {{real()}, {{"widths", Shape{}}}},
                      {{real(300, 301)}, {{"widths", {3, -5}}}, true}},
          .types = kAll,
          .linear = {1},
          .wrong = {std::move(too_far)}};
}

Wrong too_far(const Shape& shape, const tenet::Dims& widths, std::string text) {
  return {
      [shape] { return Tensors{tenet::ones(shape)}; }, {{"widths", widths}}, "ShapeError", std::move(text)};
}

// PyTorch: "pad_reflect", [real(2, 3)], lambda x: torch.nn.functional.pad(x, (1, 2), "reflect"), widths=[1, 2]
// PyTorch: "pad_reflect", [real(1, 4, 4, 3)], lambda x: torch.nn.functional.pad(x, (2, 0, 1, 3), "reflect"), widths=[2, 0, 1, 3]
// PyTorch: "pad_replicate", [real(2, 3)], lambda x: torch.nn.functional.pad(x, (4, 2), "replicate"), widths=[4, 2]
// PyTorch: "pad_replicate", [real(1, 2, 2, 3)], lambda x: torch.nn.functional.pad(x, (1, 0, 3, 1), "replicate"), widths=[1, 0, 3, 1]
// PyTorch: "pad_circular", [real(2, 3)], lambda x: torch.nn.functional.pad(x, (3, 2), "circular"), widths=[3, 2]
// PyTorch: "pad_circular", [real(1, 2, 4, 3)], lambda x: torch.nn.functional.pad(x, (1, 0, 4, 1), "circular"), widths=[1, 0, 4, 1]
const Rows kRows([]() -> std::vector<Op> {
  return {
      padded(PadMode::reflect,
             too_far(
                 {2, 3}, {3, 0},
                 "pad: dimension 1 of shape [2, 3] has extent 3, so reflect can add at most 2 on a side, but "
                 "the widths are 3 and 0. Pad less, or in several steps.")),
      padded(
          PadMode::replicate,
          too_far(
              {2, 0}, {0, 1},
              "pad: dimension 1 of shape [2, 0] has extent 0, so replicate can add at most 0 on a side, but "
              "the widths are 0 and 1. Pad less, or in several steps.")),
      padded(
          PadMode::circular,
          too_far(
              {3}, {1, 4},
              "pad: dimension 0 of shape [3] has extent 3, so circular can add at most 3 on a side, but the "
              "widths are 1 and 4. Pad less, or in several steps."))};
});

TEST(PadMode, TakesTheElementsFromWhereItSays) {
  const Tensor x = tenet::tensor({0, 1, 2});
  EXPECT_TRUE(tenet::equal(tenet::pad(x, {2, 2}, PadMode::reflect), tenet::tensor({2, 1, 0, 1, 2, 1, 0})));
  EXPECT_TRUE(tenet::equal(tenet::pad(x, {2, 2}, PadMode::replicate), tenet::tensor({0, 0, 0, 1, 2, 2, 2})));
  EXPECT_TRUE(tenet::equal(tenet::pad(x, {2, 2}, PadMode::circular), tenet::tensor({1, 2, 0, 1, 2, 0, 1})));
  EXPECT_TRUE(tenet::equal(tenet::pad(x, {-1, 1}, PadMode::reflect), tenet::tensor({1, 2, 1})));
}

TEST(PadMode, NeverSharesMemory) {
  const Tensor x = tenet::ones({2});
  tenet::pad(x, {}, PadMode::circular).fill_(7);
  EXPECT_TRUE(tenet::equal(x, tenet::ones({2})));
}

}  // namespace
}  // namespace tenet_test
