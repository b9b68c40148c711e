#include <cuda_runtime.h>

#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <numeric>
#include <utility>
#include <vector>

struct EmulatedStream {
  int device;
};
struct EmulatedEvent {
  int device;
};
struct EmulatedGraph {
  std::vector<std::function<void()>> work;
};

namespace {

constexpr std::size_t kPage = 4096;
constexpr std::size_t kAddresses = std::size_t{64} << 30;  // of each card
constexpr std::size_t kMemory = std::size_t{8} << 30;

std::size_t round_up(std::size_t bytes) { return (bytes + kPage - 1) / kPage * kPage; }

/// Its memory is a range of addresses of which nothing can be touched but while `open` counts someone.
struct Card {
  std::mutex mutex;
  char* base = nullptr;
  std::map<std::size_t, std::size_t> used;  // where each piece begins, and its bytes
  std::size_t in_use = 0, limit = kMemory;
  int open = 0;

  std::size_t end() const { return used.empty() ? 0 : used.rbegin()->first + used.rbegin()->second; }
  void protect(int mode) const {
    if (end() > 0 && mprotect(base, end(), mode) != 0) std::abort();
  }
  void begin_access() {
    std::lock_guard lock(mutex);
    if (open++ == 0) protect(PROT_READ | PROT_WRITE);
  }
  void end_access() {
    std::lock_guard lock(mutex);
    if (--open == 0) protect(PROT_NONE);
  }
  bool holds(const void* memory) const { return memory >= base && memory < base + kAddresses; }

  /// The first gap that is large enough.
  void* allocate(std::size_t bytes) {
    std::lock_guard lock(mutex);
    const std::size_t size = round_up(bytes);
    if (size > limit || in_use > limit - size) return nullptr;
    std::size_t at = 0;
    for (const auto& [begin, length] : used) {
      if (begin - at >= size) break;
      at = begin + length;
    }
    if (at + size > kAddresses) return nullptr;
    used[at] = size;
    in_use += size;
    if (open > 0) protect(PROT_READ | PROT_WRITE);
    return base + at;
  }

  bool free(void* memory) {
    std::lock_guard lock(mutex);
    const auto piece = used.find(static_cast<std::size_t>(static_cast<char*>(memory) - base));
    if (piece == used.end()) return false;
    madvise(memory, piece->second, MADV_DONTNEED);
    mprotect(memory, piece->second, PROT_NONE);
    in_use -= piece->second;
    used.erase(piece);
    return true;
  }
};

struct Machine {
  int driver = CUDART_VERSION;
  std::vector<Card> cards;
  std::mutex mutex;
  std::map<char*, std::size_t> pinned;

