# The benchmarks: one Google Benchmark program per file of benchmarks/, and Tenet's half of the comparison with PyTorch.
find_package(benchmark REQUIRED)

function(tenet_benchmark name file)
  add_executable(${name} "${file}")
  target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}/benchmarks")
  target_compile_definitions(${name} PRIVATE TENET_BENCHMARKS_DIR="${PROJECT_SOURCE_DIR}/benchmarks")
  target_link_libraries(${name} PRIVATE tenet::tenet tenet_base_flags ${ARGN})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/benchmarks" CXX_EXTENSIONS OFF)
endfunction()

file(GLOB benchmarks CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/benchmarks/*_benchmark.cpp")
foreach(file ${benchmarks})
  get_filename_component(name "${file}" NAME_WE)
  tenet_benchmark(${name} "${file}" benchmark::benchmark benchmark::benchmark_main)
endforeach()
tenet_benchmark(tenet_side "${PROJECT_SOURCE_DIR}/benchmarks/against_pytorch/tenet_side.cpp")
