// What an op costs beside its arithmetic: 8 floats, chains of 1,000. One iteration is one op.
#include <benchmark/benchmark.h>

#include "tenet/framework/core/threads.h"
#include "tenet/tenet.h"

namespace {

using tenet::NoGradGuard;
using tenet::Tensor;

constexpr int kChain = 1000;

Tensor leaf() { return tenet::ones({8}, {.requires_grad = true}); }

/// y times a leaf, again and again.
Tensor chain(Tensor y, const Tensor& w) {
  for (int i = 0; i < kChain; ++i) y = y * w;
  return y;
}

void without_recording(benchmark::State& state) {
  const NoGradGuard no_grad;
  const Tensor x = leaf(), w = leaf();
  while (state.KeepRunningBatch(kChain)) benchmark::DoNotOptimize(chain(x, w));
}

void recorded(benchmark::State& state) {
  const Tensor x = leaf(), w = leaf();
  while (state.KeepRunningBatch(kChain)) benchmark::DoNotOptimize(chain(x, w));
}

void recorded_differentiated_freed(benchmark::State& state) {
  const Tensor x = leaf(), w = leaf(), dy = tenet::ones({8});
  while (state.KeepRunningBatch(kChain)) chain(x, w).backward(dy);
}

void view(benchmark::State& state) {
  const NoGradGuard no_grad;
  const Tensor x = tenet::ones({4, 8});
  for (auto _ : state) benchmark::DoNotOptimize(x.select(0, 2));
}

void small_matmul(benchmark::State& state) {
  const NoGradGuard no_grad;
  const Tensor x = tenet::ones({4, 4});
  for (auto _ : state) benchmark::DoNotOptimize(matmul(x, x));
}

BENCHMARK(without_recording);
BENCHMARK(recorded);
BENCHMARK(recorded_differentiated_freed);
BENCHMARK(view);
BENCHMARK(small_matmul);

}  // namespace
