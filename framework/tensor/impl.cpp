#include "tenet/framework/tensor/impl.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string_view>
#include <utility>

#include "tenet/framework/core/backend.h"
#include "tenet/framework/core/block_pool.h"
#include "tenet/framework/core/checked.h"
#include "tenet/framework/core/strides.h"

namespace tenet {
namespace {

constexpr std::size_t kInlineBytes = 512;  // elements up to here share the header's allocation

std::size_t header_bytes(int rank) {
  const std::size_t bytes = sizeof(TensorImpl) + 2 * sizeof(std::int64_t) * static_cast<std::size_t>(rank);
  return (bytes + 63) / 64 * 64;  // the elements after it stay 64-byte aligned
}

/// Sizes and strides, with what fills up their last 64 bytes: a few moves, where copying their exact number calls memcpy.
void copy_geometry(TensorImpl* to, const TensorImpl* from) {
  static_assert(sizeof(TensorImpl) % 64 == 0);
  for (std::size_t at = sizeof(TensorImpl); at < header_bytes(from->rank); at += 64) {
    std::memcpy(reinterpret_cast<std::byte*>(to) + at, reinterpret_cast<const std::byte*>(from) + at, 64);
  }
}

std::size_t block_bytes(const TensorImpl& impl) {
  std::size_t bytes = header_bytes(impl.rank);
  if (impl.foreign) bytes += sizeof(TensorImpl::Deleter);
  if (impl.owner == &impl && !impl.separate && !impl.foreign) bytes += impl.bytes();
  return bytes;
}

/// TENET_POISON=1: elements that nobody has written yet are NaN, here and in the backend's allocator.
const bool poisoned = [] {
  const char* text = std::getenv("TENET_POISON");
  return text != nullptr && std::string_view(text) == "1";
}();

void poison(TensorImpl* impl, std::size_t bytes) {
  if (poisoned) [[unlikely]]
    std::memset(impl->data, 0xFF, bytes);
}

TensorImpl* place(std::size_t bytes, const Shape& shape, const Strides& strides, DType dtype,
                  std::int64_t numel) {
  auto* impl = new (block_allocate(bytes)) TensorImpl;
  impl->dtype = dtype;
  impl->rank = static_cast<std::uint8_t>(shape.size());
  impl->numel = numel;
  std::copy(shape.begin(), shape.end(), impl->sizes());
  std::copy(strides.begin(), strides.end(), impl->strides());
  return impl;
}

}  // namespace

TensorImpl* TensorImpl::make(const Shape& shape, DType dtype, Device device) {
  const std::int64_t numel = count(shape, "tensor");
  const auto bytes =
      static_cast<std::size_t>(checked_mul(numel, static_cast<std::int64_t>(item_size(dtype)), "tensor"));
  const bool separate = bytes > kInlineBytes || (device.type != DeviceType::cpu && bytes > 0);
  void* memory = separate ? backend(device).allocate(bytes) : nullptr;
  const std::size_t header = header_bytes(shape.size());
  TensorImpl* impl = nullptr;
  try {
    impl = place(header + (separate ? 0 : bytes), shape, contiguous_strides(shape), dtype, numel);
  } catch (...) {
    if (separate) backend(device).free(memory, bytes);
    throw;
  }
  impl->device = device;
  impl->separate = separate;
  impl->data = static_cast<std::byte*>(memory);  // none where there are no elements on a card
  if (!separate && device.type == DeviceType::cpu) {
    impl->data = reinterpret_cast<std::byte*>(impl) + header;
    poison(impl, bytes);
  }
  return impl;
}

TensorImpl* TensorImpl::make_like(const TensorImpl* of_) {
  auto* of = const_cast<TensorImpl*>(of_);
  const std::size_t bytes = of->bytes();
  if (!of->contiguous || bytes > kInlineBytes || of->device.type != DeviceType::cpu) {
    return make(Shape(std::span(of->sizes(), of->rank)), of->dtype, of->device);
  }
  const std::size_t header = header_bytes(of->rank);
  auto* impl = new (block_allocate(header + bytes)) TensorImpl;
  impl->dtype = of->dtype;
  impl->rank = of->rank;
  impl->numel = of->numel;
  copy_geometry(impl, of);
  impl->data = reinterpret_cast<std::byte*>(impl) + header;
  poison(impl, bytes);
  return impl;
}

TensorImpl* TensorImpl::alias(TensorImpl* of, const Shape& shape, const Strides& strides,
                              std::int64_t offset) {
  TensorImpl* impl = place(header_bytes(shape.size()), shape, strides, of->dtype, count(shape));
  impl->device = of->device;
  impl->contiguous = is_contiguous(shape, strides);
  impl->data = of->data + offset * static_cast<std::int64_t>(item_size(of->dtype));
  impl->owner = of->owner;
  hold(impl->owner);
  return impl;
}

TensorImpl* TensorImpl::alias(TensorImpl* of) {
  auto* impl = new (block_allocate(header_bytes(of->rank))) TensorImpl;
  impl->dtype = of->dtype;
  impl->rank = of->rank;
  impl->numel = of->numel;
  impl->device = of->device;
  impl->contiguous = of->contiguous;
  impl->data = of->data;
  copy_geometry(impl, of);
  impl->owner = of->owner;
  hold(impl->owner);
  return impl;
}

TensorImpl* TensorImpl::foreign_memory(void* data, const Shape& shape, const Strides& strides, DType dtype,
                                       Deleter deleter) {
  TensorImpl* impl =
      place(header_bytes(shape.size()) + sizeof(Deleter), shape, strides, dtype, count(shape, "from_memory"));
  impl->contiguous = is_contiguous(shape, strides);
  impl->foreign = true;
  impl->data = static_cast<std::byte*>(data);
  new (impl->deleter()) Deleter(std::move(deleter));
  return impl;
}

void TensorImpl::end_identity(TensorImpl* impl) noexcept {
  // Last handle gone: only the memory may still be wanted. drop() of a record never recurses.
  Record* record = std::exchange(impl->record, nullptr);
  TensorImpl* base = std::exchange(impl->base, nullptr);
  if (record != nullptr) detail::drop(record);
  if (base != nullptr) drop(base);
  release(impl);
}

void TensorImpl::free_memory(TensorImpl* impl) noexcept {
  const std::size_t bytes = block_bytes(*impl);
  TensorImpl* owner = impl->owner;
  if (owner == impl && impl->separate) backend(impl->device).free(impl->data, impl->bytes());
  if (impl->foreign) {
    if (*impl->deleter()) (*impl->deleter())(impl->data);
    impl->deleter()->~Deleter();
  }
  impl->~TensorImpl();
  block_free(impl, bytes);
  if (owner != impl) release(owner);
}

}  // namespace tenet
