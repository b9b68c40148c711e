// Factories. The dtype is the option's, else float32 unless said otherwise.
#pragma once

#include <functional>
#include <initializer_list>
#include <vector>

#include "tenet/framework/core/strides.h"
#include "tenet/framework/tensor/tensor.h"

namespace tenet {

/// Numbers in nested braces: 1., {1, 2}, {{1., 2.}, {3., 4.}}.
class NestedList {
 public:
  template <class T>
    requires std::is_arithmetic_v<T> NestedList(T value) : scalars_{Scalar(value)} {}
    NestedList(std::initializer_list<NestedList> items);
    template <class T>
      requires std::is_arithmetic_v<T> NestedList(const std::vector<T>& values)
          : shape_{static_cast<std::int64_t>(values.size())} {
        for (T value : values) scalars_.push_back(Scalar(value));
      }

      const Shape& shape() const { return shape_; }
      const std::vector<Scalar>& scalars() const { return scalars_; }  // row-major

     private:
      Shape shape_;
      std::vector<Scalar> scalars_;
};

/// tensor({{1., 2.}, {3., 4.}}): float32 if any number is floating, int64 if all are integers, bool if all
/// are bool, as in Python. Throws ShapeError if rows differ in length.
Tensor tensor(const NestedList& values, TensorOptions options = {});

Tensor empty(const Shape& shape, TensorOptions options = {});  // uninitialised
Tensor zeros(const Shape& shape, TensorOptions options = {});
Tensor ones(const Shape& shape, TensorOptions options = {});
/// Every element `value`; the dtype is the value's kind: float32, int64 or bool.
Tensor full(const Shape& shape, Scalar value, TensorOptions options = {});
/// Of x's shape, type and device.
Tensor empty_like(const Tensor& x);
Tensor zeros_like(const Tensor& x);
Tensor ones_like(const Tensor& x);
Tensor full_like(const Tensor& x, Scalar value);

/// start, start + step, ... before end. int64 if all three are integers, else float32.
/// Throws ValueError if step is 0 or leads away from end.
Tensor arange(Scalar end, TensorOptions options = {});
Tensor arange(Scalar start, Scalar end, Scalar step = 1, TensorOptions options = {});
/// `steps` evenly spaced numbers from start to end, both included.
Tensor linspace(double start, double end, std::int64_t steps, TensorOptions options = {});
/// Ones on the diagonal of an n by m matrix (m = n if left out).
Tensor eye(std::int64_t n, TensorOptions options = {});
Tensor eye(std::int64_t n, std::int64_t m, TensorOptions options = {});

/// A tensor over memory of the caller's, not copied: row-major, or with elements that lie `strides` elements apart,
/// none negative (else ValueError), one for each dimension (else ShapeError). deleter(data), if given, runs when the last
/// view of it is gone. The memory is on `device`, and what was to be written there is.
Tensor from_memory(void* data, const Shape& shape, const Strides& strides, DType dtype,
                   std::function<void(void*)> deleter = {}, Device device = {});
template <class T> Tensor from_memory(T* data, const Shape& shape, std::function<void(void*)> deleter = {}) {
  return from_memory(data, shape, contiguous_strides(shape), dtype_of<T>, std::move(deleter));
}

}  // namespace tenet
