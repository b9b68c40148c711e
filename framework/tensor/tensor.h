// The tensor: a strided view of typed memory, and a place in the history of how it was computed.
//
// The class declares its facts, its operators and the methods people chain, a closed list. Facts are
// defined here; each op is defined with its family in ops/ and, having more to say, is documented
// there under the free function of the same name. New ops are free functions and do not come here.
//
// A Tensor is a handle: copies share the elements. Assigning to a named tensor makes the name mean
// another tensor; assigning to an indexed one, x[0] = y, writes the elements, as in Python.
//
// Threads: different tensors may be used from different threads, and one tensor read from several.
// A tensor that requires grad and was computed (is no leaf) stays with the thread that computed it.
#pragma once

#include <functional>
#include <initializer_list>
#include <iosfwd>
#include <string>
#include <utility>

#include "tenet/framework/core/error.h"
#include "tenet/framework/core/scalar.h"
#include "tenet/framework/tensor/impl.h"
#include "tenet/framework/tensor/index.h"
#include "tenet/framework/tensor/options.h"

namespace tenet {

class Tensor {
 public:
  Tensor() = default;
  Tensor(const Tensor& other) : impl_(other.impl_) {
    if (impl_ != nullptr) TensorImpl::keep(impl_);
  }
  Tensor(Tensor&& other) noexcept : impl_(std::exchange(other.impl_, nullptr)) {}
  ~Tensor() {
    if (impl_ != nullptr) TensorImpl::drop(impl_);
  }
  Tensor& operator=(const Tensor& other) & {
    Tensor copy(other);
    std::swap(impl_, copy.impl_);
    return *this;
  }
  Tensor& operator=(Tensor&& other) & noexcept {
    std::swap(impl_, other.impl_);
    return *this;
  }
  /// x[i] = y writes y into the elements x[i] stands for (copy_).
  Tensor& operator=(const Tensor& value) &&;
  Tensor& operator=(Tensor&& value) &&;
  Tensor& operator=(Scalar value) &&;

  // --- Facts ---------------------------------------------------------------------------------------
  bool defined() const { return impl_ != nullptr; }
  Shape shape() const { return Shape(std::span(impl()->sizes(), impl()->rank)); }
  Strides strides() const { return Strides(std::span(impl()->strides(), impl()->rank)); }  // in elements
  std::int64_t dim() const { return impl()->rank; }
  std::int64_t size(std::int64_t dim) const;  // negative dims count from the end
  std::int64_t numel() const { return impl()->numel; }
  DType dtype() const { return impl()->dtype; }
  Device device() const { return impl()->device; }
  bool is_contiguous() const { return impl()->contiguous; }
  bool is_view() const { return impl()->base != nullptr; }
  /// How often the memory has been written in place; shared by every view of it.
  std::uint32_t version() const { return impl()->owner->version; }

  /// The value of a tensor with one element, converted to T. Throws ShapeError otherwise.
  template <class T> T item() const;
  /// The first element. Elements lie strides() apart; writing through the pointer is not recorded.
  /// Throws DTypeError if the elements are not of type T.
  template <class T> T* data() const;

  // --- Gradients (framework/autograd) ----------------------------------------------------------------
  bool requires_grad() const;
  bool is_leaf() const;  // not computed from anything that requires grad
  /// Makes a leaf collect gradients. Throws GradientError for a computed tensor, DTypeError for integers.
  Tensor& requires_grad_(bool value = true);
  Tensor grad() const;  // undefined until a backward pass arrived here
  void set_grad(const Tensor& grad);
  /// Adds d(this)/d(leaf) to the grad of every leaf it was computed from. This must be a scalar, or
  /// `dy`, the gradient arriving at it, be given. Throws GradientError naming the shape otherwise.
  void backward(BackwardOptions options = {}) const;
  void backward(const Tensor& dy, BackwardOptions options = {}) const;
  /// Keeps the gradient of a computed tensor in its grad().
  void retain_grad();
  /// Calls hook(gradient) when the whole gradient of this tensor has arrived; what it returns, if
  /// defined, replaces the gradient. Returns an id for remove_hook. A hook that holds this very
  /// tensor keeps it alive for ever.
  int register_hook(std::function<Tensor(const Tensor&)> hook);
  void remove_hook(int id);
  /// The same elements without a history.
  Tensor detach() const;
  /// The name of the op that computed it, "" for a leaf.
  std::string grad_fn() const;

