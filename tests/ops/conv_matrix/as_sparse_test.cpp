#include "tenet/ops/conv_matrix/as_sparse.h"

#include <gtest/gtest.h>

#include "support/conv_data.h"
#include "support/expect.h"
#include "support/scale.h"
#include "tenet/ops/conv_matrix/as_matrix.h"
#include "tenet/ops/elementwise/compare.h"
#include "tenet/testing.h"

namespace tenet_test {
namespace {

TEST(AsSparse, ByHand) {
  const tenet::CsrMatrix w = tenet::as_sparse(to_tensor({1, 2, 0, 4}, {1, 1, 2, 2}, false), {2, 3});
  EXPECT_EQ(w.shape, (Shape{2, 6}));
  EXPECT_EQ(to_integers(w.crow_indices), (Integers{0, 4, 8}));
  EXPECT_EQ(to_integers(w.col_indices), (Integers{0, 1, 3, 4, 1, 2, 4, 5}));
  EXPECT_EQ(to_integers(w.values), (Integers{1, 2, 0, 4, 1, 2, 0, 4}));
}

TEST(AsSparse, IsTheMatrixWithoutItsZerosOnRandomProblems) {
  Random random(11);
  for (std::int64_t i = 0; i < scaled(300); ++i) {
    const ConvCase c = draw_conv_case(random, false, 1 + static_cast<int>(i % 3));
    SCOPED_TRACE("TENET_CONV_CASE='" + c.str() + "'");
    const ReferenceConv r = c.reference().value();
    Shape kernel_shape{r.o, r.c / r.g};
    tenet::Dims size;
    const ReferenceAxis* axes[] = {&r.d, &r.h, &r.w};
    for (int a = 3 - c.axes; a < 3; ++a) {
      kernel_shape.push_back(axes[a]->kernel);
      size.push_back(axes[a]->in);
    }
    const Tensor kernel =
        to_tensor(draw_integers(random, kernel_shape, c.layout), kernel_shape, c.f64, c.layout);
    if (tenet::count(size, "test") * r.c > 200) continue;
    const tenet::CsrMatrix sparse = tenet::as_sparse(kernel, size, c.options());
    EXPECT_TRUE(tenet::equal(sparse.to_dense(), tenet::as_matrix(kernel, size, c.options())));
    const Integers columns = to_integers(sparse.col_indices), begins = to_integers(sparse.crow_indices);
    for (std::size_t row = 0; row + 1 < begins.size(); ++row) {
      for (std::int64_t k = begins[row] + 1; k < begins[row + 1]; ++k)
        ASSERT_LT(columns[static_cast<std::size_t>(k - 1)], columns[static_cast<std::size_t>(k)]);
    }
  }
}

TEST(AsSparse, IsDifferentiableInTheKernel) {
  const Tensor kernel = to_tensor({1, 2, 3, 4, 5, 6}, {1, 1, 2, 3}, true);
  EXPECT_GRADIENTS([](const Tensor& k) { return tenet::as_sparse(k, {3, 4}).to_dense(); }, kernel);
}

TEST(AsSparse, RefusesAKernelThatDoesNotFit) {
  EXPECT_EQ(
      message<tenet::ShapeError>([] {
        tenet::as_sparse(to_tensor({1, 2}, {1, 1, 2}, false), {1});
      }),
      "as_sparse: the kernel does not fit the padded input along W: 1 + 0 + 0 = 1 < 2 = 1 * (2 - 1) + 1 (in "
      "+ "
      "low + high < dilation * (kernel - 1) + 1). The smallest input that fits has extent 2; or pad more, or "
      "use a smaller kernel or dilation.");
}

}  // namespace
}  // namespace tenet_test
