#include "tenet/ops/conv_matrix/spectrum.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "tenet/framework/autograd/grad_mode.h"
#include "tenet/framework/core/random.h"
#include "tenet/ops/conv/contract.h"
#include "tenet/ops/conv_matrix/problem.h"
#include "tenet/ops/copy/copy.h"
#include "tenet/ops/create/create.h"
#include "tenet/ops/matmul/matmul.h"
#include "tenet/ops/random/random.h"
#include "tenet/ops/shape/shape.h"

namespace tenet {
namespace {

/// Eigenvalues and vectors (rows of `vectors`) of a symmetric matrix, descending, by Jacobi's cyclic rotations.
/// Source: G. Golub, C. Van Loan, Matrix Computations, 4th edition, algorithm 8.5.3.
struct Eigen {
  std::int64_t n;
  std::vector<double> a, vectors, values;

  explicit Eigen(const Tensor& symmetric)
      : n(symmetric.size(0)), vectors(static_cast<std::size_t>(n * n), 0) {
    const Tensor dense = on_host(symmetric);
    a.assign(dense.data<const double>(), dense.data<const double>() + n * n);
    for (std::int64_t i = 0; i < n; ++i) at(vectors, i, i) = 1;
    const double size = std::sqrt(std::inner_product(a.begin(), a.end(), a.begin(), 0.));
    for (int sweeps = 0; sweeps < 50 && sweep() > 1e-15 * size; ++sweeps) {
    }
    sort();
  }

 private:
  double& at(std::vector<double>& m, std::int64_t i, std::int64_t j) {
    return m[static_cast<std::size_t>(i * n + j)];
  }

  /// Rotates every pair once; the largest element beside the diagonal that was met.
  double sweep() {
    double largest = 0;
    for (std::int64_t p = 0; p < n; ++p) {
      for (std::int64_t q = p + 1; q < n; ++q) {
        largest = std::max(largest, std::abs(at(a, p, q)));
        if (at(a, p, q) != 0) rotate(p, q);
      }
    }
    return largest;
  }

  void rotate(std::int64_t p, std::int64_t q) {
    const double theta = (at(a, q, q) - at(a, p, p)) / (2 * at(a, p, q));
    const double t = (theta < 0 ? -1 : 1) / (std::abs(theta) + std::hypot(theta, 1));
    const double c = 1 / std::hypot(t, 1), s = t * c;
    const auto turn = [c, s](double& x, double& y) {
      const double before = x;
      x = c * x - s * y;
      y = s * before + c * y;
    };
    for (std::int64_t k = 0; k < n; ++k) turn(at(a, k, p), at(a, k, q));
    for (std::int64_t k = 0; k < n; ++k) turn(at(a, p, k), at(a, q, k));
    for (std::int64_t k = 0; k < n; ++k) turn(at(vectors, p, k), at(vectors, q, k));
    at(a, p, q) = at(a, q, p) = 0;  // but for rounding, which would keep the sweeps going
  }

  void sort() {
    std::vector<std::int64_t> order(static_cast<std::size_t>(n));
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(),
                     [&](std::int64_t i, std::int64_t j) { return at(a, i, i) > at(a, j, j); });
    std::vector<double> sorted;
    for (std::int64_t i : order) {
      values.push_back(at(a, i, i));
      for (std::int64_t k = 0; k < n; ++k) sorted.push_back(at(vectors, i, k));
    }
    vectors = std::move(sorted);
  }
};

struct Spectrum {
  std::vector<double> values;
  Tensor right;  // the first right singular vector, as an image
};

/// The Krylov space of W^T W: an orthonormal basis of images, and what the convolution makes of them.
class Krylov {
 public:
  Krylov(const ConvGeometry& g, const Tensor& kernel) : g_(g), kernel_(kernel.detach().to(float64)) {}

  std::int64_t size() const { return basis_.defined() ? basis_.size(0) : 0; }

  /// Adds to the basis what is new in the rows of `block`.
  void extend(Tensor block) {
    double scale = norm(block);
    if (size() > 0) scale = largest_ = std::max(largest_, scale);  // rounding is relative to the largest
    for (int twice = 0; twice < 2 && size() > 0; ++twice)
      block.sub_(matmul(matmul(block, basis_.t()), basis_));
    std::vector<Tensor> rows;
    if (size() > 0) rows.push_back(basis_);
    for (std::int64_t i = 0; i < block.size(0); ++i) {
      Tensor row = block[i];
      for (int twice = 0; twice < 2; ++twice) {
        for (std::int64_t j = 0; j < i; ++j) row.sub_(block[j] * (block[j] * row).sum());
      }
      const double left = norm(row);
      if (left <= 1e-12 * scale) {
        row.zero_();  // nothing new
        continue;
      }
      row.div_(left);
      rows.push_back(row.unsqueeze(0));
    }
    const std::int64_t old = size();
    basis_ = cat(rows);
    if (size() == old) return;
    const Tensor images = apply(basis_.narrow(0, old, size() - old));
    images_ = images_.defined() ? cat({images_, images}) : images;
  }

