// The product is the trilinear form t(a, b, c) = sum a[m,k] b[k,n] c[m,n], read towards c; its gradients
// are the form read towards a and towards b.
#include "tenet/ops/matmul/matmul.h"

#include "tenet/framework/autograd/trilinear.h"
#include "tenet/framework/core/strides.h"
#include "tenet/ops/matmul/matmul_kernels.h"
#include "tenet/ops/reduce/sum_to.h"

namespace tenet {
namespace {

Shape batch_of(const Shape& shape) { return Shape(std::span(shape.begin(), shape.end() - 2)); }

Shape matrix_of(const Shape& shape) { return Shape(std::span(shape.end() - 2, shape.end())); }

Shape with_matrix(Shape batch, std::int64_t rows, std::int64_t cols) {
  batch.push_back(rows);
  batch.push_back(cols);
  return batch;
}

/// Stored row-major, or column-major: what GEMM reads without a copy.
bool gemm_ready(const Tensor& t) {
  const std::int64_t rows = t.size(-2), cols = t.size(-1);
  const Strides s = t.strides();
  const std::int64_t row = s[s.size() - 2], col = s[s.size() - 1];
  const auto major = [](std::int64_t inner, std::int64_t n_inner, std::int64_t outer, std::int64_t n_outer) {
    return (inner == 1 || n_inner == 1) && (n_outer == 1 || outer >= std::max<std::int64_t>(1, n_inner));
  };
  return major(col, cols, row, rows) || major(row, rows, col, cols);
}

MatrixView view_of(const Tensor& t, const Shape& batch) {
  const std::int64_t rows = t.size(-2), cols = t.size(-1);
  const Strides s = t.strides();
  const std::int64_t row = s[s.size() - 2], col = s[s.size() - 1];
  MatrixView view{t.impl()->data, Dims(), false, 0};
  view.batch_strides =
      broadcast_strides(batch_of(t.shape()), Strides(std::span(s.begin(), s.end() - 2)), batch);
  view.transposed = !((col == 1 || cols == 1) && (rows == 1 || row >= std::max<std::int64_t>(1, cols)));
  view.ld = view.transposed ? (cols == 1 ? std::max<std::int64_t>(rows, 1) : col)
                            : (rows == 1 ? std::max<std::int64_t>(cols, 1) : row);
  return view;
}

/// [..., M, K] x [..., K, N] for at least two dimensions each; not recorded.
Tensor product(const Tensor& a_, const Tensor& b_) {
  const Tensor a = gemm_ready(a_) ? a_ : a_.contiguous();
  const Tensor b = gemm_ready(b_) ? b_ : b_.contiguous();
  const Shape batch = broadcast_shapes(batch_of(a.shape()), batch_of(b.shape()), "matmul");
  Tensor y = Tensor::make(with_matrix(batch, a.size(-2), b.size(-1)), a.dtype(), a.device());
  const MatmulSizes sizes{a.size(-2), b.size(-1), a.size(-1)};
  run({a.dtype(), batch, sizes, view_of(a, batch), view_of(b, batch), y.impl()->data}, y.device());
  return y;
}

struct MatmulForm {
  Shape a_shape, b_shape;

  const char* name(int towards) const {
    return towards == 2 ? "matmul" : towards == 0 ? "matmul_da" : "matmul_db";
  }
  int bias_dim(int) const { return a_shape.size() - 1; }
  double flops() const {
    const Shape batch = broadcast_shapes(batch_of(a_shape), batch_of(b_shape), "matmul");
    return 2. *
           static_cast<double>(count(batch, "matmul") * count(matrix_of(a_shape), "matmul") * b_shape.back());
  }

