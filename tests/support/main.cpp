// The main of every test program. --file=tests/ops/conv/conv2d_test.cpp runs that file's tests alone: ctest has one
// entry per file. Without it this is GoogleTest's own main.
#include <gtest/gtest.h>

#include <cstdio>
#include <string>
#include <string_view>

namespace {

constexpr int kSkipped = 77;  // ctest then says Skipped: cmake/TenetTests.cmake

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

// The GoogleTest filter that names every test of `file`; empty if there is none, or if one stands where ctest never looks.
std::string tests_of(std::string_view file) {
  std::string filter;
  const testing::UnitTest& all = *testing::UnitTest::GetInstance();
  for (int i = 0; i < all.total_test_suite_count(); ++i) {
    const testing::TestSuite& suite = *all.GetTestSuite(i);
    for (int j = 0; j < suite.total_test_count(); ++j) {
      const testing::TestInfo& test = *suite.GetTestInfo(j);
      if (std::string_view(test.file()).empty()) continue;  // GoogleTest's own
      if (!ends_with(test.file(), "_test.cpp")) {
        std::fprintf(stderr, "%s.%s stands in %s: tests belong in files named *_test.cpp, ctest runs those\n",
                     suite.name(), test.name(), test.file());
        return "";
      }
      if (ends_with(test.file(), file)) filter += std::string(suite.name()) + "." + test.name() + ":";
    }
  }
  if (filter.empty()) std::fprintf(stderr, "no test stands in %s\n", std::string(file).c_str());
  return filter;
}

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  for (int i = 1; i < argc; ++i) {
    std::string_view argument = argv[i];
    if (argument.substr(0, 7) != "--file=") {
      std::fprintf(stderr, "unknown argument %s\n", argv[i]);
      return 2;
    }
    std::string filter = tests_of(argument.substr(7));
    if (filter.empty()) return 1;
    testing::GTEST_FLAG(filter) = filter;
  }
  const int failed = RUN_ALL_TESTS();
  const testing::UnitTest& all = *testing::UnitTest::GetInstance();
  const bool nothing_ran = all.skipped_test_count() > 0 && all.successful_test_count() == 0;
  return failed != 0 ? failed : nothing_ran ? kSkipped : 0;
}
