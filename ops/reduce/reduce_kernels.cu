// Folds on a card: lanes of threads for an output where outputs are few, then their accumulators merged.
#include "tenet/ops/reduce/reduce_kernels.h"

#include "tenet/backends/cuda/lanes.h"
#include "tenet/backends/cuda/loop.h"

namespace tenet::reduce {
namespace {

template <class R> struct Write {
  cuda::LoopIndex kept;
  TENET_HD void operator()(std::int64_t output, std::int64_t, const typename R::Acc& acc) const {
    *reinterpret_cast<typename R::Out*>(kept.data[0] + kept.offset(0, output)) = R::out(acc);
  }
};

/// Accumulator (lane, output) of the elements lane, lane + lanes, ...: threads side by side read elements side by
/// side, of one output or of neighbouring ones. A single lane's is the output.
template <class R, class T> struct FoldLane {
  cuda::LoopIndex kept, folded;
  typename R::Acc* accs;
  std::int64_t outputs, elements, lanes;
  bool along;  // elements of one output lie closer together than outputs do

  TENET_HD void operator()(std::int64_t i) const {
    const std::int64_t lane = along ? i % lanes : i / outputs, output = along ? i / lanes : i % outputs;
    const std::byte* x = folded.data[0] + kept.offset(1, output);
    typename R::Acc acc = R::start();
    cuda::walk_ahead(
        lane, elements, lanes,
        [&](std::int64_t k) { return *reinterpret_cast<const T*>(x + folded.offset(0, k)); },
        [&](T value, std::int64_t k) { R::take(acc, value, k); });
    if (lanes == 1) return Write<R>{kept}(output, lane, acc);
    accs[lane * outputs + output] = acc;
  }
};

template <class R> struct Merge {
  TENET_HD void operator()(typename R::Acc& acc, const typename R::Acc& other) const { R::merge(acc, other); }
};

bool elements_lie_closer(const Plan& plan) {
  const int kept = plan.kept.sizes.size(), folded = plan.folded.sizes.size();
  if (kept == 0 || folded == 0) return kept == 0;
  return plan.folded.strides[0][folded - 1] <= plan.kept.strides[1][kept - 1];
}

template <class R, class T> void fold(const Plan& plan, Device device) {
  const std::int64_t outputs = plan.outputs(), elements = plan.elements();
  const std::int64_t lanes = cuda::lanes_for(outputs, elements);
  const bool along = elements_lie_closer(plan);
  const cuda::LoopIndex kept(plan.kept), folded(plan.folded);
  if (lanes == 1) {
    return cuda::for_each(device, outputs,
                          FoldLane<R, T>{kept, folded, nullptr, outputs, elements, 1, along});
  }
  cuda::Lanes<typename R::Acc> accs(device, outputs, lanes);
  cuda::for_each(device, outputs * lanes,
                 FoldLane<R, T>{kept, folded, accs.data(), outputs, elements, lanes, along});
  accs.merge(Merge<R>{}, Write<R>{kept});
}

}  // namespace

void run_on(OnCard card, Kind kind, DType dtype, const Plan& plan) {
  if (plan.outputs() == 0) return;
  dispatch_reducer(kind, dtype,
                   [&]<class R, class T>(TypeTag<R>, TypeTag<T>) { fold<R, T>(plan, card.device); });
}

}  // namespace tenet::reduce
