#pragma once

#include <concepts>

#include "tenet/framework/tensor/tensor.h"

namespace tenet::data {

/// Images and their labels: one of each, or a batch of both along dimension 0.
struct Batch {
  Tensor images;
  Tensor labels;
};

/// What a DataLoader reads: size() examples, of which get(i) gives one. If get also takes an int64 tensor of
/// indices, it gives them as a batch at once.
template <class D>
concept Dataset = requires(const D& dataset, std::int64_t i) {
  { dataset.size() } -> std::convertible_to<std::int64_t>;
  { dataset.get(i) } -> std::convertible_to<Batch>;
};

/// A dataset that lies in two tensors.
class TensorDataset {
 public:
  /// images [N, ...], labels [N, ...]. Throws ShapeError if N differs.
  TensorDataset(Tensor images, Tensor labels);

  std::int64_t size() const { return images_.size(0); }
  /// Example i, views without the dimension N. Throws IndexError.
  Batch get(std::int64_t i) const { return {images_.select(0, i), labels_.select(0, i)}; }
  /// Copies of the examples at these indices (int64 [n]).
  Batch get(const Tensor& indices) const;
  Batch all() const { return {images_, labels_}; }

 private:
  Tensor images_, labels_;
};

}  // namespace tenet::data
