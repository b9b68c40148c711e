// Modules: plain structs whose parts are members, named once.
//
//   struct Net : nn::Module {
//     nn::Conv2d conv{{.in_channels = 1, .out_channels = 16, .kernel_size = 3}};
//     nn::Linear fc{{.in_features = 16, .out_features = 10}};
//     TENET_MODULE(Net, conv, fc)
//
//     Tensor forward(const Tensor& x) { return fc(tenet::relu(conv(x)).mean({2, 3})); }
//   };
//
// A part is a Tensor (a parameter), a Buffer, a module, or a std::vector of modules or tensors; an
// undefined tensor counts as absent. Nothing is registered and nothing points at a member, so a module
// can be copied and moved like any struct. Parameters are tensors, which are handles: a copy shares
// them, clone() does not.
//
// A struct with TENET_MODULE cannot be local to a function (it has a member template). A module that
// derives from another one lists the inherited parts too.
//
// Threads: a frozen module may run in several threads at once; see Tensor for what is recorded.
#pragma once

#include <iosfwd>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tenet/nn/state_dict.h"

namespace tenet::nn {

struct Module;

/// A tensor that is saved with its module but not trained: parameters() leaves it out.
struct Buffer : Tensor {
  Buffer() = default;
  Buffer(Tensor tensor) : Tensor(std::move(tensor)) {}
};

/// A member named in TENET_MODULE. One of the three is set; `list` stands for a std::vector.
struct Part {
  std::string name;
  Tensor* tensor = nullptr;
  Module* module = nullptr;
  std::vector<Part> list = {};
  bool is_buffer = false;
};

struct LoadOptions {
  bool strict = true;  // a name that only one side has is an error
};

struct LoadReport {
  std::vector<std::string> missing;     // in the module, not in the state
  std::vector<std::string> unexpected;  // in the state, not in the module
};

struct Module {
  Module() = default;
  Module(const Module&) = default;
  Module(Module&&) = default;
  Module& operator=(const Module&) = default;
  Module& operator=(Module&&) = default;
  virtual ~Module() = default;

  /// Trainable tensors with names as in PyTorch ("conv1.weight"), in the order of the parts, each once.
  std::vector<std::pair<std::string, Tensor>> named_parameters() const;
  std::vector<Tensor> parameters() const;

  /// Parameters and buffers by name, without history; they share memory with the module.
  StateDict state_dict() const;
  /// Copies the values in, into the memory there is, converting float32 and float64. Throws ValueError that
  /// lists every missing and unexpected name and every size that differs; nothing has been changed then.
  LoadReport load_state_dict(const StateDict& state, LoadOptions options = {});

  /// Training or evaluation, for this module and all parts. Modules begin in training.
  void train(bool on = true);
  void eval() { train(false); }
  bool is_training() const { return training_; }

  /// Forgets the gradients of all parameters: they are undefined until the next backward.
  void zero_grad();
  /// Makes all floating-point parameters and buffers new tensors of this type, without gradients.
  /// Optimisers made before keep the old ones.
  void to(DType dtype);
  /// Makes all parameters and buffers that are elsewhere new tensors on this device, without gradients. Optimisers made
  /// before keep the old ones, until set_parameters(). Throws DeviceError, nothing changed, if there is no such device.
  void to(Device device);

  // --- Written by TENET_MODULE -------------------------------------------------------------------------
  virtual const char* type_name() const = 0;
  virtual std::vector<Part> parts() = 0;
  /// forward() of tensors, for callers that do not know the type. Throws ValueError if forward does not
  /// take that many.
  virtual Tensor call(std::span<const Tensor> inputs) = 0;
  /// A copy, sharing the tensors.
  virtual std::unique_ptr<Module> copy() const = 0;

  // --- For a layer to say --------------------------------------------------------------------------------
  /// What stands between the brackets in print: "16, 32, kernel_size=(3, 3), stride=(1, 1)".
  virtual std::string extra_repr() const { return ""; }
  /// Multiplications of the layer's own forward, parts not counted, from an input and output of these shapes.
  virtual std::int64_t multiply_adds([[maybe_unused]] const Shape& x, [[maybe_unused]] const Shape& y) const {
    return 0;
  }

