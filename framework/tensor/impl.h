// The block behind a tensor handle: header, sizes, strides and, when small, the elements themselves,
// in one allocation.
//
// Two counts keep it. `handles` counts Tensor handles: when the last goes, the tensor's history and
// base go with it. `holds` counts whatever needs the memory alone: all handles together (one), each
// view of it, each value the tape saved. So a record can keep a value without keeping the tensor
// that owned it, and no cycle through the tape can form.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>

#include "tenet/framework/core/device.h"
#include "tenet/framework/core/dtype.h"
#include "tenet/framework/core/shape.h"

namespace tenet {

class Record;  // how a tensor was computed; framework/autograd/record.h

namespace detail {
// Defined by framework/autograd, which alone knows what a record is.
void keep(Record* record) noexcept;
void drop(Record* record) noexcept;
}  // namespace detail

struct alignas(64) TensorImpl {
  std::atomic<std::uint32_t> handles{1};
  std::atomic<std::uint32_t> holds{1};
  Record* record = nullptr;    // its history; a leaf that requires grad has one too
  TensorImpl* owner = this;    // the block whose memory `data` lies in
  TensorImpl* base = nullptr;  // for a view: the tensor it looks into, by handle
  std::byte* data = nullptr;
  std::int64_t numel = 0;
  std::uint32_t version = 0;  // of the owner: how often the memory was written in place
  std::uint32_t epoch = 0;    // of a base: how often its history was replaced; of a view: the epoch seen
  DType dtype = float32;
  std::uint8_t rank = 0;
  Device device;
  bool contiguous = true;
  bool separate = false;  // the elements lie in an allocation of the backend's
  bool foreign = false;   // the elements are somebody else's; a Deleter follows the strides

  using Deleter = std::function<void(void*)>;

  std::int64_t* sizes() { return reinterpret_cast<std::int64_t*>(this + 1); }
  const std::int64_t* sizes() const { return reinterpret_cast<const std::int64_t*>(this + 1); }
  std::int64_t* strides() { return sizes() + rank; }
  const std::int64_t* strides() const { return sizes() + rank; }
  Deleter* deleter() { return reinterpret_cast<Deleter*>(strides() + rank); }
  Shape shape() const { return Shape(std::span(sizes(), rank)); }
  bool same_sizes(int other_rank, const std::int64_t* other) const {
    if (rank != other_rank) return false;
    const std::int64_t* mine = sizes();
    for (int d = 0; d < rank; ++d) {
      if (mine[d] != other[d]) return false;
    }
    return true;
  }
  bool same_sizes(const TensorImpl& other) const { return same_sizes(other.rank, other.sizes()); }
  std::size_t bytes() const { return static_cast<std::size_t>(numel) * item_size(dtype); }

  /// Uninitialised contiguous memory of its own. Throws ShapeError, OutOfMemoryError.
  static TensorImpl* make(const Shape& shape, DType dtype, Device device);
  /// The same for the shape, type and device of another tensor, which need not be contiguous.
  static TensorImpl* make_like(const TensorImpl* of);
  /// Another geometry over the memory of `of`; `data` in elements from of->data.
  static TensorImpl* alias(TensorImpl* of, const Shape& shape, const Shape& strides, std::int64_t offset);
  /// The same geometry over the same memory.
  static TensorImpl* alias(TensorImpl* of);
  /// Memory owned by the caller; deleter(data) runs when the last hold goes.
  static TensorImpl* foreign_memory(void* data, const Shape& shape, const Shape& strides, DType dtype,
                                    Deleter deleter);

  static void keep(TensorImpl* impl) { impl->handles.fetch_add(1, std::memory_order_relaxed); }
  static void hold(TensorImpl* impl) { impl->holds.fetch_add(1, std::memory_order_relaxed); }
  static void drop(TensorImpl* impl) noexcept {
    // The last owner needs no atomic write: nobody else can be counting.
    if (impl->handles.load(std::memory_order_acquire) == 1 ||
        impl->handles.fetch_sub(1, std::memory_order_acq_rel) == 1) {
      end_identity(impl);
    }
  }
  static void release(TensorImpl* impl) noexcept {
    if (impl->holds.load(std::memory_order_acquire) == 1 ||
        impl->holds.fetch_sub(1, std::memory_order_acq_rel) == 1) {
      free_memory(impl);
    }
  }

 private:
  static void end_identity(TensorImpl* impl) noexcept;
  static void free_memory(TensorImpl* impl) noexcept;
};

static_assert(sizeof(TensorImpl) == 64 || sizeof(TensorImpl) == 128);

}  // namespace tenet
