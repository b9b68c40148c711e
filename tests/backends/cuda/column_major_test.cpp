#include "tenet/backends/cuda/column_major.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tenet::cuda {
namespace {

/// What cuBLAS does with its arguments, by the definition.
void by_columns(const ColumnMajor& p, double beta, double* c) {
  const auto at = [](const void* data, bool transpose, std::int64_t row, std::int64_t column,
                     std::int64_t ld) {
    return static_cast<const double*>(data)[transpose ? column + row * ld : row + column * ld];
  };
  for (std::int64_t i = 0; i < p.batch; ++i) {
    const double* first = static_cast<const double*>(p.first) + i * p.stride_first;
    const double* second = static_cast<const double*>(p.second) + i * p.stride_second;
    for (std::int64_t row = 0; row < p.m; ++row) {
      for (std::int64_t column = 0; column < p.n; ++column) {
        double sum = 0;
        for (std::int64_t k = 0; k < p.k; ++k) {
          sum += at(first, p.transpose_first, row, k, p.ld_first) *
                 at(second, p.transpose_second, k, column, p.ld_second);
        }
        double& result = c[i * p.stride_c + row + column * p.ld_c];
        result = sum + beta * result;
      }
    }
  }
}

/// The contract of Gemm, by the definition.
void by_rows(const Gemm& g, double* c) {
  for (std::int64_t i = 0; i < g.batch; ++i) {
    const double* a = static_cast<const double*>(g.a) + i * g.stride_a;
    const double* b = static_cast<const double*>(g.b) + i * g.stride_b;
    for (std::int64_t row = 0; row < g.m; ++row) {
      for (std::int64_t column = 0; column < g.n; ++column) {
        double sum = 0;
        for (std::int64_t k = 0; k < g.k; ++k) {
          sum += (g.transpose_a ? a[k * g.lda + row] : a[row * g.lda + k]) *
                 (g.transpose_b ? b[column * g.ldb + k] : b[k * g.ldb + column]);
        }
        double& result = c[i * g.stride_c + row * g.ldc + column];
        result = sum + g.beta * result;
      }
    }
  }
}

std::vector<double> filled(std::int64_t size) {
  std::vector<double> values(static_cast<std::size_t>(size));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(i * 7 % 13) - 6;
  return values;
}

void expect_same(std::int64_t m, std::int64_t n, std::int64_t k, int form, std::int64_t batch) {
  constexpr std::int64_t kGap = 2;
  const bool ta = form & 1, tb = form & 2;
  Gemm g{.transpose_a = ta, .transpose_b = tb, .m = m, .n = n, .k = k, .beta = form & 4 ? 2. : 0.};
  g.lda = (ta ? m : k) + kGap;
  g.ldb = (tb ? k : n) + kGap;
  g.ldc = n + kGap;
  g.batch = batch;
  g.stride_a = (ta ? k : m) * g.lda + 1;
  g.stride_b = form & 8 ? 0 : (tb ? n : k) * g.ldb + 1;  // one matrix for all
  g.stride_c = m * g.ldc + 1;
  const auto a = filled(batch * g.stride_a + g.lda), b = filled(batch * g.stride_b + n * k * 3 + 50);
  auto wanted = filled(batch * g.stride_c + g.ldc), got = wanted;
  g.a = a.data();
  g.b = b.data();
  by_rows(g, wanted.data());
  by_columns(column_major(g), g.beta, got.data());
  EXPECT_EQ(got, wanted) << m << " " << n << " " << k << " form " << form << " batch " << batch;
}

TEST(ColumnMajor, IsTheSameProduct) {
  for (std::int64_t m : {1, 2, 5}) {
    for (std::int64_t n : {1, 3, 4}) {
      for (std::int64_t k : {1, 2, 7}) {
        for (int form = 0; form < 16; ++form) {
          for (std::int64_t batch : {1, 3}) expect_same(m, n, k, form, batch);
        }
      }
    }
  }
}

// cuBLAS refuses a distance below the extent, also where there is nothing to be reached by it.
TEST(ColumnMajor, TheRowDistanceOfASingleRowIsItsLength) {
  const ColumnMajor p = column_major({.m = 1, .n = 4, .k = 3, .lda = 0, .ldb = 4, .ldc = 0});
  EXPECT_EQ(p.ld_second, 3);
  EXPECT_EQ(p.ld_c, 4);
  const ColumnMajor t =
      column_major({.transpose_a = true, .transpose_b = true, .m = 5, .n = 1, .k = 1, .ldc = 1});
  EXPECT_EQ(t.ld_second, 5);  // A is stored [1, 5]
  EXPECT_EQ(t.ld_first, 1);   // B is stored [1, 1]
}

std::string text_of(const Gemm& call) {
  try {
    column_major(call);
    return "";
  } catch (const ValueError& error) {
    return error.what();
  }
}

TEST(ColumnMajor, WhatExceedsThirtyTwoBitsIsAnError) {
  constexpr std::int64_t most = 0x7fffffff, more = most + 1;
  EXPECT_EQ(text_of({.m = most, .n = most, .k = most, .lda = most, .ldb = most, .ldc = most}), "");
  EXPECT_EQ(text_of({.m = 2, .n = more, .k = 2, .lda = 2, .ldb = more, .ldc = more}),
            "gemm: cuBLAS counts in 32 bits, but n is 2147483648. Use smaller pieces.");
  EXPECT_NE(text_of({.m = more, .n = 2, .k = 2, .lda = 2, .ldb = 2, .ldc = 2}).find("but m is"),
            std::string::npos);
  EXPECT_NE(text_of({.m = 2, .n = 2, .k = more, .lda = more, .ldb = 2, .ldc = 2}).find("but k is"),
            std::string::npos);
  EXPECT_NE(text_of({.m = 2, .n = 2, .k = 2, .lda = more, .ldb = 2, .ldc = 2}).find("but lda is"),
            std::string::npos);
  EXPECT_NE(text_of({.m = 2, .n = 2, .k = 2, .lda = 2, .ldb = more, .ldc = 2}).find("but ldb is"),
            std::string::npos);
  EXPECT_NE(text_of({.m = 2, .n = 2, .k = 2, .lda = 2, .ldb = 2, .ldc = more}).find("but ldc is"),
            std::string::npos);
  EXPECT_NE(
      text_of({.m = 2, .n = 2, .k = 2, .lda = 2, .ldb = 2, .ldc = 2, .batch = more}).find("but batch is"),
      std::string::npos);
  EXPECT_EQ(text_of({.m = 1, .n = 1, .k = 1, .lda = more, .ldb = more, .ldc = more}), "");
}

}  // namespace
}  // namespace tenet::cuda
