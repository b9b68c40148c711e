// Handles belong to a thread while it lives, and then to the next one that needs one: nothing is destroyed at the end
// of a thread or of the program, when the driver may be gone.
#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "tenet/backends/cuda/cublas.h"
#include "tenet/backends/cuda/runtime.h"

namespace tenet::cuda {
namespace {

std::atomic<bool> tf32{false};

struct Handle {
  cublasHandle_t handle = nullptr;
  bool has_stream = false, tf32 = false;
  cudaStream_t stream = nullptr;
  std::map<cudaStream_t, void*> workspaces;
};

struct Pool {
  std::mutex mutex;
  std::map<int, std::vector<std::unique_ptr<Handle>>> free;  // by device
};

Pool& pool() {
  static Pool& instance = *new Pool;
  return instance;
}

struct ThreadHandles {
  std::map<int, std::unique_ptr<Handle>> by_device;

  ~ThreadHandles() {
    std::lock_guard lock(pool().mutex);
    for (auto& [device, handle] : by_device) pool().free[device].push_back(std::move(handle));
  }
};

std::unique_ptr<Handle> make_handle(int device) {
  {
    std::lock_guard lock(pool().mutex);
    auto& free = pool().free[device];
    if (!free.empty()) {
      auto handle = std::move(free.back());
      free.pop_back();
      return handle;
    }
  }
  auto made = std::make_unique<Handle>();
  check(cublas().cublasCreate_v2(&made->handle), "cublasCreate", device);
  check(cublas().cublasSetMathMode(made->handle, CUBLAS_DEFAULT_MATH), "cublasSetMathMode", device);
  return made;
}

/// What NVIDIA recommends: more from Hopper on.
std::size_t workspace_size(int device) {
  int major = 0;
  check(cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, device), "cudaDeviceGetAttribute",
        device);
  return std::size_t{major >= 9 ? 32u : 4u} << 20;
}

/// Setting the stream takes the workspace away, so both are set together.
void set_stream(Handle& handle, cudaStream_t stream, int device) {
  if (handle.has_stream && handle.stream == stream) return;
  const std::size_t bytes = workspace_size(device);
  void*& workspace = handle.workspaces[stream];
  if (workspace == nullptr) check(cudaMalloc(&workspace, bytes), "cudaMalloc", device);
  handle.has_stream = false;  // until all of it is done
  check(cublas().cublasSetStream_v2(handle.handle, stream), "cublasSetStream", device);
  check(cublas().cublasSetWorkspace_v2(handle.handle, workspace, bytes), "cublasSetWorkspace", device);
  handle.stream = stream;
  handle.has_stream = true;
}

void set_math(Handle& handle, int device) {
  const bool wanted = tf32.load(std::memory_order_relaxed);
  if (handle.tf32 == wanted) return;
  const cublasMath_t mode = wanted ? CUBLAS_TF32_TENSOR_OP_MATH : CUBLAS_DEFAULT_MATH;
  check(cublas().cublasSetMathMode(handle.handle, mode), "cublasSetMathMode", device);
  handle.tf32 = wanted;
}

}  // namespace

void allow_tf32(bool allow) { tf32 = allow; }
bool allows_tf32() { return tf32; }

cublasHandle_t cublas_handle(int device) {
  static_cast<void>(pool());  // made before, so destroyed after (never) the thread's own
  thread_local ThreadHandles mine;
  std::unique_ptr<Handle>& handle = mine.by_device[device];
  if (handle == nullptr) handle = make_handle(device);
  set_stream(*handle, current_stream(device), device);
  set_math(*handle, device);
  return handle->handle;
}

}  // namespace tenet::cuda
