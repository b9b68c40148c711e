#include "tenet/backends/cpu/level.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "tenet/framework/core/error.h"

namespace tenet::cpu {
namespace {

std::string text_of(const char* wanted, Level best) {
  try {
    choose_level(wanted, best);
  } catch (const ValueError& error) {
    return error.what();
  }
  return "";
}

TEST(CpuLevel, UnsetMeansTheBest) {
  EXPECT_EQ(choose_level(nullptr, Level::avx2), Level::avx2);
  EXPECT_EQ(choose_level("", Level::avx512), Level::avx512);
}

TEST(CpuLevel, EveryLevelUpToTheBestCanBeAskedFor) {
  for (Level level : {Level::baseline, Level::avx2, Level::avx512}) {
    EXPECT_EQ(choose_level(name(level), Level::avx512), level);
  }
}

TEST(CpuLevel, MissingAndUnknownLevelsAreErrors) {
  EXPECT_EQ(text_of("avx512", Level::avx2),
            "TENET_CPU: this machine has no avx512, its highest level is avx2. Set TENET_CPU to that or "
            "lower, or leave it unset.");
  EXPECT_EQ(text_of("sse9", Level::avx512),
            "TENET_CPU: there is no level \"sse9\". Set it to baseline, avx2 or avx512, or leave "
            "it unset.");
}

TEST(CpuLevel, TheOneInUseFollowsTheEnvironment) {
  EXPECT_EQ(level(), choose_level(std::getenv("TENET_CPU"), best_level()));
}

TEST(CpuLevel, AFileThatIsNotAKernelIsBaseline) { EXPECT_EQ(kThisLevel, Level::baseline); }

}  // namespace
}  // namespace tenet::cpu
