// Wrong calls of the convolutions: rank, channels, groups, types, sizes, options, overflow.
#include "ops/op_table_conv.h"
#include "tenet/ops/create/create.h"

namespace tenet_test {
namespace {

Wrong wrong(const std::vector<Shape>& shapes, Options options, std::string error, std::string text) {
  const auto inputs = [shapes] {
    Tensors tensors;
    for (const Shape& shape : shapes) tensors.push_back(tenet::ones(shape));
    return tensors;
  };
  return {inputs, std::move(options), std::move(error), std::move(text)};
}

Wrong wrong_types(const std::string& op) {
  return {[] {
            return Tensors{tenet::ones({1, 1, 2, 2}), tenet::ones({1, 1, 1, 1}, {.dtype = tenet::float64})};
          },
          {},
          "DTypeError",
          op + ": input is float32, weight float64. All must be of the same floating type; convert with "
               ".to(tenet::float32)."};
}

constexpr std::int64_t kHuge = std::int64_t{1} << 62;
constexpr std::int64_t kLarge = std::int64_t{1} << 40;

}  // namespace

std::vector<Wrong> conv2d_wrong() {
  return {wrong_types("conv2d"),
          wrong({{2, 3, 8, 8}, {8, 4, 3, 3}}, {}, "ShapeError",
                "conv2d: input has 3 channels but weight [8, 4, 3, 3] with groups=1 needs 4. "
                "Input shape [2, 3, 8, 8] (N,C,H,W). Pass a weight of shape [8, 3, 3, 3], or an "
                "input with 4 channels."),
          wrong({{2, 3, 8, 8}, {8, 3, 3}}, {}, "ShapeError",
                "conv2d: weight must have 4 dimensions (O,C/G,KH,KW) but has shape [8, 3, 3]. "
                "Reshape it, or use conv() for 1 or 3 spatial axes."),
          wrong({{3, 8}, {8, 3, 3, 3}}, {}, "ShapeError",
                "conv2d: input must have 4 dimensions (N,C,H,W), or 3 without a batch (C,H,W), "
                "but has shape [3, 8]. Reshape it, or add dimensions with unsqueeze."),
          wrong({{1, 2, 2, 3, 8}, {8, 3, 3, 3}}, {}, "ShapeError",
                "conv2d: input must have 4 dimensions (N,C,H,W), or 3 without a batch (C,H,W), "
                "but has shape [1, 2, 2, 3, 8]. Reshape it, or add dimensions with unsqueeze."),
          wrong({{2, 4, 8, 8}, {6, 1, 3, 3}}, {{"groups", 3}}, "ShapeError",
                "conv2d: groups=3 does not divide the 4 input channels. Input shape [2, 4, 8, 8] "
                "(N,C,H,W), weight [6, 1, 3, 3]. Choose groups that divide the channels of both "
                "sides."),
          wrong({{2, 4, 8, 8}, {5, 2, 3, 3}}, {{"groups", 2}}, "ShapeError",
                "conv2d: groups=2 does not divide the 5 output channels. Input shape [2, 4, 8, 8] "
                "(N,C,H,W), weight [5, 2, 3, 3]. Choose groups that divide the channels of both "
                "sides."),
          wrong({{2, 4, 8, 8}, {6, 4, 3, 3}}, {{"groups", 0}}, "ValueError",
                "conv2d: groups=0 must be at least 1, and divide the channels of both sides."),
          wrong({{2, 3, 8, 8}, {8, 3, 3, 3}, {3}}, {}, "ShapeError",
                "conv2d: bias has shape [3] but the result has 8 channels (weight [8, 3, 3, 3]). "
                "Pass a bias of shape [8], or none."),
          wrong({{2, 3, 8, 8}, {8, 3, 0, 3}}, {}, "ShapeError",
                "conv2d: weight [8, 3, 0, 3] has kernel extent 0 along H. Kernel extents must be "
                "at least 1."),
          wrong({{2, 3, 8, 8}, {8, 3, 3, 3}}, {{"stride", 0}}, "ValueError",
                "conv2d: stride=[0] must be at least 1 along every axis."),
          wrong({{2, 3, 8, 8}, {8, 3, 3, 3}}, {{"stride", {1, -2}}}, "ValueError",
                "conv2d: stride=[1, -2] must be at least 1 along every axis."),
          wrong({{2, 3, 8, 8}, {8, 3, 3, 3}}, {{"dilation", 0}}, "ValueError",
                "conv2d: dilation=[0] must be at least 1 along every axis."),
          wrong({{2, 3, 8, 8}, {8, 3, 3, 3}}, {{"padding", {0, -1}}}, "ValueError",
                "conv2d: padding=[0, -1] must be at least 0 along every axis. To crop, use pad(x, "
                "widths) with negative widths."),
          wrong({{2, 3, 8, 8}, {8, 3, 3, 3}}, {{"padding", "full"}}, "ValueError",
                "padding: \"full\" is not known. Use \"same\", \"valid\", or numbers."),
          wrong({{2, 3, 8, 8}, {8, 3, 3, 3}}, {{"stride", {1, 2, 3}}}, "ValueError",
                "conv2d: stride has 3 values [1, 2, 3] but there are 2 spatial axes. Give one "
                "value, or one per axis."),
          wrong({{2, 3, 4, 8}, {8, 3, 7, 3}}, {{"padding", 1}}, "ShapeError",
                "conv2d: the kernel does not fit the padded input along H: 4 + 1 + 1 = 6 < 7 = 1 "
                "* (7 - 1) + 1 (in + low + high < dilation * (kernel - 1) + 1). The smallest "
                "input that fits has extent 5; or pad more, or use a smaller kernel or dilation."),
          wrong({{2, 3, 8, 4}, {8, 3, 3, 3}}, {{"dilation", {1, 2}}}, "ShapeError",
                "conv2d: the kernel does not fit the padded input along W: 4 + 0 + 0 = 4 < 5 = 2 "
                "* (3 - 1) + 1 (in + low + high < dilation * (kernel - 1) + 1). The smallest "
                "input that fits has extent 5; or pad more, or use a smaller kernel or dilation."),
          wrong({{2, 3, 8, 8}, {8, 3, 3, 3}}, {{"dilation", {kHuge, 1}}}, "ShapeError",
                "conv2d: 4611686018427387904 * 2 does not fit 64 bits. Use smaller sizes."),
          wrong({{1, 1, 1, 1}, {1, 1, 1, 1}}, {{"padding", {kLarge, kLarge}}}, "ShapeError",
                "conv2d: the number of elements of shape [1, 1, 2199023255553, 2199023255553] "
                "does not fit 64 bits. Use smaller sizes."),
          wrong({{2, 3, 8, 8}, {8, 3, 3, 3}}, {{"padding", kHuge}}, "ShapeError",
                "conv2d: 4611686018427387912 + 4611686018427387904 does not fit 64 bits. Use "
                "smaller sizes.")};
}

std::vector<Wrong> conv_transpose2d_wrong() {
  return {wrong_types("conv_transpose2d"),
          wrong({{2, 3, 8, 8}, {4, 8, 3, 3}}, {}, "ShapeError",
                "conv_transpose2d: input has 3 channels but weight [4, 8, 3, 3] with groups=1 "
                "needs 4. Input shape [2, 3, 8, 8] (N,C,H,W). Pass a weight of shape [3, 8, 3, "
                "3], or an input with 4 channels."),
          wrong({{2, 3, 8, 8}, {3, 8, 3}}, {}, "ShapeError",
                "conv_transpose2d: weight must have 4 dimensions (C,O/G,KH,KW) but has shape [3, "
                "8, 3]. Reshape it, or use conv_transpose() for 1 or 3 spatial axes."),
          wrong({{3, 8}, {3, 8, 3, 3}}, {}, "ShapeError",
                "conv_transpose2d: input must have 4 dimensions (N,C,H,W), or 3 without a batch "
                "(C,H,W), but has shape [3, 8]. Reshape it, or add dimensions with unsqueeze."),
          wrong({{2, 4, 8, 8}, {4, 2, 3, 3}}, {{"groups", 3}}, "ShapeError",
                "conv_transpose2d: groups=3 does not divide the 4 input channels. Input shape [2, "
                "4, 8, 8] (N,C,H,W), weight [4, 2, 3, 3]. Choose groups that divide the channels "
                "of both sides."),
          wrong({{2, 4, 8, 8}, {4, 2, 3, 3}}, {{"groups", -1}}, "ValueError",
                "conv_transpose2d: groups=-1 must be at least 1, and divide the channels of both "
                "sides."),
          wrong({{2, 3, 8, 8}, {3, 8, 3, 3}, {3}}, {}, "ShapeError",
                "conv_transpose2d: bias has shape [3] but the result has 8 channels (weight [3, "
                "8, 3, 3]). Pass a bias of shape [8], or none."),
          wrong({{2, 3, 8, 8}, {3, 8, 3, 3}}, {{"stride", 0}}, "ValueError",
                "conv_transpose2d: stride=[0] must be at least 1 along every axis."),
          wrong({{2, 3, 8, 8}, {3, 8, 3, 3}}, {{"dilation", {1, 0}}}, "ValueError",
                "conv_transpose2d: dilation=[1, 0] must be at least 1 along every axis."),
          wrong({{2, 3, 8, 8}, {3, 8, 3, 3}}, {{"padding", -1}}, "ValueError",
                "conv_transpose2d: padding=[-1] must be at least 0 along every axis. To crop, use "
                "pad(x, widths) with negative widths."),
          wrong({{2, 3, 8, 8}, {3, 8, 3, 3}}, {{"stride", 2}, {"output_padding", 2}}, "ValueError",
                "conv_transpose2d: output_padding=2 along H must lie in [0, 1], below the larger "
                "of stride=2 and dilation=1. For a given size of the result pass output_size."),
          wrong({{2, 3, 8, 8}, {3, 8, 3, 3}}, {{"stride", 2}, {"output_padding", {0, -1}}}, "ValueError",
                "conv_transpose2d: output_padding=-1 along W must lie in [0, 1], below the larger "
                "of stride=2 and dilation=1. For a given size of the result pass output_size."),
          wrong({{2, 3, 8, 8}, {3, 8, 3, 3}}, {{"stride", 2}, {"output_size", {16, 17}}}, "ShapeError",
                "conv_transpose2d: output_size=16 along H cannot be reached: an input of extent 8 "
                "gives (8 - 1) * 2 + 1 * (3 - 1) + 1 - 0 - 0 = 17, plus an output_padding of at "
                "most 1. Choose an output_size in [17, 18]."),
          wrong({{2, 3, 8, 8}, {3, 8, 3, 3}}, {{"stride", 2}, {"output_size", 17}, {"output_padding", 1}},
                "ValueError",
                "conv_transpose2d: output_size=[17, 17] and output_padding=[1, 1] are both given. "
                "Each determines the size of the result: leave one out."),
          wrong({{2, 3, 8, 8}, {3, 8, 3, 3}}, {{"padding", "same"}, {"output_padding", 1}, {"stride", 2}},
                "ValueError",
                "conv_transpose2d: output_padding=1 along H cannot be combined with "
                "padding=\"same\", which determines it. Leave it out, or pass output_size."),
          wrong({{2, 3, 8, 8}, {3, 8, 3, 3}}, {{"padding", "same"}, {"output_size", 14}, {"stride", 2}},
                "ShapeError",
                "conv_transpose2d: output_size=14 along H cannot be reached: with "
                "padding=\"same\" and stride=2 an input of extent 8 comes from 15 to 16. Choose "
                "an output_size in [15, 16]."),
          wrong({{2, 3, 1, 2}, {3, 8, 3, 3}}, {{"padding", 2}}, "ShapeError",
                "conv_transpose2d: nothing is left of the result along H: (1 - 1) * 1 + 1 * (3 - "
                "1) + 1 - 2 - 2 = -1, plus output_padding=0. The smallest input that gives a "
                "result has extent 3; or use less padding, or a larger kernel."),
          wrong({{2, 3, 0, 2}, {3, 8, 3, 3}}, {}, "ShapeError",
                "conv_transpose2d: the input has extent 0 along H. A transposed convolution needs "
                "1 or more along every axis."),
          wrong({{1, 1, 2, 2}, {1, 1, 1, 1}}, {{"stride", kLarge}}, "ShapeError",
                "conv_transpose2d: the number of elements of shape [1, 1, 1099511627777, "
                "1099511627777] does not fit 64 bits. Use smaller sizes."),
          wrong({{1, 1, 2, 2}, {1, 1, 3, 1}}, {{"dilation", kHuge}}, "ShapeError",
                "conv_transpose2d: 4611686018427387904 * 2 does not fit 64 bits. Use smaller "
                "sizes.")};
}

}  // namespace tenet_test
