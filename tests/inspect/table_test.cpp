#include "tenet/inspect/table.h"

#include <gtest/gtest.h>

namespace tenet::inspect {
namespace {

TEST(Table, AlignsItsColumns) {
  Table table({"op", "bytes"}, "lr");
  table.add({"conv2d", "8"});
  table.add({"all", "1024"});
  EXPECT_EQ(table.str(),
            "op      bytes\n"
            "conv2d      8\n"
            "all      1024");
  EXPECT_EQ(table.str(true),
            "op      bytes\n"
            "-------------\n"
            "conv2d      8\n"
            "-------------\n"
            "all      1024");
}

TEST(SizeText, ChoosesItsUnit) {
  EXPECT_EQ(size_text(0), "0 B");
  EXPECT_EQ(size_text(9'999), "9999 B");
  EXPECT_EQ(size_text(131'072), "131.1 kB");
  EXPECT_EQ(size_text(12'345'678), "12.3 MB");
}

}  // namespace
}  // namespace tenet::inspect
