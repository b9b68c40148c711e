#include "tenet/train/data/dataset.h"

#include "tenet/ops/index/index.h"

namespace tenet::data {

TensorDataset::TensorDataset(Tensor images, Tensor labels)
    : images_(std::move(images)), labels_(std::move(labels)) {
  if (images_.dim() > 0 && labels_.dim() > 0 && images_.size(0) == labels_.size(0)) return;
  fail<ShapeError>("TensorDataset: images ", images_.shape(), " and labels ", labels_.shape(),
                   " must have the same extent in dimension 0, the number of examples.");
}

Batch TensorDataset::get(const Tensor& indices) const {
  return {index_select(images_, 0, indices), index_select(labels_, 0, indices)};
}

}  // namespace tenet::data
