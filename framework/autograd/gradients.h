#pragma once

#include <array>
#include <utility>
#include <vector>

#include "tenet/framework/tensor/tensor.h"

namespace tenet {

/// What a backward rule returns: one gradient per input, in input order; an undefined tensor where an
/// input needs none. The first three cost no allocation.
class Gradients {
 public:
  template <class... T>
    requires(std::is_same_v<std::remove_cvref_t<T>, Tensor>&&...)
  Gradients(T&&... gradients) { (push_back(std::forward<T>(gradients)), ...); }
  explicit Gradients(std::vector<Tensor> gradients) {
    for (Tensor& gradient : gradients) push_back(std::move(gradient));
  }

  int size() const { return size_; }
  void push_back(Tensor gradient) {
    if (size_ < kInline) {
      first_[static_cast<std::size_t>(size_)] = std::move(gradient);
    } else {
      rest_.push_back(std::move(gradient));
    }
    ++size_;
  }
  Tensor& operator[](int i) {
    return i < kInline ? first_[static_cast<std::size_t>(i)] : rest_[static_cast<std::size_t>(i - kInline)];
  }

 private:
  static constexpr int kInline = 3;
  int size_ = 0;
  std::array<Tensor, kInline> first_;
  std::vector<Tensor> rest_;
};

}  // namespace tenet
