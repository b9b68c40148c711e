// How this library was built and what it found: for bug reports.
#include "tenet/python/src/bind.h"

extern "C" {
__attribute__((weak)) char* openblas_get_config(void);
__attribute__((weak)) char* openblas_get_corename(void);
}

namespace tenet::python {
namespace {

#ifdef __clang__
constexpr const char* kCompiler = "clang " __clang_version__;
#else
constexpr const char* kCompiler = "gcc " __VERSION__;
#endif

std::string blas() {
  if (openblas_get_config == nullptr) return "not OpenBLAS";
  const std::string core =
      openblas_get_corename == nullptr ? "" : cat(" (", openblas_get_corename(), " kernels)");
  return openblas_get_config() + core;
}

}  // namespace

void add_build_facts(py::module_& module) {
  module.def("build_facts", [] {
    return std::map<std::string, std::string>{
        {"version", TENET_VERSION},
        {"compiler", kCompiler},
        {"cuda", TENET_CUDA_VERSION},  // of nvcc; empty without
        {"pybind11", cat(PYBIND11_VERSION_MAJOR, ".", PYBIND11_VERSION_MINOR)},
        {"blas", blas()}};
  });
}

}  // namespace tenet::python
