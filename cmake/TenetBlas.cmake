# BLAS::BLAS, and tenet_cblas: the same with the include folder of a cblas.h that belongs to it.
# OpenBLAS unless -DBLA_VENDOR=... names another library that has the CBLAS interface.
if(NOT DEFINED BLA_VENDOR)
  set(BLA_VENDOR OpenBLAS)
endif()
find_package(BLAS)
if(NOT BLAS_FOUND)
  message(FATAL_ERROR "No BLAS of vendor ${BLA_VENDOR} found. Install OpenBLAS (Debian and Ubuntu: libopenblas-dev; "
                      "Fedora: openblas-devel; Homebrew: openblas), or name another CBLAS with -DBLA_VENDOR=...")
endif()

if(BLA_VENDOR STREQUAL "OpenBLAS")  # its own header first, where several BLAS share the system's folder
  set(cblas_folders openblas-pthread openblas-openmp openblas-serial openblas)
endif()
find_path(TENET_CBLAS_INCLUDE_DIR cblas.h PATH_SUFFIXES ${cblas_folders} cblas mkl)
mark_as_advanced(TENET_CBLAS_INCLUDE_DIR)

include(CheckCXXSourceCompiles)
if(TENET_CBLAS_INCLUDE_DIR)
  set(CMAKE_REQUIRED_INCLUDES "${TENET_CBLAS_INCLUDE_DIR}")
endif()
set(CMAKE_REQUIRED_LIBRARIES BLAS::BLAS)
check_cxx_source_compiles("
#include <cblas.h>
int main() {
  float a = 2, b = 3, c = 0;
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, 1, 1, 1, 1.f, &a, 1, &b, 1, 0.f, &c, 1);
  return c == 6 ? 0 : 1;
}" TENET_HAS_CBLAS)
unset(CMAKE_REQUIRED_INCLUDES)
unset(CMAKE_REQUIRED_LIBRARIES)
if(NOT TENET_HAS_CBLAS)
  message(FATAL_ERROR "BLAS was found (${BLAS_LIBRARIES}) but no cblas.h that declares cblas_sgemm for it. "
                      "Give its folder with -DTENET_CBLAS_INCLUDE_DIR=..., or name another BLAS with -DBLA_VENDOR=...")
endif()

add_library(tenet_cblas INTERFACE)
target_link_libraries(tenet_cblas INTERFACE BLAS::BLAS)
if(TENET_CBLAS_INCLUDE_DIR)
  target_include_directories(tenet_cblas SYSTEM INTERFACE "${TENET_CBLAS_INCLUDE_DIR}")
endif()
