// TENET_HD marks a function that kernels call on the host and on the device alike. On the host it is
// always inlined: kernel files are compiled once per instruction-set level, and an out-of-line copy
// made with AVX-512 could otherwise be the one the linker keeps for everybody.
#pragma once

#if defined(__CUDACC__)
#define TENET_HD __host__ __device__ inline
#else
#define TENET_HD inline __attribute__((always_inline))
#endif
