#include "tenet/framework/autograd/op.h"

namespace tenet {

void Recorder::add_input(const Tensor& input) {
  const int i = inputs_++;
  if (!input.defined()) return;
  if (thread_state.watcher != nullptr) [[unlikely]]
    thread_state.watcher->read(*record_, i, input);
  Record* edge = history(input);
  if (edge == nullptr) return;
  if (edge->tape() != nullptr && edge->tape() != &Tape::current()) {
    fail<GradientError>(record_->name(), ": input ", i, " (shape ", input.shape(),
                        ") was computed in another thread, and a recorded tensor stays with its thread. "
                        "Pass input.detach(), or compute it in this thread.");
  }
  Record::keep(edge);
  record_->edges()[i] = edge;
}

void Recorder::add_saved(const Tensor& value) {
  TensorImpl* block = value.impl();
  Record::Saved& saved = record_->saved_begin()[saved_++];
  TensorImpl::hold(block);
  saved.block = block;
  saved.version = block->owner->version;
  if (block == output_) {
    saved.source = Record::Saved::kOutput;
    return;
  }
  Record* from = history(value);
  for (int i = 0; i < inputs_ && from != nullptr; ++i) {
    if (record_->input(i) == from) {
      saved.source = i;
      return;
    }
  }
  if (from != nullptr) Record::keep(from);
  saved.history = from;
}

void Recorder::finish() {
  Tape::current().append(record_);
  if (output_->record != nullptr) Record::drop(output_->record);
  output_->record = std::exchange(record_, nullptr);
  if (thread_state.watcher != nullptr) [[unlikely]]
    thread_state.watcher->recorded(*output_->record, Tensor::adopt(TensorImpl::alias(output_)));
}

}  // namespace tenet
