// Work recorded once and given to a card as one.
#include <map>
#include <mutex>
#include <vector>

#include "tenet/backends/cuda/cuda_backend.h"
#include "tenet/backends/cuda/runtime.h"
#include "tenet/framework/core/error.h"

namespace tenet::cuda {
namespace {

struct Streams {
  std::mutex mutex;
  std::map<int, std::vector<cudaStream_t>> free;  // by device
};

Streams& streams() {
  static Streams& instance = *new Streams;
  return instance;
}

/// A stream for one graph at a time. They are kept for ever: memory handed out for one may outlive its graph.
cudaStream_t take_stream(int device) {
  {
    std::lock_guard lock(streams().mutex);
    auto& free = streams().free[device];
    if (!free.empty()) {
      cudaStream_t stream = free.back();
      free.pop_back();
      return stream;
    }
  }
  const DeviceGuard guard(device);
  cudaStream_t stream = nullptr;
  check(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "cudaStreamCreateWithFlags", device);
  return stream;
}

}  // namespace

struct Graph::State {
  int device;
  cudaStream_t stream;
  cudaGraphExec_t executable = nullptr;

  explicit State(int device_) : device(device_), stream(take_stream(device_)) {
    cuda_backend(device).hold(stream);
  }

  ~State() {
    try {
      if (executable != nullptr) {
        const DeviceGuard guard(device);
        static_cast<void>(cudaDeviceSynchronize());  // it may still run
        static_cast<void>(cudaGraphExecDestroy(executable));
      }
      cuda_backend(device).release(stream);
      std::lock_guard lock(streams().mutex);
      streams().free[device].push_back(stream);
    } catch (const std::exception&) {
      // The card cannot be reached, or there is no memory: a stream is lost.
    }
  }

  void run(const std::function<void()>& body) const {
    cudaStream_t outer = current_stream(device);
    order_streams(device, outer, stream);
    try {
      const StreamGuard on_stream(device, stream);
      body();
    } catch (...) {
      order_streams(device, stream, outer);
      throw;
    }
    order_streams(device, stream, outer);
  }

  void record(const std::function<void()>& body) {
    const DeviceGuard guard(device);
    const StreamGuard on_stream(device, stream);
    cudaGraph_t graph = nullptr;
    // Relaxed: a thread that records may ask the driver for memory.
    check(cudaStreamBeginCapture(stream, cudaStreamCaptureModeRelaxed), "cudaStreamBeginCapture", device);
    try {
      const CaptureGuard capturing;
      body();
    } catch (...) {
      static_cast<void>(cudaStreamEndCapture(stream, &graph));
      if (graph != nullptr) static_cast<void>(cudaGraphDestroy(graph));
      static_cast<void>(cudaGetLastError());
      throw;
    }
    check(cudaStreamEndCapture(stream, &graph), "cudaStreamEndCapture", device);
    const cudaError_t status = cudaGraphInstantiate(&executable, graph, 0);
    static_cast<void>(cudaGraphDestroy(graph));
    check(status, "cudaGraphInstantiate", device);
  }
};

Graph::Graph(const std::function<void()>& body, Device device) {
  if (device.type != DeviceType::cuda) {
    fail<DeviceError>("cuda::Graph: ", device, " is no card. Call the function itself.");
  }
  check_card(device.index);
  if (is_capturing())
    fail<DeviceError>("cuda::Graph: a graph is being recorded already. Record one after the other.");
  state_ = std::make_unique<State>(device.index);
  state_->run(body);
  state_->record(body);
}

Graph::Graph(Graph&&) noexcept = default;
Graph& Graph::operator=(Graph&&) noexcept = default;
Graph::~Graph() = default;

void Graph::replay() {
  if (state_ == nullptr) fail<DeviceError>("cuda::Graph: was moved from. Replay the graph it was moved to.");
  if (is_capturing()) fail<DeviceError>("cuda::Graph: a graph cannot be replayed while another is recorded.");
  const DeviceGuard guard(state_->device);
  check(cudaGraphLaunch(state_->executable, current_stream(state_->device)), "cudaGraphLaunch",
        state_->device);
}

}  // namespace tenet::cuda
