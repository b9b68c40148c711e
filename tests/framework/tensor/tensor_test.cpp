// Facts of a tensor, what handles share, how values come out, memory of the caller's.
#include "tenet/framework/tensor/tensor.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <type_traits>

#include "support/expect.h"
#include "tenet/framework/core/block_pool.h"
#include "tenet/tenet.h"

namespace tenet {
namespace {

using tenet_test::message;
using tenet_test::values;
using Numbers = std::vector<double>;

TEST(Tensor, Facts) {
  const Tensor x = zeros({2, 3, 4});
  EXPECT_TRUE(x.defined());
  EXPECT_EQ(x.shape(), (Shape{2, 3, 4}));
  EXPECT_EQ(x.strides(), (Strides{12, 4, 1}));
  EXPECT_EQ(x.dim(), 3);
  EXPECT_EQ(x.size(0), 2);
  EXPECT_EQ(x.size(-1), 4);
  EXPECT_EQ(x.numel(), 24);
  EXPECT_EQ(x.dtype(), float32);
  EXPECT_EQ(str(x.device()), "cpu");
  EXPECT_TRUE(x.is_contiguous());
  EXPECT_FALSE(x.is_view());
  EXPECT_TRUE(x[0].is_view());
  EXPECT_FALSE(x.requires_grad());
}

TEST(Tensor, ScalarsAndEmptyTensors) {
  const Tensor number = tensor(3.5), nothing = zeros({2, 0, 3});
  EXPECT_EQ(number.shape(), Shape{});
  EXPECT_EQ(number.numel(), 1);
  EXPECT_EQ(nothing.numel(), 0);
  EXPECT_TRUE(nothing.is_contiguous());
  EXPECT_EQ(nothing.size(1), 0);
  EXPECT_EQ(values(nothing), Numbers{});
}

TEST(Tensor, SizeIsChecked) {
  EXPECT_EQ(message<IndexError>([] {
              zeros({2, 3}).size(2);
            }),
            "size: dim 2 is out of range for a tensor of 2 dimensions. Use a dim in [-2, 1].");
  EXPECT_EQ(message<IndexError>([] {
              zeros({2, 3}).size(-3);
            }),
            "size: dim -3 is out of range for a tensor of 2 dimensions. Use a dim in [-2, 1].");
  EXPECT_EQ(message<IndexError>([] { tensor(1.).size(0); }),
            "size: a scalar has no dimension 0. Use numel() or shape().");
}

TEST(Tensor, ImpossibleSizesAreRefused) {
  EXPECT_EQ(message<ShapeError>([] {
              zeros({2, -1});
            }),
            "tensor: shape [2, -1] has the negative extent -1. Extents must be 0 or more.");
  EXPECT_EQ(
      message<ShapeError>([] {
        zeros({INT64_MAX, 3});
      }),
      "tensor: the number of elements of shape [9223372036854775807, 3] does not fit 64 bits. Use smaller "
      "sizes.");
  EXPECT_EQ(message<ShapeError>([] { zeros({INT64_MAX / 2}); }),
            "tensor: 4611686018427387903 * 4 does not fit 64 bits. Use smaller sizes.");
  EXPECT_THROW(zeros({std::int64_t{1} << 60}), OutOfMemoryError);
  EXPECT_EQ(zeros({INT64_MAX, INT64_MAX, 0}).numel(), 0);
}

TEST(Tensor, AnUndefinedTensorIsNamedWhateverIsAskedOfIt) {
  const Tensor x;
  EXPECT_FALSE(x.defined());
  const std::string want =
      "tensor: an undefined tensor was used. Make one with tenet::zeros, tenet::randn, ...; grad() is "
      "undefined until "
      "a backward pass arrived.";
  EXPECT_EQ(message<ValueError>([&] { x.shape(); }), want);
  EXPECT_EQ(message<ValueError>([&] { x.sum(); }), want);
  EXPECT_EQ(message<ValueError>([&] { x + 1; }), want);
  EXPECT_EQ(message<ValueError>([&] { ones({2}) * x; }), want);
  EXPECT_EQ(message<ValueError>([&] { x[0]; }), want);
  EXPECT_EQ(message<ValueError>([&] { x.requires_grad(); }), want);
  EXPECT_EQ(message<ValueError>([&] { x.detach(); }), want);
  EXPECT_EQ(message<ValueError>([&] { x.data<float>(); }), want);
  EXPECT_EQ(message<ValueError>([&] { x.item<float>(); }), want);
}

TEST(Tensor, HandlesShareAndAssignmentRebinds) {
  Tensor a = tensor({1., 2.});
  Tensor b = a;
  b.add_(1);
  EXPECT_EQ(values(a), (Numbers{2, 3}));
  b = tensor({9.});
  EXPECT_EQ(values(a), (Numbers{2, 3}));
  Tensor c = std::move(a);
  EXPECT_FALSE(a.defined());  // NOLINT: what moving leaves is documented
  EXPECT_EQ(values(c), (Numbers{2, 3}));
  const Tensor& itself = c;
  c = itself;
  EXPECT_EQ(values(c), (Numbers{2, 3}));
  static_assert(std::is_nothrow_move_constructible_v<Tensor>);
  static_assert(sizeof(Tensor) == sizeof(void*));
}

TEST(Tensor, VersionCountsWritesOfTheMemory) {
  Tensor a = tensor({1., 2.}), v = a[Slice(0, 1)], other = a.clone();
  EXPECT_EQ(a.version(), 0u);
  a.add_(1);
  v.mul_(2);
  EXPECT_EQ(a.version(), 2u);
  EXPECT_EQ(v.version(), 2u);
  EXPECT_EQ(a.detach().version(), 2u);
  EXPECT_EQ(other.version(), 0u);
}

TEST(Tensor, ItemConvertsAndNeedsOneElement) {
  EXPECT_EQ(tensor(2.75).item<double>(), 2.75);
  EXPECT_EQ(tensor(2.75).item<int>(), 2);
  EXPECT_EQ(tensor({{7}}).item<std::int64_t>(), 7);
  EXPECT_EQ(tensor((std::int64_t{1} << 62) + 1).item<std::int64_t>(), (std::int64_t{1} << 62) + 1)
      << "not via double";
  EXPECT_EQ(tensor(true).item<bool>(), true);
  EXPECT_EQ(tensor({1., 2.})[1].item<float>(), 2.f);
  EXPECT_EQ(message<ShapeError>([] { ones({2}).item<float>(); }),
            "item: needs a tensor with one element but got shape [2]. Index into it or reduce it first.");
  EXPECT_EQ(message<ShapeError>([] { ones({0}).item<float>(); }),
            "item: needs a tensor with one element but got shape [0]. Index into it or reduce it first.");
}

TEST(Tensor, DataIsTheFirstElementOfItsOwnType) {
  Tensor x = arange(6).reshape({2, 3});
  EXPECT_EQ(x.data<std::int64_t>()[5], 5);
  EXPECT_EQ((*x[{1, 1}].data<std::int64_t>()), 4);
  EXPECT_EQ(*x.data<const std::int64_t>(), 0);
  x.data<std::int64_t>()[0] = 42;
  EXPECT_EQ(values(x)[0], 42);
  EXPECT_EQ(
      message<DTypeError>([&] { x.data<float>(); }),
      "data: the elements are int64 but were asked for as float32. Ask for their own type, or convert with "
      ".to(tenet::float32).");
}

TEST(Tensor, MemoryIsAlignedWhateverItsSize) {
  for (std::int64_t n : {1, 7, 128, 129, 1000, 100000}) {
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(zeros({n}).data<float>()) % 64, 0u) << n;
  }
}

TEST(Tensor, ReshapeIsAViewWhereItCanBe) {
  const Tensor x = arange(6.f).reshape({2, 3});
  EXPECT_EQ(x.reshape({3, -1}).data<float>(), x.data<float>());
  EXPECT_EQ(x.reshape({-1}).shape(), Shape{6});
  const Tensor copied = x.t().reshape({6});
  EXPECT_EQ(values(copied), (Numbers{0, 3, 1, 4, 2, 5}));
  EXPECT_FALSE(copied.is_view());
  EXPECT_EQ(message<ShapeError>([&] { x.t().view({6}); }),
            "view: a tensor of shape [3, 2] and strides [1, 3] cannot be read as [6] without a copy. Use "
            "reshape(), "
            "which copies where it must.");
  EXPECT_EQ(message<ShapeError>([&] {
              x.reshape({4, 2});
            }),
            "reshape: a tensor of shape [2, 3] has 6 elements, shape [4, 2] needs 8. Choose extents whose "
            "product is "
            "6.");
  EXPECT_EQ(message<ShapeError>([&] {
              x.reshape({4, -1});
            }),
            "reshape: a tensor of shape [2, 3] has 6 elements, shape [4, -1] cannot hold them (its known "
            "extents give "
            "4). Choose extents whose product divides 6.");
}

TEST(Tensor, CloneAndContiguous) {
  const Tensor x = arange(6.f).reshape({2, 3});
  const Tensor t = x.t();
  EXPECT_FALSE(t.is_contiguous());
  EXPECT_EQ(values(t.contiguous()), (Numbers{0, 3, 1, 4, 2, 5}));
  EXPECT_TRUE(t.contiguous().is_contiguous());
  EXPECT_EQ(x.contiguous().data<float>(), x.data<float>());
  EXPECT_NE(x.clone().data<float>(), x.data<float>());
}

// --- Memory of the caller's -------------------------------------------------------------------------------------

TEST(FromMemory, IsSharedAndGivenBackOnce) {
  float buffer[] = {1, 2, 3, 4, 5, 6};
  int given_back = 0;
  {
    Tensor view;
    {
      Tensor x = from_memory(buffer, {2, 3}, [&](void* p) {
        EXPECT_EQ(p, buffer);
        ++given_back;
      });
      EXPECT_EQ(x.data<float>(), buffer);
      x.mul_(2);
      view = x.t()[1];
    }
    EXPECT_EQ(given_back, 0) << "a view still needs it";
    EXPECT_EQ(values(view), (Numbers{4, 10}));
    buffer[1] = 7;
    EXPECT_EQ(values(view), (Numbers{7, 10}));
  }
  EXPECT_EQ(given_back, 1);
}

TEST(FromMemory, StaysWhileTheTapeNeedsIt) {
  float buffer[] = {1, 2};
  bool given_back = false;
  const Tensor w = tensor({3., 4.}, {.requires_grad = true});
  Tensor y = from_memory(buffer, {2}, [&](void*) { given_back = true; }) * w;
  EXPECT_FALSE(given_back);
  y.sum().backward();
  EXPECT_TRUE(given_back) << "backward freed what was saved";
  EXPECT_EQ(values(w.grad()), (Numbers{1, 2}));
}

TEST(FromMemory, OfEveryTypeAndOfNothing) {
  std::uint8_t bytes[] = {1, 200};
  bool flags[] = {true, false};
  std::int64_t numbers[] = {1, -1};
  EXPECT_EQ(values(from_memory(bytes, {2})), (Numbers{1, 200}));
  EXPECT_EQ(from_memory(flags, {2}).dtype(), boolean);
  EXPECT_EQ(values(from_memory(numbers, {2}) + 1), (Numbers{2, 0}));
  bool given_back = false;
  from_memory(static_cast<float*>(nullptr), {0, 3}, [&](void*) { given_back = true; });
  EXPECT_TRUE(given_back);
}

TEST(FromMemory, WithStridesAndATypeChosenAtRunTime) {
  std::int32_t buffer[] = {0, 1, 2, 3, 4, 5};
  const Tensor columns = from_memory(buffer, {3, 2}, {1, 3}, int32);
  EXPECT_EQ(values(columns), (Numbers{0, 3, 1, 4, 2, 5}));
  EXPECT_FALSE(columns.is_contiguous());
  buffer[3] = 9;
  EXPECT_EQ(values(columns.select(1, 1)), (Numbers{9, 4, 5}));
  EXPECT_EQ(values(from_memory(buffer, {3}, {2}, int32)), (Numbers{0, 2, 4}));
  EXPECT_THROW(from_memory(buffer, {2}, {-1}, int32), ValueError);
  EXPECT_THROW(from_memory(buffer, {2}, {1, 1}, int32), ShapeError);
}

TEST(FromMemory, ARefusedShapeLeavesTheMemoryWithTheCaller) {
  float buffer[] = {1};
  bool given_back = false;
  const std::int64_t before = block_stats().in_use;
  EXPECT_THROW(from_memory(buffer, {-1}, [&](void*) { given_back = true; }), ShapeError);
  EXPECT_FALSE(given_back);
  EXPECT_EQ(block_stats().in_use, before);
}

TEST(FromMemory, TheDeleterIsKeptAndFreed) {
  const auto kept = std::make_shared<int>(0);
  {
    std::vector<double> buffer(1000, 1.);
    const Tensor x = from_memory(buffer.data(), {1000}, [kept](void*) {});
    EXPECT_EQ(kept.use_count(), 2);
    EXPECT_EQ(x.sum().item<double>(), 1000);
    EXPECT_THROW(x.as_strided({1001}, {1}), ShapeError);
  }
  EXPECT_EQ(kept.use_count(), 1);
}

}  // namespace
}  // namespace tenet
