#include "tenet/backends/cuda/cublas.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

#include "tenet/framework/core/error.h"

namespace tenet::cuda {
namespace {

/// Where NVIDIA's own library may lie, whatever this build opens by itself.
std::vector<std::string> real_libraries() {
  std::vector<std::string> paths;
  if (const char* path = std::getenv("TENET_CUBLAS")) paths.push_back(path);
  paths.push_back(TENET_TESTS_DIR "/../build/cublas/nvidia/cu13/lib/libcublas.so.13");
#if !TENET_EMULATED_CARD  // whose own library has these names
  for (const std::string& path : cublas_paths(nullptr)) paths.push_back(path);
#endif
  return paths;
}

std::string text_of(const std::vector<std::string>& paths) {
  try {
    open_cublas(paths);
    return "";
  } catch (const DeviceError& error) {
    return error.what();
  }
}

TEST(Cublas, TheRealLibraryHasEveryFunctionOfTheTable) {
  Cublas table;
  try {
    table = open_cublas(real_libraries());
  } catch (const DeviceError& error) {
    const std::string text = error.what();
    ASSERT_EQ(text.find("has no function"), std::string::npos) << text;
    GTEST_SKIP() << "the cuBLAS library is not here (scripts/setup-cuda gets it): " << text;
  }
  std::set<void*> different;
#define TENET_CUBLAS_COUNT(name)           \
  EXPECT_NE(table.name, nullptr) << #name; \
  different.insert(reinterpret_cast<void*>(table.name));
  TENET_CUBLAS_FUNCTIONS(TENET_CUBLAS_COUNT)
#undef TENET_CUBLAS_COUNT
  EXPECT_EQ(different.size(), 8u) << table.path;
  RecordProperty("library", table.path);
}

TEST(Cublas, AMissingLibraryIsAnErrorThatSaysWhereWasLooked) {
  const std::string text = text_of({"libtenet_no_such.so", "/no/such/folder/libcublas.so.13"});
  EXPECT_EQ(text.find("cuda: products on a card need the cuBLAS library, which could not be opened. "), 0u);
  for (const char* part : {"pip install nvidia-cublas", "TENET_CUBLAS",
                           "\n  libtenet_no_such.so: ", "\n  /no/such/folder/libcublas.so.13: "}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << " in " << text;
  }
}

TEST(Cublas, ALibraryWithoutTheFunctionsIsNotTaken) {
  EXPECT_NE(text_of({"libc.so.6"}).find("\n  libc.so.6 has no function cublasCreate_v2"), std::string::npos);
}

TEST(Cublas, Paths) {
  EXPECT_EQ(cublas_paths("/some/libcublas.so"), std::vector<std::string>{"/some/libcublas.so"});
  const auto in_folder = cublas_paths("/tmp");
  ASSERT_EQ(in_folder.size(), 2u);
  EXPECT_EQ(in_folder[0].find("/tmp/libcublas.so.1"), 0u);
  const auto paths = cublas_paths(nullptr);
  EXPECT_EQ(paths, cublas_paths("")) << "an empty variable counts as none";
  const auto has = [&](const std::string& end) {
    return std::any_of(paths.begin(), paths.end(),
                       [&](const std::string& path) { return path.ends_with(end); });
  };
  EXPECT_TRUE(has("/nvidia/cu13/lib/libcublas.so.13"));
  EXPECT_TRUE(has("/nvidia/cublas/lib/libcublas.so.12"));
}

TEST(Cublas, StatusesHaveNames) {
  EXPECT_STREQ(name(CUBLAS_STATUS_ALLOC_FAILED), "CUBLAS_STATUS_ALLOC_FAILED");
  EXPECT_STREQ(name(static_cast<cublasStatus_t>(99)), "an unknown status");
  EXPECT_NO_THROW(check(CUBLAS_STATUS_SUCCESS, "cublasSgemm", 0));
  try {
    check(CUBLAS_STATUS_EXECUTION_FAILED, "cublasSgemm", 1);
    FAIL() << "nothing was thrown";
  } catch (const DeviceError& error) {
    EXPECT_STREQ(error.what(), "cuda:1: cublasSgemm failed: CUBLAS_STATUS_EXECUTION_FAILED (13).");
  }
}

}  // namespace
}  // namespace tenet::cuda
