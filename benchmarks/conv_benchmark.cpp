// The layers of conv_shapes.csv: forward and both gradients, with the memory a call takes beside its result.
//   conv_benchmark --benchmark_filter=L08
#include <benchmark/benchmark.h>

#include <fstream>
#include <memory>
#include <sstream>

#include "conv_case.h"
#include "tenet/framework/core/memory.h"
#include "tenet/framework/core/threads.h"

namespace {

using tenet_benchmark::ConvCase;

/// The fields of a line, the second (the kind) and those from the fourth (N) to the fifteenth (outpad).
ConvCase case_of(std::istringstream fields, std::string& name) {
  std::string kind, family, numbers, field;
  std::getline(fields, name, ',');
  std::getline(fields, kind, ',');
  std::getline(fields, family, ',');
  while (std::getline(fields, field, ',')) numbers += field + ' ';
  std::istringstream words(kind + ' ' + numbers);
  return ConvCase::read(words);
}

void run(benchmark::State& state, const ConvCase& layer, const std::string& pass) {
  {
    tenet::reset_peak_memory();
    const tenet::Tensor result = layer.run(pass);
    // The backend's own count: peak knows nothing of small blocks.
    const tenet::MemoryStats stats = tenet::backend({}).memory_stats();
    state.counters["scratch_KiB"] = static_cast<double>(stats.peak - stats.in_use) / 1024;
  }
  for (auto _ : state) benchmark::DoNotOptimize(layer.run(pass));
  const tenet::ConvGeometry& g = layer.g;
  const double flops = 2. * static_cast<double>(g.batch * g.out_size() * g.out_channels * g.rows());
  state.counters["FLOPS"] = benchmark::Counter(flops, benchmark::Counter::kIsIterationInvariantRate);
}

const bool registered = [] {
  std::ifstream file(TENET_BENCHMARKS_DIR "/conv_shapes.csv");
  std::string line, name;
  std::getline(file, line);  // the head
  while (std::getline(file, line)) {
    const auto layer = std::make_shared<ConvCase>(case_of(std::istringstream(line), name));
    for (const char* pass : {"fwd", "dx", "dw"}) {
      const std::string title = name + "/" + pass;
      benchmark::RegisterBenchmark(title.c_str(), [=](benchmark::State& state) {
        run(state, *layer, pass);
      })->UseRealTime();
    }
  }
  return true;
}();

}  // namespace
