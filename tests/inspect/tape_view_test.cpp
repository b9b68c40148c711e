#include "tenet/inspect/tape_view.h"

#include <gtest/gtest.h>

#include "tenet/framework/autograd/function.h"
#include "tenet/ops/create/create.h"
#include "tenet/ops/matmul/matmul.h"

namespace tenet {
namespace {

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

// x is read by two ops and a constant by one.
Tensor diamond() {
  const Tensor x = ones({2, 3}, {.requires_grad = true});
  const Tensor w = ones({3, 2}, {.requires_grad = true});
  const Tensor a = (matmul(x, w) * ones({2})).sum();
  return a + x.exp().sum();
}

TEST(TapeView, ListsTheRecordsInTheOrderOfTheTape) {
  EXPECT_EQ(tape_text(diamond()),
            "id  op       inputs  output          saved\n"
            " 0  leaf             [2, 3] float32    0 B\n"
            " 1  leaf             [3, 2] float32    0 B\n"
            " 2  matmul   0 1     [2, 2] float32   48 B\n"
            " 3  mul      2 -     [2, 2] float32    8 B\n"
            " 4  sum_to   3       [1, 1] float32    0 B\n"
            " 5  reshape  4       [] float32        0 B\n"
            " 6  exp      0       [2, 3] float32   24 B\n"
            " 7  sum_to   6       [1, 1] float32    0 B\n"
            " 8  reshape  7       [] float32        0 B\n"
            " 9  add      5 8     [] float32        0 B\n");
}

TEST(TapeView, OfATensorWithoutHistory) {
  EXPECT_EQ(tape_text(ones({2})), "(nothing recorded)\n");
  EXPECT_EQ(tape_dot(ones({2})), "digraph tape {\n  node [shape=box, fontname=\"sans-serif\"];\n}\n");
  EXPECT_EQ(count_of(tape_svg(ones({2})), "<rect"), 0u);
}

TEST(TapeView, DrawsABoxForEachRecordAndALineForEachEdge) {
  const Tensor y = diamond();
  const std::size_t records = count_of(tape_text(y), "float32");
  const std::string dot = tape_dot(y), svg = tape_svg(y);
  EXPECT_EQ(count_of(dot, "[label="), records);
  EXPECT_EQ(count_of(svg, "<rect "), records);
  EXPECT_EQ(count_of(dot, " -> "), count_of(svg, "<path "));
  EXPECT_NE(dot.find("n0 [label=\"leaf\\n[2, 3] float32\", style=rounded];"), std::string::npos) << dot;
}

template <class T> struct Twice : Function {
  Tensor forward(Context&, const Tensor& x) { return x * 2; }
  std::vector<Tensor> backward(const Context&, const Tensor& dy) { return {dy * 2}; }
};

TEST(TapeView, EscapesTheNamesOfUsersOps) {
  const Tensor y = apply<Twice<int>>(ones({1}, {.requires_grad = true}));
  EXPECT_NE(tape_svg(y).find("Twice&lt;int&gt;"), std::string::npos) << tape_svg(y);
  EXPECT_NE(tape_dot(y).find("Twice<int>"), std::string::npos);
}

}  // namespace
}  // namespace tenet