  Machine() : cards(static_cast<std::size_t>(number("TENET_EMULATED_CARDS", 2))) {
    driver = number("TENET_EMULATED_DRIVER", CUDART_VERSION);
    for (Card& card : cards) {
      void* base = mmap(nullptr, kAddresses, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
      if (base == MAP_FAILED) std::abort();
      card.base = static_cast<char*>(base);
    }
  }

  static int number(const char* variable, int otherwise) {
    const char* text = std::getenv(variable);
    return text != nullptr ? std::atoi(text) : otherwise;
  }

  bool is_pinned(const void* memory) {
    std::lock_guard lock(mutex);
    auto after = pinned.upper_bound(static_cast<char*>(const_cast<void*>(memory)));
    if (after == pinned.begin()) return false;
    --after;
    return memory < after->first + after->second;
  }
};

Machine& machine() {
  static Machine& instance = *new Machine;
  return instance;
}

Card& card(int device) { return machine().cards[static_cast<std::size_t>(device)]; }
int cards() { return static_cast<int>(machine().cards.size()); }

thread_local int current = 0;
thread_local EmulatedGraph* recorded = nullptr;
thread_local cudaError_t last = cudaSuccess;
std::atomic<cudaError_t> next_failure{cudaSuccess};

/// Every function that can fail returns through it.
cudaError_t result(cudaError_t status) {
  if (status != cudaSuccess) last = status;
  return status;
}

bool fails(cudaError_t& status) {
  status = next_failure.exchange(cudaSuccess);
  if (status == cudaSuccess && machine().driver < CUDART_VERSION) status = cudaErrorInsufficientDriver;
  if (status == cudaSuccess && cards() == 0) status = cudaErrorNoDevice;
  return result(status) != cudaSuccess;
}

int holder(const void* memory) {
  for (int device = 0; device < cards(); ++device) {
    if (card(device).holds(memory)) return device;
  }
  return -1;
}

struct OpenAll {
  OpenAll() {
    for (int device = 0; device < cards(); ++device) card(device).begin_access();
  }
  ~OpenAll() {
    for (int device = 0; device < cards(); ++device) card(device).end_access();
  }
};

}  // namespace

cudaError_t cudaGetLastError() { return std::exchange(last, cudaSuccess); }

const char* cudaGetErrorName(cudaError_t status) {
  switch (status) {
    case cudaSuccess: return "cudaSuccess";
    case cudaErrorInvalidValue: return "cudaErrorInvalidValue";
    case cudaErrorMemoryAllocation: return "cudaErrorMemoryAllocation";
    case cudaErrorStubLibrary: return "cudaErrorStubLibrary";
    case cudaErrorInsufficientDriver: return "cudaErrorInsufficientDriver";
    case cudaErrorNoDevice: return "cudaErrorNoDevice";
    case cudaErrorInvalidDevice: return "cudaErrorInvalidDevice";
    case cudaErrorLaunchFailure: return "cudaErrorLaunchFailure";
    case cudaErrorStreamCaptureUnsupported: return "cudaErrorStreamCaptureUnsupported";
  }
  return "unrecognized error code";
}

const char* cudaGetErrorString(cudaError_t status) {
  return status == cudaErrorLaunchFailure ? "unspecified launch failure" : "an emulated failure";
}

cudaError_t cudaDriverGetVersion(int* version) {
  *version = machine().driver;
  return cudaSuccess;
}

cudaError_t cudaGetDeviceCount(int* count) {
  *count = 0;
  if (cudaError_t status; fails(status)) return status;
  *count = cards();
  return cudaSuccess;
}

cudaError_t cudaGetDevice(int* device) {
  *device = current;
  return cudaSuccess;
}

cudaError_t cudaSetDevice(int device) {
  if (device < 0 || device >= cards()) return result(cudaErrorInvalidDevice);
  current = device;
  return cudaSuccess;
}

cudaError_t cudaDeviceSynchronize() {
  if (recorded != nullptr) return result(cudaErrorStreamCaptureUnsupported);
  cudaError_t status;
  fails(status);
  return status;
}

cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr, int) {
  *value = 9;
  return cudaSuccess;
}

cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device) {
  if (device < 0 || device >= cards()) return result(cudaErrorInvalidDevice);
  *properties = {};
  std::snprintf(properties->name, sizeof properties->name, "Emulated card %d", device);
  properties->totalGlobalMem = card(device).limit;
  properties->major = 9;
  properties->multiProcessorCount = 1;
  return cudaSuccess;
}

cudaError_t cudaMemGetInfo(std::size_t* free, std::size_t* total) {
  if (cudaError_t status; fails(status)) return status;
  Card& one = card(current);
  std::lock_guard lock(one.mutex);
  *total = one.limit;
  *free = one.limit - std::min(one.limit, one.in_use);
  return cudaSuccess;
}

cudaError_t cudaMalloc(void** memory, std::size_t bytes) {
  if (cudaError_t status; fails(status)) return status;
  *memory = card(current).allocate(bytes);
  return result(*memory != nullptr ? cudaSuccess : cudaErrorMemoryAllocation);
}

cudaError_t cudaFree(void* memory) {
  if (memory == nullptr) return cudaSuccess;
  const int device = holder(memory);
  return result(device >= 0 && card(device).free(memory) ? cudaSuccess : cudaErrorInvalidValue);
}

cudaError_t cudaHostAlloc(void** memory, std::size_t bytes, unsigned) {
  if (cudaError_t status; fails(status)) return status;
  *memory = std::aligned_alloc(kPage, round_up(bytes));
  std::lock_guard lock(machine().mutex);
  machine().pinned[static_cast<char*>(*memory)] = bytes;
  return cudaSuccess;
}

cudaError_t cudaFreeHost(void* memory) {
  std::lock_guard lock(machine().mutex);
  machine().pinned.erase(static_cast<char*>(memory));
  std::free(memory);
  return cudaSuccess;
}

cudaError_t cudaPointerGetAttributes(cudaPointerAttributes* attributes, const void* memory) {
  const int device = holder(memory);
  const bool pinned = device < 0 && machine().is_pinned(memory);
  attributes->type = device >= 0 ? cudaMemoryTypeDevice
                     : pinned    ? cudaMemoryTypeHost
                                 : cudaMemoryTypeUnregistered;
  attributes->device = std::max(device, 0);
  return cudaSuccess;
}

cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind, cudaStream_t) {
  if (cudaError_t status; fails(status)) return status;
  emulated_card::give([=] {
    const OpenAll open;
    std::memmove(to, from, bytes);
  });
  return cudaSuccess;
}

cudaError_t cudaMemsetAsync(void* memory, int value, std::size_t bytes, cudaStream_t) {
  if (cudaError_t status; fails(status)) return status;
  emulated_card::give([=] {
    const OpenAll open;
    std::memset(memory, value, bytes);
  });
  return cudaSuccess;
}

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned) {
  *stream = new EmulatedStream{current};
  return cudaSuccess;
}
cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  delete stream;
  return cudaSuccess;
}
cudaError_t cudaStreamSynchronize(cudaStream_t) { return cudaDeviceSynchronize(); }
cudaError_t cudaStreamWaitEvent(cudaStream_t, cudaEvent_t, unsigned) { return cudaSuccess; }

cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned) {
  *event = new EmulatedEvent{current};
  return cudaSuccess;
}
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
  return result(stream == nullptr || event->device == stream->device ? cudaSuccess : cudaErrorInvalidValue);
}
cudaError_t cudaEventSynchronize(cudaEvent_t) { return cudaSuccess; }
cudaError_t cudaEventDestroy(cudaEvent_t event) {
  delete event;
  return cudaSuccess;
}

cudaError_t cudaStreamBeginCapture(cudaStream_t, cudaStreamCaptureMode) {
  if (cudaError_t status; fails(status)) return status;
  recorded = new EmulatedGraph;
  return cudaSuccess;
}
cudaError_t cudaStreamEndCapture(cudaStream_t, cudaGraph_t* graph) {
  *graph = std::exchange(recorded, nullptr);
  cudaError_t status;
  fails(status);
  return status;
}
cudaError_t cudaGraphInstantiate(cudaGraphExec_t* executable, cudaGraph_t graph, unsigned long long) {
  if (cudaError_t status; fails(status)) return status;
  *executable = new EmulatedGraph(*graph);
  return cudaSuccess;
}
cudaError_t cudaGraphLaunch(cudaGraphExec_t executable, cudaStream_t) {
  if (cudaError_t status; fails(status)) return status;
  for (const auto& work : executable->work) work();
  return cudaSuccess;
}
cudaError_t cudaGraphDestroy(cudaGraph_t graph) {
  delete graph;
  return cudaSuccess;
}
cudaError_t cudaGraphExecDestroy(cudaGraphExec_t executable) { return cudaGraphDestroy(executable); }

namespace emulated_card {

void give(std::function<void()> work) {
  if (recorded != nullptr) {
    recorded->work.push_back(std::move(work));
  } else {
    work();
  }
}

void fail_next(cudaError_t status) { next_failure = status; }

void limit_memory(int device, std::size_t bytes) {
  std::lock_guard lock(card(device).mutex);
  card(device).limit = bytes == 0 ? kMemory : bytes;
}

Open::Open(int device) : device_(device) { card(device).begin_access(); }

Open::~Open() { card(device_).end_access(); }

int current_device() { return current; }

/// Addresses of programs, heaps and stacks lie high; sizes and strides do not.
void check_given(const void* body, std::size_t bytes) {
  for (std::size_t at = 0; at + sizeof(std::uintptr_t) <= bytes; at += sizeof(std::uintptr_t)) {
    std::uintptr_t word;
    std::memcpy(&word, static_cast<const char*>(body) + at, sizeof word);
    if (word < (std::uintptr_t{1} << 40) || word >> 47 != 0) continue;
    void* page = reinterpret_cast<void*>(word / kPage * kPage);
    unsigned char ignored;
    if (holder(page) >= 0 || (mincore(page, 1, &ignored) != 0 && errno == ENOMEM)) continue;
    std::fprintf(stderr, "emulated card: word %zu of what a kernel is given is an address of the host, %p\n",
                 at / sizeof word, reinterpret_cast<void*>(word));
    std::abort();
  }
}

std::int64_t scrambling_step(std::int64_t blocks) {
  std::int64_t step = blocks * 5 / 8 + 1;
  while (std::gcd(step, blocks) != 1) ++step;
  return step;
}

}  // namespace emulated_card
