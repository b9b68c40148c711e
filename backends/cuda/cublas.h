// cuBLAS, opened when it is first needed: a program that multiplies nothing on a card runs without it.
#pragma once

#include <cublas_v2.h>

#include <string>
#include <vector>

namespace tenet::cuda {

// Every function of cuBLAS that Tenet calls, under the name it has in the library.
#define TENET_CUBLAS_FUNCTIONS(X) \
  X(cublasCreate_v2)              \
  X(cublasSetStream_v2)           \
  X(cublasSetWorkspace_v2)        \
  X(cublasSetMathMode)            \
  X(cublasSgemm_v2)               \
  X(cublasDgemm_v2)               \
  X(cublasSgemmStridedBatched)    \
  X(cublasDgemmStridedBatched)

struct Cublas {
#define TENET_CUBLAS_MEMBER(name) decltype(&::name) name = nullptr;
  TENET_CUBLAS_FUNCTIONS(TENET_CUBLAS_MEMBER)
#undef TENET_CUBLAS_MEMBER
  std::string path;  // it was opened by this name
};

/// The library, opened at the first call. Throws DeviceError that tells where it was looked for.
const Cublas& cublas();

/// Names by which to open it, best first: `wanted` alone where TENET_CUBLAS gives one (a file, or a folder that holds
/// it); else what the loader finds, the toolkit of the build, and the nvidia-cublas package beside this library.
std::vector<std::string> cublas_paths(const char* wanted);

/// The first of the paths that can be opened and has every function. Throws DeviceError.
Cublas open_cublas(const std::vector<std::string>& paths);

/// "CUBLAS_STATUS_ALLOC_FAILED" for 3, and so on.
const char* name(cublasStatus_t status);

/// Throws DeviceError naming the call, the device and the status unless it is CUBLAS_STATUS_SUCCESS.
void check(cublasStatus_t status, const char* call, int device);

/// A handle for products of the calling thread on a card, set to its current stream, to a workspace of its own (so that
/// two streams never share one and results do not depend on what else runs) and to cuda::allow_tf32(). The card must
/// be the current one. Throws DeviceError.
cublasHandle_t cublas_handle(int device);

}  // namespace tenet::cuda
