// Printing against PyTorch's own text: print.txt, made by make_print.py, both beside it.
#include "tenet/framework/tensor/print.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <sstream>

#include "tenet/framework/core/dispatch.h"
#include "tenet/tenet.h"

namespace {

using tenet::Shape;
using tenet::Tensor;

tenet::DType dtype_named(const std::string& wanted) {
  for (tenet::DType dtype :
       {tenet::float32, tenet::float64, tenet::int64, tenet::int32, tenet::uint8, tenet::boolean}) {
    if (wanted == tenet::name(dtype)) return dtype;
  }
  throw std::runtime_error("no dtype " + wanted);
}

/// The tensor of a case's first line, after the word "case".
Tensor read_tensor(std::istream& in) {
  std::string word;
  in >> word;
  const tenet::DType dtype = dtype_named(word);
  Shape shape;
  while (in >> word && word != "|") shape.push_back(std::stoll(word));
  const Tensor t = tenet::empty(shape, {.dtype = dtype});
  double scale = 0, shift = 0;
  in >> word;
  const bool ramp = word == "ramp";
  if (ramp) {
    in >> word >> shift;
    scale = std::strtod(word.c_str(), nullptr);
  }
  tenet::dispatch_all(dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    for (std::int64_t i = 0; i < t.numel(); ++i) {
      if (ramp) {
        const double value = (static_cast<double>(i * 7919 % 10007) - shift) * scale;
        t.data<T>()[i] = static_cast<T>(value);
        continue;
      }
      if constexpr (std::is_floating_point_v<T>) {
        t.data<T>()[i] = static_cast<T>(std::strtod(word.c_str(), nullptr));
      } else {
        t.data<T>()[i] = static_cast<T>(std::stoll(word));
      }
      in >> word;
    }
  });
  return t;
}

TEST(Print, IsPyTorchsTextOfEveryGoldenTensor) {
  std::ifstream file(std::string(TENET_TESTS_DIR) + "/framework/tensor/print.txt");
  std::string line;
  int cases = 0;
  for (int number = 1; std::getline(file, line); ++number) {
    std::istringstream head(line.substr(5));
    const int first = number;
    std::string text;
    while (std::getline(file, line) && line != "end") {
      text += (text.empty() ? "" : "\n") + line;
      ++number;
    }
    ++number;
    const Tensor t = read_tensor(head);
    ASSERT_EQ(tenet::str(t), text) << "print.txt:" << first;
    ++cases;
  }
  EXPECT_GE(cases, 500);
}

TEST(Print, ReadsThroughStrides) {
  const Tensor x = tenet::arange(24.f).reshape({2, 3, 4});
  for (const Tensor& view : {x.permute({2, 0, 1}), x[{tenet::ellipsis, tenet::Slice(1, {}, 2)}], x[1],
                             x[{1, 2, 3}], tenet::ones({3}).expand({2, 3}), x[{0, tenet::Slice(3)}]}) {
    EXPECT_EQ(tenet::str(view), tenet::str(view.clone()));
  }
  const Tensor large = tenet::arange(3000.f).reshape({30, 100});
  EXPECT_EQ(tenet::str(large.t()), tenet::str(large.t().clone()));
}

TEST(Print, NamesTheHistory) {
  const Tensor x = tenet::tensor({1., 2.}, {.requires_grad = true});
  EXPECT_EQ(tenet::str(x), "tensor([1., 2.], requires_grad=True)");
  EXPECT_EQ(tenet::str(x * 3), "tensor([3., 6.], grad_fn=<Mul>)");
  EXPECT_EQ(tenet::str(x.detach()), "tensor([1., 2.])");
  const Tensor image = tenet::ones({1, 1, 2, 2}), weight = tenet::ones({1, 1, 1, 1}, {.requires_grad = true});
  EXPECT_EQ(tenet::str(tenet::conv2d(image, weight)),
            "tensor([[[[1., 1.],\n          [1., 1.]]]], grad_fn=<Conv2d>)");
  EXPECT_EQ(tenet::conv_transpose2d(image, weight).grad_fn(), "conv_transpose2d");
  EXPECT_EQ(tenet::str(tenet::zeros({2, 0}, {.dtype = tenet::float64, .requires_grad = true})),
            "tensor([], size=(2, 0), dtype=float64, requires_grad=True)");
}

TEST(Print, PutsASuffixThatDoesNotFitOnALineOfItsOwn) {
  const Tensor x = tenet::full({9}, 0.5, {.dtype = tenet::float64, .requires_grad = true});
  EXPECT_EQ(tenet::str(x),
            "tensor([0.5000, 0.5000, 0.5000, 0.5000, 0.5000, 0.5000, 0.5000, 0.5000, 0.5000],\n"
            "       dtype=float64, requires_grad=True)");
}

TEST(Print, MakesCamelCaseOfARecordsName) {
  EXPECT_EQ(tenet::camel_case("conv2d"), "Conv2d");
  EXPECT_EQ(tenet::camel_case("conv_transpose2d"), "ConvTranspose2d");
  EXPECT_EQ(tenet::camel_case("copy_"), "Copy");
  EXPECT_EQ(tenet::camel_case("Cube"), "Cube");
}

TEST(Print, StreamsTensorsAndShapes) {
  std::ostringstream out;
  out << tenet::tensor({3., 12., 27.}) << ' ' << tenet::ones({2, 3}).shape() << ' ' << Tensor();
  EXPECT_EQ(out.str(), "tensor([ 3., 12., 27.]) [2, 3] tensor(undefined)");
}

TEST(Print, HasOptions) {
  const Tensor x = tenet::tensor({1.23456, 1000.5});
  tenet::set_print_options({.precision = 2});
  EXPECT_EQ(tenet::str(x), "tensor([   1.23, 1000.50])");
  tenet::set_print_options({.precision = 1, .scientific = true});
  EXPECT_EQ(tenet::str(x), "tensor([1.2e+00, 1.0e+03])");
  tenet::set_print_options({.threshold = 5, .edge_items = 1});
  EXPECT_EQ(tenet::str(tenet::arange(7)), "tensor([0,  ..., 6])");
  tenet::set_print_options({.line_width = 20});
  EXPECT_EQ(tenet::str(tenet::arange(7)), "tensor([0, 1, 2, 3,\n        4, 5, 6])");
  EXPECT_THROW(tenet::set_print_options({.precision = 51}), tenet::ValueError);
  EXPECT_EQ(tenet::print_options().line_width, 20);
  tenet::set_print_options({});
  EXPECT_EQ(tenet::str(x), "tensor([   1.2346, 1000.5000])");
}

TEST(Print, WritesNanWithoutItsSign) {
  EXPECT_EQ(tenet::str(tenet::full({2}, -std::numeric_limits<double>::quiet_NaN())), "tensor([nan, nan])");
}

}  // namespace
