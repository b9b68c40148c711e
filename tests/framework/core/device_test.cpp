#include "tenet/framework/core/device.h"

#include <gtest/gtest.h>

#include "support/expect_error.h"

namespace tenet {
namespace {

TEST(Device, OfAName) {
  for (const char* name : {"cpu", "cpu:0"}) EXPECT_EQ(to_device(name), Device{}) << name;
  for (const char* name : {"cuda", "cuda:0"}) EXPECT_EQ(to_device(name), Device{DeviceType::cuda}) << name;
  EXPECT_EQ(to_device("cuda:1"), (Device{DeviceType::cuda, 1}));
  EXPECT_EQ(to_device("cuda:127"), (Device{DeviceType::cuda, 127}));
}

TEST(Device, HasTheNameItIsMadeFrom) {
  for (const char* name : {"cpu", "cuda:0", "cuda:12"}) EXPECT_EQ(str(to_device(name)), name);
}

TEST(Device, OfTextThatIsNoName) {
  for (const std::string name : {"", "cpu:1", "cpu:", "CUDA", "cuda:", "cuda:-1", "cuda:x", "cuda:1x",
                                 "cuda:128", "cuda 1", ":0", "gpu"}) {
    EXPECT_ERROR(to_device(name), ValueError,
                 "device: \"" + name +
                     "\" names no device. Use \"cpu\", \"cuda\", or \"cuda:1\" for the second card.");
  }
}

}  // namespace
}  // namespace tenet