 private:
  bool training_ = true;
};

/// PyTorch's layout: Net(\n  (conv): Conv2d(1, 16, kernel_size=(3, 3), stride=(1, 1))\n ...).
std::string str(const Module& module);
std::ostream& operator<<(std::ostream& out, const Module& module);

namespace detail {

/// Is told of every module that runs on this thread while it is set; see summary.cpp.
struct Observer {
  virtual ~Observer() = default;
  virtual void enter(const Module& module) = 0;
  virtual void leave(const Module& module, const Shape& x, const Shape& y) = 0;
};
extern constinit thread_local Observer* observer;

template <class T> Shape shape_of(const T& value) {
  if constexpr (std::is_convertible_v<const T&, const Tensor&>) return value.shape();
  return {};
}

template <class M, class X, class... Rest> decltype(auto) run_observed(M& module, X&& x, Rest&&... rest) {
  observer->enter(module);
  const Shape x_shape = shape_of(x);
  auto y = module.forward(std::forward<X>(x), std::forward<Rest>(rest)...);
  observer->leave(module, x_shape, shape_of(y));
  return y;
}

template <class M, class... Args>
auto run(M& module, Args&&... args) -> decltype(module.forward(std::forward<Args>(args)...)) {
  if constexpr (sizeof...(args) > 0 &&
                !std::is_void_v<decltype(module.forward(std::forward<Args>(args)...))>) {
    if (observer != nullptr) [[unlikely]]
      return run_observed(module, std::forward<Args>(args)...);
  }
  return module.forward(std::forward<Args>(args)...);
}

[[noreturn]] void fail_call(const Module& module, std::size_t inputs);

template <class M> Tensor call(M& module, std::span<const Tensor> x) {
  if constexpr (requires {
                  { module.forward(x[0]) } -> std::convertible_to<Tensor>;
                }) {
    if (x.size() == 1) return run(module, x[0]);
  }
  if constexpr (requires {
                  { module.forward(x[0], x[0]) } -> std::convertible_to<Tensor>;
                }) {
    if (x.size() == 2) return run(module, x[0], x[1]);
  }
  if constexpr (requires {
                  { module.forward(x[0], x[0], x[0]) } -> std::convertible_to<Tensor>;
                }) {
    if (x.size() == 3) return run(module, x[0], x[1], x[2]);
  }
  fail_call(module, x.size());
}

/// Where a parameter or buffer lives in a module.
struct Slot {
  std::string name;  // "conv1.weight"
  Tensor* tensor;
  bool is_buffer;
};
/// Every defined tensor of a module, in the order of the parts; shared ones stand there more than once.
std::vector<Slot> slots_of(Module& module);

/// Gives `module` tensors of its own; those that were one stay one.
void separate(Module& module);

inline Part part(std::string name, Tensor& tensor) { return {.name = std::move(name), .tensor = &tensor}; }
inline Part part(std::string name, Buffer& buffer) {
  return {.name = std::move(name), .tensor = &buffer, .is_buffer = true};
}
inline Part part(std::string name, Module& module) { return {.name = std::move(name), .module = &module}; }
template <class T> Part part(std::string name, std::vector<T>& members) {
  Part whole{.name = std::move(name)};
  for (T& member : members) whole.list.push_back(part(std::to_string(whole.list.size()), member));
  return whole;
}

/// Takes the next of the names "conv1, conv2, fc".
std::string take_name(std::string_view& names);

template <class... T> std::vector<Part> name_parts([[maybe_unused]] std::string_view names, T&... members) {
  std::vector<Part> parts;
  parts.reserve(sizeof...(members));
  (parts.push_back(part(take_name(names), members)), ...);
  return parts;
}

}  // namespace detail
}  // namespace tenet::nn

/// What a module is besides its parts: how it is called, copied and named.
#define TENET_MODULE_TYPE(Type)                                                                        \
  const char* type_name() const override { return #Type; }                                             \
  ::tenet::Tensor call(std::span<const ::tenet::Tensor> inputs) override {                             \
    return ::tenet::nn::detail::call(*this, inputs);                                                   \
  }                                                                                                    \
  std::unique_ptr<::tenet::nn::Module> copy() const override { return std::make_unique<Type>(*this); } \
  /** A copy with tensors of its own; those that were one stay one. Gradients are not copied. */       \
  Type clone() const {                                                                                 \
    Type other(*this);                                                                                 \
    ::tenet::nn::detail::separate(other);                                                              \
    return other;                                                                                      \
  }                                                                                                    \
  template <class... Args> decltype(auto) operator()(Args&&... args) {                                 \
    return ::tenet::nn::detail::run(*this, std::forward<Args>(args)...);                               \
  }                                                                                                    \
  template <class... Args> decltype(auto) operator()(Args&&... args) const {                           \
    return ::tenet::nn::detail::run(*this, std::forward<Args>(args)...);                               \
  }

/// Inside a struct derived from nn::Module: its name, then its parts in the order of use.
#define TENET_MODULE(Type, ...)                                                      \
  TENET_MODULE_TYPE(Type)                                                            \
  std::vector<::tenet::nn::Part> parts() override {                                  \
    return ::tenet::nn::detail::name_parts(#__VA_ARGS__ __VA_OPT__(, ) __VA_ARGS__); \
  }
