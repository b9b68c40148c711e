# Headers, the library, and a package that find_package(tenet) finds, also after the prefix has been moved.
include(CMakePackageConfigHelpers)
set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/tenet")

# Public headers only: kernels and backends stay inside.
file(GLOB_RECURSE headers CONFIGURE_DEPENDS RELATIVE "${PROJECT_SOURCE_DIR}"
     "${PROJECT_SOURCE_DIR}/framework/*.h" "${PROJECT_SOURCE_DIR}/ops/*.h" "${PROJECT_SOURCE_DIR}/inspect/*.h" "${PROJECT_SOURCE_DIR}/nn/*.h"
     "${PROJECT_SOURCE_DIR}/train/*.h" "${PROJECT_SOURCE_DIR}/tenet.h" "${PROJECT_SOURCE_DIR}/testing.h")
list(FILTER headers EXCLUDE REGEX "_kernels\\.h$")
foreach(header ${headers})
  get_filename_component(folder "${header}" DIRECTORY)
  install(FILES "${header}" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/tenet/${folder}")
endforeach()

install(TARGETS tenet EXPORT tenetTargets
        ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}"
        LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}"
        RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
install(EXPORT tenetTargets NAMESPACE tenet:: DESTINATION "${package_dir}")

configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/tenetConfig.cmake.in" "${PROJECT_BINARY_DIR}/tenetConfig.cmake"
                              INSTALL_DESTINATION "${package_dir}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/tenetConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/tenetConfig.cmake" "${PROJECT_BINARY_DIR}/tenetConfigVersion.cmake"
        DESTINATION "${package_dir}")
# For builds without CMake. A static tenet is linked together with what it calls.
file(RELATIVE_PATH TENET_PC_PREFIX "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
string(REGEX REPLACE "/$" "" TENET_PC_PREFIX "${TENET_PC_PREFIX}")
if(NOT BUILD_SHARED_LIBS)
  list(JOIN BLAS_LIBRARIES " " TENET_PC_LIBS)
  string(PREPEND TENET_PC_LIBS " ")
  string(APPEND TENET_PC_LIBS " -pthread")
endif()
configure_file("${PROJECT_SOURCE_DIR}/cmake/tenet.pc.in" "${PROJECT_BINARY_DIR}/tenet.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/tenet.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")

install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DOCDIR}")

# The digits are compiled into the library; their licence (CC BY 4.0) asks for the attribution to go with them.
install(FILES "${PROJECT_SOURCE_DIR}/train/data/digits/ATTRIBUTION.md" DESTINATION "${CMAKE_INSTALL_DOCDIR}" RENAME digits-attribution.md)
