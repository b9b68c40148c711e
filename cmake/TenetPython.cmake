# The Python package: tenet._C, built into a folder that has the package's Python files beside it (as links), so that
#   PYTHONPATH=build/python python3 -c 'import tenet'
# works without installing.
find_package(Python 3.10 REQUIRED COMPONENTS Interpreter Development.Module)
find_package(pybind11 2.9 CONFIG REQUIRED)

file(GLOB sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/python/src/*.cpp")
pybind11_add_module(tenet_python MODULE NO_EXTRAS ${sources})
target_include_directories(tenet_python PRIVATE "${PROJECT_BINARY_DIR}/include")
target_link_libraries(tenet_python PRIVATE tenet::tenet tenet_base_flags)
target_compile_options(tenet_python PRIVATE -O2 -g0)
target_compile_definitions(tenet_python PRIVATE TENET_VERSION="${PROJECT_VERSION}"
                                                TENET_CUDA_VERSION="${CMAKE_CUDA_COMPILER_VERSION}")
# Symbols of the library stay inside: another extension may carry a library of its own.
target_link_options(tenet_python PRIVATE "$<$<PLATFORM_ID:Linux>:-Wl,--exclude-libs,ALL>")
set_target_properties(tenet_python PROPERTIES OUTPUT_NAME _C CXX_EXTENSIONS OFF
                                              LIBRARY_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/python/tenet")

# Links, so that an edited Python file needs no build.
set(python_package "${PROJECT_BINARY_DIR}/python/tenet")
file(MAKE_DIRECTORY "${python_package}")
file(GLOB parts CONFIGURE_DEPENDS RELATIVE "${PROJECT_SOURCE_DIR}/python/tenet" "${PROJECT_SOURCE_DIR}/python/tenet/*")
foreach(part ${parts})
  file(CREATE_LINK "${PROJECT_SOURCE_DIR}/python/tenet/${part}" "${python_package}/${part}" SYMBOLIC)
endforeach()

install(TARGETS tenet_python LIBRARY DESTINATION tenet COMPONENT python EXCLUDE_FROM_ALL)

# One ctest entry per test file, as in C++.
if(TENET_BUILD_TESTS)
  set(environment "PYTHONPATH=${PROJECT_BINARY_DIR}/python")
  if("address" IN_LIST TENET_SANITIZE)  # the interpreter was not built with it, so it is loaded first
    foreach(library libasan.so libstdc++.so)
      execute_process(COMMAND ${CMAKE_CXX_COMPILER} -print-file-name=${library} OUTPUT_VARIABLE path
                      OUTPUT_STRIP_TRAILING_WHITESPACE)
      list(APPEND preloaded "${path}")
    endforeach()
    list(JOIN preloaded ":" preloaded)
    # Python keeps what it allocates at its start for good.
    list(APPEND environment "LD_PRELOAD=${preloaded}" "ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1" "PYTHONMALLOC=malloc")
  endif()
  file(GLOB_RECURSE test_files CONFIGURE_DEPENDS RELATIVE "${PROJECT_SOURCE_DIR}/python/tests"
       "${PROJECT_SOURCE_DIR}/python/tests/test_*.py")
  foreach(file ${test_files})
    string(REGEX REPLACE "test_([a-z0-9_]+)\\.py$" "\\1" name "python/${file}")
    add_test(NAME ${name} COMMAND ${Python_EXECUTABLE} -m pytest -q "${PROJECT_SOURCE_DIR}/python/tests/${file}"
             WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}")
    set_tests_properties(${name} PROPERTIES LABELS "test;python" TIMEOUT 900
                         ENVIRONMENT "${environment}")
  endforeach()
endif()
