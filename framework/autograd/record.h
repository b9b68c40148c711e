// A record: one op that was carried out, and what its backward rule will read.
//
// Records form the tape. Each belongs to the tape of the thread that made it and stands there in
// creation order, which is topological order. A record is kept by the tensor it computed and by the
// records computed from it, and by nothing else: when the last goes, so do the values it saved.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

#include "tenet/framework/autograd/gradients.h"

namespace tenet {

class Context;
class Tape;

/// Bit i stands for input i.
using InputMask = std::uint32_t;

using Hook = std::function<Tensor(const Tensor&)>;

class Record {
 public:
  virtual ~Record() = default;
  virtual const char* name() const = 0;
  virtual Gradients backward(const Context& context, const Tensor& dy) = 0;
  /// Whether the op is linear (or affine) in the inputs of `active` taken together, the others fixed.
  virtual bool linear_in(InputMask active) const = 0;
  /// Floating-point operations of the forward, where the rule declares them; else 0.
  virtual double flops() const { return 0; }
  bool is_leaf() const { return tape_ == nullptr; }

  /// A value the rule reads: the memory by a hold, its history apart, so that no cycle can form. The
  /// history of an input is the record's edge, that of the output the record itself.
  struct Saved {
    static constexpr std::int32_t kOutput = -1, kOther = -2;
    TensorImpl* block = nullptr;
    Record* history = nullptr;  // of a value that is neither input nor output
    std::uint32_t version = 0;
    std::int32_t source = kOther;  // an input's position, or one of the above
  };

  /// What only some records have.
  struct Extras {
    std::vector<std::pair<int, Hook>> hooks;
    Tensor grad;  // of a leaf, or retained
    bool retain_grad = false;
    int next_hook = 0;
    std::shared_ptr<void> note;  // a watcher's
  };

  int input_count() const { return static_cast<int>(n_inputs_); }
  Record* input(int i) const { return edges()[i]; }  // null where no gradient is needed
  int saved_count() const { return static_cast<int>(n_saved_); }
  const Saved& saved(int i) const { return saved_begin()[i]; }
  bool saved_freed() const { return freed_; }
  Shape output_shape() const { return Shape(std::span(sizes(), static_cast<std::size_t>(rank_))); }
  DType output_dtype() const { return dtype_; }
  Device output_device() const { return device_; }
  bool output_matches(const Tensor& t) const {
    const TensorImpl* impl = t.impl();
    return impl->dtype == dtype_ && impl->device == device_ && impl->same_sizes(rank_, sizes());
  }
  std::uint64_t sequence() const { return sequence_; }
  Tape* tape() const { return tape_; }
  Extras& extras() {
    if (!extras_) make_extras();
    return *extras_;
  }
  Extras* extras_or_null() const { return extras_.get(); }

  static void keep(Record* record) { record->refs_.fetch_add(1, std::memory_order_relaxed); }
  static void drop(Record* record) noexcept;

  /// Lets go of the saved values; a later backward through this record is an error if there were any.
  void free_saved() noexcept;

 protected:
  /// What the list of a record's tail needs; see make().
  struct Layout {
    std::uint32_t tail;   // where the edges begin, in bytes from the record
    std::uint32_t bytes;  // the size of the whole block
  };
  explicit Record(Layout layout, const TensorImpl* output, int n_inputs, int n_saved);

  static std::uint32_t tail_bytes(const TensorImpl* output, int n_inputs, int n_saved);

 private:
  friend class Tape;
  friend class Pass;
  friend class Recorder;

  Record** edges() const {
    return reinterpret_cast<Record**>(reinterpret_cast<std::byte*>(const_cast<Record*>(this)) + tail_);
  }
  Saved* saved_begin() const { return reinterpret_cast<Saved*>(edges() + n_inputs_); }
  std::int64_t* sizes() const { return reinterpret_cast<std::int64_t*>(saved_begin() + n_saved_); }
  void make_extras();
  void release_all() noexcept;
  static void destroy(Record* record) noexcept;
  // A dead record waits in a list; its place in the sequence is the link to the next.
  static std::uint64_t link(Record* next) { return reinterpret_cast<std::uint64_t>(next); }
  static Record* linked(const Record* dead) { return reinterpret_cast<Record*>(dead->sequence_); }

  std::atomic<std::uint32_t> refs_{1};
  std::uint32_t n_inputs_ = 0;
  Record* older_ = nullptr;
  Record* newer_ = nullptr;
  Tape* tape_ = nullptr;
  std::uint64_t sequence_ = 0;
  Tensor pending_;  // the gradient gathered so far by the running pass
  std::unique_ptr<Extras> extras_;
  std::uint32_t pass_ = 0;  // the pass that `pending_` and the marks belong to
  std::uint32_t tail_ = 0;
  std::uint32_t bytes_ = 0;
  std::uint32_t n_saved_ = 0;
  std::uint8_t rank_ = 0;
  DType dtype_ = float32;
  Device device_;
  bool freed_ = false;
  bool reached_ = false;  // marks of the running pass
  bool leads_ = false;
};

/// Between a rule's forward and its backward: what backward may read.
class Context {
 public:
  Context() = default;  // for the forward of a Function
  explicit Context(const Record& record, InputMask needs = ~InputMask{0}) : record_(&record), needs_(needs) {}

  /// In a Function's forward: keeps x, an input or an output, for backward.
  void save(const Tensor& x) { to_save_.push_back(x); }
  const std::vector<Tensor>& to_save() const { return to_save_; }

  /// In backward: the i-th saved tensor, with its history. Throws GradientError naming the op and both
  /// versions if it was written in place since, and if an earlier backward freed it.
  Tensor saved(int i) const;
  /// The same, without its history and without a handle, for rules that run a kernel over it.
  const TensorImpl* saved_block(int i) const;
  /// Whether input i needs a gradient: work for the others can be left out.
  bool needs(int i) const {
    return i < record_->input_count() && record_->input(i) != nullptr && (i >= 32 || (needs_ >> i & 1) != 0);
  }
  /// The shape of input i, which needs a gradient. Throws GradientError if it needs none.
  Shape input_shape(int i) const;
  /// Whether t has the shape and type of input i, which needs a gradient.
  bool fits_input(int i, const Tensor& t) const { return record_->input(i)->output_matches(t); }
  /// The shape of the op's output.
  Shape output_shape() const { return record_->output_shape(); }

 private:
  [[noreturn]] void fail_saved(int i) const;  // says why there is no saved tensor i

  const Record* record_ = nullptr;
  InputMask needs_ = 0;
  std::vector<Tensor> to_save_;
};

/// A tensor that requires grad and was computed from nothing: where gradients are collected.
class Leaf final : public Record {
 public:
  const char* name() const override { return "leaf"; }
  Gradients backward(const Context&, const Tensor&) override { return {}; }
  bool linear_in(InputMask) const override { return true; }

  static Leaf* make(const TensorImpl* tensor);

  bool requires_grad = true;

 private:
  using Record::Record;
};

namespace detail {
void refresh_view(const Tensor& view);  // its base was written in place: derives its history anew
}

/// The up-to-date history of a tensor, or null if nothing it came from requires grad. A view whose
/// base was written in place since gets a new record here.
inline Record* history(const Tensor& tensor) {
  const TensorImpl* impl = tensor.impl();
  if (impl->base != nullptr && impl->epoch != impl->base->epoch) detail::refresh_view(tensor);
  Record* record = impl->record;
  if (record != nullptr && record->is_leaf() && !static_cast<Leaf*>(record)->requires_grad) return nullptr;
  return record;
}

}  // namespace tenet
