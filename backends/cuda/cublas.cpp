#include "tenet/backends/cuda/cublas.h"

#include <dlfcn.h>

#include <filesystem>

#include "tenet/framework/core/error.h"

// The folder of the library in the toolkit that Tenet was built with.
#if !defined(TENET_CUBLAS_FOLDER)
#define TENET_CUBLAS_FOLDER ""
#endif

namespace tenet::cuda {
namespace {

namespace fs = std::filesystem;

/// The one whose header Tenet was compiled with first.
const std::vector<std::string>& file_names() {
  static const std::vector<std::string> names =
      CUBLAS_VER_MAJOR == 12 ? std::vector<std::string>{"libcublas.so.12", "libcublas.so.13"}
                             : std::vector<std::string>{"libcublas.so.13", "libcublas.so.12"};
  return names;
}

/// The folder of the file that holds this code: libtenet, a program, or the Python module.
fs::path own_folder() {
  Dl_info info{};
  if (dladdr(reinterpret_cast<const void*>(&open_cublas), &info) == 0 || info.dli_fname == nullptr) return {};
  std::error_code ignored;
  return fs::absolute(info.dli_fname, ignored).parent_path();
}

/// A library's file asks for cublasLt, which lies beside it but perhaps on no path of the loader.
void open_beside(const fs::path& library) {
  std::string name = library.filename().string();
  const auto at = name.find("cublas.so");
  if (!library.has_parent_path() || at == std::string::npos) return;
  name.replace(at, 6, "cublasLt");
  static_cast<void>(dlopen((library.parent_path() / name).c_str(), RTLD_NOW | RTLD_GLOBAL));
}

/// Null, and why in `reason`, where the library cannot be opened or lacks a function.
void* open(const std::string& path, Cublas& table, std::string& reason) {
  open_beside(path);
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    reason = dlerror();
    return nullptr;
  }
  const auto find = [&](auto& function, const char* name) {
    function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(dlsym(library, name));
    if (function == nullptr) reason = cat(path, " has no function ", name);
    return function != nullptr;
  };
#define TENET_CUBLAS_FIND(name) \
  if (!find(table.name, #name)) return nullptr;
  TENET_CUBLAS_FUNCTIONS(TENET_CUBLAS_FIND)
#undef TENET_CUBLAS_FIND
  table.path = path;
  return library;
}

}  // namespace

std::vector<std::string> cublas_paths(const char* wanted) {
  std::vector<std::string> paths;
  const auto add_folder = [&](const fs::path& folder) {
    for (const std::string& name : file_names()) paths.push_back((folder / name).string());
  };
  if (wanted != nullptr && *wanted != '\0') {
    std::error_code ignored;
    if (!fs::is_directory(wanted, ignored)) return {wanted};
    add_folder(wanted);
    return paths;
  }
#if !TENET_EMULATED_CARD  // which brings its own
  paths = file_names();
#endif
  if (*TENET_CUBLAS_FOLDER != '\0') add_folder(TENET_CUBLAS_FOLDER);
  if (const fs::path packages = own_folder().parent_path(); !packages.empty()) {
    paths.push_back((packages / "nvidia/cu13/lib/libcublas.so.13").string());
    paths.push_back((packages / "nvidia/cublas/lib/libcublas.so.12").string());
  }
  return paths;
}

Cublas open_cublas(const std::vector<std::string>& paths) {
  Cublas table;
  std::string looked, reason;
  for (const std::string& path : paths) {
    if (open(path, table, reason) != nullptr) return table;
    looked += "\n  " + reason;
  }
  fail<DeviceError>(
      "cuda: products on a card need the cuBLAS library, which could not be opened. Install it with the CUDA "
      "toolkit "
      "or by `pip install nvidia-cublas`, or set TENET_CUBLAS to its path. Tried:",
      looked);
}

const Cublas& cublas() {
  static const Cublas table = open_cublas(cublas_paths(std::getenv("TENET_CUBLAS")));
  return table;
}

const char* name(cublasStatus_t status) {
  switch (status) {
    case CUBLAS_STATUS_SUCCESS: return "CUBLAS_STATUS_SUCCESS";
    case CUBLAS_STATUS_NOT_INITIALIZED: return "CUBLAS_STATUS_NOT_INITIALIZED";
    case CUBLAS_STATUS_ALLOC_FAILED: return "CUBLAS_STATUS_ALLOC_FAILED";
    case CUBLAS_STATUS_INVALID_VALUE: return "CUBLAS_STATUS_INVALID_VALUE";
    case CUBLAS_STATUS_ARCH_MISMATCH: return "CUBLAS_STATUS_ARCH_MISMATCH";
    case CUBLAS_STATUS_MAPPING_ERROR: return "CUBLAS_STATUS_MAPPING_ERROR";
    case CUBLAS_STATUS_EXECUTION_FAILED: return "CUBLAS_STATUS_EXECUTION_FAILED";
    case CUBLAS_STATUS_INTERNAL_ERROR: return "CUBLAS_STATUS_INTERNAL_ERROR";
    case CUBLAS_STATUS_NOT_SUPPORTED: return "CUBLAS_STATUS_NOT_SUPPORTED";
    case CUBLAS_STATUS_LICENSE_ERROR: return "CUBLAS_STATUS_LICENSE_ERROR";
  }
  return "an unknown status";
}

void check(cublasStatus_t status, const char* call, int device) {
  if (status == CUBLAS_STATUS_SUCCESS) [[likely]]
    return;
  fail<DeviceError>("cuda:", device, ": ", call, " failed: ", name(status), " (", static_cast<int>(status),
                    ").");
}

}  // namespace tenet::cuda
