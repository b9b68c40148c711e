// Wrong calls by the thousand: each ends in a typed error that names the op, and nothing has changed. Huge ones end
// at once, with 2 GB of address space.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <limits>

#include "ops/conv/conv_problem.h"
#include "tenet/framework/core/error.h"
#include "tenet/framework/core/memory.h"

namespace tenet_test {
namespace {

using tenet::DType;

/// A call, right or wrong: shapes, types and options of everything.
struct Call {
  bool transposed = false;
  Shape x, w, b;
  DType x_type = tenet::float32, w_type = tenet::float32, b_type = tenet::float32;
  bool has_bias = true;
  tenet::Dims stride, low, high, dilation, output_padding, output_size;
  std::int64_t groups = 1;

  std::string str() const {
    const auto list = [](const char* name, const auto& values) {
      return std::string(" ") + name + tenet::str(values);
    };
    return std::string(transposed ? "conv_transpose2d" : "conv2d") + list("x", x) + tenet::name(x_type) +
           list("w", w) + tenet::name(w_type) + (has_bias ? list("b", b) + tenet::name(b_type) : "") +
           list("s", stride) + list("low", low) + list("high", high) + list("d", dilation) +
           list("op", output_padding) + list("size", output_size) + " g" + std::to_string(groups);
  }
  Tensor operator()(const Tensor& input, const Tensor& weight, const Tensor& bias) const {
    if (!transposed)
      return tenet::conv2d(
          input, weight, bias,
          {.stride = stride, .padding = tenet::Padding(low, high), .dilation = dilation, .groups = groups});
    return tenet::conv_transpose2d(input, weight, bias,
                                   {.stride = stride,
                                    .padding = tenet::Padding(low, high),
                                    .output_padding = output_padding,
                                    .groups = groups,
                                    .dilation = dilation,
                                    .output_size = output_size});
  }
};

Call right_call(Random& random) {
  for (;;) {
    ConvCase c = draw_conv_case_once(random, chance(random, 50), 2);
    if (!c.reference() || c.reference()->x_size() > 4000 || c.reference()->y_size() > 4000) continue;
    const ConvProblem p = make_problem(c, [](const Shape& s) { return tenet::empty({1}).expand(s); });
    const DType type = c.f64 ? tenet::float64 : tenet::float32;
    return {c.transposed, p.x.shape(),   p.w.shape(),    p.bias.shape(), type,         type, type, true,
            c.dims(c.s),  c.dims(c.low), c.dims(c.high), c.dims(c.d),    c.dims(c.op), {},   c.g};
  }
}

std::int64_t huge(Random& random) {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  const std::int64_t some[] = {
      most, most - 1, most / 2, most / 3 + 1, std::int64_t{1} << 62, std::int64_t{1} << 61};
  return some[draw(random, 0, 5)];
}
std::int64_t& any_of(Random& random, tenet::Dims& dims) {
  return dims[static_cast<std::size_t>(draw(random, 0, static_cast<std::int64_t>(dims.size()) - 1))];
}
DType another(Random& random, DType type) {
  const DType all[] = {tenet::float32, tenet::float64, tenet::int64,
                       tenet::int32,   tenet::uint8,   tenet::boolean};
  for (;;) {
    const DType drawn = all[draw(random, 0, 5)];
    if (drawn != type) return drawn;
  }
}

Shape first(const Shape& shape, std::int64_t n) {
  return Shape(std::span(shape.begin(), static_cast<std::size_t>(n)));
}

constexpr int kFaults = 18;

/// Breaks one rule of the call for certain.
void break_rule(Random& random, Call& call, std::int64_t fault) {
  const std::int64_t much = draw(random, 1, 9);
  switch (fault) {
    case 0: call.x.push_back(much), call.x.push_back(much); break;
    case 1: call.x = first(call.x, draw(random, 0, 2)); break;
    case 2: call.w.push_back(much); break;
    case 3: call.w = first(call.w, draw(random, 0, 3)); break;
    case 4: call.x[1] += much; break;
    case 5: (call.transposed ? call.w[0] : call.w[1]) += much; break;
    case 6: call.groups = -draw(random, 0, 3); break;
    case 7:  // every number divides no channels
      call.groups = call.x[1] == 0 ? 0 : std::max(call.x[1], call.w[0]) + 1 + much;
      break;
    case 8: call.x_type = another(random, call.x_type); break;
    case 9: call.w_type = another(random, call.w_type); break;
    case 10: call.b_type = another(random, call.b_type); break;
    case 11: call.b[0] += much; break;
    case 12: any_of(random, chance(random, 50) ? call.stride : call.dilation) = -draw(random, 0, 3); break;
    case 13: any_of(random, chance(random, 50) ? call.low : call.high) = -much; break;
    case 14: call.w[static_cast<std::size_t>(draw(random, 2, 3))] = 0; break;
    case 15: (chance(random, 50) ? call.stride : call.dilation).push_back(much); break;
    case 16:
      if (call.transposed) {
        any_of(random, call.output_padding) = chance(random, 50) ? -much : 4 + much;
      } else {  // beyond what the padded input has
        call.w[2] = call.x[2] + call.low[0] + call.high[0] + much, call.dilation[0] = 1;
      }
      break;
    default:
      any_of(random, chance(random, 50) ? call.low : call.high) = std::numeric_limits<std::int64_t>::max();
      call.low[0] = call.high[0] = call.low[1] = call.high[1] = std::numeric_limits<std::int64_t>::max();
  }
}

Tensor filled(Random& random, const Shape& shape, DType type) {
  Tensor t = Tensor::make(shape, tenet::float64);
  for (std::int64_t i = 0; i < t.numel(); ++i) t.data<double>()[i] = static_cast<double>(draw(random, 0, 1));
  return t.to(type);
}

/// "" if the call ends as it should.
std::string wrongly_ended(const Call& call, std::uint64_t seed) {
  Random random(seed);
  Tensor x = filled(random, call.x, call.x_type), w = filled(random, call.w, call.w_type);
  Tensor b = call.has_bias ? filled(random, call.b, call.b_type) : Tensor();
  if (tenet::is_floating(call.x_type)) x.requires_grad_();
  const Tensor x_was = x.detach().clone(), w_was = w.detach().clone();
  const std::int64_t in_use = tenet::memory_stats().in_use;
  try {
    const Tensor y = call(x, w, b);
    return "nothing was raised, the result is " + tenet::str(y.shape());
  } catch (const tenet::Error& error) {
    if (typeid(error) == typeid(tenet::Error)) return std::string("an error of no type: ") + error.what();
    const std::string text = error.what(), op = call.transposed ? "conv_transpose2d:" : "conv2d:";
    if (text.rfind(op, 0) != 0 && text.rfind("padding:", 0) != 0 && text.rfind("tensor:", 0) != 0)
      return "the op is not named: " + text;
  } catch (const std::exception& error) {
    return std::string("not an error of Tenet: ") + error.what();
  }
  if (tenet::memory_stats().in_use != in_use) return "memory is kept";
  const bool same = tenet::equal(x.detach(), x_was) && tenet::equal(w, w_was) && !x.grad().defined();
  return same ? "" : "an input has changed";
}

TEST(ConvWrong, EveryWrongCallIsATypedErrorThatNamesTheOp) {
  Random random(501);
  std::array<int, kFaults> found{};
  int failures = 0;
  for (std::int64_t i = 0, n = scaled(20000); i < n && failures < 5; ++i) {
    Call call = right_call(random);
    const std::int64_t fault = i % kFaults;
    break_rule(random, call, fault);
    const std::string ended = wrongly_ended(call, static_cast<std::uint64_t>(i));
    ++found[static_cast<std::size_t>(fault)];
    if (ended.empty()) continue;
    ++failures;
    ADD_FAILURE() << ended << "\nfault " << fault << ", call " << i << ": " << call.str();
  }
}

// What makes the test above worth something: without the fault the same calls end well.
TEST(ConvWrong, TheCallsAreRightBeforeTheyAreBroken) {
  Random random(501);
  for (std::int64_t i = 0, n = scaled(500); i < n; ++i) {
    const Call call = right_call(random);
    ASSERT_EQ(wrongly_ended(call, 1).substr(0, 18), "nothing was raised") << call.str();
  }
}

/// The tensors stand still at one element; sizes come from expand, padding and stride.
Call huge_call(Random& random) {
  Call call = right_call(random);
  call.x = {1, 1, draw(random, 1, 4), draw(random, 1, 4)};
  call.w = {1, 1, draw(random, 1, 3), draw(random, 1, 3)};
  call.b = {1}, call.groups = 1, call.output_padding = {0, 0};
  const std::size_t axis = static_cast<std::size_t>(draw(random, 0, 1));
  switch (draw(random, 0, call.transposed ? 3 : 1)) {
    case 0:
      call.x = {1, 1, std::int64_t{1} << draw(random, 22, 30), std::int64_t{1} << draw(random, 22, 30)},
      call.stride = {1, 1}, call.low = call.high = {0, 0}, call.dilation = {1, 1};
      break;
    case 1:
      if (!call.transposed) {
        call.stride = {1, 1};
        call.low[axis] = chance(random, 50) ? huge(random) : std::int64_t{1} << draw(random, 32, 46);
        break;
      }
      [[fallthrough]];
    case 2: call.stride[axis] = huge(random), call.x[2 + axis] = 4, call.low = call.high = {0, 0}; break;
    default: call.dilation[axis] = huge(random), call.w[2 + axis] = 3, call.low = call.high = {0, 0};
  }
  return call;
}

std::string huge_ended(const Call& call) {
  const auto one = [](const Shape& shape, DType type) {
    return tenet::ones({}, {.dtype = type}).expand(shape);
  };
  const auto start = std::chrono::steady_clock::now();
  try {
    call(one(call.x, call.x_type), one(call.w, call.x_type), one(call.b, call.x_type));
    return "nothing was raised";
  } catch (const tenet::ShapeError&) {
  } catch (const tenet::ValueError&) {
  } catch (const tenet::OutOfMemoryError&) {
  } catch (const std::exception& error) {
    return std::string("not a typed error: ") + error.what();
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  return took.count() < 0.5 ? "" : "took " + std::to_string(took.count()) + " s";
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kLimit = false;  // the sanitizer's own shadow needs more
#else
constexpr bool kLimit = true;
#endif

/// In a child, for the limit stays with its process.
int huge_calls(std::int64_t n) {
  const rlimit limit{rlim_t{2} << 30, rlim_t{2} << 30};
  if (kLimit && setrlimit(RLIMIT_AS, &limit) != 0) return 2;
  Random random(502);
  for (std::int64_t i = 0; i < n; ++i) {
    const Call call = huge_call(random);
    const std::string ended = huge_ended(call);
    if (ended.empty()) continue;
    std::fprintf(stderr, "%s\ncall %lld: %s\n", ended.c_str(), static_cast<long long>(i), call.str().c_str());
    return 1;
  }
  return 0;
}

TEST(ConvWrong, HugeSizesAreRefusedAtOnce) {
  if (!kLimit) GTEST_SKIP() << "the sanitizer needs the address space";
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    alarm(120);
    _exit(huge_calls(scaled(1000)));
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << "status " << status;
}

}  // namespace
}  // namespace tenet_test
