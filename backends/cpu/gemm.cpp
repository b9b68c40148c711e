#include "tenet/backends/cpu/gemm.h"

#include <cblas.h>

#include <algorithm>
#include <cstddef>
#include <limits>

#include "tenet/backends/cpu/parallel.h"
#include "tenet/framework/core/dispatch.h"
#include "tenet/framework/core/error.h"

// Weak: null where the BLAS is not OpenBLAS.
extern "C" {
__attribute__((weak)) void openblas_set_num_threads(int);
__attribute__((weak)) int openblas_get_num_threads(void);
}

namespace tenet::cpu {
namespace {

/// A matrix as stored.
template <class T> struct Stored {
  T* data;
  std::int64_t distance;

  T* at(std::int64_t row, std::int64_t column) const { return data + row * distance + column; }
  /// BLAS checks the distance even where there is no second row to be reached by it.
  int distance_for(std::int64_t rows, std::int64_t columns) const {
    return static_cast<int>(rows == 1 ? columns : distance);
  }
};

void blas(CBLAS_TRANSPOSE ta, CBLAS_TRANSPOSE tb, int m, int n, int k, const float* a, int lda,
          const float* b, int ldb, float beta, float* c, int ldc) {
  cblas_sgemm(CblasRowMajor, ta, tb, m, n, k, 1, a, lda, b, ldb, beta, c, ldc);
}

void blas(CBLAS_TRANSPOSE ta, CBLAS_TRANSPOSE tb, int m, int n, int k, const double* a, int lda,
          const double* b, int ldb, double beta, double* c, int ldc) {
  cblas_dgemm(CblasRowMajor, ta, tb, m, n, k, 1, a, lda, b, ldb, beta, c, ldc);
}

template <class T> void scale(const Gemm& call, T beta) {
  if (beta == 1) return;
  for (std::int64_t i = 0; i < call.m; ++i) {
    T* row = static_cast<T*>(call.c) + i * call.ldc;
    if (beta == 0) {  // also where C holds a NaN
      std::fill(row, row + call.n, T{0});
      continue;
    }
    std::transform(row, row + call.n, row, [beta](T value) { return value * beta; });
  }
}

/// Adds the share of [p, p + k) of the inner dimension to rows [i, i + m), columns [j, j + n) of C.
template <class T>
void part(const Gemm& call, std::int64_t i, std::int64_t m, std::int64_t j, std::int64_t n, std::int64_t p,
          std::int64_t k) {
  const Stored<const T> a{static_cast<const T*>(call.a), call.lda};
  const Stored<const T> b{static_cast<const T*>(call.b), call.ldb};
  const Stored<T> c{static_cast<T*>(call.c), call.ldc};
  const bool ta = call.transpose_a, tb = call.transpose_b;
  blas(ta ? CblasTrans : CblasNoTrans, tb ? CblasTrans : CblasNoTrans, static_cast<int>(m),
       static_cast<int>(n), static_cast<int>(k),  //
       ta ? a.at(p, i) : a.at(i, p), ta ? a.distance_for(k, m) : a.distance_for(m, k),
       tb ? b.at(j, p) : b.at(p, j), tb ? b.distance_for(n, k) : b.distance_for(k, n),
       p == 0 ? static_cast<T>(call.beta) : T{1}, c.at(i, j), c.distance_for(m, n));
}

/// How much of an extent one BLAS call may take: one row at a time if its rows lie too far apart.
std::int64_t stride(std::int64_t size, std::int64_t limit, bool far) {
  return far && size > 1 ? 1 : std::min(size, limit);
}

template <class T> void split(const Gemm& call, std::int64_t limit) {
  const bool far_a = call.lda > limit, far_b = call.ldb > limit, far_c = call.ldc > limit;
  const std::int64_t dm = stride(call.m, limit, far_c || (far_a && !call.transpose_a));
  const std::int64_t dn = stride(call.n, limit, far_b && call.transpose_b);
  const std::int64_t dk = stride(call.k, limit, (far_a && call.transpose_a) || (far_b && !call.transpose_b));
  for (std::int64_t i = 0; i < call.m; i += dm) {
    for (std::int64_t j = 0; j < call.n; j += dn) {
      for (std::int64_t p = 0; p < call.k; p += dk) {
        part<T>(call, i, std::min(dm, call.m - i), j, std::min(dn, call.n - j), p, std::min(dk, call.k - p));
      }
    }
  }
}

constexpr std::int64_t kLargestArgument = std::numeric_limits<int>::max();

/// Rows or columns of C in one strip: all of them up to two million multiply-adds, some 30 us of
/// one core. Strips of 256 cost BLAS about 2 % over one call, strips of 128 about 4 %.
std::int64_t strip(const Gemm& call, std::int64_t length) {
  const double work = static_cast<double>(call.m) * static_cast<double>(call.n) * static_cast<double>(call.k);
  if (work < 2e6) return length;
  return length < 1024 ? 128 : 256;
}

const void* skip(const Gemm& call, const void* data, std::int64_t elements) {
  return static_cast<const char*>(data) + elements * static_cast<std::int64_t>(item_size(call.dtype));
}

Gemm row_strip(const Gemm& call, std::int64_t begin, std::int64_t end) {
  Gemm part = call;
  part.m = end - begin;
  part.a = skip(call, call.a, call.transpose_a ? begin : begin * call.lda);
  part.c = const_cast<void*>(skip(call, call.c, begin * call.ldc));
  return part;
}

Gemm column_strip(const Gemm& call, std::int64_t begin, std::int64_t end) {
  Gemm part = call;
  part.n = end - begin;
  part.b = skip(call, call.b, call.transpose_b ? begin * call.ldb : begin);
  part.c = const_cast<void*>(skip(call, call.c, begin));
  return part;
}

Gemm one_of(const Gemm& call, std::int64_t i) {
  Gemm one = call;
  one.batch = 1;
  one.a = skip(call, call.a, i * call.stride_a);
  one.b = skip(call, call.b, i * call.stride_b);
  one.c = const_cast<void*>(skip(call, call.c, i * call.stride_c));
  return one;
}

}  // namespace

void gemm(const Gemm& call) {
  if (call.batch != 1) {
    const std::int64_t work = std::max<std::int64_t>(1, call.m * call.n * call.k);
    return parallel_for(call.batch, std::max<std::int64_t>(1, (1 << 16) / work),
                        [&](std::int64_t begin, std::int64_t end) {
                          for (std::int64_t i = begin; i < end; ++i) gemm(one_of(call, i));
                        });
  }
  const bool rows = call.m >= call.n;
  const std::int64_t length = rows ? call.m : call.n;
  if (length == 0) return gemm_split(call, kLargestArgument);  // which checks the dtype
  parallel_for(length, strip(call, length), [&](std::int64_t begin, std::int64_t end) {
    gemm_split(rows ? row_strip(call, begin, end) : column_strip(call, begin, end), kLargestArgument);
  });
}

void gemm_split(const Gemm& call, std::int64_t limit) {
  dispatch_float(call.dtype, "gemm", [&](auto tag) {
    using T = typename decltype(tag)::type;
    if (call.m == 0 || call.n == 0) return;
    if (call.k == 0) return scale(call, static_cast<T>(call.beta));
    use_one_blas_thread();
    split<T>(call, limit);
  });
}

void use_one_blas_thread() {
  if (openblas_set_num_threads == nullptr || openblas_get_num_threads == nullptr) return;
  // Another user of the same library (NumPy, a threadpoolctl block) may have changed it since.
  if (openblas_get_num_threads() != 1) openblas_set_num_threads(1);
}

}  // namespace tenet::cpu
