// The threads behind parallel_for (parallel.h), which is what kernels call.
#pragma once

#include <cstdint>

namespace tenet::cpu {

/// Handles indices [begin, end) of the loop whose body is `body`.
using Piece = void (*)(void* body, std::int64_t begin, std::int64_t end);

/// parallel_for with its body erased. n > 0.
void run_pieces(std::int64_t n, std::int64_t grain, Piece piece, void* body);

/// Which of the region's threads this is, from 0 to num_threads() - 1: the index of per-thread
/// scratch made before the region. 0 outside of one.
int thread_index();

}  // namespace tenet::cpu
