#include "tenet/ops/random/random.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "support/expect.h"
#include "tenet/tenet.h"

namespace {

using tenet::DType;
using tenet::Shape;
using tenet::Tensor;
using tenet_test::message;

TEST(Random, DrawsTheNumbersOfTheCounters) {
  // Element i is the function of (seed, offset, i) that framework/core/random.h defines.
  tenet::Generator generator(11);
  generator.set_offset(5);
  const Tensor u = tenet::rand({7}, {.generator = &generator});
  EXPECT_EQ(generator.offset(), 12u);
  const Tensor v = tenet::randn({2, 3}, {.dtype = tenet::float64, .generator = &generator});
  const Tensor k = tenet::randint(-3, 4, {9}, {.generator = &generator});
  const Tensor w = tenet::randn({6}, {.generator = &generator}),
               e = tenet::rand({3}, {.dtype = tenet::float64, .generator = &generator});
  for (std::uint64_t i = 0; i < 6; ++i) EXPECT_EQ(w.data<float>()[i], tenet::normal_at<float>(11, 27, i));
  for (std::uint64_t i = 0; i < 3; ++i) EXPECT_EQ(e.data<double>()[i], tenet::uniform_at<double>(11, 33, i));
  for (std::uint64_t i = 0; i < 7; ++i) EXPECT_EQ(u.data<float>()[i], tenet::uniform_at<float>(11, 5, i));
  for (std::uint64_t i = 0; i < 6; ++i) EXPECT_EQ(v.data<double>()[i], tenet::normal_at<double>(11, 12, i));
  for (std::uint64_t i = 0; i < 9; ++i) {
    const double unit = static_cast<double>(tenet::bits_at(11, 18, i)) * 0x1p-64;
    EXPECT_EQ(k.data<std::int64_t>()[i], static_cast<std::int64_t>(std::floor(unit * 7)) - 3);
  }
}

TEST(Random, RepeatsFromASeedAndNeverOtherwise) {
  tenet::manual_seed(3);
  const Tensor a = tenet::randn({100}), b = tenet::randn({100});
  tenet::manual_seed(3);
  EXPECT_TRUE(tenet::equal(tenet::randn({100}), a));
  EXPECT_TRUE(tenet::equal(tenet::randn({100}), b));
  EXPECT_FALSE(tenet::equal(a, b));
}

TEST(Random, DoesNotDependOnTheNumberOfThreads) {
  const auto draw = [](int threads) {
    tenet::set_num_threads(threads);
    tenet::Generator generator(9);
    std::vector<Tensor> all = {
        tenet::rand({100001}, {.generator = &generator}), tenet::randn({100001}, {.generator = &generator}),
        tenet::randn({100001}, {.dtype = tenet::float64, .generator = &generator}),
        tenet::randint(0, 1000, {100001}, {.dtype = tenet::int32, .generator = &generator}),
        tenet::randperm(100001, {.generator = &generator})};
    tenet::set_num_threads(2);
    return all;
  };
  const std::vector<Tensor> one = draw(1), three = draw(3);
  for (std::size_t i = 0; i < one.size(); ++i) EXPECT_TRUE(tenet::equal(one[i], three[i])) << i;
}

TEST(Random, HasTheTypesAskedFor) {
  EXPECT_EQ(tenet::rand({2}).dtype(), tenet::float32);
  EXPECT_EQ(tenet::randn({2}, {.dtype = tenet::float64}).dtype(), tenet::float64);
  EXPECT_EQ(tenet::randint(0, 2, {2}).dtype(), tenet::int64);
  EXPECT_EQ(tenet::randperm(2).dtype(), tenet::int64);
  EXPECT_TRUE(tenet::randn({2}, {.requires_grad = true}).requires_grad());
  EXPECT_EQ(tenet::rand({}).shape(), Shape{});
  EXPECT_EQ(tenet::randn({2, 0}).numel(), 0);
  EXPECT_EQ(tenet::randperm(0).numel(), 0);
  for (DType dtype : {tenet::float32, tenet::float64, tenet::int32, tenet::uint8}) {
    tenet::Generator one(4), other(4);
    EXPECT_TRUE(tenet::equal(tenet::randint(0, 200, {50}, {.dtype = dtype, .generator = &one}),
                             tenet::randint(0, 200, {50}, {.generator = &other}).to(dtype)));
    EXPECT_TRUE(tenet::equal(tenet::randperm(200, {.dtype = dtype, .generator = &one}),
                             tenet::randperm(200, {.generator = &other}).to(dtype)));
  }
}

TEST(Random, HasTheMomentsOfItsDistribution) {
  tenet::Generator generator(1);
  const std::int64_t n = 200000;
  const double slack =
      5 / std::sqrt(static_cast<double>(n));  // five standard errors of a mean of unit variance
  for (DType dtype : {tenet::float32, tenet::float64}) {
    const tenet::RandomOptions options{.dtype = dtype, .generator = &generator};
    const Tensor u = tenet::rand({n}, options).to(tenet::float64),
                 z = tenet::randn({n}, options).to(tenet::float64);
    EXPECT_NEAR(u.mean().item<double>(), 0.5, slack * std::sqrt(1. / 12));
    EXPECT_NEAR(u.var().item<double>(), 1. / 12, slack * std::sqrt(1. / 180));
    EXPECT_GE((-u).amax().item<double>(), -1e-3);
    EXPECT_LT(u.amax().item<double>(), 1);
    EXPECT_NEAR(z.mean().item<double>(), 0, slack);
    EXPECT_NEAR(z.var().item<double>(), 1, slack * std::sqrt(2.));
    EXPECT_NEAR(z.pow(4).mean().item<double>(), 3, slack * std::sqrt(96.));
    EXPECT_NEAR((z < -1).to(tenet::float64).mean().item<double>(), 0.158655, slack);
  }
}

TEST(Randint, GivesEveryIntegerOfTheRangeEquallyOften) {
  tenet::Generator generator(2);
  const std::int64_t n = 70000;
  const Tensor x = tenet::randint(-3, 4, {n}, {.generator = &generator});
  for (int k = -3; k < 4; ++k) {
    EXPECT_NEAR((x == k).sum().item<double>(), 10000, 5 * std::sqrt(10000. * 6 / 7)) << k;
  }
  EXPECT_TRUE(((x >= -3) * (x < 4)).all().item<bool>());
}

TEST(Randint, ReachesTheEndsOfInt64) {
  using Limits = std::numeric_limits<std::int64_t>;
  const Tensor x = tenet::randint(Limits::min(), Limits::max(), {1000});
  EXPECT_GT((x > 0).sum().item<int>(), 300);
  EXPECT_GT((x < 0).sum().item<int>(), 300);
  EXPECT_EQ(tenet::randint(Limits::max() - 1, Limits::max(), {}).item<std::int64_t>(), Limits::max() - 1);
}

TEST(Randperm, HoldsEachNumberOnceInEveryOrderEquallyOften) {
  const Tensor sorted = tenet::zeros({1000}, {.dtype = tenet::int64});
  const Tensor once =
      tenet::scatter_add(sorted, 0, tenet::randperm(1000), tenet::ones({1000}, {.dtype = tenet::int64}));
  EXPECT_TRUE((once == 1).all().item<bool>());
  tenet::Generator generator(6);
  int seen[27] = {};
  for (int i = 0; i < 12000; ++i) {
    const Tensor p = tenet::randperm(3, {.generator = &generator});
    ++seen[p.data<std::int64_t>()[0] * 9 + p.data<std::int64_t>()[1] * 3 + p.data<std::int64_t>()[2]];
  }
  for (int order : {0 * 9 + 1 * 3 + 2, 0 * 9 + 2 * 3 + 1, 1 * 9 + 0 * 3 + 2, 1 * 9 + 2 * 3 + 0,
                    2 * 9 + 0 * 3 + 1, 2 * 9 + 1 * 3 + 0}) {
    EXPECT_NEAR(seen[order], 2000, 5 * std::sqrt(2000. * 5 / 6)) << order;
  }
}

TEST(Random, SaysWhatDoesNotFitAndDrawsNothing) {
  tenet::Generator generator(1);
  const auto with = [&](DType dtype) {
    return tenet::RandomOptions{.dtype = dtype, .generator = &generator};
  };
  EXPECT_EQ(message<tenet::DTypeError>([&] { tenet::rand({2}, with(tenet::int64)); }),
            "rand: draws floating-point numbers but dtype is int64. Use float32 or float64, or randint for "
            "integers.");
  EXPECT_EQ(message<tenet::ValueError>([&] { tenet::randint(3, 3, {2}, with(tenet::int64)); }),
            "randint: there is no integer in [3, 3). high must be greater than low.");
  EXPECT_EQ(message<tenet::ValueError>([&] { tenet::randint(0, 257, {2}, with(tenet::uint8)); }),
            "randint: uint8 cannot hold the integers from 0 to 256. Use a larger dtype.");
  EXPECT_EQ(message<tenet::ValueError>([&] { tenet::randperm(300, with(tenet::uint8)); }),
            "randperm: uint8 cannot hold the integers from 0 to 299. Use a larger dtype.");
  EXPECT_EQ(message<tenet::ValueError>([&] { tenet::randperm(-1); }),
            "randperm: n is -1 but must be 0 or more.");
  EXPECT_EQ(message<tenet::ShapeError>([&] { tenet::rand({-2}); }),
            "tensor: shape [-2] has the negative extent -2. Extents must be 0 or more.");
  EXPECT_EQ(message<tenet::DTypeError>([&] {
              tenet::randint(0, 5, {2}, {.requires_grad = true, .generator = &generator});
            }).substr(0, 15),
            "requires_grad_:");
  EXPECT_EQ(generator.offset(), 0u);
}

}  // namespace
