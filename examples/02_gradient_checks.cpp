// Gradient checks: what passes, what fails and how the report says why, kinks, whole modules, adjoint pairs.
// Ends with: "verdicts: pass pass pass fail kink pass pass". Exits with 1 if one comes out otherwise.
#include <iostream>
#include <sstream>

#include <tenet/tenet.h>

namespace nn = tenet::nn;
using tenet::Tensor;

// An op of one's own, right: x -> x^3.
struct Cube : tenet::Function {
  Tensor forward(tenet::Context& context, const Tensor& x) {
    context.save(x);
    return x * x * x;
  }
  std::vector<Tensor> backward(const tenet::Context& context, const Tensor& dy) {
    const Tensor x = context.saved(0);
    return {3 * dy * x * x};
  }
};

// The same, wrong by a factor: 2 x^2 in place of 3 x^2.
struct WrongCube : Cube {
  std::vector<Tensor> backward(const tenet::Context& context, const Tensor& dy) {
    const Tensor x = context.saved(0);
    return {2 * dy * x * x};
  }
};

struct Net : nn::Module {
  nn::Conv2d conv{{.in_channels = 1, .out_channels = 3, .kernel_size = 3, .stride = 2}};
  nn::Linear fc{{.in_features = 27, .out_features = 2}};
  TENET_MODULE(Net, conv, fc)

  Tensor forward(const Tensor& x) { return fc(tenet::tanh(conv(x)).flatten(1)); }
};

namespace {

std::ostringstream verdicts;

void show(const char* what, const tenet::GradcheckReport& report) {
  std::cout << what << ":\n" << report << "\n\n";
  verdicts << ' ' << report.verdict;
}

}  // namespace

int main() {
  tenet::manual_seed(0);
  const tenet::TensorOptions doubles{.dtype = tenet::float64};

  // A function and its gradient's gradient. Smooth functions want float64: differences lose half the digits.
  const Tensor x = tenet::tensor({{0.5, -1.5}, {2., 0.25}}, doubles);
  show("sin(x) exp(x), to second order",
       tenet::gradcheck([](const Tensor& t) { return t.sin() * t.exp(); }, {x}, {.order = 2}));

  // What is linear in each input is checked with step 1, without truncation error, in float32 as well.
  const Tensor image = tenet::randn({2, 4, 7, 6}), weight = tenet::randn({6, 2, 3, 2});
  show("conv2d in float32",
       tenet::gradcheck(
           [](const Tensor& i, const Tensor& w) {
             return tenet::conv2d(i, w, {}, {.stride = {2, 1}, .padding = {1, 0}, .groups = 2});
           },
           {image, weight}, {.names = {"image", "weight"}}));

  show("an op of one's own, to third order",
       tenet::gradcheck([](const Tensor& t) { return tenet::apply<Cube>(t); }, {x}, {.order = 3}));

  // A wrong gradient: the report names the element, both values, and a guess at the reason.
  const tenet::GradcheckReport wrong =
      tenet::gradcheck([](const Tensor& t) { return tenet::apply<WrongCube>(t); }, {x});
  show("the same with a wrong factor", wrong);

  // No derivative, no verdict on it: relu at 0.
  show("relu at a kink", tenet::gradcheck([](const Tensor& t) { return tenet::relu(t); },
                                          {tenet::tensor({-1., 0., 2.}, doubles)}));

  // A module: its input and every parameter, by name, on a float64 copy.
  Net net;
  show("a network", tenet::gradcheck(net, {tenet::randn({2, 1, 8, 8})}));

  // The transposed convolution is the adjoint of the convolution: <A x, y> == <x, A^T y>, exactly on integers.
  const tenet::ConvOptions options{.stride = 2, .padding = 1};
  const Tensor w = tenet::randint(-3, 4, {5, 3, 3, 3}, {.dtype = tenet::float32});
  const tenet::AdjointReport pair = tenet::adjoint_check(
      [&](const Tensor& t) { return tenet::conv2d(t, w, {}, options); },
      [&](const Tensor& t) { return tenet::conv_transpose2d(t, w, {}, {.stride = 2, .padding = 1}); },
      tenet::randint(-3, 4, {2, 3, 9, 9}, {.dtype = tenet::float32}),
      tenet::randint(-3, 4, {2, 5, 5, 5}, {.dtype = tenet::float32}));
  std::cout << "conv2d and conv_transpose2d:\n" << pair << "\n\n";
  verdicts << (pair.pass && pair.exact ? " pass" : " fail");

  std::cout << "verdicts:" << verdicts.str() << '\n';
  const bool found = !wrong.worst.empty() && wrong.worst[0].index == 2;  // x = 2, the steepest
  return verdicts.str() == " pass pass pass fail kink pass pass" && found ? 0 : 1;
}
