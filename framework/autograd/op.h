// How an op gets onto the tape. An op computes its value, then says
//
//   if (recording(x, w)) record(Rule{...}, y, {x, w}, {x, w});
//
// where a rule is a small struct of the parameters its backward needs:
//
//   struct Rule {
//     static constexpr const char* name = "scale";           // or: const char* name() const
//     double factor;
//     static bool linear_in(InputMask active);                // optional; default: not linear
//     double flops(const Record& record) const;               // optional; for profiles
//     Gradients backward(const Context& context, const Tensor& dy) const;
//   };
//
// backward is written with recorded ops, so gradients of every order follow from it. It returns one
// gradient per input and adds nothing itself: only the tape adds. `saved` lists what it reads; nothing
// else is kept. A rule that saves its own output lists it like any other.
#pragma once

#include <functional>
#include <initializer_list>
#include <span>

#include "tenet/framework/autograd/grad_mode.h"
#include "tenet/framework/autograd/record.h"
#include "tenet/framework/core/block_pool.h"

namespace tenet {

using TensorRef = std::reference_wrapper<const Tensor>;

/// Whether an op on these tensors has to be recorded. Undefined tensors count as absent.
inline bool requires_history(const Tensor& t) {
  const TensorImpl* impl = t.impl_or_null();
  if (impl == nullptr || (impl->record == nullptr && impl->base == nullptr)) return false;
  return history(t) != nullptr;
}
template <class... T> bool recording(const T&... inputs) {
  return grad_enabled() && (requires_history(inputs) || ...);
}

/// Fills in a fresh record: edges to the inputs' histories, holds on the saved values.
class Recorder {
 public:
  Recorder(Record* record, TensorImpl* output) : record_(record), output_(output) {}
  ~Recorder() {
    if (record_ != nullptr) Record::drop(record_);  // something threw before finish()
  }
  Recorder(const Recorder&) = delete;
  void add_input(const Tensor& input);
  void add_saved(const Tensor& saved);
  /// Puts the record on this thread's tape and makes it the output's history.
  void finish();

  template <class Rule>
  static Record* make(Rule&& rule, const TensorImpl* output, std::size_t n_inputs, std::size_t n_saved);

 private:
  Record* record_;
  TensorImpl* output_;
  int inputs_ = 0;
  int saved_ = 0;
};

template <class Rule> class RecordOf final : public Record {
 public:
  const char* name() const override {
    if constexpr (requires { rule_.name(); }) {
      return rule_.name();
    } else {
      return Rule::name;
    }
  }
  Gradients backward(const Context& context, const Tensor& dy) override {
    return rule_.backward(context, dy);
  }
  bool linear_in(InputMask active) const override {
    if constexpr (requires { rule_.linear_in(active); }) {
      return rule_.linear_in(active);
    } else {
      return false;
    }
  }
  double flops() const override {
    if constexpr (requires { rule_.flops(*this); }) {
      return rule_.flops(*this);
    } else {
      return 0;
    }
  }

 private:
  friend class Recorder;
  RecordOf(Rule&& rule, Layout layout, const TensorImpl* output, int n_inputs, int n_saved)
      : Record(layout, output, n_inputs, n_saved), rule_(std::move(rule)) {}

  [[no_unique_address]] Rule rule_;
};

template <class Rule>
Record* Recorder::make(Rule&& rule, const TensorImpl* output, std::size_t n_inputs, std::size_t n_saved) {
  using R = RecordOf<std::remove_cvref_t<Rule>>;
  const auto tail = static_cast<std::uint32_t>((sizeof(R) + 7) / 8 * 8);
  const int inputs = static_cast<int>(n_inputs);
  const int saved = static_cast<int>(n_saved);
  const std::uint32_t bytes = tail + Record::tail_bytes(output, inputs, saved);
  return new (block_allocate(bytes))
      R(std::move(rule), typename R::Layout{tail, bytes}, output, inputs, saved);
}

template <class Rule>
void record(Rule rule, const Tensor& output, std::span<const Tensor> inputs,
            std::initializer_list<TensorRef> saved = {}) {
  Recorder recorder(Recorder::make(std::move(rule), output.impl(), inputs.size(), saved.size()),
                    output.impl());
  for (const Tensor& input : inputs) recorder.add_input(input);
  for (const Tensor& value : saved) recorder.add_saved(value);
  recorder.finish();
}

template <class Rule>
void record(Rule rule, const Tensor& output, std::initializer_list<TensorRef> inputs,
            std::initializer_list<TensorRef> saved = {}) {
  Recorder recorder(Recorder::make(std::move(rule), output.impl(), inputs.size(), saved.size()),
                    output.impl());
  for (const Tensor& input : inputs) recorder.add_input(input);
  for (const Tensor& value : saved) recorder.add_saved(value);
  recorder.finish();
}

}  // namespace tenet
