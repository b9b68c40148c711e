#pragma once

#include <condition_variable>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "tenet/train/data/dataset.h"

namespace tenet::data {

/// Threads that make batches 0, 1, ... `count` - 1 ahead of their use, each by one call of `make`. At most two a thread
/// are ready or in the making at once.
class Prefetch {
 public:
  using Make = std::function<Batch(std::int64_t number)>;

  Prefetch(Make make, std::int64_t count, int threads);
  /// Waits for the batches in the making.
  ~Prefetch();
  Prefetch(const Prefetch&) = delete;

  /// The next batch, in order. Throws what `make` threw for it.
  Batch next();

 private:
  struct Made {
    Batch batch;
    std::exception_ptr error;
  };

  void work();

  Make make_;
  std::int64_t count_, ahead_;
  std::int64_t begun_ = 0, taken_ = 0;
  bool stop_ = false;
  std::map<std::int64_t, Made> made_;
  std::mutex mutex_;
  std::condition_variable room_, ready_;
  std::vector<std::thread> threads_;
};

}  // namespace tenet::data
