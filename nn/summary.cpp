#include "tenet/nn/summary.h"

#include <array>
#include <map>
#include <set>

#include "tenet/framework/autograd/grad_mode.h"
#include "tenet/inspect/table.h"
#include "tenet/ops/create/create.h"

namespace tenet {
namespace {

using nn::Module;

// "1234567" -> "1,234,567"
std::string grouped(std::int64_t n) {
  std::string text = std::to_string(n);
  for (auto i = static_cast<int>(text.size()) - 3; i > 0; i -= 3)
    text.insert(static_cast<std::size_t>(i), 1, ',');
  return text;
}

void name_modules(const std::vector<nn::Part>& parts, const std::string& prefix,
                  std::map<const Module*, std::string>& names) {
  for (const nn::Part& part : parts) {
    const std::string name = prefix + part.name;
    if (part.module != nullptr) {
      names.emplace(part.module, name);
      name_modules(part.module->parts(), name + ".", names);
    }
    name_modules(part.list, name + ".", names);
  }
}

class Layers final : public nn::detail::Observer {
 public:
  using Row = std::array<std::string, 4>;

  explicit Layers(Module& net) : before_(nn::detail::observer) {
    names_.emplace(&net, "");
    name_modules(net.parts(), "", names_);
    nn::detail::observer = this;
  }
  ~Layers() override { nn::detail::observer = before_; }

  void enter(const Module& module) override {
    if (!names_.contains(&module)) return;
    open_.push_back(rows_.size());
    rows_.emplace_back();
  }

  void leave(const Module& module, const Shape& x, const Shape& y) override {
    const auto name = names_.find(&module);
    if (name == names_.end()) return;
    Row& row = rows_[open_.back()];
    open_.pop_back();
    const std::int64_t own = module.multiply_adds(x, y);
    total_ += own;
    row = {cat(std::string(2 * open_.size(), ' '), name->second, name->second.empty() ? "(" : " (",
               module.type_name(), ")"),
           str(y), parameters_of(module), own == 0 ? "" : grouped(own)};
  }

  std::string text(std::int64_t all_parameters) {
    inspect::Table table({"layer", "output shape", "parameters", "multiply-adds"}, "llrr");
    for (const Row& r : rows_) table.add({r.begin(), r.end()});
    table.add({"total", "", grouped(all_parameters), grouped(total_)});
    return table.str(true);
  }

 private:
  // Those the module holds itself, counted where it runs first.
  std::string parameters_of(const Module& module) {
    const std::int64_t n = own_parameters(const_cast<Module&>(module).parts());
    return n == 0 ? "" : grouped(n);
  }

  std::int64_t own_parameters(const std::vector<nn::Part>& parts) {
    std::int64_t n = 0;
    for (const nn::Part& part : parts) {
      const bool counts = part.tensor != nullptr && part.tensor->defined() && !part.is_buffer;
      if (counts && counted_.insert(part.tensor->impl()).second) n += part.tensor->numel();
      n += own_parameters(part.list);
    }
    return n;
  }

  nn::detail::Observer* before_;
  std::map<const Module*, std::string> names_;
  std::set<TensorImpl*> counted_;
  std::vector<Row> rows_;
  std::vector<std::size_t> open_;  // rows of the modules that are running
  std::int64_t total_ = 0;
};

}  // namespace

std::string summary(const Module& net, const Shape& input_shape) {
  const NoGradGuard no_grad;
  const std::unique_ptr<Module> copy = net.copy();
  nn::detail::separate(*copy);
  copy->eval();
  const std::vector<Tensor> parameters = copy->parameters();
  const Tensor x = zeros(input_shape, {.dtype = parameters.empty() ? float32 : parameters[0].dtype()});
  std::int64_t count = 0;
  for (const Tensor& parameter : parameters) count += parameter.numel();
  Layers layers(*copy);
  copy->call({&x, 1});
  return layers.text(count);
}

}  // namespace tenet