  /// W^T W of the newest rows, at most n.
  Tensor next(std::int64_t n) const {
    const std::int64_t rows = std::min(n, size());
    const Tensor y = images_.narrow(0, size() - rows, rows);
    return flat(conv_adjoint_input(of_batch(rows), kernel_, y.reshape(of_batch(rows).output_shape())));
  }

  Spectrum spectrum() const {
    const Eigen eigen(matmul(images_, images_.t()));
    Spectrum found;
    for (double value : eigen.values) found.values.push_back(std::sqrt(std::max(value, 0.)));
    const Tensor weights = empty({size()}, {.dtype = float64});
    std::copy_n(eigen.vectors.begin(), size(), weights.data<double>());
    found.right = matmul(weights.to(basis_.device()), basis_).reshape(of_batch(1).input_shape());
    return found;
  }

 private:
  static double norm(const Tensor& x) { return std::sqrt(x.square().sum().item<double>()); }
  static Tensor flat(const Tensor& images) { return images.reshape({images.size(0), -1}); }
  ConvGeometry of_batch(std::int64_t n) const {
    ConvGeometry g = g_;
    g.batch = n;
    return g;
  }
  Tensor apply(const Tensor& rows) const {
    const ConvGeometry g = of_batch(rows.size(0));
    return flat(conv_apply(g, rows.reshape(g.input_shape()), kernel_));
  }

  ConvGeometry g_;
  Tensor kernel_, basis_, images_;
  double largest_ = 0;  // norm of a block that next() gave
};

bool settled(const std::vector<double>& now, const std::vector<double>& before, std::int64_t n,
             double tolerance) {
  for (std::size_t i = 0; i < static_cast<std::size_t>(n); ++i) {
    if (i >= before.size() || i >= now.size() || std::abs(now[i] - before[i]) > tolerance * now[0])
      return false;
  }
  return true;
}

Spectrum leading(const char* op, const ConvGeometry& g, const Tensor& kernel, std::int64_t n,
                 const SpectrumOptions& o) {
  const NoGradGuard no_grad;
  const std::int64_t columns = g.in_channels * g.in_size();
  const std::int64_t block = std::min(columns, n + 4);
  Generator generator(0);  // the same start for the same question
  Krylov krylov(g, kernel);
  krylov.extend(randn({block, columns}, {.dtype = float64, .generator = &generator}));
  Spectrum found = krylov.spectrum();
  for (int step = 0; step < o.steps; ++step) {
    const std::int64_t before = krylov.size();
    krylov.extend(krylov.next(block));
    if (krylov.size() == before) return found;  // the space is closed: exact
    Spectrum now = krylov.spectrum();
    const bool done = settled(now.values, found.values, n, o.tolerance / 10);
    found = std::move(now);
    if (done) return found;
  }
  fail<ValueError>(op, ": the values have not settled to ", o.tolerance, " after ", o.steps,
                   " steps. Allow more steps, or a larger tolerance.");
}

}  // namespace

Tensor singular_values(const Tensor& kernel, const Dims& input_size, std::int64_t n,
                       const ConvOptions& options, SpectrumOptions spectrum) {
  const ConvGeometry g = conv_matrix::solve("singular_values", kernel, input_size, options);
  const std::int64_t most = std::min(g.out_channels * g.out_size(), g.in_channels * g.in_size());
  if (n < 1 || n > most) {
    fail<ValueError>("singular_values: n is ", n, " but the matrix [", g.out_channels * g.out_size(), ", ",
                     g.in_channels * g.in_size(), "] has ", most, ". Ask for 1 to ", most, " of them.");
  }
  const Spectrum found = leading("singular_values", g, kernel, n, spectrum);
  const Tensor values = zeros({n}, {.dtype = float64});
  std::copy_n(found.values.begin(), std::min<std::size_t>(found.values.size(), static_cast<std::size_t>(n)),
              values.data<double>());
  return values.to(kernel.device());
}

Tensor operator_norm(const Tensor& kernel, const Dims& input_size, const ConvOptions& options,
                     SpectrumOptions spectrum) {
  const ConvGeometry g = conv_matrix::solve("operator_norm", kernel, input_size, options);
  if (g.in_channels * g.in_size() == 0 || g.out_channels * g.out_size() == 0) return (kernel * 0).sum();
  const Spectrum found = leading("operator_norm", g, kernel, 1, spectrum);
  const Tensor v = found.right.to(kernel.dtype());
  const Tensor y = conv_apply(g, v, kernel);
  const double length = std::sqrt(y.detach().to(float64).square().sum().item<double>());
  if (length == 0) return y.sum();
  return (y * (y.detach() / length)).sum();
}

}  // namespace tenet