  // --- Type, place, memory ---------------------------------------------------------------------------
  Tensor to(DType dtype) const;
  Tensor to(Device device) const;
  Tensor contiguous() const;
  Tensor clone() const;
  Tensor& copy_(const Tensor& source);
  Tensor& fill_(Scalar value);
  Tensor& zero_();

  // --- Views: they share the elements ----------------------------------------------------------------
  Tensor operator[](Index index) const;
  Tensor operator[](std::initializer_list<Index> index) const;
  Tensor index(std::span<const Index> index) const;
  Tensor view(const Shape& shape) const;
  Tensor reshape(const Shape& shape) const;  // a copy where no view can do it
  Tensor permute(const Dims& dims) const;
  Tensor transpose(std::int64_t dim0, std::int64_t dim1) const;
  Tensor t() const;
  Tensor expand(const Shape& shape) const;  // -1 keeps an extent
  Tensor squeeze() const;
  Tensor squeeze(std::int64_t dim) const;
  Tensor unsqueeze(std::int64_t dim) const;
  Tensor flatten(std::int64_t start_dim = 0, std::int64_t end_dim = -1) const;
  Tensor select(std::int64_t dim, std::int64_t index) const;
  Tensor narrow(std::int64_t dim, std::int64_t start, std::int64_t length) const;
  /// Any geometry over this tensor's memory; offset counts elements from its first.
  Tensor as_strided(const Shape& shape, const Strides& strides, std::int64_t offset = 0) const;

  // --- Pointwise ---------------------------------------------------------------------------------------
  Tensor operator-() const;
  Tensor operator!() const;
  Tensor abs() const;
  Tensor exp() const;
  Tensor log() const;
  Tensor sqrt() const;
  Tensor square() const;
  Tensor sin() const;
  Tensor cos() const;
  Tensor tanh() const;
  Tensor sigmoid() const;
  Tensor relu() const;
  Tensor clamp(Scalar low, Scalar high) const;
  Tensor pow(const Tensor& exponent) const;
  Tensor pow(Scalar exponent) const;
  Tensor masked_fill(const Tensor& mask, Scalar value) const;

  Tensor& add_(const Tensor& other);
  Tensor& sub_(const Tensor& other);
  Tensor& mul_(const Tensor& other);
  Tensor& div_(const Tensor& other);
  Tensor& pow_(const Tensor& exponent);
  Tensor& add_(Scalar other);
  Tensor& sub_(Scalar other);
  Tensor& mul_(Scalar other);
  Tensor& div_(Scalar other);
  Tensor& pow_(Scalar exponent);
  Tensor& operator+=(const Tensor& other) { return add_(other); }
  Tensor& operator-=(const Tensor& other) { return sub_(other); }
  Tensor& operator*=(const Tensor& other) { return mul_(other); }
  Tensor& operator/=(const Tensor& other) { return div_(other); }
  Tensor& operator+=(Scalar other) { return add_(other); }
  Tensor& operator-=(Scalar other) { return sub_(other); }
  Tensor& operator*=(Scalar other) { return mul_(other); }
  Tensor& operator/=(Scalar other) { return div_(other); }

  // --- Reductions: over all dimensions when none is named ----------------------------------------------
  Tensor sum(const Dims& dims = {}, bool keepdim = false) const;
  Tensor mean(const Dims& dims = {}, bool keepdim = false) const;
  Tensor var(const Dims& dims = {}, std::int64_t correction = 1, bool keepdim = false) const;
  Tensor amax(const Dims& dims = {}, bool keepdim = false) const;
  Tensor any(const Dims& dims = {}, bool keepdim = false) const;
  Tensor all(const Dims& dims = {}, bool keepdim = false) const;
  Tensor argmax() const;
  Tensor argmax(std::int64_t dim, bool keepdim = false) const;
  Tensor sum(std::int64_t dim, bool keepdim = false) const { return sum(Dims{dim}, keepdim); }
  Tensor mean(std::int64_t dim, bool keepdim = false) const { return mean(Dims{dim}, keepdim); }
  Tensor amax(std::int64_t dim, bool keepdim = false) const { return amax(Dims{dim}, keepdim); }
  Tensor any(std::int64_t dim, bool keepdim = false) const { return any(Dims{dim}, keepdim); }
  Tensor all(std::int64_t dim, bool keepdim = false) const { return all(Dims{dim}, keepdim); }

