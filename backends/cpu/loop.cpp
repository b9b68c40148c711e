#include "tenet/backends/cpu/loop.h"

#include <algorithm>

#include "tenet/backends/cpu/parallel.h"

namespace tenet::cpu {
namespace {

constexpr std::int64_t kGrain = 32768;  // elements worth handing to another thread

/// Rows [begin, end) of the outer dimensions, each one call of the inner loop.
void run_rows(const Loop& loop, InnerLoop inner, const void* functor, std::int64_t begin, std::int64_t end) {
  const int outer = loop.sizes.size() - 1;
  std::int64_t steps[Loop::kMaxOperands];
  for (int k = 0; k < loop.operands; ++k) steps[k] = loop.strides[static_cast<std::size_t>(k)][outer];
  Dims at = Dims::filled(outer, 0);
  for (std::int64_t rest = begin, d = outer - 1; d >= 0; --d) {
    at[d] = rest % loop.sizes[d];
    rest /= loop.sizes[d];
  }
  for (std::int64_t row = begin; row < end; ++row) {
    std::byte* data[Loop::kMaxOperands];
    for (int k = 0; k < loop.operands; ++k) {
      data[k] = loop.data[static_cast<std::size_t>(k)];
      for (int d = 0; d < outer; ++d) data[k] += at[d] * loop.strides[static_cast<std::size_t>(k)][d];
    }
    inner(functor, data, steps, loop.sizes[outer]);
    for (int d = outer - 1; d >= 0 && ++at[d] == loop.sizes[d]; --d) at[d] = 0;
  }
}

void run_flat(const Loop& loop, InnerLoop inner, const void* functor, std::int64_t begin, std::int64_t end) {
  std::byte* data[Loop::kMaxOperands];
  std::int64_t steps[Loop::kMaxOperands];
  for (int k = 0; k < loop.operands; ++k) {
    steps[k] = loop.strides[static_cast<std::size_t>(k)][0];
    data[k] = loop.data[static_cast<std::size_t>(k)] + begin * steps[k];
  }
  inner(functor, data, steps, end - begin);
}

}  // namespace

void run(Loop& loop, InnerLoop inner, const void* functor) {
  if (loop.sizes.size() != 1) loop.collapse();
  if (loop.sizes.empty()) {  // a scalar
    const std::int64_t steps[Loop::kMaxOperands] = {};
    return inner(functor, loop.data.data(), steps, 1);
  }
  std::int64_t total = 1;
  for (std::int64_t size : loop.sizes) total *= size;
  if (total == 0) return;
  if (loop.sizes.size() == 1) {
    if (total <= kGrain) return run_flat(loop, inner, functor, 0, total);
    return parallel_for(total, kGrain, [&](std::int64_t begin, std::int64_t end) {
      run_flat(loop, inner, functor, begin, end);
    });
  }
  const std::int64_t rows = total / loop.sizes.back();
  if (total <= kGrain) return run_rows(loop, inner, functor, 0, rows);
  parallel_for(rows, std::max<std::int64_t>(1, kGrain / loop.sizes.back()),
               [&](std::int64_t begin, std::int64_t end) { run_rows(loop, inner, functor, begin, end); });
}

}  // namespace tenet::cpu
