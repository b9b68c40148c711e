// Tenet's half of run.py; torch_side.py is the other. One request per line of input, one line of answer each:
//   threads N                           -> threads in use
//   device NAME                         -> 1; where what is named from here on is computed
//   conv PASS KIND N C H W ... outpad   -> the result times a pattern, summed: equal on both sides if the result is
//   network NAME BATCH                  -> the loss of the third training step
//   graph 1                             -> 1; training steps of networks named from here on are replayed graphs
//   time SECONDS                        -> median seconds per call of what was named last
//   memory                              -> bytes by which one call raises the peak of resident memory
#include <algorithm>
#include <chrono>
#include <fstream>
#include <functional>
#include <iomanip>
#include <iostream>
#include <memory>
#include <sstream>

#include "conv_case.h"
#include "networks.h"
#include "tenet/framework/autograd/backward.h"
#include "tenet/framework/autograd/grad_mode.h"
#include "tenet/framework/core/cuda.h"
#include "tenet/framework/core/threads.h"
#include "tenet/ops/loss/loss.h"
#include "tenet/train/optim/sgd.h"

using namespace tenet_benchmark;
using tenet::Tensor;

namespace {

using Call = std::function<void()>;

tenet::Device device;
bool graphs = false;

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double median_call(const Call& call_, double seconds) {
  const Call call = [&] {
    call_();
    tenet::cuda::synchronize(device);
  };
  call();  // caches and threads are cold after the other side's turn
  std::vector<double> took;
  for (const double begin = seconds_now(); took.empty() || seconds_now() - begin < seconds;) {
    const double start = seconds_now();
    call();
    took.push_back(seconds_now() - start);
  }
  std::nth_element(took.begin(), took.begin() + static_cast<std::ptrdiff_t>(took.size() / 2), took.end());
  return took[took.size() / 2];
}

/// "VmHWM" or "VmRSS" of this process, in bytes.
double memory_status(const std::string& key) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind(key, 0) == 0) return std::stod(line.substr(key.size() + 1)) * 1024;
  }
  return 0;
}

double peak_growth(const Call& call) {
  std::ofstream("/proc/self/clear_refs") << "5";  // the peak starts anew
  const double before = memory_status("VmRSS");
  call();
  return memory_status("VmHWM") - before;
}

double patterned_sum(const Tensor& result) {
  const Tensor t = result.to(tenet::Device{});
  const Tensor pattern = filled(t.shape(), 9);
  const float *a = t.data<float>(), *b = pattern.data<float>();
  double sum = 0;
  for (std::int64_t i = 0; i < t.numel(); ++i) sum += double{a[i]} * double{b[i]};
  return sum;
}

/// A network, its data and its optimiser: a call is one training step.
template <class Net> struct Trainer {
  Net net;
  Tensor images, labels, loss;
  tenet::optim::SGD sgd;

  Trainer(const tenet::Shape& shape)
      : images(filled(shape, 1)),
        labels(tenet::zeros({shape[0]}, {.dtype = tenet::int64})),
        sgd(parameters(net), {.lr = 0.01, .momentum = 0.9}) {
    for (std::int64_t i = 0; i < shape[0]; ++i) labels.data<std::int64_t>()[i] = i % 10;
    images = images.to(device);
    labels = labels.to(device);
  }

  static std::vector<Tensor> parameters(Net& net) {
    std::uint32_t salt = 10;
    const tenet::NoGradGuard no_grad;
    for (Tensor& p : net.parameters()) p.copy_(filled(p.shape(), salt++, 0.2));
    net.to(device);
    return net.parameters();
  }

  void step() {
    sgd.zero_grad();
    loss = tenet::cross_entropy(net(images), labels);
    loss.backward();
    sgd.step();
  }
};

template <class Net> double start_network(Call& call, const tenet::Shape& shape) {
  const auto trainer = std::make_shared<Trainer<Net>>(shape);
  call = [trainer] { trainer->step(); };
  call();
  if (graphs) {
    const auto graph =
        std::make_shared<tenet::cuda::Graph>(call, device);  // the second step is its first call
    call = [trainer, graph] { graph->replay(); };
  } else {
    call();
  }
  call();
  return double{trainer->loss.template item<float>()};
}

double start_conv(Call& call, std::istream& words) {
  std::string pass;
  words >> pass;
  const auto layer = std::make_shared<ConvCase>(ConvCase::read(words));
  layer->to(device);
  call = [layer, pass] { layer->run(pass); };
  return patterned_sum(layer->run(pass));
}

double answer(const std::string& request, Call& call) {
  std::istringstream words(request);
  std::string verb, name;
  words >> verb;
  if (verb == "conv") return start_conv(call, words);
  if (verb == "memory") return peak_growth(call);
  if (verb == "network") {
    std::int64_t batch = 0;
    words >> name >> batch;
    if (name == "lenet") return start_network<LeNet>(call, {batch, 1, 28, 28});
    if (name == "mlp") return start_network<Mlp>(call, {batch, 784});
    if (name == "unet") return start_network<UNet>(call, {batch, 1, 64, 64});
    if (name == "dcgan") return start_network<Dcgan>(call, {batch, 64, 1, 1});
  }
  if (verb == "device") {
    words >> name;
    device = tenet::to_device(name);
    tenet::cuda::synchronize(device);  // throws if there is none
    return 1;
  }
  double number = 0;
  words >> number;
  if (verb == "graph") return graphs = number != 0;
  if (verb == "time") return median_call(call, number);
  if (verb == "threads") {
    tenet::set_num_threads(static_cast<int>(number));
    return tenet::num_threads();
  }
  tenet::fail<tenet::ValueError>("'", request, "' is no request");
}

}  // namespace

int main() {
  Call call;
  std::cout << std::setprecision(12);
  for (std::string request; std::getline(std::cin, request);) {
    std::cout << answer(request, call) << std::endl;
  }
}
