// Whole training steps, and a gradient check.
#include <benchmark/benchmark.h>

#include "networks.h"
#include "tenet/tenet.h"

namespace {

using tenet::Tensor;

template <class Net, class Optimizer> void step(benchmark::State& state, const tenet::Shape& images) {
  Net net;
  Optimizer optimizer(net.parameters());
  const Tensor x = tenet::randn(images), labels = tenet::randint(0, 10, {images[0]});
  tenet::reset_peak_memory();
  for (auto _ : state) {
    optimizer.zero_grad();
    tenet::cross_entropy(net(x), labels).backward();
    optimizer.step();
  }
  state.counters["peak_MiB"] = static_cast<double>(tenet::memory_stats().peak) / (1 << 20);
}

void lenet_sgd(benchmark::State& state) {
  step<tenet_benchmark::LeNet, tenet::optim::SGD>(state, {64, 1, 28, 28});
}
void lenet_adam(benchmark::State& state) {
  step<tenet_benchmark::LeNet, tenet::optim::Adam>(state, {64, 1, 28, 28});
}
void mlp_sgd(benchmark::State& state) { step<tenet_benchmark::Mlp, tenet::optim::SGD>(state, {64, 784}); }

void gradcheck_conv(benchmark::State& state) {
  const Tensor x = tenet::randn({2, 3, 6, 6}, {.dtype = tenet::float64});
  const Tensor w = tenet::randn({4, 3, 3, 3}, {.dtype = tenet::float64});
  const auto f = [](const Tensor& x, const Tensor& w) { return conv2d(x, w).tanh(); };
  for (auto _ : state) {
    const auto report = tenet::gradcheck(f, {x, w}, {.order = static_cast<int>(state.range(0))});
    if (!report) state.SkipWithError("the gradients are wrong");
    state.counters["compared"] = static_cast<double>(report.compared);
  }
}

BENCHMARK(lenet_sgd)->UseRealTime();
BENCHMARK(lenet_adam)->UseRealTime();
BENCHMARK(mlp_sgd)->UseRealTime();
BENCHMARK(gradcheck_conv)->Arg(1)->Arg(2)->UseRealTime();

}  // namespace
