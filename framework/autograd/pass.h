// One backward pass. Behind Tensor::backward and grad(); not part of the public face.
#pragma once

#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "tenet/framework/autograd/grad_mode.h"
#include "tenet/framework/autograd/record.h"

namespace tenet {

namespace detail {
/// sum += x, of one shape and type, without a history. Defined by ops/elementwise.
void accumulate(const Tensor& sum, const Tensor& x);
}  // namespace detail

class Pass {
 public:
  struct Options {
    bool retain_graph = false;
    bool create_graph = false;
  };

  /// `outputs` share a tape (leaves have none).
  Pass(const std::vector<Tensor>& outputs, Options options);
  /// Leaves no pending gradient behind, whatever was thrown.
  ~Pass();
  Pass(const Pass&) = delete;

  /// Restricts the pass to the gradients of `inputs`. Before the first seed().
  void want(const std::vector<Tensor>& inputs);
  /// The gradient arriving at an output: dy, or the 1 of a scalar if dy is undefined.
  void seed(const Tensor& output, const Tensor& dy);
  /// Walks through everything reached, then adds to the grad of every leaf.
  void run_to_leaves();
  /// Walks only through what leads to the wanted `inputs`; returns their gradients.
  std::vector<Tensor> run_to(const std::vector<Tensor>& inputs);

 private:
  // The state of a record that the pass around this one uses too: put back at the end.
  struct Stashed {
    Record* record;
    Tensor pending;
    std::uint32_t pass;
    bool reached, leads;
  };

  void enter(Record* record);
  void add_pending(Record* record, Tensor gradient);
  Tensor take_pending(Record* record);
  void step(Record* record, const Tensor& dy);
  InputMask needed_inputs(const Record* record) const;
  std::vector<Record*> mark();
  void add(Tensor& sum, Tensor gradient) const;

  Options options_;
  GradModeGuard mode_;
  std::optional<TapeLease> lease_;
  Tape* tape_ = nullptr;
  std::uint32_t id_ = 0;
  std::uint32_t outer_ = 0;
  std::vector<Record*> seeds_;
  Record* newest_ = nullptr;  // of the seeds: where the walk begins
  std::int64_t pending_count_ = 0;
  std::unordered_set<Record*> wanted_;  // empty: all leaves
  std::vector<Stashed> stash_;
  // Gradients of leaves lie here, not in the leaf: threads may share parameters.
  std::unordered_map<Record*, std::size_t> leaf_slots_;
  std::vector<std::pair<Record*, Tensor>> leaves_;  // in the order in which their first gradient came
  std::size_t last_slot_ = 0;
};

}  // namespace tenet
