#include "tenet/backends/cpu/level.h"

#include <atomic>
#include <cstdlib>
#include <string_view>

#include "tenet/framework/core/error.h"

namespace tenet::cpu {

const char* name(Level level) {
  constexpr const char* names[] = {"baseline", "avx2", "avx512"};
  return names[static_cast<int>(level)];
}

Level best_level() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return Level::baseline;
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")) {
    return Level::avx512;
  }
  return Level::avx2;
#else
  return Level::baseline;
#endif
}

Level choose_level(const char* wanted, Level best) {
  if (wanted == nullptr || *wanted == '\0') return best;
  for (Level level : {Level::baseline, Level::avx2, Level::avx512}) {
    if (std::string_view(wanted) != name(level)) continue;
    if (level <= best) return level;
    fail<ValueError>("TENET_CPU: this machine has no ", wanted, ", its highest level is ", name(best),
                     ". Set TENET_CPU to that or lower, or leave it unset.");
  }
  fail<ValueError>("TENET_CPU: there is no level \"", wanted,
                   "\". Set it to baseline, avx2 or avx512, or leave it unset.");
}

Level level() {
  static constinit std::atomic<int> chosen{-1};  // found more than once if threads meet here: no lock
  int found = chosen.load(std::memory_order_relaxed);
  if (found < 0) {
    found = static_cast<int>(choose_level(std::getenv("TENET_CPU"), best_level()));
    chosen.store(found, std::memory_order_relaxed);
  }
  return static_cast<Level>(found);
}

}  // namespace tenet::cpu
