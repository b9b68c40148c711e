// SGD, Adam and AdamW against 20 steps of PyTorch 2.13 (make_golden.py), and what all optimisers share.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "support/expect_error.h"
#include "tenet/framework/autograd/grad_mode.h"
#include "tenet/ops/create/create.h"
#include "tenet/ops/elementwise/compare.h"
#include "tenet/train/optim/adam.h"
#include "tenet/train/optim/sgd.h"

namespace {

using namespace tenet;  // NOLINT
using Json = nlohmann::json;

const Json& golden() {
  static const Json json = Json::parse(std::ifstream(TENET_TESTS_DIR "/train/optim/optim_golden.json"));
  return json;
}

Tensor from(const Json& values, const Shape& shape, DType dtype) {
  return tensor(values.get<std::vector<double>>(), {.dtype = float64}).reshape(shape).to(dtype).clone();
}

const Shape kShapes[] = {{2, 3}, {4}};

std::vector<Tensor> start(DType dtype) {
  std::vector<Tensor> parameters;
  for (int i = 0; i < 2; ++i)
    parameters.push_back(from(golden()["start"][i], kShapes[i], dtype).requires_grad_());
  return parameters;
}

void set_grads(std::vector<Tensor>& parameters, int step, DType dtype) {
  for (int i = 0; i < 2; ++i) {
    const bool skipped = step == golden()["skipped"] && i == 1;
    parameters[i].set_grad(skipped ? Tensor() : from(golden()["grads"][step][i], kShapes[i], dtype));
  }
}

template <class Optimizer, class Options>
void expect_golden(const std::string& name, const Options& options) {
  for (const auto& [dtype, tolerance] : {std::pair(float64, 1e-13), std::pair(float32, 2e-6)}) {
    std::vector<Tensor> parameters = start(dtype);
    Optimizer optimizer(parameters, options);
    for (int step = 0; step < 20; ++step) {
      set_grads(parameters, step, dtype);
      optimizer.step();
      for (int i = 0; i < 2; ++i) {
        const Tensor wanted = from(golden()["cases"][name][step][i], kShapes[i], float64);
        EXPECT_TRUE(allclose(parameters[i].detach().to(float64), wanted, tolerance, tolerance))
            << name << " " << tenet::name(dtype) << " step " << step << " parameter " << i << '\n'
            << parameters[i] << '\n'
            << wanted;
      }
    }
  }
}

TEST(SGD, AsInPyTorch) {
  expect_golden<optim::SGD>("sgd", optim::SGDOptions{.lr = 0.1});
  expect_golden<optim::SGD>("sgd_momentum", optim::SGDOptions{.lr = 0.05, .momentum = 0.9});
  expect_golden<optim::SGD>(
      "sgd_dampening",
      optim::SGDOptions{.lr = 0.05, .momentum = 0.8, .dampening = 0.3, .weight_decay = 0.01});
  expect_golden<optim::SGD>(
      "sgd_nesterov", optim::SGDOptions{.lr = 0.05, .momentum = 0.9, .weight_decay = 0.02, .nesterov = true});
  expect_golden<optim::SGD>(
      "sgd_maximize", optim::SGDOptions{.lr = 0.05, .momentum = 0.9, .weight_decay = 0.02, .maximize = true});
}

TEST(Adam, AsInPyTorch) {
  expect_golden<optim::Adam>("adam", optim::AdamOptions{.lr = 0.01});
  expect_golden<optim::Adam>(
      "adam_all", optim::AdamOptions{.lr = 0.02, .betas = {0.8, 0.95}, .eps = 1e-6, .weight_decay = 0.1});
  expect_golden<optim::Adam>("adam_amsgrad",
                             optim::AdamOptions{.lr = 0.05, .weight_decay = 0.01, .amsgrad = true});
  expect_golden<optim::Adam>("adam_maximize",
                             optim::AdamOptions{.lr = 0.05, .weight_decay = 0.01, .maximize = true});
}

TEST(AdamW, AsInPyTorch) {
  expect_golden<optim::AdamW>("adamw", optim::AdamWOptions{.lr = 0.05});
  expect_golden<optim::AdamW>(
      "adamw_all", optim::AdamWOptions{
                       .lr = 0.02, .betas = {0.8, 0.95}, .eps = 1e-6, .weight_decay = 0.3, .amsgrad = true});
  EXPECT_ERROR(optim::AdamW({ones({1}, {.requires_grad = true})}, {.lr = -1}), ValueError,
               "AdamW: lr=-1 must be 0 or more.");
}

TEST(Optimizer, WritesInPlaceAndUnrecorded) {
  Tensor x = ones({3}, {.requires_grad = true});
  optim::SGD sgd({x}, {.lr = 0.5});
  const std::uint32_t version = x.version();
  const float* memory = x.data<float>();
  x.set_grad(ones({3}));
  sgd.step();
  EXPECT_GT(x.version(), version);
  EXPECT_EQ(x.data<float>(), memory);
  EXPECT_TRUE(x.is_leaf());
  EXPECT_TRUE(x.requires_grad());
  EXPECT_TRUE(equal(x.detach(), full({3}, 0.5f)));
}

template <class Optimizer, class Options> Tensor after_steps(const Tensor& dx, const Options& options) {
  Tensor x = ones({3, 70}, {.requires_grad = true});
  Optimizer optimizer({x}, options);
  for (int i = 0; i < 3; ++i) {
    x.set_grad(dx);
    optimizer.step();
  }
  return x.detach();
}

TEST(Optimizer, TakesGradientsOfAnyLayout) {
  const Tensor row = linspace(-1, 1, 70);
  const Tensor spread = row.expand({3, 70}), turned = row.expand({3, 70}).clone().t().contiguous().t();
  const Tensor plain = spread.clone();
  const optim::SGDOptions sgd{.lr = .1, .momentum = .9, .weight_decay = .1};
  const optim::AdamOptions adam{.lr = .1, .amsgrad = true};
  for (const Tensor& dx : {spread, turned}) {
    EXPECT_FALSE(dx.is_contiguous());
    EXPECT_TRUE(equal(after_steps<optim::SGD>(dx, sgd), after_steps<optim::SGD>(plain, sgd)));
    EXPECT_TRUE(equal(after_steps<optim::Adam>(dx, adam), after_steps<optim::Adam>(plain, adam)));
  }
}

TEST(Optimizer, AStepDuringBackwardIsFound) {
  Tensor x = ones({3}, {.requires_grad = true});
  Tensor y = (x * x).sum();
  optim::SGD sgd({x}, {.lr = 0.5});
  x.set_grad(ones({3}));
  sgd.step();
  EXPECT_THROW(y.backward(), GradientError);
}

TEST(Optimizer, ZeroGradForgets) {
  Tensor x = ones({3}, {.requires_grad = true});
  optim::SGD sgd({x}, {.lr = 0.5});
  (x * 2).sum().backward();
  EXPECT_TRUE(x.grad().defined());
  sgd.zero_grad();
  EXPECT_FALSE(x.grad().defined());
  sgd.step();  // nothing to do
  EXPECT_TRUE(equal(x.detach(), ones({3})));
}

// Training that was saved after 10 steps and loaded into a new optimiser ends with the same bits.
template <class Optimizer, class Options> void expect_resumes(const Options& options, const Options& other) {
  std::vector<Tensor> straight = start(float32), first = start(float32);
  Optimizer whole(straight, options), half(first, options);
  for (int step = 0; step < 10; ++step) {
    set_grads(straight, step, float32);
    set_grads(first, step, float32);
    whole.step();
    half.step();
  }
  const StateDict state = half.state_dict();
  std::vector<Tensor> second;
  for (const Tensor& x : first) second.push_back(x.detach().clone().requires_grad_());
  Optimizer resumed(second, other);
  resumed.load_state_dict(state);
  for (int step = 10; step < 20; ++step) {
    set_grads(straight, step, float32);
    set_grads(second, step, float32);
    whole.step();
    resumed.step();
  }
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(equal(straight[i].detach(), second[i].detach()));
}

TEST(Optimizer, ResumesBitForBit) {
  expect_resumes<optim::SGD>(optim::SGDOptions{.lr = 0.05, .momentum = 0.9}, optim::SGDOptions{});
  expect_resumes<optim::Adam>(optim::AdamOptions{.lr = 0.05}, optim::AdamOptions{.lr = 1});
}

TEST(Optimizer, StateHasPyTorchsNames) {
  Tensor x = ones({2}, {.requires_grad = true});
  optim::Adam adam({x});
  x.set_grad(ones({2}));
  adam.step();
  std::string names;
  for (const auto& [name, value] : adam.state_dict()) names += name + " ";
  EXPECT_EQ(names, "0.exp_avg 0.exp_avg_sq 0.step betas.0 betas.1 eps lr weight_decay ");
}

TEST(Optimizer, AForeignStateIsRefusedAndNothingChanges) {
  Tensor x = ones({2}, {.requires_grad = true});
  optim::SGD sgd({x}, {.lr = 0.5, .momentum = 0.9});
  EXPECT_ERROR(sgd.load_state_dict({{"lr", full({}, 1., {.dtype = float64})}}), ValueError,
               "load_state_dict: \"momentum\" is missing: this is no state of SGD. Nothing was changed.");
  StateDict state = sgd.state_dict();
  state["lr"] = full({}, 0.1, {.dtype = float64});
  state["0.momentum_buffer"] = ones({3});
  EXPECT_ERROR(
      sgd.load_state_dict(state), ValueError,
      "load_state_dict: \"0.momentum_buffer\" is float32 of shape [3] but SGD needs float32 of shape [2]. "
      "Nothing was changed.");
  state.erase("0.momentum_buffer");
  state["1.momentum_buffer"] = ones({2});
  EXPECT_ERROR(
      sgd.load_state_dict(state), ValueError,
      "load_state_dict: 1 names of the state do not belong to SGD with 1 parameters. Nothing was changed.");
  EXPECT_EQ(sgd.options.lr, 0.5);
}

TEST(Optimizer, ParametersCanBeReplacedAndTheStateStays) {
  const Tensor x = ones({2}, {.requires_grad = true}), y = ones({2}, {.requires_grad = true});
  optim::SGD sgd({x}, {.lr = 1, .momentum = 0.5});
  x.sum().backward();
  sgd.step();
  sgd.set_parameters({y});
  y.sum().backward();
  sgd.step();  // b = 0.5 + 1
  EXPECT_TRUE(equal(x, zeros({2})));
  EXPECT_TRUE(equal(y, full({2}, -0.5f)));
  const char* const text =
      "SGD: the new parameters differ in number, shape or type from those before. Make a new optimiser.";
  EXPECT_ERROR(sgd.set_parameters({x, y}), ValueError, text);
  EXPECT_ERROR(sgd.set_parameters({ones({3}, {.requires_grad = true})}), ValueError, text);
  EXPECT_ERROR(sgd.set_parameters({ones({2}, {.dtype = float64, .requires_grad = true})}), ValueError, text);
  EXPECT_ERROR(sgd.set_parameters({x * 1}), ValueError,
               "SGD: parameter 0 must be a floating-point leaf, not undefined or computed.");
  EXPECT_EQ(sgd.parameters()[0].impl(), y.impl());
}

TEST(Optimizer, SettingsWithoutMeaningAreRefused) {
  const Tensor x = ones({2}, {.requires_grad = true});
  const double nan = std::nan("");
  EXPECT_ERROR(optim::SGD({x}, {.lr = -1}), ValueError, "SGD: lr=-1 must be 0 or more.");
  EXPECT_ERROR(optim::SGD({x}, {.lr = nan}), ValueError, "SGD: lr=nan must be 0 or more.");
  EXPECT_ERROR(optim::SGD({x}, {.nesterov = true}), ValueError,
               "SGD: momentum=0 must be above 0 with nesterov.");
  EXPECT_ERROR(optim::SGD({x}, {.momentum = 0.9, .dampening = 0.1, .nesterov = true}), ValueError,
               "SGD: dampening=0.1 must be 0 with nesterov.");
  EXPECT_ERROR(optim::Adam({x}, {.betas = {0.9, 1.}}), ValueError, "Adam: betas[1]=1 must be in [0, 1).");
  EXPECT_ERROR(optim::Adam({x}, {.eps = -1e-8}), ValueError, "Adam: eps=-1e-08 must be 0 or more.");
  EXPECT_ERROR(optim::SGD({}, {}), ValueError, "SGD: there are no parameters. Pass net.parameters().");
  EXPECT_ERROR(optim::SGD({x, x}, {}), ValueError, "SGD: parameter 1 is there twice. Pass it once.");
  EXPECT_ERROR(optim::SGD({x, x * 2}, {}), ValueError,
               "SGD: parameter 1 must be a floating-point leaf, not undefined or computed.");
}

}  // namespace
