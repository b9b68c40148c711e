#include <iostream>

#include <tenet/tenet.h>

int main() {
  tenet::nn::Conv2d conv({.in_channels = 1, .out_channels = 2, .kernel_size = 3});
  tenet::Tensor y = conv(tenet::ones({1, 1, 5, 5}));
  y.sum().backward();
  std::cout << y.shape() << '\n';
  const bool ok = y.shape() == tenet::Shape{1, 2, 3, 3} && conv.weight.grad().shape() == conv.weight.shape();
  return ok ? 0 : 1;
}
