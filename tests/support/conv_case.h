// Random problems for the convolution family. A problem is one line of text that can be read back:
//   TENET_CONV_CASE='conv2d g2 n3 c4 o6 in7x5 k3x1 s2x1 d1x2 low1x0 high0x0 op0x0 sliced f32 t2 seed77'
// The sizes are the op's own: for a transposed convolution c and in are those of its input.
#pragma once

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string>

#include "support/reference_conv.h"
#include "tenet/ops/conv/options.h"

namespace tenet_test {

using Random = std::mt19937_64;

inline std::int64_t draw(Random& random, std::int64_t low, std::int64_t high) {  // both included
  return std::uniform_int_distribution<std::int64_t>(low, high)(random);
}
inline bool chance(Random& random, int percent) { return draw(random, 1, 100) <= percent; }

struct ConvCase {
  using PerAxis = std::array<std::int64_t, 3>;
  static constexpr std::array<const char*, 4> kLayouts = {"dense", "transposed", "sliced", "expanded"};

  bool transposed = false;
  int axes = 2;
  std::int64_t g = 1, n = 1, c = 1, o = 1;
  PerAxis in{1, 1, 1}, k{1, 1, 1}, s{1, 1, 1}, d{1, 1, 1}, low{}, high{}, op{};
  int layout = 0;
  bool f64 = false;
  int threads = 1;
  std::int64_t seed = 0;

  std::string str() const {
    std::ostringstream out;
    out << (transposed ? "conv_transpose" : "conv") << axes << "d g" << g << " n" << n << " c" << c << " o"
        << o;
    const auto list = [&](const char* name, const PerAxis& values) {
      out << ' ' << name;
      for (int i = 0; i < axes; ++i) out << (i ? "x" : "") << values[static_cast<std::size_t>(i)];
    };
    list("in", in), list("k", k), list("s", s), list("d", d), list("low", low), list("high", high),
        list("op", op);
    out << ' ' << kLayouts[static_cast<std::size_t>(layout)] << (f64 ? " f64" : " f32") << " t" << threads
        << " seed" << seed;
    return out.str();
  }

  static ConvCase parse(const std::string& text) {
    ConvCase c;
    std::istringstream words(text);
    std::string op;
    words >> op;
    c.transposed = op.rfind("conv_transpose", 0) == 0;
    c.axes = op.at(op.size() - 2) - '0';
    for (std::string word; words >> word;) c.take(word);
    if (c.str() != text) throw std::runtime_error("not a problem: " + text + "\nread as:      " + c.str());
    return c;
  }

  std::int64_t x_channels() const { return transposed ? o : c; }  // of the trilinear form's x
  std::int64_t y_channels() const { return transposed ? c : o; }

  /// Such a problem cannot tell height from width.
  bool same_along_axes() const {
    const auto equal = [](const PerAxis& v) { return v[0] == v[1]; };
    return equal(k) && equal(s) && equal(d) && equal(low) && equal(high) && equal(op);
  }

  tenet::Dims dims(const PerAxis& values) const {
    return tenet::Dims(std::span(values.begin(), static_cast<std::size_t>(axes)));
  }
  tenet::ConvOptions options() const {
    return {.stride = dims(s),
            .padding = tenet::Padding(dims(low), dims(high)),
            .dilation = dims(d),
            .groups = g};
  }
  tenet::ConvTransposeOptions transpose_options() const {
    return {.stride = dims(s),
            .padding = tenet::Padding(dims(low), dims(high)),
            .output_padding = dims(op),
            .groups = g,
            .dilation = dims(d)};
  }

  /// The problem with both sizes; nothing if it is an error: an empty result, a transposed convolution of
  /// nothing.
  std::optional<ReferenceConv> reference() const {
    ReferenceConv r{n, x_channels(), y_channels(), g, {}, {}, {}};
    ReferenceAxis* slots[] = {&r.d, &r.h, &r.w};
    for (std::size_t i = 0; i < static_cast<std::size_t>(axes); ++i) {
      ReferenceAxis& a = *slots[3 - static_cast<std::size_t>(axes) + i];
      a = {in[i], k[i], s[i], d[i], low[i], high[i], in[i]};
      const std::int64_t last_tap = d[i] * (k[i] - 1);
      if (transposed) {
        a.in = (in[i] - 1) * s[i] + last_tap + 1 - low[i] - high[i] + op[i];
      } else {  // count the places at which the kernel fits
        a.out = 0;
        for (std::int64_t place = 0; place + last_tap < in[i] + low[i] + high[i]; place += s[i]) ++a.out;
      }
      if ((transposed ? std::min(a.in, a.out) : a.out) < 1) return {};
    }
    return r;
  }

