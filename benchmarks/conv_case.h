// A layer of conv_shapes.csv and the three passes over it.
#pragma once

#include <istream>
#include <string>

#include "tenet/framework/core/error.h"
#include "tenet/ops/conv/contract.h"
#include "tenet/ops/create/create.h"

namespace tenet_benchmark {

/// Values in [-0.5, 0.5) that a few integer operations make, so that another program makes the same.
inline tenet::Tensor filled(const tenet::Shape& shape, std::uint32_t salt, double scale = 1) {
  tenet::Tensor t = tenet::zeros(shape);
  float* values = t.data<float>();
  for (std::int64_t i = 0; i < t.numel(); ++i) {
    std::uint32_t h = static_cast<std::uint32_t>(i) * 2654435761u + salt * 40503u;
    h = (h ^ (h >> 15)) * 2246822519u;
    h ^= h >> 13;
    values[i] = static_cast<float>((h / 4294967296. - 0.5) * scale);
  }
  return t;
}

/// x and y are the layer's input and output, `up` the gradient to the output.
struct ConvCase {
  std::string kind;  // "conv" or "convT"
  tenet::ConvGeometry g;
  tenet::Tensor x, w, bias, up;

  /// The columns kind, N, C, H, W, K, R, S, stride, pad, dil, groups, outpad, between spaces.
  static ConvCase read(std::istream& words) {
    ConvCase c;
    std::int64_t n, channels, h, width, k, r, s, stride, padding, dilation, groups, output_padding;
    words >> c.kind >> n >> channels >> h >> width >> k >> r >> s >> stride >> padding >> dilation >>
        groups >> output_padding;
    if (!words) tenet::fail<tenet::ValueError>("a layer has 13 columns, kind to outpad");
    const tenet::Shape x{n, channels, h, width};
    if (c.transposed()) {
      const tenet::Shape w{channels, k / groups, r, s};
      c.g = tenet::solve_conv_transpose("layer", x, w,
                                        {.stride = stride,
                                         .padding = padding,
                                         .output_padding = output_padding,
                                         .groups = groups,
                                         .dilation = dilation});
    } else {
      const tenet::Shape w{k, channels / groups, r, s};
      c.g = tenet::solve_conv("layer", x, w,
                              {.stride = stride, .padding = padding, .dilation = dilation, .groups = groups});
    }
    c.x = filled(x, 1);
    c.w = filled(c.g.weight_shape(), 2);
    c.bias = filled({k}, 3);
    c.up = filled(c.transposed() ? c.g.input_shape() : c.g.output_shape(), 4);
    return c;
  }

  void to(tenet::Device device) {
    for (tenet::Tensor* t : {&x, &w, &bias, &up}) *t = t->to(device);
  }

  bool transposed() const { return kind == "convT"; }

  /// "fwd", "dx" or "dw".
  tenet::Tensor run(const std::string& pass) const {
    if (pass == "fwd") return transposed() ? conv_adjoint_input(g, w, x, bias) : conv_apply(g, x, w, bias);
    if (pass == "dx") return transposed() ? conv_apply(g, up, w) : conv_adjoint_input(g, w, up);
    return transposed() ? conv_adjoint_weight(g, up, x) : conv_adjoint_weight(g, x, up);
  }
};

}  // namespace tenet_benchmark
