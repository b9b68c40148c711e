// Parallel loops over a range, by the pool of thread_pool.h.
#pragma once

#include <cstdint>
#include <memory>
#include <type_traits>

#include "tenet/backends/cpu/thread_pool.h"

namespace tenet::cpu {

/// Calls f(begin, end) for consecutive pieces of `grain` indices (the last may be shorter) that
/// cover [0, n), in any order, on up to num_threads() threads. The pieces depend on n and grain
/// alone, so a result that depends on the pieces still does not depend on the threads. A grain
/// below 1 counts as 1.
///
/// Runs in the calling thread alone, piece after piece, when n <= grain, when num_threads() == 1,
/// inside another parallel_for, and while another thread has the pool: of several callers one gets
/// it and none waits. Allocates nothing.
///
/// If f throws, pieces not yet begun are skipped, and the exception seen first is rethrown here
/// once every running piece has ended.
///
/// A process made by fork() has a pool of its own, started at its first loop. A fork inside f may
/// only exec or _exit.
template <class F> void parallel_for(std::int64_t n, std::int64_t grain, F&& f) {
  if (n <= 0) return;
  if (n <= grain) {
    f(std::int64_t{0}, n);
    return;
  }
  using Body = std::remove_reference_t<F>;
  const Piece piece = [](void* body, std::int64_t begin, std::int64_t end) {
    (*static_cast<Body*>(body))(begin, end);
  };
  run_pieces(n, grain, piece, const_cast<void*>(static_cast<const void*>(std::addressof(f))));
}

}  // namespace tenet::cpu
