#include "tenet/framework/autograd/function.h"

#include <cxxabi.h>

#include <cstdlib>
#include <memory>
#include <mutex>
#include <string>
#include <typeindex>
#include <unordered_map>

namespace tenet::detail {

const char* type_name(const std::type_info& type) {
  static std::mutex mutex;
  static auto* const names = new std::unordered_map<std::type_index, std::string>;
  const std::lock_guard lock(mutex);
  std::string& name = (*names)[type];
  if (name.empty()) {
    int status = 0;
    const std::unique_ptr<char, void (*)(void*)> readable(
        abi::__cxa_demangle(type.name(), nullptr, nullptr, &status), std::free);
    name = status == 0 ? readable.get() : type.name();
    const std::size_t scope = name.substr(0, name.find('<')).rfind("::");
    if (scope != std::string::npos) name = name.substr(scope + 2);
  }
  return name.c_str();
}

Tensor fresh_output(Tensor y, const std::vector<Tensor>& inputs) {
  // The op's output must be a tensor of its own: forward may hand back an input, a view of one, or a
  // tensor that has a history already.
  bool shared = y.impl()->record != nullptr;
  for (const Tensor& input : inputs) shared |= input.defined() && y.impl()->owner == input.impl()->owner;
  return shared ? y.clone() : y;
}

}  // namespace tenet::detail
