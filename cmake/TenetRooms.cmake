# A room is a folder of sources compiled as one OBJECT library. Its flags and private libraries end here: `tenet`
# takes the objects alone, so nothing of fmt, nlohmann_json or the warnings reaches the exported target.
# Symbols keep the default visibility: exceptions and templates are then one thing in every part of a program.

function(tenet_add_objects target)
  add_library(${target} OBJECT ${ARGN})
  target_compile_features(${target} PRIVATE cxx_std_20)
  target_include_directories(${target} PRIVATE "${PROJECT_BINARY_DIR}/include")
  target_link_libraries(${target} PRIVATE tenet_flags tenet_cblas fmt::fmt-header-only nlohmann_json::nlohmann_json
                                          Threads::Threads)
  if(TENET_WITH_CUDA)
    target_link_libraries(${target} PRIVATE tenet_cuda_api)
  endif()
  set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON CXX_EXTENSIONS OFF)
endfunction()

# tenet_room(NAME FOLDER): every .cpp under FOLDER but the kernels. An empty room makes no target.
function(tenet_room name folder)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/${folder}/*.cpp")
  list(FILTER sources EXCLUDE REGEX "_kernels\\.cpp$")
  if(NOT TENET_WITH_CUDA)
    list(FILTER sources EXCLUDE REGEX "/backends/cuda/")
  endif()
  if(sources)
    tenet_add_objects(tenet_${name} ${sources})
    if(TENET_NATIVE)  # not the kernels: their levels stay what they are
      target_compile_options(tenet_${name} PRIVATE -march=native)
    endif()
    set_property(GLOBAL APPEND PROPERTY TENET_OBJECTS "$<TARGET_OBJECTS:tenet_${name}>")
  endif()
endfunction()

# One variable of the initial-exec model makes all thread storage of a Python module static. The CUDA runtime has 12 KiB of it,
# for which there is no room when a module is loaded.
set(tls_model initial-exec)
if(TENET_WITH_CUDA)
  set(tls_model global-dynamic)
endif()
set_source_files_properties("${PROJECT_SOURCE_DIR}/framework/core/block_pool.cpp" PROPERTIES
                            COMPILE_DEFINITIONS "TENET_TLS_MODEL=\"${tls_model}\"")

# tenet_kernels(FOLDER...): every *_kernels.cpp under the folders, compiled once per CPU level.
function(tenet_kernels)
  set(kernels "")
  foreach(folder ${ARGN})
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/${folder}/*_kernels.cpp")
    list(APPEND kernels ${sources})
  endforeach()
  if(NOT kernels)
    return()
  endif()
  set_source_files_properties(${TENET_CONTRACTED_KERNELS} PROPERTIES COMPILE_OPTIONS -ffp-contract=fast)
  foreach(level ${TENET_CPU_LEVELS})
    set(target tenet_kernels_${level})
    tenet_add_objects(${target} ${kernels})
    target_compile_definitions(${target} PRIVATE "TENET_CPU_LEVEL=Level::${level}")
    target_compile_options(${target} PRIVATE ${TENET_KERNEL_FLAGS} ${TENET_FLAGS_${level}})
    if(TENET_ISOLATE_LEVELS AND NOT level STREQUAL "baseline")
      tenet_isolate(${target})
    else()
      set_property(GLOBAL APPEND PROPERTY TENET_OBJECTS "$<TARGET_OBJECTS:${target}>")
    endif()
  endforeach()
endfunction()

# An inline function (a vector's growth, a sort) compiled in a kernel file may hold instructions that this machine does
# not have, and as a weak symbol the linker could choose that copy for the whole program. So the objects of a level are
# linked into one, in which only names that carry the level (their mangled form has the type tenet::...::Level) are seen
# from outside. Kernel headers must therefore share no mutable state through inline functions or variables.
function(tenet_isolate target)
  set(object "${PROJECT_BINARY_DIR}/${target}.o")
  target_compile_options(${target} PRIVATE "$<$<CXX_COMPILER_ID:GNU>:-fno-gnu-unique>")
  add_custom_command(
    OUTPUT "${object}"
    COMMAND "${CMAKE_CXX_COMPILER}" -r -nostdlib -Wl,--force-group-allocation -o "${object}" "$<TARGET_OBJECTS:${target}>"
    COMMAND "${CMAKE_OBJCOPY}" --wildcard "--keep-global-symbol=*5LevelE*" "${object}"
    DEPENDS "$<TARGET_OBJECTS:${target}>"
    COMMAND_EXPAND_LISTS VERBATIM COMMENT "Joining ${target}")
  set_property(GLOBAL APPEND PROPERTY TENET_OBJECTS "${object}")
  set_property(GLOBAL APPEND PROPERTY TENET_ISOLATED ${target})
endfunction()

# tenet_join(TARGET): gives the objects of every room to TARGET.
function(tenet_join target)
  get_property(objects GLOBAL PROPERTY TENET_OBJECTS)
  target_sources(${target} PRIVATE ${objects})
  get_property(isolated GLOBAL PROPERTY TENET_ISOLATED)
  if(isolated)
    add_dependencies(${target} ${isolated})  # Make, unlike Ninja, sees no file of another target
  endif()
endfunction()
