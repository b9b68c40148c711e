// The layers of Python begin with the same bits, under the same keys. twins.safetensors: make_twins.py.
#include <gtest/gtest.h>

#include "tenet/tenet.h"

namespace {

namespace nn = tenet::nn;

template <class Layer> void collect(tenet::StateDict& values, const std::string& name, Layer (*make)()) {
  tenet::manual_seed(7);
  for (const auto& [key, value] : make().state_dict()) values.emplace(name + "." + key, value);
}

TEST(Twins, BeginWithTheBitsOfPython) {
  tenet::StateDict values;
  collect<nn::Linear>(
      values, "Linear", +[] { return nn::Linear({.in_features = 3, .out_features = 4}); });
  collect<nn::Conv2d>(
      values, "Conv2d", +[] {
        return nn::Conv2d({.in_channels = 4, .out_channels = 6, .kernel_size = {3, 2}, .groups = 2});
      });
  collect<nn::ConvTranspose2d>(
      values, "ConvTranspose2d", +[] {
        return nn::ConvTranspose2d(
            {.in_channels = 4, .out_channels = 6, .kernel_size = 3, .stride = 2, .groups = 2});
      });
  collect<nn::Sequential>(
      values, "Sequential", +[] {
        return nn::Sequential{nn::Conv2d({.in_channels = 1, .out_channels = 2, .kernel_size = 3}), nn::ReLU(),
                              nn::Flatten(),
                              nn::Linear({.in_features = 8, .out_features = 2, .bias = false})};
      });
  const tenet::StateDict python = tenet::load(TENET_TESTS_DIR "/nn/twins.safetensors");
  ASSERT_EQ(values.size(), python.size());
  for (const auto& [key, value] : values) {
    ASSERT_TRUE(python.contains(key)) << key;
    EXPECT_TRUE(tenet::equal(value, python.at(key))) << key;
  }
}

}  // namespace
