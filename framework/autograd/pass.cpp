#include "tenet/framework/autograd/pass.h"

#include <mutex>

#include "tenet/framework/autograd/in_place.h"

namespace tenet {
namespace {

Tensor ones_like(const Tensor& x) { return Tensor::make(x.shape(), x.dtype(), x.device()).fill_(1); }

/// Whether nobody else can see these elements, so that they may be added to in place.
bool is_private(const Tensor& t) {
  const TensorImpl* impl = t.impl();
  return impl->handles.load(std::memory_order_acquire) == 1 &&
         impl->holds.load(std::memory_order_acquire) == 1 && impl->owner == impl && impl->contiguous &&
         impl->record == nullptr && !impl->foreign;
}

Tensor call_hooks(Record* record, Tensor gradient) {
  Record::Extras* extras = record->extras_or_null();
  if (extras == nullptr) return gradient;
  const auto hooks = extras->hooks;  // a hook may add or remove hooks
  for (const auto& [id, hook] : hooks) {
    Tensor replaced = hook(gradient);
    if (!replaced.defined()) continue;
    if (!record->output_matches(replaced)) {
      fail<GradientError>("hook: returned a gradient of shape ", replaced.shape(), " (", replaced.dtype(),
                          ") for a tensor of shape ", record->output_shape(), " (", record->output_dtype(),
                          "). Return the same shape and type, or Tensor().");
    }
    gradient = std::move(replaced);
  }
  return gradient;
}

[[noreturn, gnu::noinline, gnu::cold]] void fail_missing(const Record* record, int returned) {
  fail<GradientError>(record->name(), ": backward returned ", returned, " gradients for ",
                      record->input_count(), " inputs. Return one per input, Tensor() where none is needed.");
}

[[noreturn, gnu::noinline, gnu::cold]] void fail_mismatch(const Record* record, int i,
                                                          const Tensor& gradient) {
  const Record* input = record->input(i);
  fail<GradientError>(record->name(), ": backward returned a gradient of shape ", gradient.shape(), " (",
                      gradient.dtype(), ", ", gradient.device(), ") for input ", i, " of shape ",
                      input->output_shape(), " (", input->output_dtype(), ", ", input->output_device(),
                      "). A gradient has the shape, type and device of its input.");
}

/// Guards the grad of a leaf, which threads may share.
std::mutex& mutex_of(const Record* record) {
  static std::mutex mutexes[16];
  return mutexes[reinterpret_cast<std::uintptr_t>(record) / 64 % 16];
}

/// What accumulate() may need: a gradient that can become the grad, or a grad that can be added to.
void prepare(Record* record, Tensor& gradient) {
  const std::lock_guard lock(mutex_of(record));
  const Tensor& grad = record->extras().grad;
  if (grad.defined()) {
    check_writable(grad, "backward");
  } else if (!is_private(gradient)) {
    gradient = gradient.detach().clone();
  }
}

/// Adds to what users see as grad().
void accumulate(Record* record, Tensor gradient) {
  const std::lock_guard lock(mutex_of(record));
  Tensor& grad = record->extras().grad;
  if (grad.defined()) {
    detail::accumulate(grad, gradient);
    bump_version(grad);
  } else {
    grad = std::move(gradient);
  }
}

}  // namespace

Pass::Pass(const std::vector<Tensor>& outputs, Options options)
    : options_(options), mode_(options.create_graph) {
  for (const Tensor& output : outputs) {
    Record* record = history(output);
    if (record == nullptr) {
      fail<GradientError>(
          "backward: this tensor of shape ", output.shape(),
          " does not require grad: it was computed from nothing that does, or under NoGradGuard. "
          "Call requires_grad_() on what the gradient is wanted for, before computing.");
    }
    if (record->tape() == nullptr) continue;
    if (tape_ != nullptr && record->tape() != tape_) {
      fail<GradientError>("backward: the outputs were computed in different threads. Run one pass for each.");
    }
    tape_ = record->tape();
  }
  if (tape_ == nullptr) tape_ = &Tape::current();
  lease_.emplace(*tape_);
  id_ = ++tape_->last_pass_;
  outer_ = tape_->outermost_pass_;
  if (outer_ == 0) tape_->outermost_pass_ = id_;
}

Pass::~Pass() {
  for (Record* r = newest_; r != nullptr && pending_count_ > 0; r = r->older_) {
    if (r->pass_ == id_ && r->pending_.defined()) take_pending(r);
  }
  for (auto it = stash_.rbegin(); it != stash_.rend(); ++it) {
    it->record->pending_ = std::move(it->pending);
    it->record->pass_ = it->pass;
    it->record->reached_ = it->reached;
    it->record->leads_ = it->leads;
  }
  for (Record* seed : seeds_) Record::drop(seed);
  if (outer_ == 0) tape_->outermost_pass_ = 0;
}

void Pass::enter(Record* record) {
  if (record->pass_ == id_) return;
  if (outer_ != 0 && record->pass_ >= outer_) {
    stash_.push_back({record, std::move(record->pending_), record->pass_, record->reached_, record->leads_});
  }
  record->pending_ = Tensor();
  record->pass_ = id_;
  record->reached_ = record->leads_ = false;
}

void Pass::add(Tensor& sum, Tensor gradient) const {
  if (!sum.defined()) {
    sum = std::move(gradient);
  } else if (!options_.create_graph && is_private(sum)) {
    detail::accumulate(sum, gradient);
  } else {
    sum = sum + gradient;
  }
}

void Pass::add_pending(Record* record, Tensor gradient) {
  if (record->is_leaf()) {
    if (!wanted_.empty() && !wanted_.contains(record)) return;
    if (!static_cast<Leaf*>(record)->requires_grad) return;  // no longer
    if (last_slot_ >= leaves_.size() || leaves_[last_slot_].first != record) {
      last_slot_ = leaf_slots_.try_emplace(record, leaves_.size()).first->second;
      if (last_slot_ == leaves_.size()) leaves_.emplace_back(record, Tensor());
    }
    add(leaves_[last_slot_].second, std::move(gradient));
    return;
  }
  enter(record);
  if (!record->pending_.defined()) ++pending_count_;
  add(record->pending_, std::move(gradient));
}

Tensor Pass::take_pending(Record* record) {
  --pending_count_;
  return std::exchange(record->pending_, Tensor());
}

void Pass::seed(const Tensor& output, const Tensor& dy) {
  Record* record = history(output);
  if (!dy.defined() && output.numel() != 1) {
    fail<GradientError>("backward: the tensor has shape ", output.shape(),
                        ", and only a scalar has a gradient without being told dy. Pass dy of shape ",
                        output.shape(), ", or reduce with sum() or mean() first.");
  }
  if (dy.defined() && !record->output_matches(dy)) {
    fail<GradientError>("backward: dy has shape ", dy.shape(), " (", dy.dtype(), ", ", dy.device(),
                        ") but the tensor has shape ", output.shape(), " (", output.dtype(), ", ",
                        output.device(), "). Pass a dy of the tensor's shape, type and device.");
  }
  if (!record->is_leaf()) {
    seeds_.push_back(record);  // may throw, before anything is held
    Record::keep(record);
    if (newest_ == nullptr || record->sequence() > newest_->sequence()) newest_ = record;
  }
  add_pending(record, !dy.defined() ? ones_like(output) : options_.create_graph ? dy : dy.detach());
}

InputMask Pass::needed_inputs(const Record* record) const {
  if (wanted_.empty()) return ~InputMask{0};
  InputMask mask = 0;
  for (int i = 0; i < record->input_count() && i < 32; ++i) {
    Record* input = record->input(i);
    if (input == nullptr) continue;
    if (wanted_.contains(input) || (!input->is_leaf() && input->pass_ == id_ && input->leads_)) {
      mask |= InputMask{1} << i;
    }
  }
  return mask;
}

void Pass::step(Record* record, const Tensor& dy) {
  if (thread_state.interrupt != nullptr) thread_state.interrupt();
  const Context context(*record, needed_inputs(record));
  if (record->saved_count() > 0 && record->saved_freed()) context.saved(0);  // throws
  Watcher* const watcher = thread_state.watcher;
  if (watcher != nullptr) [[unlikely]]
    watcher->before_backward(*record, dy);
  Gradients gradients = record->backward(context, dy);
  if (watcher != nullptr) [[unlikely]]
    watcher->after_backward(*record, dy, gradients);
  const int inputs = record->input_count();
  if (gradients.size() < inputs) [[unlikely]]
    fail_missing(record, gradients.size());
  for (int i = 0; i < inputs; ++i) {
    const Tensor& gradient = gradients[i];
    if (gradient.defined() && context.needs(i) && !record->input(i)->output_matches(gradient)) [[unlikely]]
      fail_mismatch(record, i, gradient);
  }
  if (!options_.retain_graph) record->free_saved();
  for (int i = 0; i < inputs; ++i) {
    if (gradients[i].defined() && context.needs(i)) add_pending(record->input(i), std::move(gradients[i]));
  }
}

void Pass::run_to_leaves() {
  std::vector<std::pair<Record*, Tensor>> retained;
  for (Record* record = newest_; pending_count_ > 0; record = record->older_) {
    if (record->pass_ != id_ || !record->pending_.defined()) continue;
    const Tensor dy = call_hooks(record, take_pending(record));
    if (auto* extras = record->extras_or_null(); extras != nullptr && extras->retain_grad) {
      retained.emplace_back(record, dy);
    }
    step(record, dy);
  }
  for (auto& [leaf, gradient] : leaves_) gradient = call_hooks(leaf, std::move(gradient));
  for (auto& [record, gradient] : retained) prepare(record, gradient);
  for (auto& [leaf, gradient] : leaves_) prepare(leaf, gradient);
  // Only now, when nothing can throw any more, do gradients become visible.
  for (auto& [record, gradient] : retained) accumulate(record, std::move(gradient));
  for (auto& [leaf, gradient] : leaves_) accumulate(leaf, std::move(gradient));
}

std::vector<Record*> Pass::mark() {
  std::vector<Record*> walk;
  std::int64_t waiting = 0;
  const auto reach = [&](Record* record) {
    if (record->is_leaf()) return;
    enter(record);
    if (!std::exchange(record->reached_, true)) ++waiting;
  };
  for (Record* seed : seeds_) reach(seed);
  for (Record* r = newest_; waiting > 0; r = r->older_) {
    if (r->pass_ != id_ || !r->reached_) continue;
    --waiting;
    walk.push_back(r);
    for (int i = 0; i < r->input_count(); ++i) {
      if (Record* input = r->input(i)) reach(input);
    }
  }
  const auto leads = [&](const Record* input) {
    return input != nullptr &&
           (wanted_.contains(const_cast<Record*>(input)) || (!input->is_leaf() && input->leads_));
  };
  for (auto it = walk.rbegin(); it != walk.rend(); ++it) {
    for (int i = 0; i < (*it)->input_count() && !(*it)->leads_; ++i) (*it)->leads_ = leads((*it)->input(i));
  }
  return walk;
}

void Pass::want(const std::vector<Tensor>& inputs) {
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    Record* record = history(inputs[i]);
    if (record == nullptr) {
      fail<GradientError>("grad: input ", i, " of shape ", inputs[i].shape(),
                          " does not require grad. Call requires_grad_() on it before computing.");
    }
    wanted_.insert(record);
  }
}

std::vector<Tensor> Pass::run_to(const std::vector<Tensor>& inputs) {
  std::unordered_map<Record*, Tensor> found;
  for (Record* record : mark()) {
    if (!record->pending_.defined()) continue;
    const Tensor dy = call_hooks(record, take_pending(record));
    if (wanted_.contains(record)) found[record] = dy;
    if (record->leads_) step(record, dy);
  }
  for (auto& [leaf, gradient] : leaves_) found[leaf] = call_hooks(leaf, std::move(gradient));
  std::vector<Tensor> gradients;
  for (const Tensor& input : inputs) gradients.push_back(found[history(input)]);
  return gradients;
}

}  // namespace tenet
