// The tape to look at: as a table and a drawing, what each op costs, and where a NaN came from.
// Ends with: "4 of 4 as expected". On the way: 13 records from loss to leaves, the two convolutions with
// 147,456 and 1,327,104 floating-point operations, and a sqrt whose gradient at 0 is found. Writes tape.svg and
// tape.dot (dot -Tpng tape.dot) into the current folder. Exits with 1 if one of them comes out otherwise.
#include <algorithm>
#include <fstream>
#include <iostream>

#include <tenet/tenet.h>

namespace nn = tenet::nn;
using tenet::Tensor;

namespace {

struct Net : nn::Module {
  nn::Conv2d down{{.in_channels = 1, .out_channels = 16, .kernel_size = 3, .padding = 1}};
  nn::Conv2d again{{.in_channels = 16, .out_channels = 9, .kernel_size = 3, .padding = 1}};
  nn::Linear head{{.in_features = 9 * 8 * 8, .out_features = 10}};
  TENET_MODULE(Net, down, again, head)

  Tensor forward(const Tensor& x) { return head(tenet::relu(again(tenet::relu(down(x)))).flatten(1)); }
};

std::size_t lines(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

int main() {
  tenet::manual_seed(0);
  int expected = 0;
  Net net;
  const Tensor images = tenet::rand({8, 1, 8, 8}), labels = tenet::randint(0, 10, {8});

  std::cout << "What the loss was computed from\n\n";
  const Tensor loss = tenet::cross_entropy(net(images), labels);
  const std::string table = tenet::tape_text(loss);
  std::cout << table << '\n';
  std::ofstream("tape.svg") << tenet::tape_svg(loss);
  std::ofstream("tape.dot") << tenet::tape_dot(loss);
  std::cout << "Drawn in tape.svg and tape.dot.\n\n";
  expected += lines(table) > 12;
  expected += std::ifstream("tape.svg").good() && std::ifstream("tape.dot").good();

  std::cout << "What a step costs\n\n";
  {
    tenet::Profile profile;
    tenet::cross_entropy(net(images), labels).backward();
    std::cout << profile << "\n\n";
    expected += profile.rows()[0].flops == 147'456 && profile.rows()[2].flops == 1'327'104;
  }

  std::cout << "Where an infinite gradient came from\n\n";
  const Tensor x = tenet::tensor({0., 1.}, {.requires_grad = true});
  try {
    const tenet::AnomalyGuard guard;
    x.sqrt().sum().backward();
  } catch (const tenet::AnomalyError& error) {
    std::cout << error.what() << "\n\n";
    expected += std::string(error.what()).starts_with("sqrt: its backward made a gradient of input 0");
  }

  std::cout << expected << " of 4 as expected\n";
  return expected == 4 ? 0 : 1;
}
