#include "tenet/nn/sequential.h"

namespace tenet::nn {

Sequential::Sequential(const Sequential& other) : Module(other) {
  for (const auto& module : other.modules_) push_back(*module);
}

Module& Sequential::operator[](std::size_t i) {
  if (i < size()) return *modules_[i];
  fail<IndexError>("Sequential: there is no module ", i, " among ", size(), ".");
}

std::vector<Part> Sequential::parts() {
  std::vector<Part> parts;
  for (const auto& module : modules_) parts.push_back(detail::part(std::to_string(parts.size()), *module));
  return parts;
}

Tensor Sequential::forward(const Tensor& x) const {
  Tensor y = x;
  for (const auto& module : modules_) y = module->call({&y, 1});
  return y;
}

}  // namespace tenet::nn
