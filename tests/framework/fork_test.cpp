// A process forked after threads and tape were used computes the same bits, with threads of its own.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>

#include "tenet/backends/cpu/parallel.h"
#include "tenet/backends/cpu/thread_pool.h"
#include "tenet/tenet.h"

namespace tenet {
namespace {

/// A convolution's value and gradients.
std::vector<Tensor> convolved(const Tensor& x, const Tensor& w) {
  const Tensor y = conv2d(x, w, {}, {.stride = 2, .padding = 1});
  const std::vector<Tensor> g = grad(y.square().sum(), {x, w});
  return {y.detach(), g[0], g[1]};
}

/// How many threads run the pieces of a loop that are worth sharing.
int threads_at_work() {
  std::atomic<int> seen[16] = {};
  cpu::parallel_for(16, 1, [&](std::int64_t, std::int64_t) {
    seen[cpu::thread_index()] = 1;
    usleep(2000);
  });
  return static_cast<int>(std::count(std::begin(seen), std::end(seen), 1));
}

TEST(Fork, TheChildConvolvesToTheSameBits) {
  set_num_threads(3);
  const Tensor x = randn({4, 6, 17, 19}).requires_grad_(), w = randn({8, 6, 3, 5}).requires_grad_();
  const std::vector<Tensor> before = convolved(x, w);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    alarm(60);  // a hang is a failure
    const std::vector<Tensor> after = convolved(x, w);
    for (std::size_t i = 0; i < after.size(); ++i) {
      if (!equal(after[i], before[i])) _exit(static_cast<int>(i) + 1);
    }
    _exit(threads_at_work() == 3 ? 0 : 10);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << "status " << status;
  EXPECT_TRUE(equal(convolved(x, w)[2], before[2])) << "the parent goes on";
  set_num_threads(2);
}

}  // namespace
}  // namespace tenet