 private:
  void take(const std::string& word) {
    const std::size_t digits = word.find_first_of("0123456789");
    for (std::size_t i = 0; i < kLayouts.size(); ++i) {
      if (word == kLayouts[i]) layout = static_cast<int>(i);
    }
    if (word == "f64") f64 = true;
    if (word == "f64" || word == "f32" || digits == std::string::npos) return;
    PerAxis v{1, 1, 1};
    std::istringstream numbers(word.substr(digits));
    for (std::size_t i = 0; i < 3 && numbers >> v[i]; ++i) numbers.ignore(1, 'x');
    const std::string name = word.substr(0, digits);
    if (name == "g") g = v[0];
    if (name == "n") n = v[0];
    if (name == "c") c = v[0];
    if (name == "o") o = v[0];
    if (name == "in") in = v;
    if (name == "k") k = v;
    if (name == "s") s = v;
    if (name == "d") d = v;
    if (name == "low") low = v;
    if (name == "high") high = v;
    if (name == "op") op = v;
    if (name == "t") threads = static_cast<int>(v[0]);
    if (name == "seed") seed = v[0];
  }
};

/// One draw; some are not valid problems. Sizes, kernels, strides, ... differ per axis; what peers got wrong
/// is drawn more often than chance would: stride with dilation, output padding, kernels beyond the input,
/// empty ones.
inline ConvCase draw_conv_case_once(Random& random, bool transposed, int axes) {
  ConvCase c;
  c.transposed = transposed;
  c.axes = axes;
  c.seed = draw(random, 0, 1 << 30);
  c.layout = static_cast<int>(draw(random, 0, 3));
  c.f64 = chance(random, 50);
  c.threads = static_cast<int>(draw(random, 1, 3));
  c.n = chance(random, 4) ? 0 : draw(random, 1, 4);
  const bool strided = chance(random, 40), padded = chance(random, 30), small = chance(random, 20);
  const bool pointwise = chance(random, 5), simd = chance(random, 5), depthwise = chance(random, 10);
  const std::int64_t extents[] = {24, 24, 9};
  for (std::size_t i = 0; i < static_cast<std::size_t>(axes); ++i) {
    c.k[i] = pointwise ? 1 : draw(random, 1, axes == 3 ? 4 : 7);
    c.s[i] = draw(random, strided ? 2 : 1, 4);
    c.d[i] = draw(random, strided ? 2 : 1, 4);
    c.in[i] = chance(random, 2)
                  ? 0
                  : draw(random, 1, small ? std::max<std::int64_t>(c.k[i] - 1, 1) : extents[axes - 1]);
    c.low[i] = chance(random, 40) ? 0 : draw(random, 0, 8);
    c.high[i] = chance(random, 60) ? c.low[i] : draw(random, 0, 8);
    if (simd)
      c.in[i] =
          std::array<std::int64_t, 6>{15, 16, 17, 31, 32, 33}[static_cast<std::size_t>(draw(random, 0, 5))];
    if (pointwise && chance(random, 50)) c.s[i] = 1, c.low[i] = c.high[i] = 0;
    if (transposed && padded) c.op[i] = draw(random, 0, std::max(c.s[i], c.d[i]) - 1);
  }
  const std::int64_t per_group = draw(random, 1, 5);
  c.g = draw(random, 1, 3);
  if (depthwise) c.g = draw(random, 1, 6);
  c.c = c.g * (depthwise ? 1 : per_group);
  c.o = c.g * draw(random, 1, depthwise ? 2 : 5);
  if (chance(random, 3)) c.g = 1, c.c = 0;
  if (chance(random, 3)) c.g = 1, c.o = 0;
  return c;
}

/// A valid problem of bounded size.
inline ConvCase draw_conv_case(Random& random, bool transposed, int axes = 2) {
  for (;;) {
    const ConvCase c = draw_conv_case_once(random, transposed, axes);
    const std::optional<ReferenceConv> r = c.reference();
    if (!r || (axes > 1 && c.same_along_axes())) continue;
    const std::int64_t taps = r->d.kernel * r->h.kernel * r->w.kernel;
    if (r->y_size() * (r->c / r->g) * taps < 400000 && r->x_size() < 400000) return c;
  }
}

/// The problem that the environment asks to run again, if any.
inline std::optional<ConvCase> replayed_conv_case() {
  const char* text = std::getenv("TENET_CONV_CASE");
  if (text == nullptr) return {};
  return ConvCase::parse(text);
}

}  // namespace tenet_test
