#include "tenet/inspect/anomaly.h"

#include <cxxabi.h>
#include <dlfcn.h>
#include <execinfo.h>
#include <fmt/format.h>

#include <array>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <string>

#include "tenet/framework/autograd/grad_mode.h"

namespace tenet {
namespace {

/// The calls that led to an op, innermost first.
struct Stack {
  std::array<void*, 48> frames;
  int count = 0;
};

std::string readable(const char* symbol) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> name(abi::__cxa_demangle(symbol, nullptr, nullptr, &status),
                                                    std::free);
  return status == 0 ? name.get() : symbol;
}

/// "  main (digits+0x1a2b)" for each frame outside the library, as far as names are known.
std::string str(const Stack& stack) {
  std::string out;
  for (int i = 0; i < stack.count; ++i) {
    void* const frame = stack.frames[static_cast<std::size_t>(i)];
    Dl_info info{};
    if (dladdr(frame, &info) == 0 || info.dli_fname == nullptr) continue;
    const std::string name = info.dli_sname == nullptr ? "" : readable(info.dli_sname);
    if (name.starts_with("tenet::")) continue;
    const std::string file = info.dli_fname;
    const auto offset = static_cast<std::byte*>(frame) - static_cast<std::byte*>(info.dli_fbase);
    out += fmt::format("\n  {}{}({}+{:#x})", name, name.empty() ? "" : " ",
                       file.substr(file.find_last_of('/') + 1), offset);
    if (name == "main") break;
  }
  return out;
}

/// The first element of x that is NaN, or inf if that counts: "nan at [0, 2]".
std::optional<std::string> find_bad(const Tensor& x, bool infinities) {
  if (!is_floating(x.dtype())) return std::nullopt;
  const NoGradGuard no_grad;
  // One pass and one number for the usual case: x - x is 0 unless x is NaN or inf.
  const Tensor values = x.detach();
  if ((values - values).sum().item<double>() == 0) return std::nullopt;
  const Tensor flat = values.to(float64).to(Device{}).reshape({-1});
  for (std::int64_t i = 0; i < flat.numel(); ++i) {
    const double value = flat.data<const double>()[i];
    if (std::isfinite(value) || (std::isinf(value) && !infinities)) continue;
    Dims at = x.shape();
    for (std::int64_t d = at.size() - 1, rest = i; d >= 0; --d) {
      at[d] = rest % x.size(d);
      rest /= x.size(d);
    }
    return cat(std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf", " at ", at);
  }
  return std::nullopt;
}

std::string shape_of(const Tensor& x) { return cat("(shape ", x.shape(), ", ", x.dtype(), ")"); }

}  // namespace

struct AnomalyGuard::Watch : Watcher {
  explicit Watch(AnomalyOptions o) : options(o) {}

  void read(const Record&, int input, const Tensor& x) override {
    if (input == 0) read_bad.clear();
    if (const auto bad = find_bad(x, options.infinities))
      read_bad += cat(read_bad.empty() ? "" : ", ", "input ", input, " has ", *bad);
  }

  void recorded(Record& record, const Tensor& y) override {
    const auto stack = std::make_shared<Stack>();
    stack->count = backtrace(stack->frames.data(), static_cast<int>(stack->frames.size()));
    record.extras().note = stack;
    const std::string read = std::exchange(read_bad, "");
    if (const auto bad = find_bad(y, options.infinities)) {
      fail<AnomalyError>(record.name(), ": its value ", shape_of(y), " has ", *bad, "; ",
                         read.empty() ? "what it read was finite" : read, ". Called from:", str(*stack));
    }
  }

  void before_backward(Record&, const Tensor&) override {}

  void after_backward(Record& record, const Tensor& dy, Gradients& gradients) override {
    for (int i = 0; i < gradients.size(); ++i) {
      if (!gradients[i].defined()) continue;
      const auto bad = find_bad(gradients[i], options.infinities);
      if (!bad) continue;
      const auto arrived = find_bad(dy, options.infinities);
      const auto* stack = static_cast<const Stack*>(record.extras().note.get());
      fail<AnomalyError>(
          record.name(), ": its backward made a gradient of input ", i, " ", shape_of(gradients[i]),
          " that has ", *bad, "; the gradient that arrived ", arrived ? "has " + *arrived : "was finite",
          ". The op was called from:", stack == nullptr ? "\n  (before the guard was there)" : str(*stack));
    }
  }

  AnomalyOptions options;
  std::string read_bad;
  Watcher* const outer = std::exchange(thread_state.watcher, this);
};

AnomalyGuard::AnomalyGuard(AnomalyOptions options) : watch_(new Watch(options)) {}
AnomalyGuard::~AnomalyGuard() { thread_state.watcher = watch_->outer; }

}  // namespace tenet
