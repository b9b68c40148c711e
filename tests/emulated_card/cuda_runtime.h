// A stand-in for CUDA's header, for TENET_CUDA=EMULATED: the functions that Tenet uses, on cards that are ranges of
// addresses. A card's memory can be touched while a kernel runs or a copy is made, and never else: a host that reads
// or writes it crashes at once, as it would with a real card. Kernels run on the host, one index after the other, the
// blocks in a scrambled order. Everything is done when a call returns; only the order of streams is lost by that.
//
// TENET_EMULATED_CARDS says how many cards there are (2 unless set; 0: none), TENET_EMULATED_DRIVER which CUDA the
// driver is for (0: no driver).
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <type_traits>

#define CUDART_VERSION 13000

enum cudaError_t {
  cudaSuccess = 0,
  cudaErrorInvalidValue = 1,
  cudaErrorMemoryAllocation = 2,
  cudaErrorStubLibrary = 34,
  cudaErrorInsufficientDriver = 35,
  cudaErrorNoDevice = 100,
  cudaErrorInvalidDevice = 101,
  cudaErrorLaunchFailure = 719,
  cudaErrorStreamCaptureUnsupported = 900,
};
enum cudaMemcpyKind { cudaMemcpyDefault = 4 };
enum cudaMemoryType {
  cudaMemoryTypeUnregistered = 0,
  cudaMemoryTypeHost = 1,
  cudaMemoryTypeDevice = 2,
  cudaMemoryTypeManaged = 3
};
enum cudaDeviceAttr { cudaDevAttrComputeCapabilityMajor = 75 };
enum { cudaStreamNonBlocking = 1, cudaEventDisableTiming = 2, cudaHostAllocDefault = 0 };

struct EmulatedStream;
struct EmulatedEvent;
struct EmulatedGraph;
enum cudaStreamCaptureMode { cudaStreamCaptureModeRelaxed = 2 };
using cudaStream_t = EmulatedStream*;
using cudaEvent_t = EmulatedEvent*;
using cudaGraph_t = EmulatedGraph*;
using cudaGraphExec_t = EmulatedGraph*;

struct cudaDeviceProp {
  char name[256];
  std::size_t totalGlobalMem;
  int major, minor, multiProcessorCount;
};

struct cudaPointerAttributes {
  cudaMemoryType type;
  int device;
};

cudaError_t cudaGetLastError();
const char* cudaGetErrorName(cudaError_t status);
const char* cudaGetErrorString(cudaError_t status);

cudaError_t cudaDriverGetVersion(int* version);
cudaError_t cudaGetDeviceCount(int* count);
cudaError_t cudaGetDevice(int* device);
cudaError_t cudaSetDevice(int device);
cudaError_t cudaDeviceSynchronize();
cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr attribute, int device);
cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device);

cudaError_t cudaMemGetInfo(std::size_t* free, std::size_t* total);
cudaError_t cudaMalloc(void** memory, std::size_t bytes);
cudaError_t cudaFree(void* memory);
cudaError_t cudaHostAlloc(void** memory, std::size_t bytes, unsigned flags);
cudaError_t cudaFreeHost(void* memory);
cudaError_t cudaPointerGetAttributes(cudaPointerAttributes* attributes, const void* memory);
cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind,
                            cudaStream_t stream);
cudaError_t cudaMemsetAsync(void* memory, int value, std::size_t bytes, cudaStream_t stream);

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned flags);
cudaError_t cudaStreamDestroy(cudaStream_t stream);
cudaError_t cudaStreamSynchronize(cudaStream_t stream);
cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned flags);
cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned flags);
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream);
cudaError_t cudaEventSynchronize(cudaEvent_t event);
cudaError_t cudaEventDestroy(cudaEvent_t event);

cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode mode);
cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t* graph);
cudaError_t cudaGraphInstantiate(cudaGraphExec_t* executable, cudaGraph_t graph, unsigned long long flags);
cudaError_t cudaGraphLaunch(cudaGraphExec_t executable, cudaStream_t stream);
cudaError_t cudaGraphDestroy(cudaGraph_t graph);
cudaError_t cudaGraphExecDestroy(cudaGraphExec_t executable);

namespace emulated_card {

/// What the next call to a function that can fail returns instead of doing anything.
void fail_next(cudaError_t status);
/// How many bytes a card has; what is in use stays. 0: as many as at first.
void limit_memory(int device, std::size_t bytes);

/// While one lives, a card's memory can be touched.
class Open {
 public:
  explicit Open(int device);
  ~Open();
  Open(const Open&) = delete;

 private:
  int device_;
};

/// The card on which this thread's calls work.
int current_device();
/// Ends the program where a word of what a kernel is given looks like an address of the host, which no card could read.
void check_given(const void* body, std::size_t bytes);

/// Does the work, or keeps it for the graph that this thread records.
void give(std::function<void()> work);

constexpr std::int64_t kBlock = 256;

/// A number below `blocks` without a common divisor, so that its multiples reach every block.
std::int64_t scrambling_step(std::int64_t blocks);

}  // namespace emulated_card

/// body(i) for every i in [0, n).
template <class Body> void emulated_launch(std::int64_t n, const Body& body) {
  if (n <= 0) return;
  static_assert(std::is_trivially_copyable_v<Body>, "what a kernel is given is copied as bytes");
  const Body given = body;
  // Of a loop, where its operands lie; of others, those without padding, in which anything may stand.
#if defined(__has_builtin) && __has_builtin(__builtin_clear_padding)
  if constexpr (requires { given.index; }) {
    auto index = given.index;
    __builtin_clear_padding(&index);
    emulated_card::check_given(&index, sizeof index);
  }
#endif
  if constexpr (std::has_unique_object_representations_v<Body>)
    emulated_card::check_given(&given, sizeof given);
  emulated_card::give([n, given, device = emulated_card::current_device()] {
    const emulated_card::Open open(device);
    const std::int64_t blocks = (n - 1) / emulated_card::kBlock + 1;
    const std::int64_t step = emulated_card::scrambling_step(blocks);
    std::int64_t block = blocks - 1;
    for (std::int64_t turn = 0; turn < blocks; ++turn, block = (block + step) % blocks) {
      const std::int64_t first = block * emulated_card::kBlock;
      const std::int64_t last = n - first < emulated_card::kBlock ? n : first + emulated_card::kBlock;
      for (std::int64_t i = last - 1; i >= first; --i) given(i);
    }
  });
}
