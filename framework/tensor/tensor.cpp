#include "tenet/framework/tensor/tensor.h"

#include "tenet/framework/core/dispatch.h"
#include "tenet/framework/core/strides.h"

namespace tenet {

std::int64_t Tensor::size(std::int64_t dim) const {
  if (impl()->rank == 0) {
    fail<IndexError>("size: a scalar has no dimension ", dim, ". Use numel() or shape().");
  }
  return impl()->sizes()[normalize_dim(dim, impl()->rank, "size")];
}

Tensor make_view(const Tensor& x, const Shape& shape, const Strides& strides, std::int64_t offset) {
  TensorImpl* from = x.impl();
  TensorImpl* view = TensorImpl::alias(from, shape, strides, offset);
  view->base = from->base != nullptr ? from->base : from;
  TensorImpl::keep(view->base);
  view->epoch = view->base->epoch;
  return Tensor::adopt(view);
}

void Tensor::fail_undefined() {
  fail<ValueError>(
      "tensor: an undefined tensor was used. Make one with tenet::zeros, tenet::randn, ...; "
      "grad() is undefined until a backward pass arrived.");
}

namespace detail {

double item_as_double(const Tensor& tensor) {
  if (tensor.numel() != 1) {
    fail<ShapeError>("item: needs a tensor with one element but got shape ", tensor.shape(),
                     ". Index into it or reduce it first.");
  }
  if (tensor.device() != Device{}) return item_as_double(tensor.to(Device{}));
  return dispatch_all(tensor.dtype(), [&](auto tag) {
    return static_cast<double>(*tensor.data<typename decltype(tag)::type>());
  });
}

std::int64_t item_as_int(const Tensor& tensor) {
  item_as_double(tensor);  // checks the shape
  if (tensor.device() != Device{}) return item_as_int(tensor.to(Device{}));
  return dispatch_all(tensor.dtype(), [&](auto tag) {
    return static_cast<std::int64_t>(*tensor.data<typename decltype(tag)::type>());
  });
}

void fail_data_type(const Tensor& tensor, DType wanted) {
  fail<DTypeError>("data: the elements are ", tensor.dtype(), " but were asked for as ", wanted,
                   ". Ask for their own type, or convert with .to(tenet::", name(wanted), ").");
}

}  // namespace detail
}  // namespace tenet
