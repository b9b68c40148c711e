#include "tenet/backends/cpu/gemm.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "tenet/backends/cpu/parallel.h"
#include "tenet/framework/core/error.h"
#include "tenet/framework/core/threads.h"

extern "C" __attribute__((weak)) int openblas_get_num_threads(void);
extern "C" __attribute__((weak)) void openblas_set_num_threads(int);

namespace tenet::cpu {
namespace {

/// A product of small integers, so that every order of summation gives the same value, with gaps
/// between the rows, which must stay as they were.
template <class T> struct Product {
  static constexpr std::int64_t kGap = 3;
  static constexpr T kOutside = 77;
  std::int64_t m, n, k;
  bool ta, tb;
  double beta;
  std::vector<T> a, b, c;

  Product(std::int64_t m_, std::int64_t n_, std::int64_t k_, bool ta_, bool tb_, double beta_)
      : m(m_),
        n(n_),
        k(k_),
        ta(ta_),
        tb(tb_),
        beta(beta_),
        a(filled((ta ? k : m) * lda())),
        b(filled((tb ? n : k) * ldb())),
        c(filled(m * ldc())) {
    for (std::int64_t i = 0; i < m; ++i) {
      for (std::int64_t j = n; j < ldc(); ++j) c[at(i * ldc() + j)] = kOutside;
    }
  }

  std::int64_t lda() const { return (ta ? m : k) + kGap; }
  std::int64_t ldb() const { return (tb ? k : n) + kGap; }
  std::int64_t ldc() const { return n + kGap; }
  static std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

  static std::vector<T> filled(std::int64_t size) {
    std::vector<T> values(at(size));
    for (std::size_t i = 0; i < values.size(); ++i)
      values[i] = static_cast<T>(static_cast<int>(i * 7 % 13) - 6);
    return values;
  }

  Gemm call() {
    return {.transpose_a = ta,
            .transpose_b = tb,
            .m = m,
            .n = n,
            .k = k,
            .a = a.data(),
            .lda = lda(),
            .b = b.data(),
            .ldb = ldb(),
            .beta = beta,
            .c = c.data(),
            .ldc = ldc(),
            .dtype = dtype_of<T>};
  }

  std::vector<T> expected() const {
    std::vector<T> result = c;
    for (std::int64_t i = 0; i < m; ++i) {
      for (std::int64_t j = 0; j < n; ++j) {
        T sum = beta == 0 ? T{0} : static_cast<T>(beta) * c[at(i * ldc() + j)];
        for (std::int64_t p = 0; p < k; ++p) {
          sum += a[at(ta ? p * lda() + i : i * lda() + p)] * b[at(tb ? j * ldb() + p : p * ldb() + j)];
        }
        result[at(i * ldc() + j)] = sum;
      }
    }
    return result;
  }
};

/// Calls check(product) for every transposition, both dtypes and several betas.
template <class Check> void for_all(std::int64_t m, std::int64_t n, std::int64_t k, Check check) {
  for (int flags = 0; flags < 4; ++flags) {
    for (double beta : {0.0, 1.0, 0.5}) {
      SCOPED_TRACE("m " + std::to_string(m) + " n " + std::to_string(n) + " k " + std::to_string(k) +
                   " transposes " + std::to_string(flags) + " beta " + std::to_string(beta));
      check(Product<float>(m, n, k, flags & 1, flags & 2, beta));
      check(Product<double>(m, n, k, flags & 1, flags & 2, beta));
    }
  }
}

TEST(CpuGemm, EqualsTheLoops) {
  for (std::int64_t m : {1, 2, 5, 33}) {
    for (std::int64_t n : {1, 3, 34}) {
      for (std::int64_t k : {1, 4, 65}) {
        for_all(m, n, k, [](auto product) {
          const auto expected = product.expected();
          gemm(product.call());
          EXPECT_EQ(product.c, expected);
        });
      }
    }
  }
}

TEST(CpuGemm, LargeOnesAreMadeOfStrips) {
  const std::int64_t sizes[][3] = {{300, 70, 110}, {70, 300, 110}, {1100, 30, 70}, {30, 1100, 70}};
  for (auto [m, n, k] : sizes) {
    for_all(m, n, k, [](auto product) {
      const auto expected = product.expected();
      gemm(product.call());
      EXPECT_EQ(product.c, expected);
    });
  }
}

TEST(CpuGemm, ZeroSizes) {
  for_all(0, 3, 4, [](auto product) { gemm(product.call()); });
  for_all(3, 0, 4, [](auto product) {
    const auto expected = product.c;
    gemm(product.call());
    EXPECT_EQ(product.c, expected);
  });
  for_all(3, 5, 0, [](auto product) {
    const auto expected = product.expected();
    gemm(product.call());
    EXPECT_EQ(product.c, expected);
  });
}

TEST(CpuGemm, WithBetaZeroTheOldValuesAreNotRead) {
  for (std::int64_t k : {0, 1, 7, 300}) {
    for_all(6, 4, k, [](auto product) {
      if (product.beta != 0) return;
      const auto expected = product.expected();
      for (std::int64_t i = 0; i < product.m; ++i) {
        for (std::int64_t j = 0; j < product.n; ++j)
          product.c[product.at(i * product.ldc() + j)] = std::nan("");
      }
      gemm(product.call());
      EXPECT_EQ(product.c, expected);
    });
  }
}

TEST(CpuGemm, SizesAboveABlasArgumentAreSplit) {
  for (std::int64_t limit : {1, 4, 12}) {  // the row distances lie between 8 and 14
    for_all(5, 9, 11, [limit](auto product) {
      const auto expected = product.expected();
      gemm_split(product.call(), limit);
      EXPECT_EQ(product.c, expected);
    });
  }
}

TEST(CpuGemm, TheRowDistanceOfASingleRowDoesNotMatter) {
  const std::vector<float> a = {1, 2}, b = {3, 4};
  float c = 0;
  gemm({.m = 1, .n = 1, .k = 2, .a = a.data(), .lda = 0, .b = b.data(), .ldb = 1, .c = &c, .ldc = 0});
  EXPECT_EQ(c, 11);
  const std::int64_t far = std::int64_t{1} << 40;
  gemm({.transpose_b = true,
        .m = 1,
        .n = 1,
        .k = 2,
        .a = a.data(),
        .lda = far,
        .b = b.data(),
        .ldb = far,
        .beta = 1,
        .c = &c,
        .ldc = far});
  EXPECT_EQ(c, 22);
}

TEST(CpuGemm, NotForIntegers) {
  try {
    gemm({.m = 1, .n = 1, .k = 1, .dtype = int64});
    FAIL() << "nothing was thrown";
  } catch (const DTypeError& error) {
    EXPECT_STREQ(error.what(),
                 "gemm: needs a floating-point tensor but got int64. Convert with .to(tenet::float32).");
  }
}

TEST(CpuGemm, SameBitsForAnyNumberOfThreads) {
  const int before = num_threads();
  std::vector<float> alone;
  for (int threads : {1, 2, 3, 4}) {
    set_num_threads(threads);
    Product<float> product(400, 390, 50, true, false, 0.5);
    for (float& value : product.a) value = std::sin(value);
    gemm(product.call());
    if (threads == 1) alone = product.c;
    EXPECT_EQ(product.c, alone);
  }
  set_num_threads(before);
}

TEST(CpuGemm, SameBitsInAnyThreadAndOneBlasThread) {
  const auto bits = [](int threads) {
    set_num_threads(threads);
    std::vector<Product<float>> products(8, Product<float>(70, 90, 110, false, true, 0));
    for (Product<float>& product : products) {
      for (float& value : product.a) value = std::sin(value);
    }
    parallel_for(8, 1,
                 [&](std::int64_t i, std::int64_t) { gemm(products[static_cast<std::size_t>(i)].call()); });
    for (const Product<float>& product : products) EXPECT_EQ(product.c, products[0].c);
    return products[0].c;
  };
  const int before = num_threads();
  const auto alone = bits(1);
  // As another user of the library might.
  if (openblas_set_num_threads != nullptr) openblas_set_num_threads(2);
  for (int threads : {2, 3, 4}) EXPECT_EQ(bits(threads), alone);
  EXPECT_TRUE(openblas_get_num_threads == nullptr || openblas_get_num_threads() == 1);
  set_num_threads(before);
}

}  // namespace
}  // namespace tenet::cpu
