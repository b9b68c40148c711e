# The benchmarks: one Google Benchmark program per file.
find_package(benchmark REQUIRED)
file(GLOB_RECURSE benchmarks CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/benchmarks/*.cpp")
foreach(file ${benchmarks})
  get_filename_component(name "${file}" NAME_WE)
  add_executable(${name} "${file}")
  target_link_libraries(${name} PRIVATE tenet::tenet tenet_base_flags benchmark::benchmark benchmark::benchmark_main)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/benchmarks" CXX_EXTENSIONS OFF)
endforeach()
