#include "tenet/ops/reduce/reduce_kernels.h"

namespace tenet::reduce {
namespace {

template <class T> TENET_HD T load(const std::byte* data) { return *reinterpret_cast<const T*>(data); }

/// One dense run, gathered in a fixed number of lanes so that every level adds in the same order.
template <class R, class T>
TENET_HD void fold_run(typename R::Acc& acc, const T* x, std::int64_t n, std::int64_t index) {
  std::int64_t i = 0;
  if constexpr (R::lanes) {
    constexpr int kLanes = 16;
    if (n >= kLanes) {
      typename R::Acc lanes[kLanes];
      for (int l = 0; l < kLanes; ++l) lanes[l] = R::start();
      for (; i + kLanes <= n; i += kLanes) {
        for (int l = 0; l < kLanes; ++l) R::take(lanes[l], x[i + l], 0);
      }
      for (int l = 0; l < kLanes; ++l) R::merge(acc, lanes[l]);
    }
  }
  for (; i < n; ++i) R::take(acc, x[i], index + i);
}

/// All folded elements [from, to) of one output, run by run.
template <class R, class T>
TENET_HD void fold_output(typename R::Acc& acc, const Loop& folded, const std::byte* x, std::int64_t from,
                          std::int64_t to) {
  const int last = folded.sizes.size() - 1;
  const std::int64_t n = last < 0 ? 1 : folded.sizes[last];
  const std::int64_t step = last < 0 ? 0 : folded.strides[0][last];
  while (from < to) {
    const std::int64_t run = n - from % n < to - from ? n - from % n : to - from;
    const std::byte* at = x + offset(folded, 0, from);
    if (step == static_cast<std::int64_t>(sizeof(T))) {
      fold_run<R, T>(acc, reinterpret_cast<const T*>(at), run, from);
    } else {
      for (std::int64_t i = 0; i < run; ++i) R::take(acc, load<T>(at + i * step), from + i);
    }
    from += run;
  }
}

/// Neighbouring outputs lie densely in x: folds them side by side.
template <class R, class T>
TENET_HD void fold_side_by_side(typename R::Acc* accs, const Loop& folded, const std::byte* x,
                                std::int64_t width, std::int64_t from, std::int64_t to) {
  for (std::int64_t i = from; i < to; ++i) {
    const T* row = reinterpret_cast<const T*>(x + offset(folded, 0, i));
    for (std::int64_t j = 0; j < width; ++j) R::take(accs[j], row[j], i);
  }
}

template <class R, class T>
void fold(const Plan& plan, std::int64_t begin, std::int64_t end, std::int64_t from, std::int64_t to,
          void* memory) {
  using Acc = typename R::Acc;
  struct alignas(kAccBytes) Slot {
    Acc acc;
  };
  Slot* slots = static_cast<Slot*>(memory);
  const Loop& kept = plan.kept;
  const int last = kept.sizes.size() - 1;
  const std::int64_t width = last < 0 ? 1 : kept.sizes[last];
  const bool dense = last >= 0 && kept.strides[1][last] == static_cast<std::int64_t>(sizeof(T)) && width > 1;
  for (std::int64_t out = begin; out < end;) {
    const std::byte* x = plan.folded.data[0] + offset(kept, 1, out);
    if (!dense) {
      Acc acc = R::start();
      fold_output<R, T>(acc, plan.folded, x, from, to);
      slots[out++ - begin].acc = acc;
      continue;
    }
    constexpr std::int64_t kWidth = 64;
    std::int64_t w = width - out % width < end - out ? width - out % width : end - out;
    w = w < kWidth ? w : kWidth;
    Acc accs[kWidth];
    for (std::int64_t j = 0; j < w; ++j) accs[j] = R::start();
    fold_side_by_side<R, T>(accs, plan.folded, x, w, from, to);
    for (std::int64_t j = 0; j < w; ++j) slots[out + j - begin].acc = accs[j];
    out += w;
  }
}

template <class R>
void finish(const Plan& plan, std::int64_t begin, std::int64_t end, const void* memory, std::int64_t chunks,
            std::int64_t stride) {
  struct alignas(kAccBytes) Slot {
    typename R::Acc acc;
  };
  const Slot* slots = static_cast<const Slot*>(memory);
  for (std::int64_t out = begin; out < end; ++out) {
    typename R::Acc acc = slots[out].acc;
    for (std::int64_t c = 1; c < chunks; ++c) R::merge(acc, slots[c * stride + out].acc);
    *reinterpret_cast<typename R::Out*>(plan.kept.data[0] + offset(plan.kept, 0, out)) = R::out(acc);
  }
}

template <class R, class T> Kernels of() {
  static_assert(sizeof(typename R::Acc) <= kAccBytes);
  return {&fold<R, T>, &finish<R>};
}

}  // namespace

template <cpu::Level L> Kernels kernels(Kind kind, DType dtype) {
  return dispatch_reducer(kind, dtype, []<class R, class T>(TypeTag<R>, TypeTag<T>) { return of<R, T>(); });
}
template Kernels kernels<cpu::kThisLevel>(Kind, DType);

}  // namespace tenet::reduce
