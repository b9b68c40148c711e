#include "tenet/train/data/prefetch.h"

namespace tenet::data {

Prefetch::Prefetch(Make make, std::int64_t count, int threads)
    : make_(std::move(make)), count_(count), ahead_(2 * threads) {
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

Prefetch::~Prefetch() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  room_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void Prefetch::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    room_.wait(lock, [&] { return stop_ || begun_ == count_ || begun_ < taken_ + ahead_; });
    if (stop_ || begun_ == count_) return;
    const std::int64_t number = begun_++;
    lock.unlock();
    Made made;
    try {
      made.batch = make_(number);
    } catch (...) {
      made.error = std::current_exception();
    }
    lock.lock();
    made_.emplace(number, std::move(made));
    ready_.notify_all();
  }
}

Batch Prefetch::next() {
  std::unique_lock lock(mutex_);
  ready_.wait(lock, [&] { return made_.contains(taken_); });
  const auto found = made_.extract(taken_++);
  lock.unlock();
  room_.notify_all();
  if (found.mapped().error) std::rethrow_exception(found.mapped().error);
  return found.mapped().batch;
}

}  // namespace tenet::data
