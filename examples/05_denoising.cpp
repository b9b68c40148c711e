// A denoising autoencoder on handwritten digits: convolutions down, transposed convolutions back up. Each layer up has
// the shape of the one down, found by transposed().
// Ends with the mean squared error of the test images: 0.062 with the noise, about 0.016 cleaned.
// Prints three digits: as they were, with noise, and cleaned. Exits with 1 if less than half of the noise is gone.
#include <iostream>

#include <tenet/tenet.h>

namespace nn = tenet::nn;
namespace data = tenet::data;
using tenet::Tensor;

namespace {

struct Autoencoder : nn::Module {
  nn::Conv2d down1{{.in_channels = 1, .out_channels = 16, .kernel_size = 3, .padding = 1}};  // 8 x 8
  nn::Conv2d down2{
      {.in_channels = 16, .out_channels = 32, .kernel_size = 3, .stride = 2, .padding = 1}};  // 4 x 4
  nn::ConvTranspose2d up2 = down2.transposed({8, 8});
  nn::ConvTranspose2d up1 = down1.transposed({8, 8});
  TENET_MODULE(Autoencoder, down1, down2, up2, up1)

  Tensor forward(const Tensor& x) {
    const Tensor code = tenet::relu(down2(tenet::relu(down1(x))));
    return tenet::sigmoid(up1(tenet::relu(up2(code))));
  }
};

Tensor with_noise(const Tensor& images) { return images + 0.25 * tenet::randn(images.shape()); }

/// A row of images side by side, in characters from light to dark.
void show(const Tensor& images) {
  const std::string shades = " .:-=+*#%@";
  for (std::int64_t y = 0; y < 8; ++y) {
    for (std::int64_t n = 0; n < images.size(0); ++n) {
      for (std::int64_t x = 0; x < 8; ++x) {
        const float value = tenet::clamp(images[{n, 0, y, x}], 0., 0.999).item<float>();
        std::cout << std::string(2, shades[static_cast<std::size_t>(value * 10)]);
      }
      std::cout << "    ";
    }
    std::cout << '\n';
  }
  std::cout << '\n';
}

}  // namespace

int main() {
  tenet::manual_seed(0);
  data::DataLoader loader(data::digits(), {.batch_size = 32, .shuffle = true, .workers = 1});
  Autoencoder net;
  std::cout << tenet::summary(net, {1, 1, 8, 8}) << "\n\n";

  tenet::optim::Adam adam(net.parameters(), {.lr = 3e-3});
  for (int epoch = 1; epoch <= 20; ++epoch) {
    auto bar = tenet::progress(loader, {.label = "epoch " + std::to_string(epoch)});
    for (const auto& [images, labels] : bar) {
      const Tensor loss = tenet::mse_loss(net(with_noise(images)), images);
      adam.zero_grad();
      loss.backward();
      adam.step();
      bar.show("loss", loss.item<float>());
    }
  }

  const tenet::NoGradGuard no_grad;
  const Tensor images = data::digits({.split = data::Split::test}).all().images, noisy = with_noise(images);
  const Tensor cleaned = net(noisy);
  for (const Tensor& row : {images, noisy, cleaned}) show(row.narrow(0, 0, 3));
  const float before = tenet::mse_loss(noisy, images).item<float>();
  const float after = tenet::mse_loss(cleaned, images).item<float>();
  std::cout << "mean squared error " << before << " with the noise, " << after << " cleaned\n";
  return after < before / 2 ? 0 : 1;
}