  Tensor matmul(const Tensor& other) const;

  // --- For the library itself --------------------------------------------------------------------------
  /// Takes over one handle on `impl`.
  static Tensor adopt(TensorImpl* impl) {
    Tensor tensor;
    tensor.impl_ = impl;
    return tensor;
  }
  /// Fresh contiguous memory, uninitialised.
  static Tensor make(const Shape& shape, DType dtype, Device device = {}) {
    return adopt(TensorImpl::make(shape, dtype, device));
  }
  static Tensor make_like(const Tensor& x) { return adopt(TensorImpl::make_like(x.impl())); }
  bool same_shape(const Tensor& other) const { return impl()->same_sizes(*other.impl()); }
  TensorImpl* impl() const {
    if (impl_ == nullptr) fail_undefined();
    return impl_;
  }
  TensorImpl* impl_or_null() const { return impl_; }

 private:
  [[noreturn]] static void fail_undefined();

  TensorImpl* impl_ = nullptr;
};

/// A view of `x` for the library's own view ops: shares memory, remembers its base, has no history yet.
Tensor make_view(const Tensor& x, const Shape& shape, const Strides& strides, std::int64_t offset = 0);

Tensor operator+(const Tensor& a, const Tensor& b);
Tensor operator-(const Tensor& a, const Tensor& b);
Tensor operator*(const Tensor& a, const Tensor& b);
Tensor operator/(const Tensor& a, const Tensor& b);
Tensor operator+(const Tensor& a, Scalar b);
Tensor operator-(const Tensor& a, Scalar b);
Tensor operator*(const Tensor& a, Scalar b);
Tensor operator/(const Tensor& a, Scalar b);
Tensor operator+(Scalar a, const Tensor& b);
Tensor operator-(Scalar a, const Tensor& b);
Tensor operator*(Scalar a, const Tensor& b);
Tensor operator/(Scalar a, const Tensor& b);

// Elementwise, as in NumPy: the result is a bool tensor. For one answer, see equal().
Tensor operator==(const Tensor& a, const Tensor& b);
Tensor operator!=(const Tensor& a, const Tensor& b);
Tensor operator<(const Tensor& a, const Tensor& b);
Tensor operator<=(const Tensor& a, const Tensor& b);
Tensor operator>(const Tensor& a, const Tensor& b);
Tensor operator>=(const Tensor& a, const Tensor& b);
Tensor operator==(const Tensor& a, Scalar b);
Tensor operator!=(const Tensor& a, Scalar b);
Tensor operator<(const Tensor& a, Scalar b);
Tensor operator<=(const Tensor& a, Scalar b);
Tensor operator>(const Tensor& a, Scalar b);
Tensor operator>=(const Tensor& a, Scalar b);

/// PyTorch's layout: tensor([[1., 2.],\n        [3., 4.]], grad_fn=<Conv2d>).
std::ostream& operator<<(std::ostream& out, const Tensor& tensor);
std::string str(const Tensor& tensor);

namespace detail {
double item_as_double(const Tensor& tensor);
std::int64_t item_as_int(const Tensor& tensor);
[[noreturn]] void fail_data_type(const Tensor& tensor, DType wanted);
}  // namespace detail

template <class T> T Tensor::item() const {
  if (is_floating(dtype())) return static_cast<T>(detail::item_as_double(*this));
  return static_cast<T>(detail::item_as_int(*this));
}

template <class T> T* Tensor::data() const {
  if (dtype_of<std::remove_const_t<T>> != dtype()) {
    detail::fail_data_type(*this, dtype_of<std::remove_const_t<T>>);
  }
  return reinterpret_cast<T*>(impl()->data);
}

}  // namespace tenet
