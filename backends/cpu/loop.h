// Runs a Loop on the CPU: collapses it, splits it over the threads, calls the inner loop.
#pragma once

#include "tenet/backends/cpu/level.h"
#include "tenet/framework/core/loop.h"

namespace tenet::cpu {

/// Calls `inner` over the whole index space. Elements are independent, so the split never shows.
void run(Loop& loop, InnerLoop inner, const void* functor);

/// pick.operator()<Level>() for the level in use; kernels of every level were instantiated at build time.
template <class Pick> auto at_level(Pick pick) {
#if defined(__x86_64__)
  switch (level()) {
    case Level::avx512: return pick.template operator()<Level::avx512>();
    case Level::avx2: return pick.template operator()<Level::avx2>();
    default: break;
  }
#endif
  return pick.template operator()<Level::baseline>();
}

}  // namespace tenet::cpu
