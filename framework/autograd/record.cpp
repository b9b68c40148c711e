#include "tenet/framework/autograd/record.h"

#include <algorithm>

#include "tenet/framework/autograd/grad_mode.h"
#include "tenet/framework/core/block_pool.h"

namespace tenet {
namespace detail {
void keep(Record* record) noexcept { Record::keep(record); }
void drop(Record* record) noexcept { Record::drop(record); }
}  // namespace detail

Record::Record(Layout layout, const TensorImpl* output, int n_inputs, int n_saved)
    : n_inputs_(static_cast<std::uint32_t>(n_inputs)),
      tail_(layout.tail),
      bytes_(layout.bytes),
      n_saved_(static_cast<std::uint32_t>(n_saved)),
      rank_(output->rank),
      dtype_(output->dtype),
      device_(output->device) {
  std::fill_n(edges(), n_inputs, nullptr);
  std::fill_n(saved_begin(), n_saved, Saved{});
  std::int64_t* from = const_cast<TensorImpl*>(output)->sizes();
  std::copy(from, from + rank_, sizes());
}

std::uint32_t Record::tail_bytes(const TensorImpl* output, int n_inputs, int n_saved) {
  return static_cast<std::uint32_t>(static_cast<std::size_t>(n_inputs) * sizeof(Record*) +
                                    static_cast<std::size_t>(n_saved) * sizeof(Saved) +
                                    output->rank * sizeof(std::int64_t));
}

void Record::make_extras() {
  extras_ = without_bad_alloc("autograd", [] { return std::make_unique<Extras>(); });
}

void Record::free_saved() noexcept {
  for (std::uint32_t i = 0; i < n_saved_; ++i) {
    Saved& saved = saved_begin()[i];
    if (saved.block == nullptr) continue;
    freed_ = true;
    TensorImpl::release(std::exchange(saved.block, nullptr));
    if (saved.history != nullptr) drop(std::exchange(saved.history, nullptr));
  }
}

void Record::release_all() noexcept {
  free_saved();
  for (std::uint32_t i = 0; i < n_inputs_; ++i) {
    if (Record* edge = std::exchange(edges()[i], nullptr)) drop(edge);
  }
  pending_ = Tensor();
  extras_.reset();
}

void Record::destroy(Record* record) noexcept {
  const std::uint32_t bytes = record->bytes_;
  record->~Record();
  block_free(record, bytes);
}

Shape Context::input_shape(int i) const {
  if (i < 0 || i >= record_->input_count() || record_->input(i) == nullptr) {
    fail<GradientError>(record_->name(), ": backward asked for the shape of input ", i,
                        ", which needs no gradient. Ask only where context.needs(i).");
  }
  return record_->input(i)->output_shape();
}

const TensorImpl* Context::saved_block(int i) const {
  if (i >= 0 && i < record_->saved_count() && !record_->saved_freed()) [[likely]] {
    const Record::Saved& saved = record_->saved(i);
    if (saved.block->owner->version == saved.version) [[likely]]
      return saved.block;
  }
  fail_saved(i);
}

[[gnu::noinline, gnu::cold]] void Context::fail_saved(int i) const {
  if (i < 0 || i >= record_->saved_count()) {
    fail<IndexError>(record_->name(), ": backward asked for saved tensor ", i, " but forward saved ",
                     record_->saved_count(), ". Save it in forward with context.save(x).");
  }
  if (record_->saved_freed()) {
    fail<GradientError>(record_->name(),
                        ": backward came here a second time, after the first had freed the values it "
                        "saved. Pass {.retain_graph = true} to the first backward.");
  }
  const Record::Saved& saved = record_->saved(i);
  fail<GradientError>(record_->name(), ": its backward needs the tensor saved at position ", i, " (shape ",
                      saved.block->shape(), ", ", saved.block->dtype,
                      saved.source == Record::Saved::kOutput ? ", its output" : "",
                      "), but that was written in place since: version ", saved.version,
                      " was saved, version ", saved.block->owner->version,
                      " was found. Write into a clone(), or move the write behind backward.");
}

Tensor Context::saved(int i) const {
  TensorImpl* alias = TensorImpl::alias(const_cast<TensorImpl*>(saved_block(i)));
  const Record::Saved& saved = record_->saved(i);
  Record* history = saved.source >= 0                        ? record_->input(saved.source)
                    : saved.source == Record::Saved::kOutput ? const_cast<Record*>(record_)
                                                             : saved.history;
  if (history != nullptr && grad_enabled()) {
    Record::keep(history);
    alias->record = history;
  }
  return Tensor::adopt(alias);
}

Leaf* Leaf::make(const TensorImpl* tensor) {
  const auto tail = static_cast<std::uint32_t>(sizeof(Leaf));
  const std::uint32_t bytes = tail + tail_bytes(tensor, 0, 0);
  Leaf* leaf = new (block_allocate(bytes)) Leaf(Layout{tail, bytes}, tensor, 0, 0);
  try {
    leaf->extras();  // made here, since threads may share the leaf
  } catch (...) {
    drop(leaf);
    throw;
  }
  return leaf;
}

}  // namespace tenet