  Tensor contract(int towards, const Tensor& p, const Tensor& q, const Tensor&) const {
    const NoGradGuard no_grad;
    if (towards == 2) return product(p, q);
    if (towards == 0) return sum_to(product(q, p.transpose(-2, -1)), a_shape);  // c b^T
    return sum_to(product(p.transpose(-2, -1), q), b_shape);                    // a^T c
  }
};

/// y = x w^T + bias on matrices: slots x [M, I], w [O, I], y [M, O].
struct LinearForm {
  double flops_;
  const char* name(int towards) const {
    return towards == 2 ? "linear" : towards == 0 ? "linear_dx" : "linear_dw";
  }
  int bias_dim(int) const { return 1; }
  double flops() const { return flops_; }

  Tensor contract(int towards, const Tensor& p, const Tensor& q, const Tensor& bias) const {
    const NoGradGuard no_grad;
    if (towards == 0) return product(q, p);      // y w
    if (towards == 1) return product(q.t(), p);  // y^T x
    Tensor y = product(p, q.t());
    if (bias.defined()) y.add_(bias);
    return y;
  }
};

}  // namespace

Tensor matmul(const Tensor& a, const Tensor& b) {
  if (a.dim() == 0 || b.dim() == 0) {
    fail<ShapeError>("matmul: needs operands of at least one dimension but got shapes ", a.shape(), " and ",
                     b.shape(), ". Multiply by a scalar with *.");
  }
  const DType dtype = promote(a.dtype(), b.dtype());
  const Tensor left = (a.dim() == 1 ? a.unsqueeze(0) : a).to(dtype);
  const Tensor right = (b.dim() == 1 ? b.unsqueeze(1) : b).to(dtype);
  if (left.size(-1) != right.size(-2)) {
    fail<ShapeError>("matmul: the inner extents differ: ", a.shape(), " x ", b.shape(), " contracts ",
                     left.size(-1), " with ", right.size(-2),
                     ". The last extent of a must equal the second last of b (the only one of a vector).");
  }
  broadcast_shapes(batch_of(left.shape()), batch_of(right.shape()), "matmul");
  if (a.device() != b.device()) fail_devices("matmul", a.device(), b.device());
  Tensor y = contract(MatmulForm{left.shape(), right.shape()}, 2, left, right);
  if (b.dim() == 1) y = y.squeeze(-1);
  if (a.dim() == 1) y = y.squeeze(b.dim() == 1 ? -1 : -2);
  return y;
}

Tensor linear(const Tensor& x, const Tensor& w, const Tensor& bias) {
  if (w.dim() != 2 || x.dim() == 0 || x.size(-1) != w.size(1)) {
    fail<ShapeError>("linear: input of shape ", x.shape(), " does not fit weight ", w.shape(),
                     " (O,I): the last extent of the input must be I. Pass a weight [O, ",
                     x.dim() == 0 ? 1 : x.size(-1), "], or an input [..., ", w.dim() == 2 ? w.size(1) : 0,
                     "].");
  }
  if (bias.defined() && bias.shape() != Shape{w.size(0)}) {
    fail<ShapeError>("linear: bias has shape ", bias.shape(), " but weight ", w.shape(), " needs [",
                     w.size(0), "]. Pass a bias of shape [", w.size(0), "], or none.");
  }
  if (x.dtype() != w.dtype() || !is_floating(x.dtype()) || (bias.defined() && bias.dtype() != w.dtype())) {
    fail<DTypeError>("linear: input is ", x.dtype(), ", weight ", w.dtype(), bias.defined() ? ", bias " : "",
                     bias.defined() ? name(bias.dtype()) : "",
                     ". All must be of the same floating type; convert with .to(tenet::float32).");
  }
  if (x.device() != w.device()) fail_devices("linear", x.device(), w.device());
  Shape out = x.shape();
  out.back() = w.size(0);
  std::int64_t rows = 1;
  for (int d = 0; d + 1 < out.size(); ++d) rows *= out[d];
  const double flops = 2. * static_cast<double>(rows * w.numel());
  return contract(LinearForm{flops}, 2, x.reshape({rows, x.size(-1)}), w, bias).reshape(out);
}

Tensor Tensor::matmul(const Tensor& other) const { return tenet::matmul(*this, other); }

}  // namespace tenet
