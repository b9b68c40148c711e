# Compile flags. All of them stay inside this build: a consumer gets cxx_std_20 and nothing else.
include(CheckCXXSourceCompiles)

if(TENET_SANITIZE)
  string(REPLACE ";" "," TENET_SANITIZE_FLAG "-fsanitize=${TENET_SANITIZE}")
endif()

# tenet_base_flags: tests and examples too. tenet_flags: the library, which has more warnings.
add_library(tenet_base_flags INTERFACE)
add_library(tenet_flags INTERFACE)
target_link_libraries(tenet_flags INTERFACE tenet_base_flags)

# No contraction: a*b + c rounds twice on every machine, so bits do not depend on the optimiser's mood.
target_compile_options(tenet_base_flags INTERFACE -ffp-contract=off -Wall -Wextra)
target_compile_options(tenet_flags INTERFACE -Wshadow)
# GCC's flow warnings after inlining: false for std::sort on an array, for arrays passed by reference and for
# joined strings (GCC 12).
foreach(flag array-bounds stringop-overflow nonnull-compare restrict)
  target_compile_options(tenet_base_flags INTERFACE "$<$<CXX_COMPILER_ID:GNU>:-Wno-${flag}>")
endforeach()
if(TENET_WERROR)
  target_compile_options(tenet_base_flags INTERFACE -Werror)
endif()
if(TENET_SANITIZE)
  target_compile_options(tenet_base_flags INTERFACE -O1 -g1 ${TENET_SANITIZE_FLAG} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(tenet_base_flags INTERFACE ${TENET_SANITIZE_FLAG})
  # GCC's flow warnings are not reliable in instrumented code.
  target_compile_options(tenet_base_flags INTERFACE "$<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>")
endif()

# --- CPU levels: what a *_kernels.cpp is compiled with, once for each ---
check_cxx_source_compiles("#ifndef __x86_64__\n#error\n#endif\nint main() {}" TENET_X86_64)
set(TENET_CPU_LEVELS baseline)
set(TENET_FLAGS_baseline "")
if(TENET_X86_64)
  list(APPEND TENET_CPU_LEVELS avx2 avx512)
  set(TENET_FLAGS_avx2 -mavx2 -mfma)
  set(TENET_FLAGS_avx512 -mavx512f -mavx512dq -mavx512bw -mavx512vl -mavx2 -mfma -mprefer-vector-width=512)
endif()

# Kernels are fast even in a Debug build, where they would else be the whole running time. Nobody reads errno or the
# processor's floating-point flags after them; both would keep loops with a choice or a root from becoming vectors. The
# numbers are the same.
set(TENET_KERNEL_FLAGS -O3 -fno-math-errno -fno-trapping-math)
if(TENET_SANITIZE)
  set(TENET_KERNEL_FLAGS -O1)
endif()

# Kernels that are products and sums alone may fuse the two: their bits then depend on the level, as GEMM's do.
set(TENET_CONTRACTED_KERNELS "${PROJECT_SOURCE_DIR}/ops/conv/thin_kernels.cpp")

# Can the objects of a level be sealed off from the rest of the program? See tenet_isolate() in TenetRooms.
if(TENET_X86_64 AND CMAKE_OBJCOPY)
  include(CheckLinkerFlag)
  set(CMAKE_REQUIRED_FLAGS -nostdlib)
  check_linker_flag(CXX "-r;-Wl,--force-group-allocation" TENET_ISOLATE_LEVELS)
  unset(CMAKE_REQUIRED_FLAGS)
endif()
if(TENET_X86_64 AND NOT TENET_ISOLATE_LEVELS)
  message(WARNING "This linker cannot join the kernels of a CPU level into one object (GNU ld and objcopy can). "
                  "The library may need AVX-512; use it on machines like this one.")
endif()
