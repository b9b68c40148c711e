// Which vector instructions this processor has, and which this file is compiled for.
#pragma once

// Kernel files are compiled once per level, with -DTENET_CPU_LEVEL=Level::x and its flags.
#if !defined(TENET_CPU_LEVEL)
#define TENET_CPU_LEVEL Level::baseline
#endif

namespace tenet::cpu {

enum class Level { baseline, avx2, avx512 };

/// "baseline", "avx2" or "avx512".
const char* name(Level level);

/// The level whose kernels run: the highest this machine has, or what TENET_CPU names. Found once,
/// at the first call. Throws ValueError if TENET_CPU is not a level, or one this machine lacks.
/// Safe from any thread.
Level level();

/// The highest level of this machine: avx2 needs AVX2 and FMA; avx512 also AVX-512 F, DQ, BW, VL.
Level best_level();

/// The rule of level(): `wanted` is the value of TENET_CPU, null if it is not set.
Level choose_level(const char* wanted, Level best);

namespace {
// The level of the including file. Its own in each file: meant as a template argument of what is
// made once per level, so that no two levels define one symbol.
[[maybe_unused]] constexpr Level kThisLevel = TENET_CPU_LEVEL;
}  // namespace

}  // namespace tenet::cpu
